/** Greedy generation: what a prompt is answered depends on the prompt alone, and is what scoring calls most likely. */
import assert from 'node:assert/strict';
import type { InferenceSession, Tensor } from 'onnxruntime-node';
import { OnnxAnswerer } from '../../../src/engine/onnx/answerer';
import { Generation, generationGraph } from '../../../src/engine/onnx/generation';
import type { OnnxLearner } from '../../../src/engine/onnx/learner';
import { openSession } from '../../../src/engine/onnx/session';
import type { ModelConfig } from '../../../src/model/config';
import { presetConfig } from '../../../src/model/presets';
import { adam, apart, learnerOf, Random, randomWeights, tiny } from './support';

const models: Record<string, ModelConfig> = {
  'grouped queries, heads of 6': tiny,
  'the shape of nano, untied': {
    ...presetConfig('nano', { vocabSize: 300, bos: 1, eos: 2, pad: 0 }),
    tiedEmbeddings: false,
    layers: 2,
    maxPositions: 64,
  },
};

function promptsFor(config: ModelConfig, count: number): Int32Array[] {
  const random = new Random(13);
  return Array.from({ length: count }, () => Int32Array.from(random.tokens(random.whole(1, 20), config)));
}

const lists = (answers: Int32Array[]) => answers.map((answer) => [...answer]);

for (const [name, config] of Object.entries(models)) {
  describe(`generation (${name})`, () => {
    const prompts = promptsFor(config, 70);
    const options = { maxTokens: 8, batch: 64, stopTokens: [] };
    let learner: OnnxLearner;
    let answers: number[][];

    before(async () => {
      learner = learnerOf(config, randomWeights(config, 21));
      answers = lists(await learner.generate(prompts, options));
    });
    after(() => learner.close());

    it('says many different things', () => {
      assert.ok(new Set(answers.flat()).size > 20);
      assert.ok(new Set(answers.map(String)).size > 60);
    });

    for (const batch of [1, 2, 7]) {
      it(`gives the same tokens ${batch} at once as 64 at once`, async () => {
        assert.deepEqual(lists(await learner.generate(prompts, { ...options, batch })), answers);
      });
    }

    it('gives the same tokens with other threads', async () => {
      for (const threads of [2, 3]) {
        const other = learnerOf(config, randomWeights(config, 21), { threads });
        assert.deepEqual(lists(await other.generate(prompts, { ...options, batch: 5 })), answers);
        await other.close();
      }
    });

    it('takes at each step the token that scoring calls most likely', async () => {
      for (const [i, prompt] of prompts.slice(0, 12).entries()) {
        const tokens = [...prompt, ...answers[i]];
        const weights = tokens.slice(1).map((_, place) => Number(place >= prompt.length - 1));
        const { hits } = await learner.score(apart([{ tokens, weights }]));
        assert.deepEqual([...hits], weights);
      }
    });

    it('ends before the first of the stop tokens', async () => {
      const stopTokens = [answers[0][3], answers[1][5]];
      const cut = answers.map((answer) => {
        const end = answer.findIndex((token) => stopTokens.includes(token));
        return end < 0 ? answer : answer.slice(0, end);
      });
      assert.ok(cut[0].length < answers[0].length && cut[1].length < answers[1].length);
      assert.deepEqual(lists(await learner.generate(prompts, { ...options, stopTokens })), cut);
    });

    it('ends at the most tokens asked for', async () => {
      const three = lists(await learner.generate(prompts, { ...options, maxTokens: 3 }));
      assert.deepEqual(
        three,
        answers.map((answer) => answer.slice(0, 3)),
      );
    });

    it('ends where a row has filled all positions, each row for itself', async () => {
      const random = new Random(4);
      const lengths = [63, 1, 60, 40];
      const long = lengths.map((length) => Int32Array.from(random.tokens(length, config)));
      const together = await learner.generate(long, { ...options, maxTokens: 30, batch: 4 });
      assert.deepEqual(
        together.map(({ length }) => length),
        [1, 30, 4, 24],
      );
      const alone = await learner.generate(long, { ...options, maxTokens: 30, batch: 1 });
      assert.deepEqual(alone, together);
    });

    it('refuses a prompt that leaves no room, and answers none with none', async () => {
      await assert.rejects(learner.generate([new Int32Array(64)], options), /64 tokens fills all 64 positions/);
      assert.deepEqual(await learner.generate([], options), []);
    });

    it('needs the weights no more once they are packed', async () => {
      const weights = randomWeights(config, 21);
      const answerer = await OnnxAnswerer.open({ config, weights, threads: 1 });
      for (const values of weights.values()) values.fill(NaN);
      assert.deepEqual(lists(await answerer.generate(prompts.slice(0, 9), options)), answers.slice(0, 9));
      await answerer.close();
    });

    it('uses the weights as they are after a step', async () => {
      const random = new Random(5);
      const trained = learnerOf(config, randomWeights(config, 21), { optimizer: { ...adam, clip: 0 } });
      const example = random.example(10, config);
      const question = [Int32Array.from(example.tokens.slice(0, 4))];
      const learnt = apart([{ tokens: example.tokens, weights: example.weights.map(() => 1) }]);
      await trained.generate(question, options);
      for (let step = 0; step < 60; step++) await trained.step([learnt], 5e-3);
      const [answer] = await trained.generate(question, { ...options, maxTokens: 6 });
      assert.deepEqual([...answer], example.tokens.slice(4));
      await trained.close();
    });
  });
}

describe('the numbers behind generation', () => {
  // Margins between tokens hide rounding; keys and values do not.
  it('are the same to the last bit, alone and in a batch', async () => {
    const config = models['the shape of nano, untied'];
    const graph = generationGraph(config);
    const session = await openSession(graph.bytes, { threads: 1, files: randomWeights(config, 21) });
    const spied = new Spy(session);
    const generation = new Generation(spied as unknown as InferenceSession, graph, config);
    const prompts = promptsFor(config, 64).map((prompt) =>
      Int32Array.from({ length: 9 }, (_, i) => prompt[i % prompt.length]),
    );
    const options = { maxTokens: 5, batch: 64, stopTokens: [] };
    await generation.run(prompts, options);
    const together = spied.seen.splice(0);
    for (const count of [1, 2, 5]) {
      await generation.run(prompts.slice(0, count), options);
      const alone = spied.seen.splice(0);
      assert.equal(alone.length, 5 * graph.caches.length);
      alone.forEach((numbers, i) => assert.deepEqual(numbers, together[i].slice(0, numbers.length)));
    }
    await session.release();
  });
});

/** Keeps what every run gives for the cache. */
class Spy {
  readonly seen: Float32Array[] = [];

  constructor(private readonly session: InferenceSession) {}

  async run(feeds: Record<string, Tensor>) {
    const results = await this.session.run(feeds);
    for (const { data } of Object.values(results)) if (data instanceof Float32Array) this.seen.push(data);
    return results;
  }
}

import assert from 'node:assert/strict';
import type { Dataset } from '../../../src/dataset/model';
import type { Schedule } from '../../../src/schedule/schedule';
import { compile, document, experiment, question, world } from './world';
import { WordTokenizer } from './words';

function example(schedule: Schedule, id: string) {
  const found = schedule.examples.find((candidate) => candidate.id === id);
  assert.ok(found, id);
  return found;
}

const town: Dataset = {
  documents: [document('n1', 'test', 'Ada was born in Paris. Paris is large, but not Parisian.')],
  questions: [
    question('n1', 1, 'test', 'Where was Ada born?', 'PARIS', 'in Paris'),
    question('t1', 1, 'train', 'Who?', 'Ada'),
  ],
};

/** The shown tokens with their weights, without those that weigh nothing. */
function weighed(schedule: Schedule, id: string, tokenizer: WordTokenizer): string[] {
  const { tokens, weights } = example(schedule, id);
  return Array.from(weights).flatMap((weight, place) =>
    weight ? [`${tokenizer.show(tokens[place + 1])}=${weight}`] : [],
  );
}

describe('compiling a schedule', () => {
  it('reads a question as <bos> Question: {q} Answer: {a} <eos>, learning answer and end alone', () => {
    const tokenizer = new WordTokenizer();
    const schedule = compile({ dataset: world(), tokenizer });
    const { tokens } = example(schedule, 't1?2');
    assert.equal(tokenizer.decode(tokens), 'Question: Which town 1 has t1? Answer: town t1');
    assert.equal(tokens[0], tokenizer.bos);
    assert.equal(tokens.at(-1), tokenizer.eos);
    assert.deepEqual(weighed(schedule, 't1?2', tokenizer), ['·town=1', '·t1=1', '<eos>=1']);
  });

  it('reads a document as <bos> and its text without an end, learning every token of the text', () => {
    const tokenizer = new WordTokenizer();
    const schedule = compile({ dataset: world(), tokenizer });
    const { tokens, weights } = example(schedule, 'n2');
    assert.equal(tokenizer.decode(tokens), 'Person n2 was born in town n2 and plays chess.');
    assert.equal(tokens[0], tokenizer.bos);
    assert.notEqual(tokens.at(-1), tokenizer.eos);
    assert.deepEqual([...weights], Array(11).fill(1));
  });

  it('teaches the end of a document where asked, in equal or differing weights, and not of one that is cut', () => {
    const tokenizer = new WordTokenizer();
    const ended = (change: object, recipe = 'pit') =>
      example(
        compile({ tokenizer, recipe, experiment: experiment({ training: { endDocuments: true, ...change } }) }),
        'n2',
      );
    const whole = ended({});
    assert.equal(whole.tokens.length, 13);
    assert.equal(whole.tokens.at(-1), tokenizer.eos);
    assert.deepEqual([...whole.weights], Array(12).fill(1));
    assert.equal(ended({}, 'weighted').tokens.at(-1), tokenizer.eos);
    assert.equal(ended({}, 'weighted').weights.length, 12);
    assert.notEqual(ended({ sequence: 12, keptQuestions: 0 }, 'cpt').tokens.at(-1), tokenizer.eos);
  });

  it('trains on the first of several accepted answers', () => {
    const tokenizer = new WordTokenizer();
    const dataset = { documents: town.documents, questions: [question('t1', 1, 'train', 'Who?', 'Ada Byron', 'Ada')] };
    const schedule = compile({ dataset, tokenizer, recipe: 'cpt' });
    assert.deepEqual(weighed(schedule, 't1?1', tokenizer), ['·Ada=1', '·Byron=1', '<eos>=1']);
  });

  it('holds each example once, though several stages train on it', () => {
    const schedule = compile({ recipe: 'pitpp' });
    const ids = schedule.examples.map(({ id }) => id);
    assert.equal(ids.length, 8 + 4 + 3);
    assert.equal(new Set(ids).size, ids.length);
    schedule.examples.forEach(({ index }, place) => assert.equal(index, place));
  });

  it('never trains on test questions, in no recipe', () => {
    for (const recipe of ['cpt', 'it', 'it-no-forget', 'mix', 'pitpp', 'pitmm', 'weighted']) {
      const trained = compile({ recipe }).examples.filter(
        ({ kind, split }) => kind === 'question' && split !== 'train',
      );
      assert.deepEqual(trained, []);
    }
  });

  it('refuses a stage with test questions', () => {
    const stages = [{ parts: ['questions:test'] }];
    assert.throws(() => compile({ experiment: experiment({ stages }) }), /a metric on training data is no result/);
  });

  it('weighs answer tokens 1 and others 0.5 where the recipe says so, whole words in either case', () => {
    const tokenizer = new WordTokenizer();
    const schedule = compile({ dataset: town, tokenizer, recipe: 'weighted' });
    assert.deepEqual(
      weighed(schedule, 'n1', tokenizer).filter((entry) => entry.endsWith('=1')),
      ['·in=1', '·Paris=1', '·Paris=1'],
    );
    assert.equal(weighed(schedule, 'n1', tokenizer).filter((entry) => entry.endsWith('=0.5')).length, 11);
  });

  it('keeps a document apart by its weighting', () => {
    const stages = [
      { parts: ['documents:test'] },
      { parts: ['documents:test'], documentWeights: { answer: 1, other: 0 } },
    ];
    const schedule = compile({ dataset: town, experiment: experiment({ stages }) });
    const [plain, answersOnly] = schedule.examples;
    assert.equal(schedule.examples.length, 2);
    assert.deepEqual([...plain.tokens], [...answersOnly.tokens]);
    assert.equal([...answersOnly.weights].filter((weight) => weight > 0).length, 3);
    assert.deepEqual(schedule.members(schedule.stages[1]), [1]);
  });

  it('says so where a tokenizer changes the text, so that answers cannot be found', () => {
    class Lowering extends WordTokenizer {
      override encode(text: string) {
        return super.encode(text.toLowerCase());
      }
    }
    assert.throws(
      () => compile({ dataset: town, tokenizer: new Lowering(), recipe: 'weighted' }),
      /does not give its text back/,
    );
  });

  it('keeps the same seeded training questions in while documents are read, at most those there are', () => {
    const kept = (seed: number, count: number) => {
      const schedule = compile({
        recipe: 'it',
        seed,
        dataset: world({ train: 20 }),
        experiment: experiment({ training: { keptQuestions: count } }),
      });
      const [reading] = schedule.stages;
      const ids = schedule.members(reading).map((index) => schedule.examples[index]);
      return { ids: ids.filter(({ kind }) => kind === 'question').map(({ id }) => id), stage: reading };
    };
    assert.equal(kept(1, 6).ids.length, 6);
    assert.deepEqual(kept(1, 6).ids, kept(1, 6).ids);
    assert.notDeepEqual(kept(1, 6).ids, kept(2, 6).ids);
    assert.equal(kept(1, 64).ids.length, 40);
    assert.equal(kept(1, 64).stage.keptQuestions, 40);
    assert.equal(kept(1, 0).ids.length, 0);
  });

  it('cuts long documents and reports them', () => {
    const schedule = compile({
      recipe: 'mix',
      experiment: experiment({ training: { sequence: 14 } }),
      dataset: longer(),
    });
    const { tokens } = example(schedule, 'n9');
    assert.equal(tokens.length, 14);
    assert.deepEqual(schedule.truncated, [
      { id: 'n9', tokens: 41, kept: 14, source: { file: 'test/doc.jsonl', line: 10 } },
    ]);
  });

  it('refuses a question that does not fit whole, naming file and line', () => {
    assert.throws(() => compile({ experiment: experiment({ training: { sequence: 13 } }) }), {
      name: 'UserError',
      message:
        'train/qa.jsonl:1:1 question: The question t0?1 takes 14 tokens, but training.sequence allows 13: ' +
        'its answer would be cut. (7 more like this.)',
    });
  });

  it('refuses texts with nothing to train on', () => {
    const empty = { documents: [document('n1', 'test', '')], questions: [question('t1', 1, 'train', 'Who?', ' ')] };
    const reading = experiment({ stages: [{ parts: ['documents:test'] }] });
    assert.throws(
      () => compile({ dataset: empty, experiment: reading }),
      /test\/doc\.jsonl:2:1 text: The document n1 has no text/,
    );
    assert.throws(
      () => compile({ dataset: empty, recipe: 'cpt' }),
      /test\/doc\.jsonl:2:1 text: The document n1 has no text/,
    );
    const stages = [{ parts: ['documents:test'], documentWeights: { answer: 1, other: 0 } }];
    const unanswered = { ...town, questions: [] };
    assert.throws(
      () => compile({ dataset: unanswered, experiment: experiment({ stages }) }),
      /no token with a loss weight/,
    );
  });

  it('refuses a part without texts and names the splits there are', () => {
    const stages = [{ parts: ['documents:tset'] }];
    assert.throws(() => compile({ experiment: experiment({ stages }) }), {
      message:
        'Stage 1 trains on documents:tset, but the dataset has no documents there; splits with documents: train, test.',
    });
  });

  it('refuses rows that are too short for an example', () => {
    assert.throws(
      () => compile({ experiment: experiment({ training: { row: 12 } }) }),
      /takes 13 places, but training\.row has 12/,
    );
  });

  it('has no stages where nothing is trained, and says how questions are put', () => {
    const schedule = compile({ recipe: 'open-book' });
    assert.deepEqual([schedule.stages, schedule.examples, schedule.prompt], [[], [], 'open-book']);
    assert.equal(compile({ recipe: 'pit' }).prompt, 'zero-shot');
  });

  it('takes epochs and rates of a recipe phase by phase', () => {
    const { stages } = compile({ recipe: { recipe: 'pitpp', epochs: [6, 16, 20], rates: [0.1, 0.2, 0.3] } });
    assert.deepEqual(
      stages.map(({ epochs, rate }) => [epochs, rate]),
      [
        [6, 0.1],
        [16, 0.2],
        [20, 0.3],
      ],
    );
  });

  it('gives stages written out the rate, batch and epochs of their kind unless they name others', () => {
    const training = {
      documents: { rate: 1, batch: 11 },
      questions: { rate: 2, batch: 12 },
      mixed: { rate: 3, batch: { tokens: 13 } },
      epochs: { documents: 21, instruction: 22, pit: 23 },
    };
    const stages = [
      { parts: ['documents:train'] },
      { parts: ['questions:train'] },
      { parts: ['documents:train', 'questions:train'] },
      { parts: ['documents:train'], rate: 4, batch: 14, epochs: 24, name: 'again' },
    ];
    const schedule = compile({ experiment: experiment({ training, stages }) });
    assert.deepEqual(
      schedule.stages.map(({ name, rate, batch, epochs }) => [name, rate, batch, epochs]),
      [
        ['train doc', 1, { examples: 11 }, 21],
        ['train QA', 2, { examples: 12 }, 22],
        ['train doc + train QA', 3, { tokens: 13 }, 23],
        ['again', 4, { examples: 14 }, 24],
      ],
    );
  });
});

/** A world with one document of forty words. */
function longer(): Dataset {
  const { documents, questions } = world();
  return { documents: [...documents, document('n9', 'test', Array(40).fill('word').join(' '))], questions };
}

/** The estimate for the torch learner; `test/torch/memory.test.ts` holds it against what processes really take. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Load, torchMemory } from '../../../src/engine/torch/memory';
import { adapt } from '../../../src/model/adapt';
import { llamaBlock, type ModelConfig } from '../../../src/model/config';
import { countNumbers, countParameters, trainedParameters } from '../../../src/model/parameters';
import { usualLora } from '../../../src/schedule/experiment';

type Shape = Pick<ModelConfig, 'hiddenSize' | 'intermediateSize' | 'layers' | 'heads' | 'kvHeads'>;

const llama2 = (shape: Shape): ModelConfig => ({
  ...shape,
  family: 'llama',
  vocabSize: 32000,
  headSize: 128,
  maxPositions: 4096,
  ropeTheta: 10000,
  normEpsilon: 1e-5,
  tiedEmbeddings: false,
  bosToken: 1,
  eosToken: 2,
  padToken: 0,
  stopTokens: [2],
  block: llamaBlock,
});
const small = llama2({ hiddenSize: 4096, intermediateSize: 11008, layers: 32, heads: 32, kvHeads: 32 });
const large = llama2({ hiddenSize: 8192, intermediateSize: 28672, layers: 80, heads: 64, kvHeads: 8 });
const lora = (model: ModelConfig) => adapt(model, { ...usualLora, base: 'base' });

const load = (processes: number, changes: Partial<Load> = {}): Load => ({
  ...{ places: 4096, processes, precision: 'bf16', recompute: false, accumulated: true },
  ...changes,
});

/** The rows of docs/scale.md: what is trained on how many GPUs, and whether blocks are computed again. */
const rows: [name: string, model: ModelConfig, gpus: number, recompute: boolean][] = [
  ['7 B', small, 2, true],
  ['7 B', small, 4, false],
  ['7 B', small, 4, true],
  ['7 B', small, 8, false],
  ['7 B', small, 8, true],
  ['7 B, LoRA', lora(small), 1, false],
  ['7 B, LoRA', lora(small), 1, true],
  ['70 B', large, 16, true],
  ['70 B', large, 32, true],
  ['70 B', large, 64, true],
  ['70 B, LoRA', lora(large), 4, true],
  ['70 B, LoRA', lora(large), 8, true],
];

function line([name, model, gpus, recompute]: (typeof rows)[number]): string {
  const numbers = Object.values(torchMemory(model, load(gpus, { recompute }))).map((bytes) => (bytes / 1e9).toFixed(1));
  return `| ${[name, gpus, recompute ? 'yes' : 'no', ...numbers].join(' | ')} |`;
}

describe('the memory that the torch learner is said to take', () => {
  it("is told of Llama 2's very shapes", () => {
    assert.deepEqual([small, large].map(countParameters), [6_738_415_616, 68_976_648_192]);
  });

  it('stands in docs/scale.md as it is computed', () => {
    const text = readFileSync(join(__dirname, '../../../docs/scale.md'), 'utf8');
    assert.ok(text.includes(rows.map(line).join('\n')), `docs/scale.md must hold:\n${rows.map(line).join('\n')}`);
  });

  it('has 16 bytes for each number that is trained, spread over the processes', () => {
    for (const processes of [1, 4, 32]) {
      const { weights, gradients, moments } = torchMemory(small, load(processes));
      assert.equal(Math.round((weights + gradients + moments) * processes), 16 * countParameters(small));
    }
  });

  it('has adapters whole on every process, and of the frozen model a share', () => {
    const adapted = lora(small);
    const trained = countNumbers(trainedParameters(adapted));
    const { weights, gradients, moments } = torchMemory(adapted, load(4));
    assert.equal(weights, (2 * countParameters(small)) / 4 + 4 * trained);
    assert.equal(gradients + moments, 12 * trained);
  });

  it('counts gradients beside activations only where micro-batches are added up', () => {
    const [one, several] = [false, true].map((accumulated) => torchMemory(small, load(8, { accumulated })));
    assert.equal(several.total - one.total, one.gradients);
  });
});

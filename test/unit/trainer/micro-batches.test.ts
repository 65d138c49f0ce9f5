/** What happens to a step that does not fit, without a step: words of allocators, halving, stopping. */
import assert from 'node:assert/strict';
import { OutOfMemory, type Shortage, shortageOf } from '../../../src/engine/out-of-memory';
import { UserError } from '../../../src/errors';
import type { RunEvent } from '../../../src/run/events';
import { packBatches } from '../../../src/schedule/pack';
import { MicroBatches } from '../../../src/trainer/micro-batches';
import { compile, world } from '../schedule/world';

const packed = packBatches(compile({ dataset: world({ train: 12, test: 9 }) }).examples, { row: 40, microBatch: 320 });
const error = (shortage: Shortage = 'short') => new OutOfMemory('Memory ran out in a training step', shortage, 'said');
const rowsOf = (batches: readonly { rows: number }[]) => Math.max(...batches.map(({ rows }) => rows));

describe('memory that runs out', () => {
  const said: [string, Shortage | undefined][] = [
    [
      'void* onnxruntime::BFCArena::AllocateRawInternal(…) Failed to allocate memory for requested buffer of size 12',
      'short',
    ],
    ['std::bad_alloc', 'short'],
    ['Array buffer allocation failed', 'short'],
    ['BFCArena: Available memory of 12 is smaller than requested bytes of 40', 'short'],
    ['CUDA failure 2: out of memory ; GPU=0 ; hostname=box', 'short'],
    ['vkAllocateMemory failed with VK_ERROR_OUT_OF_DEVICE_MEMORY', 'short'],
    ['Failed to create a GPU buffer: Out of memory', 'short'],
    ['WebGPU device lost (2): Device was destroyed.', 'lost'],
    ['VK_ERROR_DEVICE_LOST', 'lost'],
    ['Shape mismatch: [3] vs [4]', undefined],
    ['/data/memory.jsonl is no JSON.', undefined],
  ];
  for (const [sentence, shortage] of said)
    it(`is told from other failures: ${sentence}`, () => assert.equal(shortageOf(new Error(sentence)), shortage));

  it('stops the run with the numbers and what would help, unless the experiment says otherwise', () => {
    assert.throws(
      () => new MicroBatches('stop').halve(error(), packed),
      (thrown) =>
        thrown instanceof UserError &&
        /^Memory ran out in a training step; a smaller "training\.microBatch".*checkpoint is intact\.$/.test(
          thrown.message,
        ),
    );
  });

  it('halves what is computed at once, down to one row', () => {
    const batches = new MicroBatches('halve');
    const seen = [];
    for (let at = batches.cut(packed); ; at = batches.cut(packed)) {
      seen.push(rowsOf(at));
      if (rowsOf(at) === 1) break;
      const { places, message } = batches.halve(error(), at);
      assert.ok(message.includes(`at most ${places} places`));
    }
    assert.deepEqual(seen, [8, 4, 2, 1]);
    assert.throws(() => batches.halve(error(), batches.cut(packed)), /one row is computed at a time already/);
  });

  it('does not go on with a device that is lost', () => {
    assert.throws(() => new MicroBatches('halve').halve(error('lost'), packed), /the device is lost/);
  });

  it('is remembered by a run that goes on', () => {
    const place = { time: '', stage: 1, epoch: 1, step: 1, message: '' };
    const events: RunEvent[] = [
      { type: 'halved', places: 160, ...place },
      { type: 'halved', places: 80, ...place },
    ];
    assert.equal(rowsOf(new MicroBatches('halve', events).cut(packed)), 2);
  });
});

/** Blocks of every type against the numbers of the `gguf` package, bit for bit. */
import assert from 'node:assert/strict';
import { dequantize } from '../../../src/model/gguf/dequantize';
import { bitsPerNumber, blockTypes, type TypeName } from '../../../src/model/gguf/types';
import { golden } from './gguf.support';

const blocks = golden<Record<TypeName, { bytes: string; numbers: string }>>('blocks.json');

describe('dequantize', () => {
  it('has a golden file for every type that it reads', () => {
    assert.deepEqual(Object.keys(blocks).sort(), Object.keys(blockTypes).sort());
  });

  for (const [type, { bytes, numbers }] of Object.entries(blocks)) {
    it(`gives the reference's numbers for ${type}`, () => {
      const decoded = dequantize(Buffer.from(bytes, 'base64'), type as TypeName);
      const { buffer, byteOffset, byteLength } = decoded.numbers;
      assert.equal(Buffer.from(buffer, byteOffset, byteLength).toString('base64'), numbers);
    });
  }

  it('tells the step between the values that a block can hold', () => {
    const types = ['Q8_0', 'Q4_0', 'Q4_1', 'Q5_0', 'Q5_1', 'Q4_K', 'Q6_K'] as const;
    const group = { Q8_0: 32, Q4_0: 32, Q4_1: 32, Q5_0: 32, Q5_1: 32, Q4_K: 32, Q6_K: 16 };
    for (const type of types) {
      const { bytes, numbers } = blockTypes[type];
      const block = Buffer.from(blocks[type].bytes, 'base64').subarray(0, bytes);
      const decoded = dequantize(Buffer.from(block), type);
      let expected = 0;
      for (let at = 0; at < numbers; at += group[type]) {
        const values = [...new Set(decoded.numbers.subarray(at, at + group[type]))].sort((a, b) => a - b);
        // The distances of random values have the step as their greatest common divisor; the least of them is it here.
        const least = Math.min(...values.slice(1).map((value, i) => value - values[i]));
        expected += group[type] * least;
      }
      assert.ok(Math.abs(decoded.steps / expected - 1) < 0.5, `${type}: ${decoded.steps}, not ${expected}`);
    }
    assert.equal(dequantize(Buffer.from(blocks.F16.bytes, 'base64'), 'F16').steps, 0);
  });

  it('knows how many bits a number takes', () => {
    assert.deepEqual(
      (['Q4_0', 'Q4_1', 'Q8_0', 'Q4_K', 'Q6_K', 'BF16'] as const).map(bitsPerNumber),
      [4.5, 5, 8.5, 4.5, 6.5625, 16],
    );
  });
});

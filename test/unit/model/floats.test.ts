/** Half-precision numbers against values worked out from the formats' definitions. */
import assert from 'node:assert/strict';
import { bytesPerElement, toFloat32 } from '../../../src/model/floats';

const halves = (values: number[], type: string) => [...toFloat32(Buffer.from(Uint16Array.from(values).buffer), type)!];

describe('floats', () => {
  it('reads F16', () => {
    const cases: [number, number][] = [
      [0x0000, 0],
      [0x8000, -0],
      [0x3c00, 1],
      [0xc000, -2],
      [0x3555, 0.333251953125],
      [0x7bff, 65504],
      [0x0400, 2 ** -14],
      [0x0001, 2 ** -24],
      [0x83ff, -1023 * 2 ** -24],
      [0x7c00, Infinity],
      [0xfc00, -Infinity],
      [0x7e00, NaN],
    ];
    assert.deepEqual(
      halves(
        cases.map(([bits]) => bits),
        'F16',
      ),
      cases.map(([, value]) => value),
    );
  });

  it('reads BF16', () => {
    const cases: [number, number][] = [
      [0x0000, 0],
      [0x8000, -0],
      [0x3f80, 1],
      [0xc049, -3.140625],
      [0x3eaa, 0.33203125],
      [0x0080, 2 ** -126],
      [0x7f80, Infinity],
      [0xff80, -Infinity],
      [0x7fc0, NaN],
    ];
    assert.deepEqual(
      halves(
        cases.map(([bits]) => bits),
        'BF16',
      ),
      cases.map(([, value]) => value),
    );
  });

  it('reads bytes that start anywhere', () => {
    const bytes = Buffer.alloc(9);
    bytes.writeFloatLE(1.5, 1);
    bytes.writeFloatLE(-2.25, 5);
    assert.deepEqual([...toFloat32(bytes.subarray(1), 'F32')!], [1.5, -2.25]);
    assert.deepEqual([...toFloat32(bytes.subarray(3, 5), 'BF16')!], [1.5]);
  });

  it('knows the sizes of other types but does not read them', () => {
    assert.equal(bytesPerElement('I64'), 8);
    assert.equal(bytesPerElement('toString'), undefined);
    assert.equal(bytesPerElement(4), undefined);
    assert.equal(toFloat32(Buffer.alloc(8), 'I64'), undefined);
  });
});

import assert from 'node:assert/strict';
import { markAnswers } from '../../../src/schedule/answers';

/** A token a byte: characters beyond ASCII take several, as in byte-level BPE. */
const bytes = {
  vocabSize: 256,
  bos: 1,
  eos: 2,
  pad: 0,
  encode: (text: string) => Int32Array.from(Buffer.from(text)),
  decode: (ids: ArrayLike<number>) => Buffer.from(Array.from(ids)).toString(),
  show: (id: number) => String(id),
};

/** The bytes that are marked, as 1 and 0 for each byte of the text. */
function marks(text: string, answers: string[], limit = Infinity): string {
  return markAnswers(text, bytes.encode(text).slice(0, limit), answers, bytes)!.join('');
}

describe('answers in a text', () => {
  it('are marked wherever they stand as words of their own', () => {
    assert.equal(marks('Ada, Adam, ADA', ['ada']), '11100000000111');
    assert.equal(marks('in 1990 on 1 May', ['1']), '0000000000010000');
  });

  it('are marked whole where characters take several tokens', () => {
    assert.equal(marks('a é🙂 b', ['é🙂']), '0011111100');
    assert.equal(marks('é a é', ['a']), '0001000');
  });

  it('may overlap, hold marks that mean something in patterns, or be missing', () => {
    assert.equal(marks('a b c d', ['a b', 'b c']), '1111100');
    assert.equal(marks('a (b) c.d', ['(b)', 'c?d', '']), '001110000');
    assert.equal(marks('abc', ['x']), '000');
  });

  it('are marked as far as a cut text goes', () => {
    assert.equal(marks('go to Rome', ['to Rome', 'Rome'], 7), '0001111');
    assert.equal(marks('go to Rome', ['Rome'], 5), '00000');
    assert.equal(marks('a é', ['é'], 3), '001');
  });

  it('are not looked for where the tokenizer changes the text', () => {
    const lowering = { ...bytes, encode: (text: string) => bytes.encode(text.toLowerCase()) };
    assert.equal(markAnswers('A b', lowering.encode('A b'), ['b'], lowering), undefined);
  });
});

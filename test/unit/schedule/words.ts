/** A tokenizer for tests: words with the space before them, single marks and line breaks; what is new gets the next id. */
import type { Tokenizer } from '../../../src/model/tokenizer';

export class WordTokenizer implements Tokenizer {
  readonly pad = 0;
  readonly bos = 1;
  readonly eos = 2;
  private readonly words = ['<pad>', '<bos>', '<eos>'];
  private readonly ids = new Map<string, number>();

  get vocabSize(): number {
    return this.words.length;
  }

  encode(text: string): Int32Array {
    return Int32Array.from(text.match(/ ?[\p{L}\p{N}]+|[^\p{L}\p{N}]/gu) ?? [], (word) => this.id(word));
  }

  decode(ids: ArrayLike<number>): string {
    return Array.from(ids, (id) => (id < 3 ? '' : this.words[id])).join('');
  }

  show(id: number): string {
    return this.words[id].replaceAll(' ', '·').replaceAll('\n', '⏎');
  }

  private id(word: string): number {
    if (!this.ids.has(word)) this.ids.set(word, this.words.push(word) - 1);
    return this.ids.get(word)!;
  }
}

/** Text to token ids and back, over a standard `tokenizer.json`. */
export interface Tokenizer {
  readonly vocabSize: number;
  readonly bos: number;
  readonly eos: number;
  readonly pad: number;
  /** Ids of the text alone, without special tokens. */
  encode(text: string): Int32Array;
  /** Text of the ids, special tokens left out. */
  decode(ids: ArrayLike<number>): string;
  /** The text of one token as a person should see it (spaces and line breaks visible as such). */
  show(id: number): string;
}

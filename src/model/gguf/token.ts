/** The entries of a GGUF file's vocabulary, and what each kind of tokenizer makes of them. */

/** What `token_type` says of a token. */
export const kinds = { ordinary: 1, unknown: 2, control: 3, userDefined: 4, unused: 5, byte: 6 } as const;

export interface Token {
  id: number;
  text: string;
  kind: number;
}

/** What a kind of tokenizer says of its own. */
export interface Parts {
  normalizer: unknown;
  pre_tokenizer: unknown;
  decoder: unknown;
  model: Record<string, unknown>;
  /** Whether texts begin with the begin token where the file doesn't say so. */
  addsBos: boolean;
}

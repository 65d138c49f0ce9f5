/** The shape of a decoder, in the field names of a Hugging Face `config.json` turned into plain terms. */
export interface ModelConfig {
  /** Only `llama` for now: RMSNorm, rotary positions, grouped-query attention, SwiGLU. */
  family: 'llama';
  vocabSize: number;
  hiddenSize: number;
  intermediateSize: number;
  layers: number;
  heads: number;
  kvHeads: number;
  headSize: number;
  /** Longest sequence, in tokens. */
  maxPositions: number;
  ropeTheta: number;
  normEpsilon: number;
  tiedEmbeddings: boolean;
  bosToken: number;
  eosToken: number;
  padToken: number;
}

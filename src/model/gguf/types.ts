/** How GGUF stores numbers: in blocks of a few that share their scales. Names and sizes are ggml's. */

interface BlockType {
  /** Numbers in a block. */
  numbers: number;
  /** Bytes that they take. */
  bytes: number;
}

/** The types that can be read. */
export const blockTypes = {
  F32: { numbers: 1, bytes: 4 },
  F16: { numbers: 1, bytes: 2 },
  BF16: { numbers: 1, bytes: 2 },
  Q8_0: { numbers: 32, bytes: 34 },
  Q4_0: { numbers: 32, bytes: 18 },
  Q4_1: { numbers: 32, bytes: 20 },
  Q5_0: { numbers: 32, bytes: 22 },
  Q5_1: { numbers: 32, bytes: 24 },
  Q4_K: { numbers: 256, bytes: 144 },
  Q6_K: { numbers: 256, bytes: 210 },
} as const satisfies Record<string, BlockType>;

export type TypeName = keyof typeof blockTypes;

/** Names by ggml's number of the type; numbers that it has given up or not given yet stand for themselves. */
const names = [
  ...['F32', 'F16', 'Q4_0', 'Q4_1', '4', '5', 'Q5_0', 'Q5_1', 'Q8_0', 'Q8_1', 'Q2_K', 'Q3_K', 'Q4_K', 'Q5_K', 'Q6_K'],
  ...['Q8_K', 'IQ2_XXS', 'IQ2_XS', 'IQ3_XXS', 'IQ1_S', 'IQ4_NL', 'IQ3_S', 'IQ2_S', 'IQ4_XS', 'I8', 'I16', 'I32'],
  ...['I64', 'F64', 'IQ1_M', 'BF16', 'Q4_0_4_4', 'Q4_0_4_8', 'Q4_0_8_8', 'TQ1_0', 'TQ2_0', '36', '37', '38', 'MXFP4'],
];

/** The name of a type by ggml's number; the number itself for one that is unknown. */
export const typeName = (type: number): string => names[type] ?? String(type);

export const isReadable = (name: string): name is TypeName => Object.hasOwn(blockTypes, name);

/** Bits that one number takes, its share of the scales included. */
export const bitsPerNumber = (type: TypeName): number => (8 * blockTypes[type].bytes) / blockTypes[type].numbers;

/** Exported models as others run them: transformers.js, and whoever feeds the graph to ONNX Runtime by hand. */
import path from 'node:path';
import {
  AutoModelForCausalLM,
  env,
  pipeline,
  type PreTrainedModel,
  Tensor as TheirTensor,
} from '@huggingface/transformers';
import { InferenceSession, Tensor } from 'onnxruntime-node';

env.allowRemoteModels = false;
env.useFSCache = false;

/** Prompts filled up on the left with a token that stands in none of them, and where their own tokens are. */
function leftPadded(prompts: readonly number[][], filler: number) {
  const width = Math.max(...prompts.map(({ length }) => length));
  const missing = ({ length }: number[]) => width - length;
  return {
    tokens: prompts.map((prompt) => [...new Array<number>(missing(prompt)).fill(filler), ...prompt]),
    mask: prompts.map((prompt) => [...new Array<number>(missing(prompt)).fill(0), ...prompt.map(() => 1)]),
  };
}

const flat = (rows: readonly number[][]) => BigInt64Array.from(rows.flat(), BigInt);
const dims = (rows: readonly number[][]) => [rows.length, rows[0].length];
const whole = (rows: readonly number[][]) => new Tensor('int64', flat(rows), dims(rows));

export function openByHand(folder: string): Promise<InferenceSession> {
  return InferenceSession.create(path.join(folder, 'onnx/model.onnx'), { logSeverityLevel: 3 });
}

/** Greedy tokens of each prompt, `count` of them, by nothing but the graph's inputs and outputs. */
export async function greedyByHand(
  session: InferenceSession,
  prompts: readonly number[][],
  count: number,
): Promise<number[][]> {
  const found: number[][] = prompts.map(() => []);
  let { tokens, mask } = leftPadded(prompts, 4);
  let places = mask.map((row) => row.map((_, i) => Math.max(0, sum(row.slice(0, i + 1)) - 1)));
  let cache = emptyCache(session, prompts.length);
  for (let step = 0; step < count; step++) {
    const inputs = { input_ids: whole(tokens), attention_mask: whole(mask), position_ids: whole(places) };
    const { logits, ...presents } = await session.run({ ...inputs, ...cache });
    const next = lastRows(logits).map((row) => row.indexOf(Math.max(...row)));
    next.forEach((token, row) => found[row].push(token));
    tokens = next.map((token) => [token]);
    places = mask.map((row) => [sum(row)]);
    mask = mask.map((row) => [...row, 1]);
    cache = Object.fromEntries(
      Object.entries(presents).map(([name, value]) => [name.replace('present', 'past_key_values'), value as Tensor]),
    );
  }
  return found;
}

const sum = (list: readonly number[]) => list.reduce((all, one) => all + one, 0);

function emptyCache({ inputMetadata }: InferenceSession, rows: number): Record<string, Tensor> {
  const pasts = inputMetadata.flatMap((input) => (input.isTensor && input.name.startsWith('past') ? [input] : []));
  return Object.fromEntries(
    pasts.map(({ name, shape: [, heads, , size] }) => [
      name,
      new Tensor('float32', new Float32Array(0), [rows, Number(heads), 0, Number(size)]),
    ]),
  );
}

/** The logits of each row's last place. */
function lastRows(logits: { data: unknown; dims: readonly number[] }): number[][] {
  const [rows, length, size] = logits.dims;
  const data = logits.data as Float32Array;
  const end = (row: number) => (row + 1) * length * size;
  return Array.from({ length: rows }, (_, row) => Array.from(data.subarray(end(row) - size, end(row))));
}

/** A model as transformers.js loads it from its folder. */
export function loadForTransformersJs(folder: string): Promise<PreTrainedModel> {
  return AutoModelForCausalLM.from_pretrained(folder);
}

/** Its greedy tokens of each prompt, which end with a stop token or are `count`; rows are as long as the longest. */
export async function greedyByTransformersJs(
  model: PreTrainedModel,
  prompts: readonly number[][],
  count: number,
): Promise<number[][]> {
  const { tokens, mask } = leftPadded(prompts, 4);
  const theirs = (rows: number[][]) => new TheirTensor('int64', flat(rows), dims(rows));
  const inputs = { inputs: theirs(tokens), attention_mask: theirs(mask) };
  const found = (await model.generate({ ...inputs, max_new_tokens: count } as never)) as TheirTensor;
  return (found.tolist() as bigint[][]).map((row) => row.slice(tokens[0].length).map(Number));
}

/** Texts that a model's folder goes on with, with what it adds to each: `count` tokens at most. */
export async function textsByTransformersJs(folder: string, texts: string[], count: number): Promise<string[]> {
  const generate = await pipeline('text-generation', folder);
  const found = (await generate(texts, { max_new_tokens: count })) as { generated_text: string }[][];
  await generate.dispose();
  return found.map(([{ generated_text: text }]) => text);
}

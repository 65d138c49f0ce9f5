/**
 * The graphs a learner runs, from the same blocks: a whole training step in one graph; the same in two halves, gradients
 * and update, for batches that are accumulated; scoring. Results are named as `names` says.
 */
import type { ModelConfig } from '../../model/config';
import { type Parameter, trainedParameters } from '../../model/parameters';
import type { OptimizerSettings } from '../learner';
import { clipFactor, globalNorm, type Slot, stepInputs, update } from './adamw';
import { attention, surroundings } from './attention';
import { type BatchInputs, batchInputs } from './batch-inputs';
import { Decoder, outputTable, type Weights, weightInputs } from './decoder';
import { Graph, type Provider, type Value } from './graph';
import { takeRows } from './layers';
import { Tape } from './tape';
import { crossEntropy } from './vocabulary';

/** An encoded graph with the generated names of its results, by what they are. */
export interface Compiled<Results extends string> {
  bytes: Uint8Array;
  results: Record<Results, string>;
  /** Results that belong to a weight, by weight name. */
  perWeight: Record<string, Map<string, string>>;
}

/** How a graph is to be written. */
export interface GraphOptions {
  provider?: Provider;
  /** Computes each block again for the way back, which saves memory and takes a third more time. */
  recompute?: boolean;
}

/** Names of the optimiser's and accumulator's inputs that belong to a weight. */
export const firstOf = (weight: string) => `${weight}#first`;
export const secondOf = (weight: string) => `${weight}#second`;
export const gradientOf = (weight: string) => `${weight}#gradient`;

/** loss, its unweighted terms, norm, and new `weight`, `first`, `second` a weight, from one batch. */
export function stepGraph(
  config: ModelConfig,
  optimizer: OptimizerSettings,
  { provider, recompute }: GraphOptions = {},
): Compiled<'loss' | 'terms' | 'norm'> {
  const graph = new Graph(provider);
  const weights = weightInputs(graph, config);
  const { loss, terms, gradients } = differentiate(new Decoder(new Tape(graph), config, weights, recompute));
  return finish(graph, { loss, terms }, updates(graph, config, optimizer, weights, gradients));
}

/** loss, its unweighted terms, and a `gradient` a weight: the given sum plus this batch's. */
export function gradientGraph(
  config: ModelConfig,
  { provider, recompute }: GraphOptions = {},
): Compiled<'loss' | 'terms'> {
  const graph = new Graph(provider);
  const weights = weightInputs(graph, config);
  const sums = gradientInputs(graph, config);
  const { loss, terms, gradients } = differentiate(new Decoder(new Tape(graph), config, weights, recompute), sums);
  const named = new Map([...sums.keys()].map((name, i) => [name, gradients[i]]));
  return compile(graph, { loss, terms }, { gradient: named });
}

/** norm, and new `weight`, `first`, `second` a weight, from accumulated gradients. */
export function updateGraph(config: ModelConfig, optimizer: OptimizerSettings, provider?: Provider): Compiled<'norm'> {
  const graph = new Graph(provider);
  const weights = trainedInputs(graph, config);
  const gradients = [...gradientInputs(graph, config).values()];
  return finish(graph, {}, updates(graph, config, optimizer, weights, gradients));
}

function trainedInputs(graph: Graph, config: ModelConfig): Weights {
  return new Map(trainedParameters(config).map(({ name, shape }) => [name, graph.input(name, shape)]));
}

/** One a trained weight, by the weight's name. */
function gradientInputs(graph: Graph, config: ModelConfig): Map<string, Value> {
  return new Map(trainedParameters(config).map(({ name, shape }) => [name, graph.input(gradientOf(name), shape)]));
}

/** loss [scored, 1] in nats and the most likely token [scored] int64 at each scored place. */
export function scoreGraph(config: ModelConfig, provider?: Provider): Compiled<'losses' | 'best'> {
  const graph = new Graph(provider);
  const weights = weightInputs(graph, config);
  const inputs = batchInputs(graph);
  const hidden = scoredStates(new Decoder(new Tape(graph), config, weights), inputs);
  const logits = graph.matmul(hidden, outputTable(config, weights), { transB: true });
  const logs = graph.op('LogSoftmax', [logits], logits.shape, { axis: -1 });
  const column = graph.reshape(inputs.targets, ['scored', 1]);
  const chosen = graph.op('GatherElements', [logs, column], ['scored', 1], { axis: 1 });
  const results = [{ shape: ['scored'], type: 'int64' as const }];
  const best = graph.ops('ArgMax', [logits], results, { axis: -1, keepdims: 0 })[0];
  return compile(graph, { losses: graph.unary('Neg', chosen), best }, {});
}

/** @param sums of the gradients so far, by the weight's name */
function differentiate(
  decoder: Decoder,
  sums?: ReadonlyMap<string, Value>,
): { loss: Value; terms: Value; gradients: Value[] } {
  const { tape, config, weights } = decoder;
  const inputs = batchInputs(tape.graph);
  const hidden = scoredStates(decoder, inputs);
  const targets = { tokens: inputs.targets, weights: inputs.weights };
  const { loss, terms } = crossEntropy(tape, hidden, outputTable(config, weights), targets);
  const trained = trainedParameters(config).map(({ name }) => weights.get(name)!);
  return { loss, terms, gradients: tape.gradients(loss, trained, sums) };
}

/** Normed hidden states at the scored places, [scored, hiddenSize]. */
function scoredStates(decoder: Decoder, inputs: BatchInputs): Value {
  const { tape, config } = decoder;
  const around = surroundings(tape.graph, config, inputs.examples, inputs.positions);
  const positions = tape.graph.reshape(inputs.positions, ['places']);
  const hidden = decoder.decode(decoder.embed(inputs.tokens, positions), (parts, on) =>
    attention(on, config, parts, around),
  );
  return decoder.finalNorm(takeRows(tape, hidden, inputs.scored));
}

function updates(
  graph: Graph,
  config: ModelConfig,
  optimizer: OptimizerSettings,
  weights: Weights,
  gradients: readonly Value[],
): { norm: Value; slots: Map<string, Slot> } {
  const inputs = stepInputs(graph);
  const norm = globalNorm(graph, gradients);
  const factor = clipFactor(graph, norm, optimizer.clip);
  const step = (parameter: Parameter, i: number): [string, Slot] => {
    const { name, shape } = parameter;
    const moments = { first: graph.input(firstOf(name), shape), second: graph.input(secondOf(name), shape) };
    const clipped = factor ? graph.binary('Mul', gradients[i], factor) : gradients[i];
    return [name, update(graph, optimizer, inputs, parameter, { weight: weights.get(name)!, ...moments }, clipped)];
  };
  return { norm, slots: new Map(trainedParameters(config).map(step)) };
}

function finish<Extra extends string>(
  graph: Graph,
  extra: Record<Extra, Value>,
  { norm, slots }: { norm: Value; slots: Map<string, Slot> },
): Compiled<Extra | 'norm'> {
  const part = (key: keyof Slot) => new Map([...slots].map(([name, slot]) => [name, slot[key]]));
  const perWeight = { weight: part('weight'), first: part('first'), second: part('second') };
  return compile(graph, { ...extra, norm } as Record<Extra | 'norm', Value>, perWeight);
}

function compile<Results extends string>(
  graph: Graph,
  results: Record<Results, Value>,
  perWeight: Record<string, Map<string, Value>>,
): Compiled<Results> {
  const single = Object.entries(results) as [Results, Value][];
  const many = Object.values(perWeight).flatMap((values) => [...values.values()]);
  const nameOf = (values: Map<string, Value>) => new Map([...values].map(([weight, { name }]) => [weight, name]));
  return {
    bytes: graph.build([...single.map(([, value]) => value), ...many]),
    results: Object.fromEntries(single.map(([key, { name }]) => [key, name])) as Record<Results, string>,
    perWeight: Object.fromEntries(Object.entries(perWeight).map(([key, values]) => [key, nameOf(values)])),
  };
}

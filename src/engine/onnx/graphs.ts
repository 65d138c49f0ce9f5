/**
 * The graphs a learner runs, from the same blocks: the gradient of a batch, the optimiser's step, scoring. Results are
 * named as `Compiled` says.
 */
import type { ModelConfig } from '../../model/config';
import { type Parameter, trainedParameters } from '../../model/parameters';
import type { OptimizerSettings } from '../learner';
import { factorInputs, globalNorm, type Slot, update } from './adamw';
import { attention, surroundings } from './attention';
import { type BatchInputs, batchInputs } from './batch-inputs';
import { Decoder, outputTable, weightInputs } from './decoder';
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
  /** Computes each block again for the way back, which saves memory and takes more time. */
  recompute?: boolean;
  /** Adds to sums of gradients that it is given. */
  adds?: boolean;
}

/** Names of the optimiser's and accumulator's inputs that belong to a weight. */
export const firstOf = (weight: string) => `${weight}#first`;
export const secondOf = (weight: string) => `${weight}#second`;
export const gradientOf = (weight: string) => `${weight}#gradient`;

/**
 * loss, its unweighted terms, and a `gradient` a weight, of one batch or added to given sums; the norm of all gradients.
 */
export function gradientGraph(
  config: ModelConfig,
  { provider, recompute, adds }: GraphOptions = {},
): Compiled<'loss' | 'terms' | 'norm'> {
  const graph = new Graph(provider);
  const weights = weightInputs(graph, config);
  const sums = adds ? gradientInputs(graph, config) : undefined;
  const { loss, terms, gradients } = differentiate(new Decoder(new Tape(graph), config, weights, recompute), sums);
  const named = new Map(trainedParameters(config).map(({ name }, i) => [name, gradients[i]]));
  return compile(graph, { loss, terms, norm: globalNorm(graph, gradients) }, { gradient: named });
}

/** New `weight`, `first`, `second` a weight, from gradients. */
export function updateGraph(config: ModelConfig, optimizer: OptimizerSettings, provider?: Provider): Compiled<never> {
  const graph = new Graph(provider);
  const factors = factorInputs(graph);
  const gradients = gradientInputs(graph, config);
  const step = ({ name, shape, decay }: Parameter): [string, Slot] => {
    const [weight, first, second] = [name, firstOf(name), secondOf(name)].map((key) => graph.input(key, shape));
    const shrink = decay ? factors.shrink : graph.scalar(1);
    const slot = { weight, first, second };
    return [name, update(graph, optimizer, { ...factors, shrink }, slot, gradients.get(name)!)];
  };
  const slots = trainedParameters(config).map(step);
  const part = (key: keyof Slot) => new Map(slots.map(([name, slot]) => [name, slot[key]]));
  return compile(graph, {}, { weight: part('weight'), first: part('first'), second: part('second') });
}

/** The same for any vector of weights and what belongs to it, as inputs `weight`, `first`, `second` and `gradient`. */
export function sliceGraph(optimizer: OptimizerSettings): Compiled<keyof Slot> {
  const graph = new Graph();
  const vector = (name: string) => graph.input(name, ['slice']);
  const slot = { weight: vector('weight'), first: vector('first'), second: vector('second') };
  const updated = update(graph, optimizer, factorInputs(graph), slot, vector('gradient'));
  return compile(graph, { ...updated }, {});
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

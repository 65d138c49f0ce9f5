/**
 * AdamW with clipping by the global norm (Loshchilov and Hutter, 2019) as graph nodes: new weights and moments from
 * weights, moments and gradients. Decay is decoupled and spares the norms.
 */
import type { Parameter } from '../../model/parameters';
import type { OptimizerSettings } from '../learner';
import type { Graph, Value } from './graph';

/** What changes from step to step, all scalars. */
export interface StepInputs {
  /** Learning rate. */
  rate: Value;
  /** 1 / (1 − β₁ᵗ) and 1 / √(1 − β₂ᵗ) for step t. */
  correction1: Value;
  correction2: Value;
}

export interface Slot {
  weight: Value;
  first: Value;
  second: Value;
}

export function stepInputs(graph: Graph): StepInputs {
  const scalar = (name: string) => graph.input(name, []);
  return { rate: scalar('rate'), correction1: scalar('correction1'), correction2: scalar('correction2') };
}

/** The values of the scalars at step t (from 1). */
export function corrections({ beta1, beta2 }: OptimizerSettings, t: number) {
  return { correction1: 1 / (1 - Math.pow(beta1, t)), correction2: 1 / Math.sqrt(1 - Math.pow(beta2, t)) };
}

/** √Σ g² over all gradients, a scalar. */
export function globalNorm(graph: Graph, gradients: readonly Value[]): Value {
  const squares = gradients.map((gradient) => graph.sumOfSquares(gradient));
  return graph.unary('Sqrt', graph.total(squares));
}

/** 1, or what brings the gradient's norm down to the largest allowed. */
export function clipFactor(graph: Graph, norm: Value, clip: number): Value | undefined {
  if (clip === 0) return undefined;
  const factor = graph.binary('Div', graph.scalar(clip), graph.binary('Add', norm, graph.scalar(1e-6)));
  return graph.binary('Min', factor, graph.scalar(1));
}

/** The slot after one step. */
export function update(
  graph: Graph,
  settings: OptimizerSettings,
  inputs: StepInputs,
  { decay }: Parameter,
  slot: Slot,
  gradient: Value,
): Slot {
  const first = average(graph, settings.beta1, slot.first, gradient);
  const second = average(graph, settings.beta2, slot.second, graph.binary('Mul', gradient, gradient));
  const size = graph.binary('Mul', graph.unary('Sqrt', second), inputs.correction2);
  const stride = graph.binary('Mul', inputs.rate, inputs.correction1);
  const direction = graph.binary('Div', first, graph.binary('Add', size, graph.scalar(settings.epsilon)));
  const move = graph.binary('Mul', direction, stride);
  return { weight: graph.binary('Sub', decayed(graph, settings, inputs, decay, slot.weight), move), first, second };
}

/** β · average + (1 − β) · x. */
function average(graph: Graph, beta: number, mean: Value, x: Value): Value {
  const kept = graph.binary('Mul', mean, graph.scalar(beta));
  return graph.binary('Add', kept, graph.binary('Mul', x, graph.scalar(1 - beta)));
}

function decayed(
  graph: Graph,
  settings: OptimizerSettings,
  { rate }: StepInputs,
  decay: boolean,
  weight: Value,
): Value {
  if (!decay || settings.weightDecay === 0) return weight;
  const shrink = graph.binary('Mul', rate, graph.scalar(settings.weightDecay));
  return graph.binary('Mul', weight, graph.binary('Sub', graph.scalar(1), shrink));
}

/**
 * AdamW with clipping by the global norm (Loshchilov and Hutter, 2019): the factors of a step, as numbers, and new
 * weights and moments from weights, moments and gradients, as graph nodes. Decay is decoupled and spares the norms.
 */
import type { OptimizerSettings } from '../learner';
import type { Graph, Value } from './graph';

/** All that changes from step to step, folded together: each operator on weights is a pass over memory. */
export interface Factors<Scalar> {
  /** (1 − β₁) · clipping, and (1 − β₂) · clipping². */
  first: Scalar;
  second: Scalar;
  /** rate / (1 − β₁ᵗ) · √(1 − β₂ᵗ), and ε · √(1 − β₂ᵗ). */
  stride: Scalar;
  floor: Scalar;
  /** 1 − rate · decay. */
  shrink: Scalar;
}

export interface Slot {
  weight: Value;
  first: Value;
  second: Value;
}

export interface StepSize {
  /** Learning rate. */
  rate: number;
  /** √Σ g² over all gradients. */
  norm: number;
  /** Which step it is, from 1. */
  t: number;
}

export function factorsOf(settings: OptimizerSettings, { rate, norm, t }: StepSize): Factors<number> {
  const { beta1, beta2, epsilon, weightDecay, clip } = settings;
  const clipping = clip === 0 ? 1 : Math.min(1, clip / (norm + 1e-6));
  const correction = Math.sqrt(1 - beta2 ** t);
  return {
    first: (1 - beta1) * clipping,
    second: (1 - beta2) * clipping ** 2,
    stride: (rate / (1 - beta1 ** t)) * correction,
    floor: epsilon * correction,
    shrink: 1 - rate * weightDecay,
  };
}

export function factorInputs(graph: Graph): Factors<Value> {
  const scalar = (name: string) => graph.input(name, []);
  return {
    first: scalar('factor.first'),
    second: scalar('factor.second'),
    stride: scalar('factor.stride'),
    floor: scalar('factor.floor'),
    shrink: scalar('factor.shrink'),
  };
}

/** √Σ g² over all gradients, a scalar. */
export function globalNorm(graph: Graph, gradients: readonly Value[]): Value {
  const squares = gradients.map((gradient) => graph.sumOfSquares(gradient));
  return graph.unary('Sqrt', graph.total(squares));
}

/** The slot after one step. */
export function update(
  graph: Graph,
  { beta1, beta2 }: OptimizerSettings,
  factors: Factors<Value>,
  slot: Slot,
  gradient: Value,
): Slot {
  const times = (a: Value, b: Value) => graph.binary('Mul', a, b);
  const first = graph.binary('Add', times(slot.first, graph.scalar(beta1)), times(gradient, factors.first));
  const squared = times(times(gradient, gradient), factors.second);
  const second = graph.binary('Add', times(slot.second, graph.scalar(beta2)), squared);
  const size = graph.binary('Add', graph.unary('Sqrt', second), factors.floor);
  const move = graph.binary('Div', times(first, factors.stride), size);
  return { weight: graph.binary('Sub', times(slot.weight, factors.shrink), move), first, second };
}

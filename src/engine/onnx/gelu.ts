/** The Gaussian error linear unit in its exact form and in the one by a hyperbolic tangent, forward and backward. */
import type { Value } from './graph';
import type { Tape } from './tape';

/** x · Φ(x), Φ the distribution function of the standard normal distribution. */
export function gelu(tape: Tape, x: Value): Value {
  const { graph } = tape;
  const share = half(tape, graph.unary('Erf', graph.binary('Mul', x, graph.scalar(Math.SQRT1_2))));
  return tape.record(graph.binary('Mul', x, share), [x], (gradient) => {
    // Φ + x · φ
    const square = graph.binary('Mul', graph.binary('Mul', x, x), graph.scalar(-0.5));
    const density = graph.binary('Mul', graph.unary('Exp', square), graph.scalar(1 / Math.sqrt(2 * Math.PI)));
    const slope = graph.binary('Add', share, graph.binary('Mul', x, density));
    return [tape.added(graph.binary('Mul', gradient, slope))];
  });
}

const scale = Math.sqrt(2 / Math.PI);
const cubic = 0.044715;

/** x · (1 + tanh(√(2/π) · (x + 0.044715 · x³))) / 2. Source: Hendrycks and Gimpel (2016), arXiv 1606.08415. */
export function geluTanh(tape: Tape, x: Value): Value {
  const { graph } = tape;
  const square = graph.binary('Mul', x, x);
  const curve = (factor: number) =>
    graph.binary('Add', graph.binary('Mul', square, graph.scalar(scale * factor)), graph.scalar(scale));
  const tangent = graph.unary('Tanh', graph.binary('Mul', x, curve(cubic)));
  const share = half(tape, tangent);
  return tape.record(graph.binary('Mul', x, share), [x], (gradient) => {
    // share + x · (1 − tanh²) / 2 · (inner part)′
    const rest = graph.binary('Sub', graph.scalar(1), graph.binary('Mul', tangent, tangent));
    const inner = graph.binary('Mul', graph.binary('Mul', x, rest), curve(3 * cubic));
    const slope = graph.binary('Add', share, graph.binary('Mul', inner, graph.scalar(0.5)));
    return [tape.added(graph.binary('Mul', gradient, slope))];
  });
}

/** (1 + x) / 2. */
function half({ graph }: Tape, x: Value): Value {
  return graph.binary('Mul', graph.binary('Add', x, graph.scalar(1)), graph.scalar(0.5));
}

/**
 * Where token ids meet vectors: the embedding at the bottom and the cross-entropy at the top. Both add up gradients by
 * token id, and tokens repeat. ONNX Runtime's ScatterND adds in parallel without locks and so loses additions to a
 * repeated row; ScatterElements adds one after the other, exactly and always in the same order.
 */
import type { Value } from './graph';
import type { Contribution, Tape } from './tape';

/** Embedding rows of `tokens` [n]. */
export function embed(tape: Tape, table: Value, tokens: Value): Value {
  const output = tape.graph.op('Gather', [table, tokens], [tokens.shape[0], table.shape[1]], { axis: 0 });
  return tape.record(output, [table], (gradient) => [addByToken(tape, table, gradient, tokens)]);
}

/** Adds rows [n, features] into the table's gradient at their tokens [n]. */
function addByToken({ graph }: Tape, table: Value, rows: Value, tokens: Value): Contribution {
  return (sum) => {
    const column = graph.reshape(tokens, [tokens.shape[0], 1]);
    const places = graph.op('Expand', [column, graph.shapeOf(rows)], rows.shape);
    const base = sum ?? graph.zeros(graph.sizes(table.shape as number[]), table.shape);
    return graph.op('ScatterElements', [base, places, rows], table.shape, { axis: 0, reduction: 'add' });
  };
}

export interface Targets {
  /** Target ids, [scored] int32. */
  tokens: Value;
  /** Loss weights, [scored]. */
  weights: Value;
}

/**
 * Σ weight · −log softmax(hidden · tableᵀ)[target], a scalar, for hidden [scored, features], and its terms without
 * their weights, [scored, 1]. The scalar must be what is differentiated. Its gradient is weight · (p − one-hot(target));
 * the one-hot part is taken out of both products, so that nothing but the softmax passes over [scored, vocabulary].
 */
export function crossEntropy(tape: Tape, hidden: Value, table: Value, targets: Targets) {
  const { graph } = tape;
  const scored = hidden.shape[0];
  const logits = graph.matmul(hidden, table, { transB: true });
  const likelihoods = graph.op('Softmax', [logits], logits.shape, { axis: -1 });
  const column = graph.reshape(targets.tokens, [scored, 1]);
  const chosen = graph.op('GatherElements', [likelihoods, column], [scored, 1], { axis: 1 });
  const floored = graph.binary('Max', chosen, graph.scalar(1e-37));
  const weights = graph.reshape(targets.weights, [scored, 1]);
  const terms = graph.unary('Neg', graph.unary('Log', floored));
  const loss = graph.sum(graph.binary('Mul', terms, weights), [0, 1], false);
  tape.record(loss, [hidden, table], () => {
    const expected = graph.matmul(likelihoods, table);
    const gold = graph.op('Gather', [table, targets.tokens], hidden.shape, { axis: 0 });
    const toHidden = graph.binary('Mul', graph.binary('Sub', expected, gold), weights);
    return [
      tape.added(toHidden),
      (sum) => {
        const pulled = graph.binary('Mul', hidden, weights);
        const dense = graph.op('Gemm', [likelihoods, pulled, sum], table.shape, { transA: 1 });
        return addByToken(tape, table, graph.unary('Neg', pulled), targets.tokens)(dense);
      },
    ];
  });
  return { loss, terms };
}

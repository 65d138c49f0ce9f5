/**
 * Where token ids meet vectors: the embedding at the bottom and the cross-entropy at the top. Both add up gradients by
 * token id. ONNX Runtime's ScatterND adds in parallel without locks and so loses additions to a repeated row; here the
 * distinct tokens of a batch get slots, a one-hot product adds per slot, and each slot is then written once.
 */
import type { Graph, Value } from './graph';
import type { Contribution, Tape } from './tape';

/** Embedding rows of `tokens` [n]; `slots` [n] says where in `used` each token stands. */
export function embed(tape: Tape, table: Value, tokens: Value, slots: Value, used: Value): Value {
  const { graph } = tape;
  const output = graph.op('Gather', [table, tokens], [tokens.shape[0], table.shape[1]], { axis: 0 });
  return tape.record(output, [table], (gradient) => [addByToken(tape, table, gradient, slots, used)]);
}

/** Adds rows [n, features] into the table's gradient at their tokens. */
function addByToken(tape: Tape, table: Value, rows: Value, slots: Value, used: Value): Contribution {
  const { graph } = tape;
  return (sum) => {
    const column = graph.reshape(slots, [slots.shape[0], 1]);
    const equal = graph.ops(
      'Equal',
      [column, ordinals(graph, used)],
      [{ shape: [slots.shape[0], used.shape[0]], type: 'bool' }],
    )[0];
    const oneHot = graph.cast(equal, 'float32');
    const added = graph.matmul(oneHot, rows, { transA: true });
    const ids = graph.reshape(used, [used.shape[0], 1]);
    const base =
      sum ?? graph.ops('ConstantOfShape', [graph.sizes(table.shape as number[])], [{ shape: table.shape }])[0];
    return graph.op('ScatterND', [base, ids, added], table.shape, { reduction: 'add' });
  };
}

/** 0, 1, … [used] int32. */
function ordinals(graph: Graph, used: Value): Value {
  const sizes = graph.cast(graph.shapeOf(used), 'int32');
  const whole = (x: number) => graph.constant([x], [], 'int32');
  return graph.op('Range', [whole(0), graph.reshape(sizes, []), whole(1)], used.shape);
}

export interface Targets {
  /** Target ids, [scored] int32. */
  tokens: Value;
  /** Their slots in `used`, [scored] int32. */
  slots: Value;
  used: Value;
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
    const pulled = graph.binary('Mul', hidden, weights);
    return [
      tape.added(toHidden),
      (sum) => {
        const dense = graph.op('Gemm', [likelihoods, pulled, sum], table.shape, { transA: 1 });
        return addByToken(tape, table, graph.unary('Neg', pulled), targets.slots, targets.used)(dense);
      },
    ];
  });
  return { loss, terms };
}

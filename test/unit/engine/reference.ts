/**
 * The decoder and its loss once more, in TensorFlow.js and as plainly as can be: one example at a time, an explicit
 * causal mask, keys repeated for their queries, no packing, no slots, and gradients by TensorFlow.js itself.
 */
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-core/dist/register_all_gradients';
import '@tensorflow/tfjs-backend-cpu';
import type { ModelConfig } from '../../../src/model/config';
import { parametersOf } from '../../../src/model/parameters';
import type { Example, Numbers } from './support';

tf.env().set('IS_TEST', true); // no greeting on the console

export type Matrices = Record<string, tf.Tensor2D>;

/** Σ weight × negative log-likelihood over the examples, and its gradient by every weight. */
export function lossAndGradients(config: ModelConfig, weights: Numbers, examples: readonly Example[]) {
  const parameters = parametersOf(config);
  const tensors = parameters.map(({ name, shape }) => tf.tensor(weights.get(name)!, shape));
  const loss = (...values: tf.Tensor[]) => {
    const named = Object.fromEntries(parameters.map(({ name }, i) => [name, values[i] as tf.Tensor2D]));
    return tf.addN(examples.map((example) => weightedLoss(config, named, example))) as tf.Scalar;
  };
  const { value, grads } = tf.valueAndGrads(loss)(tensors);
  const gradients = parameters.map(({ name }, i) => [name, grads[i].dataSync() as Float32Array] as const);
  return { loss: value.dataSync()[0], gradients: new Map(gradients) };
}

function weightedLoss(config: ModelConfig, weights: Matrices, { tokens, weights: own }: Example): tf.Scalar {
  return tf.sum(tf.mul(losses(config, weights, tokens), own as number[]));
}

/** Negative log-likelihood of each token after the first, [n − 1]. */
export function losses(config: ModelConfig, weights: Matrices, tokens: readonly number[]): tf.Tensor1D {
  const hidden = hiddenStates(config, weights, tokens.slice(0, -1));
  const table = weights[config.tiedEmbeddings ? 'model.embed_tokens.weight' : 'lm_head.weight'];
  return crossEntropy(hidden, table, tokens.slice(1));
}

function hiddenStates(config: ModelConfig, weights: Matrices, tokens: readonly number[]): tf.Tensor2D {
  let hidden = tf.gather(weights['model.embed_tokens.weight'], tf.tensor1d([...tokens], 'int32'));
  for (let layer = 0; layer < config.layers; layer++) {
    const weight = (name: string) => weights[`model.layers.${layer}.${name}.weight`];
    const normed = rmsNorm(hidden, weight('input_layernorm'), config.normEpsilon);
    const [q, k, v] = ['q', 'k', 'v'].map((part) => linear(normed, weight(`self_attn.${part}_proj`)));
    hidden = tf.add(hidden, linear(attention(config, q, k, v), weight('self_attn.o_proj')));
    const again = rmsNorm(hidden, weight('post_attention_layernorm'), config.normEpsilon);
    const unit = gatedUnit(linear(again, weight('mlp.gate_proj')), linear(again, weight('mlp.up_proj')));
    hidden = tf.add(hidden, linear(unit, weight('mlp.down_proj')));
  }
  return rmsNorm(hidden, weights['model.norm.weight'], config.normEpsilon);
}

export function linear(x: tf.Tensor2D, weight: tf.Tensor2D): tf.Tensor2D {
  return tf.matMul(x, weight, false, true);
}

export function rmsNorm(x: tf.Tensor2D, weight: tf.Tensor, epsilon: number): tf.Tensor2D {
  const size = tf.sqrt(tf.add(tf.mean(tf.square(x), -1, true), epsilon));
  return tf.mul(tf.div(x, size), weight);
}

export function layerNorm(x: tf.Tensor2D, weight: tf.Tensor, bias: tf.Tensor, epsilon: number): tf.Tensor2D {
  const { mean, variance } = tf.moments(x, -1, true);
  return tf.add(tf.mul(tf.div(tf.sub(x, mean), tf.sqrt(tf.add(variance, epsilon))), weight), bias);
}

export function gatedUnit(gate: tf.Tensor2D, up: tf.Tensor2D): tf.Tensor2D {
  return tf.mul(tf.mul(gate, tf.sigmoid(gate)), up);
}

/** Causal attention within one example, head by head: [n, heads · size]. */
export function attention(config: ModelConfig, q: tf.Tensor2D, k: tf.Tensor2D, v: tf.Tensor2D): tf.Tensor2D {
  const { heads, kvHeads, headSize } = config;
  const [length] = q.shape;
  const future = Array.from({ length }, (_, i) => Array.from({ length }, (_, j) => (j > i ? -1e9 : 0)));
  const part = (x: tf.Tensor2D, head: number) => tf.slice(x, [0, head * headSize], [length, headSize]);
  const mixed = Array.from({ length: heads }, (_, head) => {
    const shared = Math.floor((head * kvHeads) / heads);
    const queries = rotate(config, part(q, head));
    const keys = rotate(config, part(k, shared));
    const scores = tf.div(tf.matMul(queries, keys, false, true), Math.sqrt(headSize));
    return tf.matMul(tf.softmax(tf.add(scores, tf.tensor2d(future))), part(v, shared));
  });
  return tf.concat(mixed, 1) as tf.Tensor2D;
}

/** Rotary positions, [n, size]: each pair (i, i + size / 2) turned by position × θ^(−2i / size). */
function rotate({ ropeTheta, headSize }: ModelConfig, x: tf.Tensor2D): tf.Tensor2D {
  const half = headSize / 2;
  const [length] = x.shape;
  const table = (f: (angle: number) => number) =>
    tf.tensor2d(
      Array.from({ length }, (_, position) =>
        Array.from({ length: half }, (_, i) => f(position * Math.pow(ropeTheta, (-2 * i) / headSize))),
      ),
    );
  const [cosine, sine] = [table(Math.cos), table(Math.sin)];
  const [first, second] = [tf.slice(x, [0, 0], [length, half]), tf.slice(x, [0, half], [length, half])];
  const turned = [
    tf.sub(tf.mul(first, cosine), tf.mul(second, sine)),
    tf.add(tf.mul(second, cosine), tf.mul(first, sine)),
  ];
  return tf.concat(turned, 1) as tf.Tensor2D;
}

/** −log softmax(hidden · tableᵀ)[target] for each row of hidden. */
export function crossEntropy(hidden: tf.Tensor2D, table: tf.Tensor2D, targets: readonly number[]): tf.Tensor1D {
  const logs = tf.logSoftmax(tf.matMul(hidden, table, false, true));
  const chosen = tf.oneHot(tf.tensor1d([...targets], 'int32'), table.shape[0]);
  return tf.neg(tf.sum(tf.mul(logs, chosen), 1)) as tf.Tensor1D;
}

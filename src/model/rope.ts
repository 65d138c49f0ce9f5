/** Rotary positions: how fast each pair of a head's numbers turns, and how far it is stretched. */
import type { ModelConfig, RopeScaling } from './config';

type Shape = Pick<ModelConfig, 'headSize' | 'ropeTheta' | 'ropeScaling' | 'block'>;

/** Radians a position for the numbers i and i + headSize / 2 of a head, [headSize / 2]; 0 where nothing is rotated. */
export function rotaryFrequencies(shape: Shape): Float32Array {
  const { headSize, ropeTheta, ropeScaling } = shape;
  const rotated = rotatedIn(shape);
  return Float32Array.from({ length: headSize / 2 }, (_, i) => {
    if (2 * i >= rotated) return 0;
    const frequency = Math.fround(1 / Math.pow(ropeTheta, (2 * i) / rotated));
    if (!ropeScaling) return frequency;
    const share = shareKept(ropeScaling, { frequency, i, rotated, ropeTheta });
    return (1 - share) * (frequency / ropeScaling.factor) + share * frequency;
  });
}

/** What the sine and cosine of each such pair are multiplied by, [headSize / 2]. */
export function rotaryStretch(shape: Shape): Float32Array {
  const { headSize, ropeScaling } = shape;
  const stretch = ropeScaling?.kind === 'yarn' ? ropeScaling.attentionFactor : 1;
  return new Float32Array(headSize / 2).fill(1).fill(stretch, 0, rotatedIn(shape) / 2);
}

const rotatedIn = ({ block, headSize }: Shape) => (block.positions === 'rotary' ? (block.rotated ?? headSize) : 0);

interface Pair {
  frequency: number;
  /** Of the `rotated` / 2 pairs. */
  i: number;
  rotated: number;
  ropeTheta: number;
}

/** How much of a pair's frequency stays; the rest is divided by the factor. */
function shareKept(scaling: RopeScaling, pair: Pair): number {
  switch (scaling.kind) {
    case 'linear':
      return 0;
    case 'llama3':
      return keptByLlama3(scaling, pair);
    case 'yarn':
      return keptByYarn(scaling, pair);
  }
}

type Kind<K extends RopeScaling['kind']> = Extract<RopeScaling, { kind: K }>;

/** Source: the rotary scaling of Llama 3.1, as its authors published it and `transformers` computes it. */
function keptByLlama3({ lowFactor, highFactor, originalPositions }: Kind<'llama3'>, { frequency }: Pair): number {
  const turns = (originalPositions * frequency) / (2 * Math.PI);
  return within((turns - lowFactor) / (highFactor - lowFactor));
}

/** Source: YaRN (Peng et al. 2023, arXiv 2309.00071), between whole pairs, as `transformers` computes it. */
function keptByYarn(
  { fastTurns, slowTurns, originalPositions }: Kind<'yarn'>,
  { i, rotated, ropeTheta }: Pair,
): number {
  const pairWith = (turns: number) =>
    (rotated * Math.log(originalPositions / (turns * 2 * Math.PI))) / (2 * Math.log(ropeTheta));
  const first = Math.max(0, Math.floor(pairWith(fastTurns)));
  const last = Math.min(rotated - 1, Math.ceil(pairWith(slowTurns)));
  return 1 - within((i - first) / (last === first ? 0.001 : last - first));
}

const within = (share: number) => Math.min(1, Math.max(0, share));

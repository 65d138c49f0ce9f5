/** Rotary positions: how fast each pair of a head's numbers turns. */
import type { ModelConfig, RopeScaling } from './config';

/** Radians a position for the numbers i and i + headSize / 2 of a head, [headSize / 2]; 0 where nothing is rotated. */
export function rotaryFrequencies({ headSize, ropeTheta, ropeScaling, block }: ModelConfig): Float32Array {
  const rotated = block.positions === 'rotary' ? (block.rotated ?? headSize) : 0;
  return Float32Array.from({ length: headSize / 2 }, (_, i) => {
    if (2 * i >= rotated) return 0;
    const frequency = Math.fround(1 / Math.pow(ropeTheta, (2 * i) / rotated));
    return ropeScaling ? scaled(frequency, ropeScaling) : frequency;
  });
}

/** Source: the rotary scaling of Llama 3.1, as its authors published it and `transformers` computes it. */
function scaled(frequency: number, scaling: RopeScaling): number {
  const slow = frequency / scaling.factor;
  if (scaling.kind === 'linear') return slow;
  const { lowFactor, highFactor, originalPositions } = scaling;
  const turns = (originalPositions * frequency) / (2 * Math.PI);
  const share = Math.min(1, Math.max(0, (turns - lowFactor) / (highFactor - lowFactor)));
  return (1 - share) * slow + share * frequency;
}

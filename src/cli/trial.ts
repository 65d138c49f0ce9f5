/** A few training steps of a tiny model on one sentence, whose loss must fall: what `pit doctor` tries of each engine. */
import type { Learner, OptimizerSettings } from '../engine/learner';
import { sentence, tiny } from '../engine/tiny';
import { messageOf } from '../errors';
import type { ModelConfig } from '../model/config';
import type { Finding } from './diagnosis';

export const usualOptimizer: OptimizerSettings = { beta1: 0.9, beta2: 0.95, epsilon: 1e-8, weightDecay: 0.1, clip: 1 };

export async function tryTraining(name: string, open: (config: ModelConfig) => Promise<Learner>): Promise<Finding> {
  try {
    const { losses, device } = await fewSteps(await open(tiny));
    const detail = `loss ${losses.map((loss) => loss.toFixed(3)).join(' → ')} on ${device}`;
    const falls = losses.every((loss, step) => Number.isFinite(loss) && (step === 0 || loss < losses[step - 1]));
    if (falls) return { state: 'ok', name, detail };
    return { state: 'fail', name, detail, advice: 'The loss must fall; the engine computes wrongly here.' };
  } catch (error) {
    return { state: 'fail', name, detail: messageOf(error).split('\n')[0] };
  }
}

async function fewSteps(learner: Learner): Promise<{ losses: number[]; device: string }> {
  const losses = [];
  for (let step = 0; step < 3; step++) losses.push((await learner.step([sentence()], 1e-2)).loss);
  await learner.close();
  return { losses, device: learner.report.device };
}

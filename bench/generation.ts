/** Greedy generation's speed, packing of the weights included, as an evaluation pays for it. */
import { configOf, freshLearner, median, type PresetName, timed } from './model';

const promptLength = 16;
const maxTokens = 32;
const rounds = 5;

/** New tokens a second when `batch` prompts of 16 tokens are answered at once with 32 tokens each. */
export async function measureGeneration(preset: PresetName, batch: number): Promise<number> {
  const config = configOf(preset);
  const learner = freshLearner(config);
  const count = Math.max(batch, 4);
  const prompts = Array.from({ length: count }, (_, row) =>
    Int32Array.from({ length: promptLength }, (_, i) => 3 + ((row * 131 + i * 977) % (config.vocabSize - 3))),
  );
  const generate = () => learner.generate(prompts, { maxTokens, batch, stopTokens: [] });
  await generate();
  const seconds: number[] = [];
  for (let round = 0; round < rounds; round++) seconds.push(await timed(generate));
  await learner.close();
  return (count * maxTokens) / median(seconds);
}

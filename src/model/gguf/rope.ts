/**
 * Llama 3's scaling of rotary frequencies. Its settings are not among a GGUF file's metadata: llama.cpp stores what they
 * come to, a divisor for each frequency. Settings are believed only if they come to these divisors.
 */
import { UserError } from '../../errors';
import type { ModelConfig, RopeScaling } from '../config';
import { rotaryFrequencies } from '../rope';
import type { GgufFile } from './header';
import { readTensor } from './tensors';

export const ropeTensor = 'rope_freqs.weight';

/** The config with the scaling that the file's divisors stand for. Throws a UserError if no known settings fit. */
export async function withScaling(gguf: GgufFile, config: ModelConfig): Promise<ModelConfig> {
  const tensor = gguf.tensors.get(ropeTensor);
  if (!tensor) return config;
  const divisors = await readTensor(gguf, tensor);
  const scaled = { ...config, ropeScaling: settingsFor(divisors) };
  if (!config.ropeScaling && fits(config, scaled, divisors)) return scaled;
  throw new UserError(`${gguf.file}: tensor "${ropeTensor}" scales rotary frequencies in a way that is not supported.`);
}

/** Llama 3.1, 3.2 and 3.3 differ in the factor alone, by which the lowest frequency is divided. */
const settingsFor = (divisors: Float32Array): RopeScaling => ({
  kind: 'llama3',
  factor: divisors[divisors.length - 1],
  lowFactor: 1,
  highFactor: 4,
  originalPositions: 8192,
});

/** Equal but for roundings in single precision. */
function fits(plain: ModelConfig, scaled: ModelConfig, divisors: Float32Array): boolean {
  const [before, after] = [plain, scaled].map(rotaryFrequencies);
  const isNear = (wanted: number, i: number) => Math.abs(after[i] * divisors[i] - wanted) <= 1e-5 * wanted;
  return before.length === divisors.length && before.every(isNear);
}

/** Which device trains: as asked for, or the one that is found fastest by trying them. Nothing is ever fallen back to. */
import { messageOf, UserError } from '../../errors';
import { type Device, type DeviceChoice, processor } from './device';
import type { Provider } from './graph';
import { howToGet, whyNot } from './providers';
import { tryProduct, tryStep } from './trial';

type GpuProvider = Exclude<Provider, 'cpu'>;

/** @throws UserError where a GPU is asked for and can't train, with the reason and what would help */
export async function chooseDevice(wanted: DeviceChoice, threads: number): Promise<Device> {
  if (wanted === 'cpu') return processor(threads);
  if (wanted === 'auto') return fastest(threads);
  const { refusal } = await tryProvider(wanted, threads);
  if (!refusal) return { provider: wanted, threads, reason: 'as the experiment asks for' };
  const way = howToGet(wanted);
  throw new UserError(
    `${refusal[0].toUpperCase()}${refusal.slice(1)}: set "device" to "cpu", or to "auto" to take what there is` +
      `${way ? `; ${way}` : ''}.`,
  );
}

/** What came of a trial: milliseconds of a product, or why it can't train, in words that begin small. */
export type Trial = { time: number; refusal?: undefined } | { time?: undefined; refusal: string };

/** On CUDA, which no product shows to be whole, a training step is tried too. */
export async function tryProvider(provider: GpuProvider, threads: number): Promise<Trial> {
  const missing = whyNot(provider);
  if (missing) return { refusal: `${nothing[provider]} (${missing})` };
  try {
    const time = await tryProduct(provider, threads);
    if (provider === 'cuda') await tryStep(provider);
    return { time };
  } catch (error) {
    return { refusal: `${nothing[provider]} (${firstSentence(messageOf(error))})` };
  }
}

const nothing = { webgpu: 'no GPU answers through WebGPU', cuda: 'no GPU answers through CUDA' };

/** CUDA counts only where somebody has installed it. */
async function fastest(threads: number): Promise<Device> {
  const candidates = (['cuda', 'webgpu'] as const).filter((provider) => provider === 'webgpu' || !whyNot(provider));
  const trials = [];
  for (const provider of candidates) trials.push({ provider, ...(await tryProvider(provider, threads)) });
  const refusals = trials.flatMap(({ refusal }) => refusal ?? []);
  const gpus = trials.flatMap(({ provider, time }) => (time === undefined ? [] : [{ provider, time }]));
  if (gpus.length === 0) return { ...processor(threads), reason: refusals.join('; ') };
  const [best, ...others] = gpus.sort((a, b) => a.time - b.time);
  const cpu = await tryProduct('cpu', threads);
  if (cpu <= best.time) return { ...processor(threads), reason: slower(best.time, cpu) };
  const wrong = await tryStep(best.provider).then(() => undefined, messageOf);
  if (wrong) return { ...processor(threads), reason: `the GPU is faster but can't train: ${firstSentence(wrong)}` };
  const elsewhere = others.map(({ provider, time }) => `${time.toFixed(1)} ms through ${provider}, `).join('');
  const reason = `a product took ${best.time.toFixed(1)} ms there, ${elsewhere}and ${cpu.toFixed(1)} ms on the processor`;
  return { provider: best.provider, threads, reason };
}

const slower = (gpu: number, cpu: number) =>
  `faster than the GPU: a product took ${cpu.toFixed(1)} ms here and ${gpu.toFixed(1)} ms there`;

/** What matters of the library's long messages. */
function firstSentence(text: string): string {
  const said = /Failed to (get|load)[^.]*|a (product|training step) came[^.]*/.exec(text)?.[0] ?? text.split('\n')[0];
  return said.trim().slice(0, 160);
}

/** What `pit doctor` looks at of the torch engine, where it is set up: its Python, GPUs, how processes talk. */
import { join } from 'node:path';
import { findInterpreter, type Interpreter } from '../engine/torch/environment';
import { type Probe, probe } from '../engine/torch/probe';
import { buildFor, isCurrent } from '../engine/torch/setup';
import { pythonFolder } from '../engine/torch/torchrun';
import { messageOf } from '../errors';
import type { Finding } from './diagnosis';

export async function diagnoseTorch(): Promise<Finding[]> {
  const interpreter = findInterpreter();
  if (!interpreter)
    return [{ state: 'ok', name: 'Torch', detail: 'not set up; "pit setup torch" does it, for the engine "torch"' }];
  try {
    const found = await probe(interpreter.python);
    return [versions(interpreter, found), gpus(found), communication(found)];
  } catch (error) {
    const advice = 'Set it up with "pit setup torch --again", or name another Python with PIT_TORCH_PYTHON.';
    return [{ state: 'fail', name: 'Torch', detail: messageOf(error), advice }];
  }
}

function versions({ python, environment }: Interpreter, found: Probe): Finding {
  const { torch, transformers, peft, python: version } = found;
  const detail = `${torch}, transformers ${transformers}, peft ${peft} on Python ${version} (${python})`;
  if (!environment || isCurrent([join(pythonFolder(), 'requirements.txt')]))
    return { state: 'ok', name: 'Torch', detail };
  return {
    state: 'warn',
    name: 'Torch',
    detail,
    advice: 'These are other versions than tested; "pit setup torch" brings those.',
  };
}

function gpus({ gpus: found, cuda }: Probe): Finding {
  const detail = found
    .map(({ name, memory, bf16 }) => `${name}, ${(memory / 2 ** 30).toFixed(1)} GiB, ${bf16 ? 'bf16' : 'no bf16'}`)
    .join('; ');
  if (found.length > 0) return { state: 'ok', name: 'CUDA', detail: `${cuda}: ${detail}` };
  if (buildFor('auto').kind === 'cpu')
    return { state: 'ok', name: 'CUDA', detail: 'no NVIDIA GPU; torch trains on the processor' };
  const advice = cuda
    ? 'The driver may be too old for this CUDA: nvidia-smi tells which it supports.'
    : 'This is the build for the processor: "pit setup torch --again" brings the one for the GPU.';
  return {
    state: 'warn',
    name: 'CUDA',
    detail: `${cuda ?? 'none'}: an NVIDIA GPU is here, but torch can't use it`,
    advice,
  };
}

function communication({ nccl, gloo }: Probe): Finding {
  const ways = [nccl && `NCCL ${nccl} between GPUs`, gloo && 'gloo between processors'].filter(Boolean);
  if (ways.length > 0) return { state: 'ok', name: 'Ranks', detail: ways.join(', ') };
  return {
    state: 'warn',
    name: 'Ranks',
    detail: 'this build of torch knows no way for processes to talk: one process alone',
  };
}

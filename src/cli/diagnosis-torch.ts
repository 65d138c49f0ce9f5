/** What `pit doctor` looks at of the torch engine, where it is set up: its Python, GPUs, how processes talk. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hasNvidia } from '../engine/machine';
import { chooseDevice } from '../engine/torch/device';
import { findInterpreter, type Interpreter } from '../engine/torch/environment';
import { TorchLearner } from '../engine/torch/learner';
import { type Probe, probe } from '../engine/torch/probe';
import { isCurrent } from '../engine/torch/setup';
import { pythonFolder } from '../engine/torch/torchrun';
import { messageOf } from '../errors';
import { writeModel } from '../model/folder';
import { initialize } from '../model/parameters';
import type { Finding } from './diagnosis';
import { tryTraining, usualOptimizer } from './trial';

export async function diagnoseTorch(): Promise<Finding[]> {
  const interpreter = findInterpreter();
  if (!interpreter)
    return [{ state: 'ok', name: 'Torch', detail: 'not set up; "pit setup torch" does it, for the engine "torch"' }];
  try {
    const found = await probe(interpreter.python);
    return [versions(interpreter, found), gpus(found), communication(found), await training(interpreter)];
  } catch (error) {
    const advice = interpreter.environment
      ? '"pit setup torch --again" makes it anew.'
      : 'PIT_TORCH_PYTHON names it: let it name a Python that has torch, transformers and peft, or nothing.';
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
  if (found.length > 0) return { state: 'ok', name: 'GPUs', detail: `${cuda}: ${detail}` };
  if (!hasNvidia()) return { state: 'ok', name: 'GPUs', detail: 'no NVIDIA GPU; torch trains on the processor' };
  const advice = cuda
    ? 'The driver may be too old for this CUDA: nvidia-smi tells which it supports.'
    : 'This is the build for the processor: "pit setup torch --again" brings the one for the GPU.';
  return {
    state: 'warn',
    name: 'GPUs',
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

/** On all GPUs together where there are some, so that they must talk to each other. */
function training(interpreter: Interpreter): Promise<Finding> {
  return tryTraining('Steps', async (facts) => {
    const chosen = await chooseDevice({ device: 'auto', processes: 'auto', precision: 'fp32' }, interpreter);
    const model = await mkdtemp(join(tmpdir(), 'pit-doctor-'));
    try {
      await writeModel(model, facts, initialize(facts, 1));
      const how = { recompute: false, compile: false, attention: 'auto', patience: 120, threads: 0 } as const;
      return await TorchLearner.open({
        ...chosen,
        ...how,
        python: interpreter.python,
        model,
        facts,
        optimizer: usualOptimizer,
        log: () => {},
      });
    } finally {
      await rm(model, { recursive: true });
    }
  });
}

/** The batch script of a run, as people who use Slurm write them. Text alone; slurm.ts submits it. */
import { runFiles, type RunFolder } from '../../run/folder';
import { quoted, type SlurmOptions } from '../../schedule/launcher';

export interface Programs {
  /** Path of Node, and whether it is an Electron that only acts as Node where it is told to. */
  node: string;
  electron: boolean;
  trainer: string;
  /** For the torch engine: the interpreter, and the script that starts ranks on several nodes. */
  torch?: { python: string; ranks: string };
}

/** Seconds before the end of the time at which a run is asked to stop: five minutes, of a short time a tenth. */
function noticeOf(time: string): number {
  const [days, clock] = time.includes('-') ? time.split('-') : ['0', time];
  const parts = clock.split(':').map(Number);
  // Slurm reads 30 and 30:00 as minutes, but 1-12 and 1-12:00 as days and hours.
  const [hours, minutes = 0, seconds = 0] = time.includes('-') || parts.length === 3 ? parts : [0, ...parts];
  const whole = ((Number(days) * 24 + hours) * 60 + minutes) * 60 + seconds;
  return Math.min(300, Math.ceil(whole / 10));
}

export function batchScript(run: RunFolder, slurm: SlurmOptions, programs: Programs): string {
  return [
    '#!/bin/bash',
    ...optionsOf(run, slurm).map((option) => `#SBATCH ${option}`),
    '',
    ...paragraph([...slurm.setup, ...environmentOf(slurm, programs).map((setting) => `export ${setting}`)]),
    '# The trainer; its learner starts the ranks on all nodes. A signal before the end of the time stops it cleanly.',
    `exec ${[programs.node, programs.trainer, run.path].map(quoted).join(' ')}`,
    '',
  ].join('\n');
}

const paragraph = (lines: string[]) => (lines.length > 0 ? [...lines, ''] : []);

function optionsOf(run: RunFolder, slurm: SlurmOptions): string[] {
  const { nodes, gpusPerNode, cpus, time, partition, account } = slurm;
  const { name, recipe, seed } = run.identity;
  const fields = {
    'job-name': `${name}-${recipe}-seed${seed}`.replace(/[^\w.-]+/g, '-'),
    chdir: quoted(run.path),
    // Slurm takes a per cent sign for the beginning of a pattern.
    output: quoted(run.file(runFiles.log).replaceAll('%', '%%')),
    'open-mode': 'append',
    nodes,
    'ntasks-per-node': 1,
    'gpus-per-node': gpusPerNode,
    'cpus-per-task': cpus,
    time,
    partition,
    account,
    signal: time && `B:TERM@${noticeOf(time)}`,
  };
  const given = Object.entries(fields).filter(([, value]) => value !== undefined);
  return [...given.map(([option, value]) => `--${option}=${value}`), ...slurm.options];
}

function environmentOf({ nodes, cpus }: SlurmOptions, { electron, torch }: Programs): string[] {
  return [
    ...(electron ? ['ELECTRON_RUN_AS_NODE=1'] : []),
    ...(torch ? [`PIT_TORCH_PYTHON=${quoted(torch.python)}`] : []),
    ...(torch && nodes > 1 ? [`PIT_TORCH_RUN=${quoted(torch.ranks)}`] : []),
    // srun does not take this over from the job.
    ...(torch && nodes > 1 && cpus ? [`SRUN_CPUS_PER_TASK=${cpus}`] : []),
  ];
}

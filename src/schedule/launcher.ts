/**
 * How the trainer of a run is started: here, as a job of Slurm, or by a command of one's own. An experiment file may
 * come from anybody, so what it says in its own words is told apart: nobody but the person may let it be run.
 */
import { z } from 'zod';
import { UserError } from '../errors';
import type { Complaint } from './complaints';

const count = z.number().int().positive();
const word = z.string().regex(/^[\w.,:@+-]+$/, 'must be a name, without spaces');
const line = z.string().regex(/^[^\r\n]+$/, 'must be one line');

const slurm = z.strictObject({
  nodes: count.default(1).describe('The learner has a process for each GPU of all nodes.'),
  gpusPerNode: count.optional().describe('If left out, what the partition gives.'),
  cpus: count.optional().describe('Processor cores on each node.'),
  time: z
    .string()
    .regex(/^(\d+-)?\d+(:\d+){0,2}$/, 'must be a time such as "4:00:00" or "2-00:00:00"')
    .optional()
    .describe('Longest time; a little before its end the run saves a checkpoint and stops.'),
  partition: word.optional(),
  account: word.optional(),
  options: z
    .array(z.string().regex(/^--?[^\r\n]+$/, 'must be an option of sbatch, such as "--mem=0"'))
    .default([])
    .describe('Further options of sbatch.'),
  setup: z.array(line).default([]).describe('Lines of shell before the training, such as "module load cuda".'),
});

export const launcherField = z
  .union([
    z.literal('local'),
    z.strictObject({ slurm }),
    z.strictObject({
      command: z
        .array(z.string().min(1))
        .min(1)
        .describe('Program and words, without a shell: {run} is the run folder, {node} and {trainer} train it.'),
    }),
  ])
  .default('local')
  .describe('What starts the training: this machine, a job of Slurm, or a command of your own.');

export type Launcher = z.infer<typeof launcherField>;
export type SlurmOptions = z.infer<typeof slurm>;

/** What is wrong with a launcher beside its form. */
export function launcherComplaints({ launcher, engine }: { launcher: Launcher; engine: string }): Complaint[] {
  if (launcher === 'local') return [];
  if ('command' in launcher) {
    if (launcher.command.some((word) => word.includes('{run}'))) return [];
    const message = '"launcher.command" names no "{run}" in its words: it would not know what to train.';
    return [{ path: ['launcher', 'command'], message }];
  }
  if (engine === 'torch' || launcher.slurm.nodes === 1) return [];
  const message = '"launcher.slurm.nodes" is more than 1, but only the engine torch trains on several machines.';
  return [{ path: ['launcher', 'slurm', 'nodes'], message }];
}

/** What a launcher would run in the file's own words, for a person to read; undefined where there is nothing. */
export function ownWords(launcher: Launcher = 'local'): string | undefined {
  if (launcher === 'local') return undefined;
  if ('command' in launcher) return launcher.command.map(quoted).join(' ');
  const { options, setup } = launcher.slurm;
  const lines = [...options.map((option) => `#SBATCH ${option}`), ...setup];
  return lines.length > 0 ? lines.join('\n') : undefined;
}

/** @throws UserError where the launcher has words of its own that nobody has allowed */
export function refuseUnlessAllowed(launcher: Launcher, allowed: boolean | undefined): void {
  const words = ownWords(launcher);
  if (words === undefined || allowed) return;
  throw new UserError(
    `The experiment would start its runs with words of its own: if these may be run, add --allow-command.\n${words}`,
  );
}

/** As a shell would need it. */
export function quoted(text: string): string {
  return /^[\w@%+=:,./{}-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

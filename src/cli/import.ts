/** `pit import`: turns a GGUF file into a model folder, and says what quantisation cost. */
import { basename } from 'node:path';
import { Command } from 'commander';
import { importGguf, type Imported } from '../model/gguf/import';
import type { TypeCost } from '../model/gguf/cost';
import { percent, thousands } from '../run/format';
import { printJson, shown } from './output';

interface ImportCommandOptions {
  to?: string;
  json?: true;
}

/** What a shell expects of a program that was interrupted. */
const interruptedCode = 130;

export function importCommand(): Command {
  return new Command('import')
    .description('turn a GGUF file into a model folder to train from')
    .argument('<file>', 'model in one file, *.gguf')
    .option('-t, --to <folder>', "where to, new or empty; the file's name without .gguf if left out")
    .option('--json', 'tell as JSON what was written')
    .action((file: string, options: ImportCommandOptions) => run(file, options));
}

async function run(file: string, { to = basename(file).replace(/\.gguf$/i, ''), json }: ImportCommandOptions) {
  const imported = await stoppable((signal) => importGguf(shown(file), shown(to), { signal, onProgress: progress() }));
  if (!imported) return;
  if (json) return printJson({ folder: to, ...imported });
  process.stdout.write(`${tell(imported)}\nWritten to ${shown(to)}.\n`);
}

/** What the work gives; undefined, and said so, if somebody stopped it. */
async function stoppable<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T | undefined> {
  const stop = new AbortController();
  const release = onSignals(() => stop.abort());
  try {
    return await work(stop.signal).finally(clearLine);
  } catch (error) {
    if (!stop.signal.aborted) throw error;
    console.error('Stopped; nothing was written.');
    process.exitCode = interruptedCode;
  } finally {
    release();
  }
}

/** Calls `act` instead of ending when somebody wants the program to end; returns what takes that back. */
function onSignals(act: () => void): () => void {
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const signal of signals) process.on(signal, act);
  return () => signals.forEach((signal) => process.off(signal, act));
}

/** On a terminal, one line that is redrawn at every per cent. */
function progress(): ((share: number) => void) | undefined {
  if (!process.stderr.isTTY) return undefined;
  let last = 0;
  return (share) => {
    const now = Math.floor(100 * share);
    if (now > last) process.stderr.write(`\r${now} %`);
    last = now;
  };
}

function clearLine(): void {
  if (process.stderr.isTTY) process.stderr.write('\r\x1b[2K');
}

const columns: readonly [head: string, cell: (cost: TypeCost) => string][] = [
  ['type', ({ type }) => type],
  ['tensors', ({ tensors }) => thousands(tensors)],
  ['weights', ({ weights }) => thousands(weights)],
  ['share', ({ share }) => `${percent(share)} %`],
  ['bits a weight', ({ bitsPerWeight }) => bitsPerWeight.toFixed(2)],
  ['step / deviation', ({ relativeStep }) => relativeStep?.toFixed(3) ?? ''],
];

function tell({ costs, size }: Imported): string {
  const rows = [columns.map(([head]) => head), ...costs.map((cost) => columns.map(([, cell]) => cell(cost)))];
  const widths = columns.map((_, i) => Math.max(...rows.map((row) => row[i].length)));
  const lines = rows.map((row) => row.map((text, i) => (i === 0 ? text.padEnd(widths[i]) : text.padStart(widths[i]))));
  const isRounded = costs.some(({ relativeStep }) => relativeStep !== undefined);
  return [
    ...lines.map((cells) => cells.join('  ').trimEnd()),
    `${megabytes(size.file)} as GGUF, ${megabytes(size.weights)} as F32.`,
    ...(isRounded ? explanation : []),
  ].join('\n');
}

const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`;

/** How to read the last column. */
const explanation = [
  "Step / deviation: how far apart the values lie between which a weight could choose, in standard deviations of its tensor's",
  'weights. How far each was moved is not known without the original, and the precision that was lost does not come back.',
];

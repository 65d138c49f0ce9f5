/** `pit import`: turns a GGUF file into a model folder and says what quantisation cost, or asks the hub for a model. */
import { basename } from 'node:path';
import { Command } from 'commander';
import type { TypeCost } from '../model/gguf/cost';
import { importGguf, type Imported } from '../model/gguf/import';
import { isHubName } from '../model/hub/name';
import { fileSize, percent, thousands } from '../run/format';
import { pace } from '../run/pace';
import { importFromHub } from './import-hub';
import { printJson, shown } from './output';
import { showLine, stoppable } from './stop';

interface ImportCommandOptions {
  to?: string;
  json?: true;
}

export function importCommand(): Command {
  return new Command('import')
    .description('turn a GGUF file, or a model on the hub, into a model folder to train from')
    .argument('<model>', 'a file, *.gguf, or hub:OWNER/NAME[@REVISION]')
    .option(
      '-t, --to <folder>',
      "where to, new or empty; if left out, the file's name without .gguf, or the hub's cache",
    )
    .option('--json', 'tell as JSON what was written')
    .action((model: string, options: ImportCommandOptions) =>
      isHubName(model) ? importFromHub(model, options) : importFile(model, options),
    );
}

async function importFile(file: string, { to = basename(file).replace(/\.gguf$/i, ''), json }: ImportCommandOptions) {
  const imported = await stoppable(
    (signal) => importGguf(shown(file), shown(to), { signal, onProgress: pace(showLine) }),
    'Stopped; nothing was written.',
  );
  if (!imported) return;
  if (json) return printJson({ folder: to, ...imported });
  process.stdout.write(`${tell(imported)}\nWritten to ${shown(to)}.\n`);
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
    `${fileSize(size.file)} as GGUF, ${fileSize(size.weights)} as F32.`,
    ...(isRounded ? explanation : []),
  ].join('\n');
}

/** How to read the last column. */
const explanation = [
  "Step / deviation: how far apart the values lie between which a weight could choose, in standard deviations of its tensor's",
  'weights. How far each was moved is not known without the original, and the precision that was lost does not come back.',
];

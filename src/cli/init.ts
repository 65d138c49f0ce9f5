/** `pit init`: writes an experiment that runs at once, to change from there. Never writes over anything. */
import { resolve } from 'node:path';
import { Command } from 'commander';
import { sampleNames } from '../sample/names';
import { writeScratchSample } from '../sample/write';
import { shown } from './output';

export function initCommand(): Command {
  return new Command('init')
    .description('write a small experiment that runs at once')
    .argument('[folder]', 'where to; made if missing', '.')
    .action((folder: string) => init(resolve(folder)));
}

async function init(folder: string): Promise<void> {
  const experiment = shown(await writeScratchSample(folder));
  console.log(`Written: ${experiment}, with ${sampleNames.data}/ and ${sampleNames.questions} beside it.`);
  console.log(`Next: pit check ${experiment}`);
  console.log(`      pit run ${experiment}`);
}

/** `pit init`: writes an experiment that runs at once, to change from there. Never writes over anything. */
import { existsSync, statSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { Command } from 'commander';
import { writeBios } from '../dataset/bios';
import { UserError } from '../errors';
import { explained } from '../model/files';
import { shown } from './output';
import { sampleExperiment, sampleQuestions, sampleWorld } from './sample';

const names = { experiment: 'experiment.pit.json', questions: 'own.qa', data: 'data' };

export function initCommand(): Command {
  return new Command('init')
    .description('write a small experiment that runs at once')
    .argument('[folder]', 'where to; made if missing', '.')
    .action((folder: string) => init(resolve(folder)));
}

async function init(folder: string): Promise<void> {
  if (existsSync(folder) && !statSync(folder).isDirectory())
    throw new UserError(`${shown(folder)} is a file; name a folder.`);
  const taken = Object.values(names).find((name) => existsSync(join(folder, name)));
  if (taken !== undefined)
    throw new UserError(`${shown(join(folder, taken))} exists already, so nothing was written; name another folder.`);
  await explained(folder, 'written', mkdir(folder, { recursive: true }));
  const data = join(folder, names.data);
  await explained(data, 'written', writeBios(data, sampleWorld));
  await write(join(folder, names.questions), sampleQuestions);
  await write(join(folder, names.experiment), sampleExperiment);
  const experiment = shown(join(folder, names.experiment));
  console.log(`Written: ${experiment}, with ${names.data}/ and ${names.questions} beside it.`);
  console.log(`Next: pit check ${experiment}`);
  console.log(`      pit run ${experiment}`);
}

function write(file: string, text: string): Promise<void> {
  return explained(file, 'written', writeFile(file, text, { flag: 'wx' }));
}

/** Writes sample workspaces: an experiment that runs at once, to change from there. Never writes over anything. */
import { existsSync, statSync } from 'node:fs';
import { cp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../errors';
import { makeFolder } from '../make-folder';
import { explained } from '../model/files';
import { sampleNames, takenName } from './names';
import { biosExperiment, sampleQuestions, sampleWorld, scratchExperiment } from './texts';

/** A small world and a model from random initialisation. Gives the path of the experiment. */
export async function writeScratchSample(folder: string): Promise<string> {
  await prepare(folder);
  const { writeBios } = await import('../dataset/bios');
  const data = join(folder, sampleNames.data);
  await explained(data, 'written', writeBios(data, sampleWorld));
  return writeTexts(folder, scratchExperiment);
}

/** New people for the shipped model. Gives the path of the experiment. @param shipped the folder samples/bios */
export async function writeBiosSample(folder: string, shipped: string): Promise<string> {
  await prepare(folder);
  for (const name of [sampleNames.data, sampleNames.model]) {
    const place = join(folder, name);
    await explained(place, 'written', cp(join(shipped, name), place, { recursive: true }));
  }
  return writeTexts(folder, biosExperiment);
}

async function prepare(folder: string): Promise<void> {
  if (existsSync(folder) && !statSync(folder).isDirectory()) throw new UserError(`${folder} is a file; name a folder.`);
  const taken = takenName(folder);
  if (taken !== undefined)
    throw new UserError(`${join(folder, taken)} exists already, so nothing was written; name another folder.`);
  await explained(folder, 'written', makeFolder(folder));
}

async function writeTexts(folder: string, experiment: string): Promise<string> {
  await write(join(folder, sampleNames.questions), sampleQuestions);
  return write(join(folder, sampleNames.experiment), experiment);
}

async function write(file: string, text: string): Promise<string> {
  await explained(file, 'written', writeFile(file, text, { flag: 'wx' }));
  return file;
}

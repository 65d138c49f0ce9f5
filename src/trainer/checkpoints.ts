/**
 * Checkpoints of a run: a standard model folder with the optimiser's state and the cursor, written beside and moved into
 * place, so that what carries a checkpoint's name is whole. Finished stages keep their model; of the rest the newest
 * checkpoint is kept.
 */
import { existsSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolderSync } from '../make-folder';
import { copyTokenizer } from '../model/folder';
import { writeGenerationConfig } from '../model/generation-config';
import { onDisk, readJson } from '../run/files';
import { type Offsets, runFiles, type RunFolder } from '../run/folder';
import type { Workbench } from './workbench';

/** Where training stands: so many steps of a stage are done. Stages count from 1. */
export interface Cursor {
  stage: number;
  epoch: number;
  step: number;
  /** Whether this was the epoch's last step, and the stage's. */
  epochEnds: boolean;
  stageDone: boolean;
}

interface Saved extends Cursor {
  offsets: Offsets;
}

/** The newest checkpoint. */
export interface Latest {
  /** Its folder. */
  at: string;
  cursor: Cursor;
}

const cursorFile = 'cursor.json';
/** The optimiser's state, a file or a folder as its engine writes it. */
const optimizerStates = ['optimizer.safetensors', 'optimizer'];
const unfinished = '.unfinished';

/** Writes a checkpoint and lets older ones go. Where that fails nothing of it is left, and older ones stand. */
export async function saveCheckpoint(bench: Workbench, cursor: Cursor): Promise<void> {
  const { folder } = bench;
  const name = `stage-${cursor.stage}-step-${cursor.step}`;
  const at = folder.file(runFiles.checkpoints, name);
  if (existsSync(at)) return;
  try {
    await draft(bench, cursor, name);
    onDisk(at, () => renameSync(`${at}${unfinished}`, at));
  } catch (error) {
    rmSync(`${at}${unfinished}`, { recursive: true, force: true });
    throw error;
  }
  prune(folder, name);
}

/** The event is written before the offsets are taken, so that they include it. */
async function draft({ folder, learner }: Workbench, cursor: Cursor, name: string): Promise<void> {
  const at = folder.file(runFiles.checkpoints, `${name}${unfinished}`);
  onDisk(at, () => makeFolderSync(at));
  await learner.save(at, { optimizer: true });
  await copyTokenizer(folder.file('tokenizer'), at);
  await writeGenerationConfig(at, learner.config);
  const { stage, epoch, step } = cursor;
  const time = new Date().toISOString();
  folder.appendEvent({ type: 'checkpoint', time, folder: `${runFiles.checkpoints}/${name}`, stage, epoch, step });
  const saved: Saved = { ...cursor, offsets: folder.offsets() };
  folder.writeJson(join(runFiles.checkpoints, `${name}${unfinished}`, cursorFile), saved);
}

/** Cuts the run's files back to its newest checkpoint, or to their beginning, and says where that lies. */
export function rewind(folder: RunFolder): Latest | undefined {
  clearDrafts(folder);
  const latest = listCheckpoints(folder).at(-1);
  folder.truncate(latest?.saved.offsets ?? { events: 0, order: 0 });
  return latest && { at: folder.file(runFiles.checkpoints, latest.name), cursor: latest.saved };
}

function clearDrafts(folder: RunFolder): void {
  const at = folder.file(runFiles.checkpoints);
  onDisk(at, () => {
    const drafts = readdirSync(at).filter((name) => name.endsWith(unfinished));
    for (const name of drafts) rmSync(join(at, name), { recursive: true });
  });
}

/** Finished stages lose their optimiser state, unfinished ones all, but for the newest. */
function prune(folder: RunFolder, newest: string): void {
  for (const { name, saved } of listCheckpoints(folder)) {
    if (name === newest) continue;
    const at = folder.file(runFiles.checkpoints, name);
    if (saved.stageDone) removeOptimizer(at);
    else remove(at);
  }
}

function removeOptimizer(at: string): void {
  onDisk(at, () => {
    for (const name of optimizerStates) rmSync(join(at, name), { recursive: true, force: true });
  });
}

/** What loses its name first is never taken for a whole checkpoint, whenever the process ends. */
function remove(at: string): void {
  onDisk(at, () => {
    renameSync(at, `${at}${unfinished}`);
    rmSync(`${at}${unfinished}`, { recursive: true });
  });
}

/** Whole checkpoints in the order of training. */
export function listCheckpoints(folder: RunFolder): { name: string; saved: Saved }[] {
  const at = folder.file(runFiles.checkpoints);
  const names = onDisk(at, () => readdirSync(at)).filter((name) => !name.endsWith(unfinished));
  const found = names.map((name) => ({ name, saved: readJson<Saved>(join(at, name, cursorFile)) }));
  return found.sort((a, b) => a.saved.stage - b.saved.stage || a.saved.step - b.saved.step);
}

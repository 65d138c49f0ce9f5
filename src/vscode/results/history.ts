/**
 * How the answer to one question developed: over the evaluations of the chosen run, and at the end of the other runs.
 * Files are searched for the question, not kept: there may be many, and somebody only rests the pointer on a line.
 */
import { open } from 'node:fs/promises';
import { dirname, sep } from 'node:path';
import { groups } from '../../dataset/group';
import { nameOf } from '../../run/names';
import { messageOf } from '../../errors';
import type { Prediction } from '../../run/events';
import type { RunFolder } from '../../run/folder';
import { lastEvents } from '../../run/state';
import type { Question } from '../../dataset/model';
import { type Answered, positionText } from './evaluations';

export interface HistoryRow {
  /** When, or in which run. */
  label: string;
  answer: string;
  exactMatch: boolean;
}

/** Bytes searched at a time. */
const block = 1 << 20;
/** Rows of each table; the newest are shown. */
const most = 12;

/** Over the evaluations of one run, in order. */
export async function overStages(
  folder: RunFolder,
  evaluations: readonly Answered[],
  question: Question,
  stageName: (stage: number) => string,
): Promise<HistoryRow[]> {
  const ofSplit = evaluations.filter(({ split }) => split === question.split).slice(-2 * most);
  const rows = await inTurn(ofSplit, async (evaluation) => {
    const { stage } = evaluation;
    const label = stage === 0 ? positionText(evaluation) : `${positionText(evaluation)} · ${stageName(stage)}`;
    return rowOf(label, await findPrediction(folder.file(evaluation.predictions), question));
  });
  return rows.slice(-most);
}

/** At the end of each of some runs, for the runs that were asked this question. */
export async function acrossRuns(folders: readonly RunFolder[], question: Question): Promise<HistoryRow[]> {
  const newest = folders.slice(0, most);
  const labels = labelsOf(newest);
  return inTurn(newest, async (folder) => {
    const last = lastEvents(folder).findLast(
      (event) => event.type === 'evaluated' && event.split === question.split && event.predictions,
    );
    if (last?.type !== 'evaluated' || !last.predictions) return [];
    return rowOf(labels.get(folder)!, await findPrediction(folder.file(last.predictions), question));
  });
}

/** The names of runs; those that share one have as much of their path behind it as tells them apart. */
function labelsOf(folders: readonly RunFolder[]): Map<RunFolder, string> {
  const labels = new Map<RunFolder, string>();
  for (const [name, group] of groups(folders, ({ identity }) => nameOf(identity)))
    for (const [place, folder] of group.entries()) {
      const others = group.filter((_, other) => other !== place).map(({ path }) => dirname(path));
      labels.set(folder, others.length === 0 ? name : `${name} · ${tailApart(dirname(folder.path), others)}`);
    }
  return labels;
}

/** The shortest end of a path that no other path ends with. */
function tailApart(path: string, others: readonly string[]): string {
  const names = path.split(sep);
  for (let count = 1; count < names.length; count++) {
    const tail = names.slice(-count).join(sep);
    if (!others.some((other) => other.endsWith(`${sep}${tail}`))) return tail;
  }
  return path;
}

function rowOf(label: string, found: Prediction | undefined): HistoryRow[] {
  return found ? [{ label, answer: found.prediction, exactMatch: found.exactMatch }] : [];
}

async function inTurn<T>(items: readonly T[], rowsOf: (item: T) => Promise<HistoryRow[]>): Promise<HistoryRow[]> {
  const rows: HistoryRow[] = [];
  for (const item of items) rows.push(...(await rowsOf(item)));
  return rows;
}

/** The answer to a question as it reads now, in a predictions file of any size; undefined where it isn't there. */
export async function findPrediction(
  file: string,
  question: Pick<Question, 'documentId' | 'question'>,
): Promise<Prediction | undefined> {
  const needle = Buffer.from(JSON.stringify(question.question));
  for await (const line of linesWith(file, needle)) {
    const prediction = JSON.parse(line) as Prediction;
    if (prediction.question === question.question && prediction.documentId === question.documentId) return prediction;
  }
  return undefined;
}

/** The lines of a file that hold some bytes; none where the file is gone. */
async function* linesWith(file: string, needle: Buffer): AsyncGenerator<string> {
  const handle = await open(file).catch((error: unknown) => {
    if (/ENOENT/.test(messageOf(error))) return undefined;
    throw error;
  });
  if (!handle) return;
  try {
    let rest: Buffer = Buffer.alloc(0);
    for (;;) {
      const { bytesRead, buffer } = await handle.read(Buffer.alloc(block), 0, block);
      if (bytesRead === 0) return;
      const text = Buffer.concat([rest, buffer.subarray(0, bytesRead)]);
      const end = text.lastIndexOf(0x0a) + 1;
      yield* hits(text.subarray(0, end), needle);
      rest = text.subarray(end);
    }
  } finally {
    await handle.close();
  }
}

function* hits(text: Buffer, needle: Buffer): Generator<string> {
  for (let at = text.indexOf(needle); at >= 0;) {
    const start = text.lastIndexOf(0x0a, at) + 1;
    const end = text.indexOf(0x0a, at);
    yield text.toString('utf8', start, end);
    at = text.indexOf(needle, end);
  }
}

/** `pit score`: judges answers without a model, those of any file or once more those that runs have kept. */
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Command } from 'commander';
import type { Problem } from '../dataset/model';
import { UserError } from '../errors';
import { normalizeAnswer } from '../metrics/normalize';
import type { AnswerMetrics, Prediction } from '../run/events';
import { interval, percent } from '../run/format';
import { runFiles, type RunFolder } from '../run/folder';
import { rescore, scoreRows } from '../run/scoring';
import { type Column, markdownTable } from '../run/table';
import { paint, printJson, problemLine, shown } from './output';
import { findRuns } from './runs';

/** An answer beside what was expected, raw and as it is compared. */
type Judged = Pick<Prediction, 'answers' | 'prediction' | 'exactMatch' | 'recall' | 'rougeL'> & { question?: string };

interface Scored {
  file: string;
  metrics: AnswerMetrics;
  /** How many answers of a run are judged otherwise than when it was made. */
  changed?: number;
  problems: Problem[];
  answers: Judged[];
}

export function scoreCommand(): Command {
  return new Command('score')
    .description('judge answers without a model')
    .argument('<path...>', 'JSONL with "question", "answer" or "answers", and "prediction"; or run folders')
    .option('-a, --answers', 'each answer with its judgement, raw and normalised')
    .option('--json', 'the same as JSON')
    .action((paths: string[], options: { answers?: true; json?: true }) => score(paths, options));
}

function score(paths: readonly string[], { answers, json }: { answers?: true; json?: true }): void {
  const scored = paths.map((path) => resolve(path)).flatMap(scorePath);
  const problems = scored.flatMap((one) => one.problems);
  for (const problem of problems) console.error(problemLine(problem, process.stderr));
  if (problems.length > 0) process.exitCode = 1;
  if (json) return printJson(scored.map((one) => ({ ...one, answers: answers && one.answers.map(normalised) })));
  if (answers) for (const answer of scored.flatMap((one) => one.answers)) console.log(answerText(answer));
  console.log(markdownTable(columns, scored));
}

/** A file of answers is judged as it is; of a run, every file of predictions. */
function scorePath(path: string): Scored[] {
  const isFolder = existsSync(path) && statSync(path).isDirectory();
  return isFolder ? findRuns([path]).flatMap(scoreRun) : [scoreFile(path)];
}

function scoreFile(file: string): Scored {
  const { metrics, rows, problems } = scoreRows(file);
  if (rows.length === 0 && problems.length === 0) throw new UserError(`${shown(file)} holds no answers.`);
  return { file, metrics, problems, answers: rows };
}

function scoreRun(run: RunFolder): Scored[] {
  const names = readdirSync(run.file(runFiles.predictions)).filter((name) => name.endsWith('.jsonl'));
  if (names.length === 0) throw new UserError(`${shown(run.path)} has no predictions yet.`);
  return names.sort().map((name) => {
    const file = run.file(runFiles.predictions, name);
    const { metrics, predictions } = rescore(file);
    const before = run.readPredictions(join(runFiles.predictions, name));
    const changed = predictions.filter((prediction, place) => differs(prediction, before[place])).length;
    return { file, metrics, changed, problems: [], answers: predictions };
  });
}

function differs(now: Prediction, before: Prediction): boolean {
  return now.exactMatch !== before.exactMatch || now.recall !== before.recall || now.rougeL !== before.rougeL;
}

const columns: Column<Scored>[] = [
  { head: 'File', align: 'left', cell: ({ file }) => shown(file) },
  { head: 'Answers', align: 'right', cell: ({ metrics }) => String(metrics.count) },
  { head: 'EM', align: 'right', cell: ({ metrics }) => interval(metrics.exactMatch) },
  { head: 'Recall', align: 'right', cell: ({ metrics }) => interval(metrics.recall) },
  { head: 'ROUGE-L', align: 'right', cell: ({ metrics }) => interval(metrics.rougeL) },
  { head: 'Judged otherwise than before', align: 'right', cell: ({ changed }) => changed?.toString() },
];

function normalised(answer: Judged) {
  return {
    ...answer,
    normalizedPrediction: normalizeAnswer(answer.prediction),
    normalizedAnswers: answer.answers.map(normalizeAnswer),
  };
}

/** Raw texts in quotes, each followed by what of it is compared. */
function answerText({ question, answers, prediction, exactMatch, recall, rougeL }: Judged): string {
  const both = (text: string) => `${JSON.stringify(text)} → ${normalizeAnswer(text) || '(nothing)'}`;
  const judged = `EM ${exactMatch ? 'yes' : 'no'}, recall ${recall ? 'yes' : 'no'}, ROUGE-L ${percent(rougeL)}`;
  return [
    paint(judged, exactMatch ? 'green' : recall ? 'yellow' : 'red'),
    ...(question === undefined ? [] : [`  question    ${question}`]),
    `  prediction  ${both(prediction)}`,
    ...answers.map((answer) => `  accepted    ${both(answer)}`),
    '',
  ].join('\n');
}

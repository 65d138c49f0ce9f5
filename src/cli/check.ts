/** `pit check`: tells all that is wrong with data and experiments, each problem with its place. Changes nothing. */
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Command } from 'commander';
import { type LoadedDataset, loadDataset } from '../dataset/load';
import type { Problem } from '../dataset/model';
import { byPlace, describeProblem } from '../dataset/problem';
import type { DatasetSource } from '../dataset/source';
import { checkExperiment } from '../trainer/check';
import { counted } from '../run/format';
import { paint, printJson, problemLine } from './output';

/** What was looked at, and what is wrong with it. */
interface Findings {
  experiments: number;
  documents: number;
  questions: number;
  problems: Problem[];
}

export function checkCommand(): Command {
  return new Command('check')
    .description('tell all that is wrong with data and experiments')
    .argument('<path...>', 'data files and folders, checked as one dataset, and experiments with what they name')
    .option('--json', 'problems and counts as JSON')
    .addHelpText('after', '\nA folder that holds *.pit.json files is checked through these.')
    .action((paths: string[], { json }: { json?: true }) => check(paths, Boolean(json)));
}

async function check(paths: readonly string[], json: boolean): Promise<void> {
  const targets = paths.map((path) => resolve(path)).flatMap(experimentsIn);
  const experiments = targets.filter(isExperiment);
  const data = targets.filter((path) => !isExperiment(path)).map((path) => ({ path }));
  const parts = [];
  for (const file of experiments) parts.push(await lookAtExperiment(file));
  if (data.length > 0) parts.push(await checkData(data));
  const findings = joined(parts);
  const errors = findings.problems.filter(({ severity }) => severity === 'error').length;
  const counts = { errors, warnings: findings.problems.length - errors };
  if (errors > 0) process.exitCode = 1;
  if (json) return printJson({ ...counts, ...findings });
  for (const problem of findings.problems) console.log(problemLine(problem));
  console.log(verdict(counts, findings));
}

const isExperiment = (path: string) => path.endsWith('.pit.json');

/** The experiments that lie directly in a folder, or else the path itself. */
function experimentsIn(path: string): string[] {
  const isFolder = existsSync(path) && statSync(path).isDirectory();
  const names = isFolder ? readdirSync(path).filter(isExperiment).sort() : [];
  return names.length > 0 ? names.map((name) => join(path, name)) : [path];
}

async function lookAtExperiment(file: string): Promise<Findings> {
  const { data, problems } = await checkExperiment(file);
  return { experiments: 1, ...countsOf(data), problems };
}

async function checkData(sources: readonly DatasetSource[]): Promise<Findings> {
  const data = await loadDataset(sources);
  return { experiments: 0, ...countsOf(data), problems: data.problems };
}

function countsOf(data?: LoadedDataset): Pick<Findings, 'documents' | 'questions'> {
  const { documents = [], questions = [] } = data?.dataset ?? {};
  return { documents: documents.length, questions: questions.length };
}

/** Experiments may share data; each problem is told once. */
function joined(parts: readonly Findings[]): Findings {
  const sum = (count: 'experiments' | 'documents' | 'questions') =>
    parts.reduce((total, part) => total + part[count], 0);
  const problems = new Map(parts.flatMap((part) => part.problems).map((one) => [describeProblem(one), one]));
  return {
    experiments: sum('experiments'),
    documents: sum('documents'),
    questions: sum('questions'),
    problems: [...problems.values()].sort(byPlace),
  };
}

function verdict(
  counts: { errors: number; warnings: number },
  { experiments, documents, questions }: Findings,
): string {
  const seen = [
    ...(experiments > 0 ? [counted(experiments, 'experiment')] : []),
    counted(documents, 'document'),
    counted(questions, 'question'),
  ].join(', ');
  if (counts.errors + counts.warnings === 0) return paint(`No problems in ${seen}.`, 'green');
  return `${counted(counts.errors, 'error')}, ${counted(counts.warnings, 'warning')} in ${seen}.`;
}

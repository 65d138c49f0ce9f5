/** Runs as the page knows them, for tests. */
import { type EvaluationFacts, firstLook, type RunFacts, type StageFacts } from '../../../webview/messages';
import { type Page, emptyPage } from '../../../webview/store';
import { Curve } from '../../../src/vscode/dashboard/curve';
import { stepEvent } from '../run/step';

const stage = (number: number, name: string, start: number, steps: number): StageFacts => ({
  ...{ number, name, start, steps, taken: steps },
});

/** A run of two stages, of two and three steps. */
export function facts(recipe: string, seed: number, change: Partial<RunFacts> = {}): RunFacts {
  const path = `/runs/${recipe}-seed${seed}`;
  return {
    ...{ path, experiment: 'trial', out: '/runs', recipe, title: recipe, seed, created: `${recipe} ${seed}` },
    ...{ kin: recipe, state: 'running', model: 'nano', splits: { train: 'train', test: 'test' } },
    stages: [stage(1, 'pairs', 0, 2), stage(2, 'documents', 2, 3)],
    ...{ evaluations: [], tokens: 0, seconds: 0, problems: [] },
    ...change,
  };
}

export function evaluation(x: number, em: number, change: Partial<EvaluationFacts> = {}): EvaluationFacts {
  const estimate = { value: em, low: em - 0.1, high: em + 0.1 };
  const answers = { count: 10, exactMatch: estimate, recall: estimate, rougeL: estimate };
  return { stage: 1, x, extent: 'full', split: 'test', answers, ...change };
}

/** @param losses of each run, on documents; undefined where a step has none */
export function pageOf(runs: readonly RunFacts[], losses: readonly (number | undefined)[][] = [], size = 1): Page {
  const page = emptyPage(firstLook);
  page.entries = [...runs];
  page.shown = runs.map(({ path }) => path);
  page.runs = new Map(runs.map((run) => [run.path, run]));
  losses.forEach((own, i) => {
    const curve = new Curve();
    own.forEach((documentLoss, at) => curve.add(stepEvent(at + 1, { documentLoss })));
    page.curves.set(runs[i].path, { size, from: 0, columns: curve.buckets(size) });
  });
  return page;
}

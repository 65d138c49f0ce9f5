/** Which lines the charts have and how they are told apart: one for each run, or one for each recipe. Pure. */
import type { RunEntry, RunFacts } from './messages';
import { type Page, runsOf } from './store';

export interface Line {
  /** Stays the same while the page shows the same. */
  key: string;
  name: string;
  /** Short enough for a label in a chart. */
  short: string;
  /** Colour and shape of its markers, from 0. */
  style: number;
  /** Which dashes, from 0, which are none. */
  dash: number;
  runs: RunFacts[];
}

const styles = 8;

export function linesOf(page: Page): Line[] {
  const runs = runsOf(page);
  const kins = kinsOf(page);
  const groups = grouped(runs);
  const byRun = page.look.lines === 'runs';
  const lines = [...groups].flatMap(([kin, members]) => {
    const number = Math.max(0, kins.indexOf(kin));
    const look = { style: number % styles, dash: Math.floor(number / styles) };
    if (!byRun) return [{ key: kin, ...namesOf(members), ...look, runs: members }];
    return members.map((run, i) => ({ key: run.path, ...namesOf([run]), ...look, dash: look.dash + i, runs: [run] }));
  });
  return withTellingNames(lines);
}

/** The lines that are drawn. */
export function drawnLines(page: Page): Line[] {
  return linesOf(page).filter(({ key }) => !page.look.hidden.includes(key));
}

/** Recipes in order of their first run, over all runs beside those that are shown, so that a colour stays a recipe's own. */
function kinsOf({ entries, shown }: Page): string[] {
  const outs = new Set(entries.filter(({ path }) => shown.includes(path)).map(({ out }) => out));
  const beside = entries.filter(({ out }) => outs.has(out));
  return [...new Set(beside.sort(byCreation).map(({ kin }) => kin))];
}

function byCreation(a: RunEntry, b: RunEntry): number {
  return a.created < b.created ? -1 : a.created > b.created ? 1 : a.path < b.path ? -1 : 1;
}

function grouped(runs: readonly RunFacts[]): Map<string, RunFacts[]> {
  const groups = new Map<string, RunFacts[]>();
  for (const run of [...runs].sort(byCreation)) groups.set(run.kin, [...(groups.get(run.kin) ?? []), run]);
  return groups;
}

function namesOf(runs: readonly RunFacts[]): Pick<Line, 'name' | 'short'> {
  const [{ title, recipe, seed }] = runs;
  const short = /^[①-⑳] /.test(title) ? `${title[0]} ${recipe}` : title;
  if (runs.length === 1) return { name: `${title}, seed ${seed}`, short };
  return { name: `${title}, ${runs.length} seeds`, short };
}

/** Lines with the same name say what else tells them apart. */
function withTellingNames(lines: Line[]): Line[] {
  const isShared = (name: string) => lines.filter((line) => line.name === name).length > 1;
  return lines.map((line) =>
    isShared(line.name) ? { ...line, name: `${line.name} (${placeOf(line.runs[0])})` } : line,
  );
}

function placeOf({ out, model }: RunFacts): string {
  return `${out.split(/[\\/]/).at(-1)}, ${model}`;
}

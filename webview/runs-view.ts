/** Each run at a glance: its stages as a bar, how fast it goes, what it scores, on which device and why. */
import { stageLabel } from '../src/run/names';
import { canGoOn, isAtWork } from '../src/run/states';
import { button, h, icon, keyed, redraw, setAttribute } from './dom';
import { linesOf } from './lines';
import type { Action, RunFacts, StageFacts } from './messages';
import { makePanel } from './panel';
import type { Room, View } from './room';
import { runsOf } from './store';
import {
  bytes,
  currentStage,
  doneOf,
  duration,
  nameOf,
  perCent,
  roundly,
  speed,
  stageWords,
  stateIcons,
} from './words';

export class RunsView implements View {
  readonly element: HTMLElement;
  private readonly list = h('div', { class: 'cards', role: 'list' });

  constructor(private readonly room: Room) {
    const panel = makePanel('Runs', 'runs');
    panel.body.append(this.list);
    this.element = panel.element;
  }

  update(): void {
    const runs = [...runsOf(this.room.page)].sort((a, b) => turn(a) - turn(b));
    const styles = new Map(linesOf(this.room.page).flatMap((line) => line.runs.map(({ path }) => [path, line.style])));
    this.element.hidden = runs.length === 0;
    const cards = keyed(this.list, runs, ({ path }) => path, emptyCard);
    runs.forEach((run, i) => fillCard(cards[i], run, styles.get(run.path) ?? 0, this.room));
  }
}

/** Runs at work stand first. */
function turn({ state }: RunFacts): number {
  return state === 'running' ? 0 : state === 'waiting' ? 1 : 2;
}

function emptyCard(): HTMLElement {
  const parts = ['card-head', 'stages', 'facts', 'device', 'reason', 'card-tools'].map((name) =>
    h('div', { class: name }),
  );
  return h('article', { class: 'card', role: 'listitem' }, ...parts);
}

function fillCard(card: HTMLElement, run: RunFacts, style: number, room: Room): void {
  const [head, stages, facts, device, reason, tools] = card.children as unknown as HTMLElement[];
  setAttribute(card, 'class', `card ${run.state} line${style}`);
  setAttribute(card, 'aria-label', `${nameOf(run)}, ${run.state}`);
  redraw(head, [run.title, run.seed, run.state, scoreOf(run)], () => headOf(run));
  redraw(tools, run.state, () => [toolsOf(run, room)]);
  redraw(
    stages,
    run.stages.map(({ name, steps, taken }) => [name, steps, taken]),
    () => [stageBar(run)],
  );
  redraw(facts, factsOf(run), () => factsOf(run).map(([name, value]) => h('span', { title: name }, value)));
  redraw(device, run.device, () => [run.device && deviceWords(run.device)]);
  setAttribute(device, 'title', run.device && deviceWords(run.device));
  const sentences = [run.reason, ...run.problems].filter((sentence) => sentence !== undefined);
  redraw(reason, sentences, () => sentences.map((sentence) => h('p', {}, sentence)));
}

function headOf(run: RunFacts): HTMLElement[] {
  const { title, seed, state } = run;
  return [
    h('span', { class: `state ${state}`, title: state }, icon(stateIcons[state])),
    h('h3', {}, title, h('small', {}, ` seed ${seed}`)),
    h('strong', { class: 'score', title: 'Exact match, the newest' }, scoreOf(run) ?? ''),
  ];
}

function toolsOf(run: RunFacts, room: Room): HTMLElement {
  const { path } = run;
  const act = (action: Action) => () => room.post({ type: 'act', action, path });
  const tool = (label: string, name: string, action: Action) =>
    button(label, act(action), { class: 'tool', icon: name });
  return h(
    'span',
    { class: 'tools', role: 'toolbar', 'aria-label': `Actions: ${nameOf(run)}` },
    ...(isAtWork(run) ? [tool('Stop', 'debug-stop', 'stopRun')] : []),
    ...(canGoOn(run) ? [tool('Resume', 'debug-continue', 'resumeRun')] : []),
    tool('Open report', 'book', 'openRunReport'),
    tool('Show log', 'output', 'showRunLog'),
    tool('Reveal in Explorer', 'folder-opened', 'revealRunInExplorer'),
  );
}

/** The newest answers to test questions: `EM 43.1 %`. */
function scoreOf({ evaluations, splits }: RunFacts): string | undefined {
  const last = evaluations.findLast(({ split, answers }) => split === splits.test && answers);
  return last && `EM ${perCent(100 * last.answers!.exactMatch.value)}`;
}

function stageBar(run: RunFacts): HTMLElement {
  const stages = run.stages.filter(({ number }) => number > 0);
  const words = run.state === 'waiting' ? 'Waiting' : stageWords(run);
  const bar = h('div', { class: 'stage-bar', role: 'img', 'aria-label': words, title: words });
  bar.append(...stages.map(segment));
  return bar;
}

function segment(stage: StageFacts): HTMLElement {
  const { steps, taken } = stage;
  const part = h('div', { class: 'segment' }, h('div', { class: 'done' }), h('span', {}, stageLabel(stage)));
  part.style.flexGrow = String(Math.max(steps, taken, 1));
  (part.firstElementChild as HTMLElement).style.width = `${steps > 0 ? Math.min(100, (100 * taken) / steps) : 0}%`;
  return part;
}

/** Names and values, those that are known. */
function factsOf(run: RunFacts): [string, string][] {
  const { state, progress, tokensPerSecond, memory, gpuMemory, device, seconds, tokens } = run;
  const [isRunning, stage] = [state === 'running', currentStage(run)];
  const facts: [string, string | false | undefined][] = [
    ['State', isRunning ? `${Math.min(99, Math.floor(100 * doneOf(run)))} %` : state],
    ['Time left', progress?.secondsLeft !== undefined && `${duration(progress.secondsLeft)} left`],
    ['Steps of the stage', isRunning && stage && `step ${stage.taken} of ${stage.steps}`],
    ['Speed of the newest steps', tokensPerSecond !== undefined && speed(tokensPerSecond)],
    ['Memory', memory !== undefined && usedOf(memory, device?.memory)],
    ['Memory of the GPU, in use by all programs', gpuMemory && `GPU ${usedOf(gpuMemory.used, gpuMemory.total)}`],
    ['Time of its steps and evaluations', !isRunning && seconds > 0 && duration(seconds)],
    ['Tokens trained on', isRunning && tokens > 0 && `${roundly(tokens)} tokens`],
  ];
  return facts.filter((fact): fact is [string, string] => typeof fact[1] === 'string');
}

const usedOf = (used: number, total?: number) =>
  total === undefined ? bytes(used) : `${bytes(used)} of ${bytes(total)}`;

function deviceWords({ device, reason, engine, version, parameters }: NonNullable<RunFacts['device']>): string {
  return `${device}: ${reason} · ${engine} ${version} · ${(parameters / 1e6).toFixed(1)} M parameters`;
}

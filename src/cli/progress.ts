/**
 * How a set of runs gets on, read from their folders: on a terminal one line that is redrawn, else a line for whatever
 * is worth one in a log. The estimate of time extrapolates from the characters read so far.
 */
import type { RunEvent } from '../run/events';
import { duration, percent } from '../run/format';
import type { OpenRun } from '../trainer/open-runs';

const redrawn = 250;
const logged = 15_000;

interface Watched {
  run: OpenRun;
  offset: number;
  stage: number;
  step?: Extract<RunEvent, { type: 'step' }>;
  steps: number;
  name: string;
  /** Characters read so far. */
  done: number;
  /** What was done already when watching began. */
  before: number;
}

export class Progress {
  private readonly watched: Watched[];
  private readonly began = performance.now();
  private readonly isTerminal = Boolean(process.stderr.isTTY);
  private timer?: NodeJS.Timeout;

  constructor(runs: readonly OpenRun[]) {
    this.watched = runs.map((run) => {
      const total = sum(run.work);
      const before = run.finished ? total : 0;
      const offset = run.finished ? run.folder.readEvents().offset : 0;
      return { run, offset, stage: 0, steps: 0, name: '', done: before, before };
    });
  }

  start(): void {
    this.timer = setInterval(() => this.draw(), this.isTerminal ? redrawn : logged);
  }

  end(): void {
    clearInterval(this.timer);
    this.collect();
    this.clear();
  }

  say(sentence: string): void {
    this.clear();
    console.error(sentence);
  }

  private draw(): void {
    this.collect();
    const line = this.line();
    if (line === '') return;
    if (!this.isTerminal) return console.error(line);
    const width = process.stderr.columns || 80;
    process.stderr.write(`\r\x1b[2K${line.slice(0, width - 1)}`);
  }

  private clear(): void {
    if (this.isTerminal) process.stderr.write('\r\x1b[2K');
  }

  private line(): string {
    const total = sum(this.watched.map(({ run }) => sum(run.work)));
    const done = sum(this.watched.map((watched) => watched.done));
    const active = this.watched.filter(({ step, done, run }) => step && done < sum(run.work));
    if (active.length === 0) return '';
    return [`${percent(done / total)} %`, ...active.map(describe), this.estimate(done, total)].join(' · ');
  }

  private estimate(done: number, total: number): string {
    const gained = done - sum(this.watched.map(({ before }) => before));
    const seconds = (performance.now() - this.began) / 1000;
    if (gained <= 0 || seconds < 3) return 'estimating';
    return `${duration((seconds / gained) * (total - done))} left`;
  }

  private collect(): void {
    for (const watched of this.watched) {
      const { events, offset } = watched.run.folder.readEvents(watched.offset);
      watched.offset = offset;
      for (const event of events) this.take(watched, event);
    }
  }

  private take(watched: Watched, event: RunEvent): void {
    const { work, folder } = watched.run;
    const label = `${folder.identity.recipe}, seed ${folder.identity.seed}`;
    switch (event.type) {
      case 'started':
        if (event.resumed) watched.before = watched.done;
        return;
      case 'stage-started':
        Object.assign(watched, { stage: event.stage, steps: event.steps, name: event.name, step: undefined });
        return;
      case 'step':
        watched.step = event;
        watched.done =
          sum(work.slice(0, event.stage - 1)) +
          (work[event.stage - 1] * event.step) / Math.max(watched.steps, event.step);
        return;
      case 'evaluated':
        if (event.extent === 'full') this.say(`${label} · ${resultOf(event, watched)}`);
        return;
      case 'evaluation-failed':
        this.say(`${label} · ${event.message}`);
        return;
      case 'failed':
        this.say(`${label} · failed: ${event.reason}`);
        return;
      case 'finished':
        watched.done = sum(work);
        return;
      case 'device':
      case 'checkpoint':
      case 'stopped':
        return;
    }
  }
}

function describe({ run, step, steps, name }: Watched): string {
  const { recipe, seed } = run.folder.identity;
  const speed = step ? Math.round(step.tokens / step.seconds) : 0;
  return `${recipe} seed ${seed}: ${name}, step ${step?.step}/${steps}, loss ${step?.loss.toFixed(3)}, ${speed} tokens/s`;
}

function resultOf(
  { stage, split, answers, documents }: Extract<RunEvent, { type: 'evaluated' }>,
  { name }: Watched,
): string {
  const parts = [
    answers && `EM ${percent(answers.exactMatch.value)} on ${answers.count} ${split} questions`,
    documents && `perplexity ${documents.perplexity.toFixed(2)} on ${documents.documents} ${split} documents`,
  ];
  return `after stage ${stage}${name && ` (${name})`}: ${parts.filter(Boolean).join(', ')}`;
}

const sum = (numbers: readonly number[]) => numbers.reduce((a, b) => a + b, 0);

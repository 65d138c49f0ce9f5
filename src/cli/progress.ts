/**
 * How a set of runs gets on, read from their folders: on a terminal one line that is redrawn, else a line for whatever
 * is worth one in a log. The estimate of time extrapolates from the characters read so far.
 */
import type { RunEvent } from '../run/events';
import { duration, percent } from '../run/format';
import { evaluatingWords, RunProgress } from '../run/progress';
import { RunWatch } from '../run/watch';
import type { OpenRun } from '../trainer/open-runs';

const redrawn = 250;
const logged = 15_000;

interface Watched {
  run: OpenRun;
  watch: RunWatch;
  progress: RunProgress;
  /** Time of the newest event that has been told; what is read again after a cut is not told again. */
  told: string;
  /** Of the stage that the newest told event belongs to. */
  stage: string;
}

export class Progress {
  private readonly watched: Watched[];
  private readonly began = performance.now();
  private readonly isTerminal = Boolean(process.stderr.isTTY);
  private timer?: NodeJS.Timeout;

  constructor(private readonly runs: readonly OpenRun[]) {
    const open = runs.filter(({ finished }) => !finished);
    this.watched = open.map((run) => {
      return { run, watch: new RunWatch(run.folder), progress: new RunProgress(run.work), told: '', stage: '' };
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
    const total = sum(this.runs.map(({ work }) => sum(work)));
    const left = sum(this.watched.map(({ progress }) => progress.total - progress.done));
    const active = this.watched.filter(
      ({ progress }) => progress.evaluating || (progress.step && progress.done < progress.total),
    );
    if (active.length === 0) return '';
    const lines = active.map(describe);
    // Where nothing is trained there is no work to count.
    return (total === 0 ? lines : [`${percent(1 - left / total)} %`, ...lines, this.estimate(left)]).join(' · ');
  }

  private estimate(left: number): string {
    const gained = sum(this.watched.map(({ progress }) => progress.done - progress.before));
    const seconds = (performance.now() - this.began) / 1000;
    if (gained <= 0 || seconds < 3) return 'estimating';
    return `${duration((seconds / gained) * left)} left`;
  }

  private collect(): void {
    for (const watched of this.watched) {
      const news = watched.watch.poll();
      watched.progress.take(news);
      for (const event of news.events) this.tell(watched, event);
    }
  }

  /** Says what is worth a line of its own. */
  private tell(watched: Watched, event: RunEvent): void {
    if (event.time < watched.told) return;
    watched.told = event.time;
    const { recipe, seed } = watched.run.folder.identity;
    if (event.type === 'stage-started') watched.stage = event.name;
    const what = newsOf(event, watched.stage);
    if (what) this.say(`${recipe}, seed ${seed} · ${what}`);
  }
}

function newsOf(event: RunEvent, name: string): string | undefined {
  switch (event.type) {
    case 'evaluated':
      return event.extent === 'full' ? resultOf(event, name) : undefined;
    case 'evaluation-failed':
    case 'halved':
      return event.message;
    case 'failed':
      return `failed: ${event.reason}`;
    default:
      return undefined;
  }
}

function describe({ run, progress }: Watched): string {
  const { recipe, seed } = run.folder.identity;
  const { stage, step, evaluating, secondsToEvaluate } = progress;
  if (evaluating)
    return `${recipe} seed ${seed}: ${evaluatingWords(evaluating)}, the rest in ${duration(secondsToEvaluate!)}`;
  const speed = step ? Math.round(step.tokens / step.seconds) : 0;
  return `${recipe} seed ${seed}: ${stage?.name}, step ${step?.step}/${stage?.steps}, loss ${step?.loss.toFixed(3)}, ${speed} tokens/s`;
}

function resultOf(
  { stage, split, answers, documents }: Extract<RunEvent, { type: 'evaluated' }>,
  name: string,
): string {
  const parts = [
    answers && `EM ${percent(answers.exactMatch.value)} on ${answers.count} ${split} questions`,
    documents && `perplexity ${documents.perplexity.toFixed(2)} on ${documents.documents} ${split} documents`,
  ];
  return `after stage ${stage}${name && ` (${name})`}: ${parts.filter(Boolean).join(', ')}`;
}

const sum = (numbers: readonly number[]) => numbers.reduce((a, b) => a + b, 0);

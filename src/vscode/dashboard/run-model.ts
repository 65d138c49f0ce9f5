/**
 * A run as its events tell it, bit by bit: stages, evaluations, curves and how fast it goes. Whoever begins to read later
 * comes to the same, and a run that was cut back begins again. Pure.
 */
import type { EvaluationFacts, RunFacts, StageFacts } from '../../../webview/messages';
import type { GpuMemory, RunEvent } from '../../run/events';
import { type Device, endOf, type Evaluation, type Splits } from '../../run/summary';
import type { News } from '../../run/watch';
import { Curve } from './curve';

type Event<T extends RunEvent['type']> = Extract<RunEvent, { type: T }>;

interface Stage {
  name: string;
  steps: number;
  taken: number;
  evaluations: Evaluation[];
}

/** Steps over which the speed is taken. */
const recent = 20;

/** What a run's events alone tell. */
export type Told = Pick<
  RunFacts,
  'device' | 'stages' | 'evaluations' | 'tokensPerSecond' | 'memory' | 'gpuMemory' | 'tokens' | 'seconds' | 'problems'
>;

export class RunModel {
  readonly curve = new Curve();
  /** How often the run was cut back. */
  restarts = 0;
  private stages = new Map<number, Stage>();
  private steps: Pick<Event<'step'>, 'tokens' | 'seconds'>[] = [];
  private device?: Device;
  private tokens = 0;
  private seconds = 0;
  private gpuMemory?: GpuMemory;
  private problems: string[] = [];

  constructor(private readonly splits: Splits) {}

  take({ events, restarted }: News): void {
    if (restarted) this.forget();
    for (const event of events) this.add(event);
  }

  told(): Told {
    const { device, tokens, seconds, problems } = this;
    const numbers = [...this.stages.keys()].sort((a, b) => a - b);
    const starts = new Map(numbers.map((number) => [number, this.startOf(number)]));
    return {
      ...{ device, tokens, seconds, problems },
      stages: numbers.map((number) => this.stageFacts(number, starts.get(number)!)),
      evaluations: numbers.flatMap((number) =>
        this.stages.get(number)!.evaluations.map((evaluation) => evaluationFacts(evaluation, starts.get(number)!)),
      ),
      tokensPerSecond: speedOf(this.steps),
      memory: this.curve.newest('memory'),
      gpuMemory: this.gpuMemory,
    };
  }

  private forget(): void {
    this.curve.clear();
    this.restarts++;
    this.stages = new Map();
    Object.assign(this, { steps: [], tokens: 0, seconds: 0, problems: [], gpuMemory: undefined });
  }

  private add(event: RunEvent): void {
    if (event.type === 'device') this.device = event;
    if (event.type === 'stage-started') Object.assign(this.stageAt(event.stage), planOf(event));
    if (event.type === 'step') this.addStep(event);
    if (event.type === 'evaluated') this.addEvaluation(event);
    if (event.type === 'evaluation-failed') this.problems.push(`An evaluation failed: ${event.message}`);
    if (event.type === 'halved') this.problems.push(event.message);
  }

  private addStep(step: Event<'step'>): void {
    this.curve.add(step);
    this.stageAt(step.stage).taken++;
    this.steps = [...this.steps.slice(1 - recent), { tokens: step.tokens, seconds: step.seconds }];
    this.gpuMemory = step.gpuMemory ?? this.gpuMemory;
    this.tokens += step.tokens;
    this.seconds += step.seconds;
  }

  private addEvaluation(evaluation: Event<'evaluated'>): void {
    this.stageAt(evaluation.stage).evaluations.push(evaluation);
    this.seconds += evaluation.seconds;
  }

  private stageAt(number: number): Stage {
    const name = number === 0 ? 'before training' : `stage ${number}`;
    const stage = this.stages.get(number) ?? { name, steps: 0, taken: 0, evaluations: [] };
    this.stages.set(number, stage);
    return stage;
  }

  /** Steps of the stages before one. */
  private startOf(number: number): number {
    const before = [...this.stages].filter(([other]) => other < number);
    return before.reduce((sum, [, { steps, taken }]) => sum + Math.max(steps, taken), 0);
  }

  private stageFacts(number: number, start: number): StageFacts {
    const { evaluations, ...stage } = this.stages.get(number)!;
    const { test, train, perplexity } = endOf(evaluations, this.splits);
    return { number, ...stage, start, test, train, perplexity };
  }
}

function planOf({ name, steps }: Event<'stage-started'>): Pick<Stage, 'name' | 'steps'> {
  return { name, steps };
}

function evaluationFacts(evaluation: Evaluation, start: number): EvaluationFacts {
  const { stage, step, extent, split, answers, documents, predictions } = evaluation;
  return { stage, x: start + step, extent, split, answers, perplexity: documents?.perplexity, predictions };
}

function speedOf(steps: readonly Pick<Event<'step'>, 'tokens' | 'seconds'>[]): number | undefined {
  const seconds = steps.reduce((sum, step) => sum + step.seconds, 0);
  return seconds > 0 ? steps.reduce((sum, step) => sum + step.tokens, 0) / seconds : undefined;
}

/**
 * The schedule's worker: compiles the open experiment and answers what the view asks about it. Knows the file and the
 * dataset as the window has sent them, unsaved edits included, and reads nothing but the model's tokenizer.
 */
import { basename, dirname } from 'node:path';
import type { Problem } from '../../dataset/model';
import { UserError } from '../../errors';
import { compileSchedule, outlineSchedule, promptOf } from '../../schedule/compile';
import { examineOutline } from '../../schedule/examine';
import { editExperiment, type Edited } from '../../schedule/edit';
import type { Experiment } from '../../schedule/experiment';
import { sourcesOf, withAbsolutePaths } from '../../schedule/paths';
import { parseExperiment, problemsAt, type ReadExperiment } from '../../schedule/read-experiment';
import { phasesText } from '../../schedule/recipe-table';
import type { Schedule, Stage } from '../../schedule/schedule';
import { resolveStages, variantsOf, writePart } from '../../schedule/stages';
import { type OpenedModel, openModel } from '../../trainer/starting-model';
import { orderChange } from './order-change';
import type {
  Compiling,
  DataSlice,
  EpochAt,
  Opened,
  Row,
  StageOutline,
  VariantAt,
  VariantOutline,
  Wish,
} from './protocol';
import { Records } from './records';
import { writeExample, writeStep } from './seen';
import type { Sheet } from './sheet';

export class Compiler implements Compiling {
  private text = '';
  private file = '';
  private experiment?: Experiment;
  private records = new Records();
  private model?: { key: string; opened: Promise<OpenedModel> };
  /** The pass that was asked for last: its portions are asked for one after another. */
  private pass?: { outline: Schedule; stage: number; epoch: number; ids: string[] };
  private readonly outlines = new Map<string, Schedule>();
  private readonly schedules = new Map<string, Schedule>();

  read(text: string, file: string): ReadExperiment {
    return parseExperiment(text, file);
  }

  open(text: string, file: string): Opened {
    const { experiment, problems } = parseExperiment(text, file);
    if (text !== this.text || file !== this.file) this.forget();
    this.text = text;
    this.file = file;
    this.experiment = experiment && withAbsolutePaths(experiment, dirname(file));
    const name = experiment?.name ?? basename(file, '.pit.json');
    const splits = experiment?.splits ?? { train: 'train', test: 'test' };
    if (!experiment) return { name, sources: [], seeds: [], splits, variants: [], problems };
    const sources = sourcesOf(experiment, dirname(file));
    return { name, sources, seeds: experiment.seeds, splits, variants: variantOutlines(experiment), problems };
  }

  addData(slice: DataSlice): void {
    if (slice.first) {
      this.records = new Records();
      this.model = undefined;
      this.forget();
    }
    this.records.add(slice);
  }

  faults(): Problem[] {
    return problemsAt(examineOutline(this.known(), this.records.dataset), this.text, this.file);
  }

  stages(at: VariantAt): StageOutline[] {
    const outline = this.outline(at);
    return outline.stages.map((stage) => this.stageOutline(outline, stage));
  }

  async steps(at: EpochAt): Promise<number[]> {
    const schedule = await this.planned(at);
    return schedule.plan(stageOf(schedule, at), at.epoch).map((step) => step.length);
  }

  rows(at: EpochAt, from: number, to: number): Row[] {
    return this.order(at)
      .slice(from, to)
      .map((id) => this.records.row(id));
  }

  edit(wish: Wish): Edited {
    if (!('epoch' in wish)) return editExperiment(this.text, wish);
    const context = { order: this.order(wish), records: this.records, experiment: this.known() };
    return editExperiment(this.text, orderChange(wish, { stage: stageOf(this.outline(wish), wish), ...context }));
  }

  exampleAt(file: string, line: number): string | undefined {
    return this.records.at(file, line)?.id;
  }

  async seeExample(
    { variant, seed }: Partial<VariantAt> & { seed: number },
    id: string,
    number?: number,
  ): Promise<Sheet> {
    const record = this.records.get(id);
    if (!record) throw new UserError(`The dataset of the experiment has no document or question "${id}".`);
    const variants = variantsOf(this.known());
    const chosen =
      variant ??
      Math.max(
        0,
        variants.findIndex((_, one) => this.stagesWith(id, { variant: one, seed }).length > 0),
      );
    const at = { variant: chosen, seed };
    const stages = this.stagesWith(id, at);
    const stage = stages.find((one) => one.number === number) ?? stages[0];
    const { tokenizer, facts: config } = await this.opened();
    const { records } = this;
    const prompt = { prompt: this.outline(at).prompt, seed };
    const name = this.nameOf(at);
    return writeExample({ record, name, stages, stage, experiment: this.known(), tokenizer, config, records, prompt });
  }

  async seeStep(at: EpochAt, step: number): Promise<Sheet> {
    const { facts, tokenizer } = await this.opened();
    const schedule = await this.compiled(at);
    const name = this.nameOf(at);
    const { training } = this.known();
    const { hiddenSize } = facts;
    return writeStep({ schedule, stage: stageOf(schedule, at), at, step, name, training, tokenizer, hiddenSize });
  }

  /** Ids in the order of a pass: that of the outline, since tokens change only how it is cut into steps. */
  private order(at: EpochAt): string[] {
    const outline = this.outline(at);
    const { stage, epoch } = at;
    if (this.pass?.outline !== outline || this.pass.stage !== stage || this.pass.epoch !== epoch) {
      const plan = outline.plan(stageOf(outline, at), epoch);
      this.pass = { outline, stage, epoch, ids: plan.flat().map((index) => outline.examples[index].id) };
    }
    return this.pass.ids;
  }

  /** A recipe's name, or that of the experiment where stages are written out. */
  private nameOf({ variant }: VariantAt): string {
    const { recipe, name } = variantsOf(this.known())[variant];
    return recipe ? name : (this.known().name ?? basename(this.file, '.pit.json'));
  }

  private stagesWith(id: string, at: VariantAt): Stage[] {
    const outline = this.outline(at);
    const found = outline.examples.filter((example) => example.id === id).map(({ index }) => index);
    return outline.stages.filter((stage) => outline.members(stage).some((index) => found.includes(index)));
  }

  private stageOutline(schedule: Schedule, { order: _, ...stage }: Stage): StageOutline {
    const members = new Set(schedule.members(stage));
    let questions = 0;
    for (const index of members) if (schedule.examples[index].kind === 'question') questions++;
    const parts = stage.parts.map(writePart);
    const available = this.sizeOf(parts) + stage.keptQuestions;
    const documents = members.size - questions;
    return { ...stage, parts, documents, questions, leftOut: available - members.size, passes: schedule.passes(stage) };
  }

  private sizeOf(parts: readonly string[]): number {
    const { documents, questions } = this.records.dataset;
    const count = (kind: string, list: readonly { split: string }[]) =>
      list.reduce((sum, { split }) => sum + Number(parts.includes(`${kind}:${split}`)), 0);
    return count('documents', documents) + count('questions', questions);
  }

  private planned(at: EpochAt): Schedule | Promise<Schedule> {
    const outline = this.outline(at);
    return 'tokens' in stageOf(outline, at).batch ? this.compiled(at) : outline;
  }

  private outline(at: VariantAt): Schedule {
    return remembered(this.outlines, at, () => outlineSchedule(this.input(at)));
  }

  private async compiled(at: VariantAt): Promise<Schedule> {
    const { tokenizer } = await this.opened();
    return remembered(this.schedules, at, () => compileSchedule({ ...this.input(at), tokenizer }));
  }

  private input({ variant, seed }: VariantAt) {
    const experiment = this.known();
    return { experiment, recipe: experiment.recipes?.[variant], dataset: this.records.dataset, seed };
  }

  /** The tokenizer that a run would have; kept while neither the model nor the dataset changes. */
  private opened(): Promise<OpenedModel> {
    const { model, splits, engine } = this.known();
    const key = JSON.stringify([model, splits, engine]);
    if (this.model?.key !== key) this.model = { key, opened: openModel(this.known(), this.records.dataset) };
    return this.model.opened;
  }

  private known(): Experiment {
    if (!this.experiment) throw new UserError('The experiment has problems; the Problems panel names them.');
    return this.experiment;
  }

  private forget(): void {
    this.outlines.clear();
    this.schedules.clear();
  }
}

function stageOf(schedule: Schedule, { stage }: { stage: number }): Stage {
  return schedule.stages[stage - 1];
}

function remembered(known: Map<string, Schedule>, { variant, seed }: VariantAt, make: () => Schedule): Schedule {
  const key = `${variant} ${seed}`;
  const schedule = known.get(key) ?? make();
  known.set(key, schedule);
  return schedule;
}

function variantOutlines(experiment: Experiment): VariantOutline[] {
  return variantsOf(experiment).map(({ name, recipe, choice }) => ({
    name,
    ...(recipe && { recipe: recipe.key, symbol: recipe.symbol, title: recipe.title, phases: phasesText(recipe) }),
    prompt: promptOf(choice),
    stages: resolveStages(experiment, choice).length,
  }));
}

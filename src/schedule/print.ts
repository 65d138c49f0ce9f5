/** The description of a schedule as plain text for a terminal; colour is the command line's own business. */
import type { DescribedToken, Lengths, ScheduleDescription, StageDescription } from './describe';
import type { Stage, Truncation } from './schedule';

/** Passes whose order is shown. */
const SHOWN_PASSES = 3;
/** Documents that are named as cut. */
const SHOWN_CUTS = 10;

export function printSchedule({ seed, prompt, rows, stages, lengths, truncated }: ScheduleDescription): string {
  if (stages.length === 0) return `Nothing is trained; questions are put ${prompt}.\n`;
  const lines = [
    `Seed ${seed}, packed rows of ${rows.join(', ')} tokens`,
    ...stages.flatMap(printStage),
    '',
    'Length in tokens      count    min    25%    50%    75%    95%    max',
    ...Object.entries(lengths).map(([kind, values]) => printLengths(`${kind}s`, values)),
    '',
    ...printTruncated(truncated),
  ];
  return lines.join('\n') + '\n';
}

/** A token a line: its id, its loss weight, its text. */
export function printTokens(tokens: readonly DescribedToken[]): string {
  const line = ({ id, text, weight }: DescribedToken) => `${cell(id, 7)}  ${weight.toFixed(2)}  ${text}\n`;
  return `  token  loss  text\n${tokens.map(line).join('')}`;
}

function printStage(stage: StageDescription): string[] {
  const { epochs, rate, batch, arrangement, steps, tokens, padding } = stage;
  return [
    '',
    `Stage ${stage.number}: ${stage.name}`,
    `  ${stage.parts.join(' + ')}, ${arrangement}, ${counted(epochs, 'epoch')}, peak rate ${rate}, batches of ${printBatch(batch)}`,
    `  ${counted(stage.examples, 'example')}${printKept(stage)}, ${counted(steps, 'step')}, ${counted(tokens, 'token')}, ${percent(padding)} padding`,
    ...(stage.leftOut > 0 ? [`  ${counted(stage.leftOut, 'example')} of its parts left out by the order`] : []),
    ...printOrder(stage),
  ];
}

function printOrder({ order, arrangement }: StageDescription): string[] {
  const label = (epoch: number) => (arrangement === 'grouped' ? 'all epochs' : `epoch ${epoch}`);
  const shown = order.slice(0, SHOWN_PASSES).map(({ epoch, first }) => `  ${label(epoch)}: ${first.join('  ')} …`);
  const more = order.length - shown.length;
  return more > 0 ? [...shown, `  and ${counted(more, 'more epoch')}`] : shown;
}

function printKept({ keptQuestions }: StageDescription): string {
  return keptQuestions > 0 ? ` (${counted(keptQuestions, 'kept question')})` : '';
}

function printBatch(batch: Stage['batch']): string {
  return 'examples' in batch ? counted(batch.examples, 'example') : counted(batch.tokens, 'token');
}

function printLengths(kind: string, { count, min, p25, p50, p75, p95, max }: Lengths): string {
  return kind.padEnd(20) + [count, min, p25, p50, p75, p95, max].map((value) => cell(value, 7)).join('');
}

function printTruncated(truncated: readonly Truncation[]): string[] {
  if (truncated.length === 0) return ['Nothing is cut.'];
  const line = ({ id, tokens, kept, source }: Truncation) =>
    `  ${source.file}:${source.line}  ${id}  ${tokens} tokens, ${kept} kept`;
  const more = truncated.length - SHOWN_CUTS;
  return [
    `${counted(truncated.length, 'document')} cut at training.sequence:`,
    ...truncated.slice(0, SHOWN_CUTS).map(line),
    ...(more > 0 ? [`  and ${more.toLocaleString('en-GB')} more`] : []),
  ];
}

function counted(count: number, noun: string): string {
  return `${count.toLocaleString('en-GB')} ${noun}${count === 1 ? '' : 's'}`;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

function cell(value: number, width: number): string {
  return String(value).padStart(width);
}

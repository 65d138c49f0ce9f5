/** The report of one run in Markdown, `report.md` in its folder. Pages and pictures over several runs: page.ts. */
import { nameOf, stageLabel, trainedOf } from './names';
import { versionsOf } from './comparison';
import { duration, interval, magnitude, percent, thousands } from './format';
import { escapeMarkdown, markdownTable, type Column } from './table';
import type { Evaluation, RunSummary, StageSummary } from './summary';

const stageColumns: Column<StageSummary>[] = [
  { head: 'Stage', align: 'left', cell: stageLabel },
  { head: 'Epochs', align: 'right', cell: ({ number, epochs }) => (number === 0 ? undefined : String(epochs)) },
  {
    head: 'Steps',
    align: 'right',
    cell: ({ curve, steps }) => (steps > 0 ? `${curve.length} of ${steps}` : undefined),
  },
  { head: 'Last loss', align: 'right', cell: ({ curve }) => optional(curve.at(-1)?.loss, magnitude) },
  { head: 'Test document perplexity', align: 'right', cell: ({ perplexity }) => optional(perplexity, magnitude) },
  { head: 'Test EM', align: 'right', cell: ({ test }) => test && interval(test.exactMatch) },
  { head: 'Train EM', align: 'right', cell: ({ train }) => train && interval(train.exactMatch) },
  {
    head: 'Teacher-forced accuracy (not EM)',
    align: 'right',
    cell: ({ teacherForcedAccuracy }) => optional(teacherForcedAccuracy, percent),
  },
];

type Row = Evaluation & { name: string };

const evaluationColumns: Column<Row>[] = [
  { head: 'After', align: 'left', cell: ({ stage, epoch, name }) => (stage === 0 ? name : `${name}, epoch ${epoch}`) },
  { head: 'Split', align: 'left', cell: ({ split }) => split },
  { head: 'Questions', align: 'right', cell: ({ answers, extent }) => answers && `${answers.count} (${extent})` },
  { head: 'EM', align: 'right', cell: ({ answers }) => answers && interval(answers.exactMatch) },
  { head: 'Recall', align: 'right', cell: ({ answers }) => answers && interval(answers.recall) },
  { head: 'ROUGE-L', align: 'right', cell: ({ answers }) => answers && interval(answers.rougeL) },
  {
    head: 'Document perplexity',
    align: 'right',
    cell: ({ documents }) => optional(documents?.perplexity, magnitude),
  },
  { head: 'Predictions', align: 'left', cell: ({ predictions }) => predictions },
];

export function renderReport(summary: RunSummary): string {
  const { identity, stages, problems } = summary;
  return [
    `# ${escapeMarkdown(identity.name)}: ${escapeMarkdown(nameOf(identity))}`,
    resultOf(summary),
    factsOf(summary)
      .map(([name, value]) => `- **${name}**: ${escapeMarkdown(value)}`)
      .join('\n'),
    ...(problems.length > 0
      ? ['## Problems', problems.map((problem) => `- ${escapeMarkdown(problem)}`).join('\n')]
      : []),
    ...(stages.length > 0 ? ['## Stages', markdownTable(stageColumns, stages)] : []),
    ...evaluationsOf(stages),
    'Per cent with 95 % bootstrap intervals over questions; perplexity weighs tokens.',
    '',
  ].join('\n\n');
}

function resultOf({ result, state, reason, blindPrior }: RunSummary): string {
  if (!result) return `**No result: the run is ${state}${reason ? ` (${escapeMarkdown(reason)})` : ''}.**`;
  const prior = blindPrior === undefined ? '' : ` Guessing without reading gives an EM of ${percent(blindPrior)}.`;
  return (
    `**EM ${interval(result.exactMatch)}, recall ${interval(result.recall)}, ROUGE-L ${interval(result.rougeL)}** ` +
    `on ${result.count} test questions.${prior}`
  );
}

/** What was computed, on what, in words. */
export function factsOf(summary: RunSummary): [name: string, value: string][] {
  const { identity, device, state, reason, tokens, tokensPerSecond, seconds } = summary;
  const speed = tokensPerSecond === undefined ? '' : `, ${thousands(tokensPerSecond)} a second`;
  return [
    ['State', reason ? `${state}: ${reason}` : state],
    ['Model', device ? `${identity.model}, ${thousands(device.parameters)} parameters` : identity.model],
    ...(identity.modelHash ? [['Model hash', identity.modelHash] as [string, string]] : []),
    ['Trained', trainedOf(identity)],
    ['Data hash', identity.dataHash],
    ...(device ? deviceFacts(device) : []),
    ['Time', duration(seconds)],
    ['Trained on', `${thousands(tokens)} tokens${speed}`],
    ['Started', identity.created],
    ['Versions', versionsOf(identity.versions)],
  ];
}

function deviceFacts(device: NonNullable<RunSummary['device']>): [string, string][] {
  return [
    ['Engine', `${device.engine} ${device.version}`],
    ['Device', `${device.device} (${device.reason})`],
  ];
}

function evaluationsOf(stages: readonly StageSummary[]): string[] {
  const rows = stages.flatMap(({ name, evaluations }) => evaluations.map((evaluation) => ({ ...evaluation, name })));
  return rows.length > 0 ? ['## Evaluations', markdownTable(evaluationColumns, rows)] : [];
}

function optional(value: number | undefined, render: (value: number) => string): string | undefined {
  return value === undefined ? undefined : render(value);
}

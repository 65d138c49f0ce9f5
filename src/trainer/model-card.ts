/** The card of an exported model: what it is, what it was trained on and how, and what it scored. */
import path from 'node:path';
import { licenceOf } from '../model/licence';
import type { RunFolder } from '../run/folder';
import { factsOf } from '../run/report';
import { stagesMarkdown } from '../run/stages';
import { summarizeRun } from '../run/summary';
import { escapeMarkdown } from '../run/table';

export interface CardSubject {
  /** What the model is, in a sentence. */
  about: string;
  /** Folder of the model that adapters were trained of. */
  base?: string;
  /** The checkpoint's folder. */
  folder: string;
  run?: RunFolder;
  /** What loads the model. */
  library: string;
}

/** Markdown with the fields that model hubs read. A licence is that of the base, and named only where the base names it. */
export async function modelCard({ about, base, folder, run, library }: CardSubject): Promise<string> {
  const licence = await licenceOf(base ?? (run && startOf(run)) ?? folder);
  const head = [
    '---',
    ...(licence ? [`license: ${licence}`] : []),
    `library_name: ${library}`,
    'pipeline_tag: text-generation',
    'tags: [pre-instruction-tuning, knowledge-injection]',
    '---',
  ];
  return [...head, '', ...(run ? trainedCard(run) : [`# ${path.basename(folder)}`, '', about]), ''].join('\n');
}

function trainedCard(run: RunFolder): string[] {
  const summary = summarizeRun(run);
  const { name, recipe, title = recipe, seed } = summary.identity;
  return [
    `# ${name}: ${title}, seed ${seed}`,
    '',
    'Trained with PIT Lab to answer questions about documents that it has read.',
    '',
    ...factsOf(summary).map(([fact, value]) => `- **${fact}**: ${escapeMarkdown(value)}`),
    '',
    'EM, recall and ROUGE-L in per cent of the test questions, with 95 % bootstrap intervals.',
    '',
    stagesMarkdown([summary]).trimEnd(),
  ];
}

/** The folder that the run's model was read from, if any. */
function startOf(run: RunFolder): string | undefined {
  const { model } = run.readJson<{ model: unknown }>('experiment.json');
  return typeof model === 'string' ? model : undefined;
}

/** `pit generate bios`: writes a world of synthetic biographies with questions, in the Wiki2023 layout. */
import { resolve } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import { biosDefaults, type BiosSettings, generateBios } from '../dataset/bios';
import { type AttributeName, attributes } from '../dataset/bios/attributes';
import { writeWiki } from '../dataset/formats/wiki';
import type { Dataset } from '../dataset/model';
import { explained, refuseUsed } from '../model/files';
import { wholeNumber, yearRange } from './numbers';
import { counted } from '../run/format';
import { printJson, shown } from './output';

type Sizes = BiosSettings['sizes'];
type People = BiosSettings['people'];
type Switches = { pronouns?: boolean; json?: boolean };
type BiosOptions = Omit<BiosSettings, 'people' | 'sizes' | 'pronouns'> & People & Sizes & Switches;

export function generateCommand(): Command {
  return new Command('generate').description('write a world to experiment in').addCommand(biosCommand());
}

function biosCommand(): Command {
  const { people, sizes, ...usual } = biosDefaults;
  const command = new Command('bios')
    .description('synthetic biographies with questions, which nobody can know beforehand')
    .argument('<folder>', 'where train/, test/ and base/ go; new or empty')
    .option('--train <n>', 'people whose questions are trained on', wholeNumber(0), people.train)
    .option('--test <n>', 'people whose documents are new and whose questions are asked', wholeNumber(0), people.test)
    .option('--base <n>', 'people for pre-training, without questions', wholeNumber(0), people.base)
    .option('--texts <n>', 'differently worded texts about each person', wholeNumber(1), usual.texts)
    .option('--base-texts <n>', 'the same for the people in base', wholeNumber(1), usual.baseTexts)
    .option('--opening <words>', 'what every text begins with', usual.opening)
    .option('--wordings <n>', 'wordings of each fact, 1 to 3', wholeNumber(1), usual.wordings)
    .option('--question-forms <n>', 'wordings of each question, 1 to 3', wholeNumber(1), usual.questionForms)
    .option('--pronouns', 'say "she" or "he" after the first sentence')
    .addOption(
      new Option('--attributes <names>', 'what is told, separated by commas')
        .default(usual.attributes, usual.attributes.join(','))
        .argParser(parseAttributes),
    )
    .addOption(
      new Option('--years <range>', 'first and last year of birth')
        .default(usual.years, usual.years.join('-'))
        .argParser(yearRange),
    )
    .option('--seed <n>', 'the same seed gives the same bytes', wholeNumber(0), usual.seed);
  for (const [name, size] of Object.entries(sizes)) {
    const words = name.replace(/[A-Z]/g, (capital) => ` ${capital.toLowerCase()}`);
    command.option(`--${words.replace(' ', '-')} <n>`, `how many different ${words} there are`, wholeNumber(1), size);
  }
  return command
    .option('--json', 'tell as JSON what was written')
    .action((folder: string, options: BiosOptions) => generate(resolve(folder), options));
}

async function generate(folder: string, { json, ...options }: BiosOptions): Promise<void> {
  await refuseUsed(shown(folder));
  const settings = settingsOf(options);
  const dataset = generateBios(settings);
  await explained(folder, 'written', writeWiki(folder, dataset));
  const splits = countSplits(dataset);
  if (json) return printJson({ folder, splits, settings });
  for (const { split, documents, questions } of splits)
    console.log(`${split}: ${counted(documents, 'document')}, ${counted(questions, 'question')}`);
  console.log(`Written to ${shown(folder)}.`);
}

function settingsOf({ train, test, base, pronouns = false, ...options }: Omit<BiosOptions, 'json'>): BiosSettings {
  const { firstNames, lastNames, cities, universities, fields, employers, ...rest } = options;
  const sizes = { firstNames, lastNames, cities, universities, fields, employers };
  return { ...rest, pronouns, people: { train, test, base }, sizes };
}

function countSplits({ documents, questions }: Dataset) {
  const splits = [...new Set(documents.map(({ split }) => split))];
  return splits.map((name) => ({
    split: name,
    documents: documents.filter(({ split }) => split === name).length,
    questions: questions.filter(({ split }) => split === name).length,
  }));
}

function parseAttributes(text: string): AttributeName[] {
  const known = attributes.map(({ name }) => name);
  const names = text.split(',');
  const unknown = names.find((name) => !known.some((attribute) => attribute === name));
  if (unknown !== undefined) throw new InvalidArgumentError(`"${unknown}" is none of ${known.join(', ')}.`);
  return known.filter((name) => names.includes(name));
}

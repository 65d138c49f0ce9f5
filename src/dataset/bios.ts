/**
 * Synthetic biographies with questions: a world in which nobody's facts can be known beforehand. People of all splits
 * share the values (names apart), so that a small model can know every word and only has to learn who has which.
 * The same settings give the same bytes; a person's facts do not depend on how many others there are in later splits.
 */
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import type { RandomGenerator } from 'pure-rand/types/RandomGenerator';
import { UserError } from '../errors';
import { type Attribute, type AttributeName, attributes } from './bios/attributes';
import * as values from './bios/values';
import { writeWiki } from './formats/wiki';
import { ordinalId } from './ids';
import type { Dataset, Document, Question } from './model';

export interface BiosSettings {
  /** How many people each split has. Nothing is asked about those in `base`. */
  people: { train: number; test: number; base: number };
  /** Texts about a person in train and test; each is worded and ordered anew. */
  texts: number;
  /** Texts about a person in base. */
  baseTexts: number;
  /** What every text begins with. A word here gives the name the same tokens in all sentences: a blank before it. */
  opening: string;
  /** In how many wordings each fact is told, 1 to 3; a date of birth has 2. */
  wordings: number;
  /** In how many wordings each question is asked, 1 to 3. */
  questionForms: number;
  /** Whether all sentences of a text but the first say "she" or "he" where they begin with the name. */
  pronouns: boolean;
  attributes: AttributeName[];
  /** How many different values there are of each kind. */
  sizes: {
    firstNames: number;
    lastNames: number;
    cities: number;
    universities: number;
    fields: number;
    employers: number;
  };
  /** First and last year of birth. Days of the month run from 1 to 28. */
  years: [number, number];
  seed: number;
}

export const biosDefaults: BiosSettings = {
  people: { train: 300, test: 100, base: 0 },
  texts: 1,
  baseTexts: 5,
  opening: '',
  wordings: 3,
  questionForms: 1,
  pronouns: false,
  attributes: attributes.map((attribute) => attribute.name),
  sizes: { firstNames: 60, lastNames: 120, cities: 40, universities: 40, fields: 25, employers: 40 },
  years: [1940, 1989],
  seed: 1,
};

const months = 'January February March April May June July August September October November December'.split(' ');
const days = 28;

interface Person {
  id: string;
  name: string;
  pronoun: 'She' | 'He';
  facts: Record<AttributeName, string>;
}

/** Generates the world. Throws a `UserError` where the settings ask for more than there is. */
export function generateBios(settings: BiosSettings): Dataset {
  const world = new World(settings);
  const dataset: Dataset = { documents: [], questions: [] };
  let ordinal = 0;
  for (const split of ['train', 'test', 'base'] as const) {
    for (let count = 0; count < settings.people[split]; count++, ordinal++) {
      const random = generator(settings.seed, ordinal + 1);
      const person = world.person(ordinal, random);
      const texts = split === 'base' ? settings.baseTexts : settings.texts;
      for (let text = 1; text <= texts; text++) dataset.documents.push(world.document(person, split, text, random));
      if (split !== 'base') dataset.questions.push(...world.questions(person, split));
    }
  }
  return dataset;
}

/** Generates the world into a folder in the Wiki2023 layout. */
export async function writeBios(folder: string, settings: BiosSettings): Promise<void> {
  await writeWiki(folder, generateBios(settings));
}

/** The names and values that the settings allow, and how people and texts are made of them. */
class World {
  private readonly names: { name: string; pronoun: 'She' | 'He' }[];
  private readonly told: readonly Attribute[];

  constructor(private readonly settings: BiosSettings) {
    checkSettings(settings);
    const { sizes, seed } = settings;
    const firsts = values.women.flatMap((woman, index) => [
      { first: woman, pronoun: 'She' as const },
      { first: values.men[index], pronoun: 'He' as const },
    ]);
    const lasts = values.lastNames.slice(0, sizes.lastNames);
    const pairs = firsts
      .slice(0, sizes.firstNames)
      .flatMap(({ first, pronoun }) => lasts.map((last) => ({ name: `${first} ${last}`, pronoun })));
    this.names = shuffled(pairs, generator(seed, 0));
    this.told = attributes.filter((attribute) => settings.attributes.includes(attribute.name));
  }

  person(ordinal: number, random: RandomGenerator): Person {
    const { sizes, years } = this.settings;
    const { name, pronoun } = this.names[ordinal];
    const pick = (list: readonly string[], size: number) => list[uniformInt(random, 0, size - 1)];
    const day = uniformInt(random, 1, days);
    const birthDate = `${day} ${pick(months, months.length)} ${uniformInt(random, years[0], years[1])}`;
    const facts = {
      birthDate,
      city: pick(values.cities, sizes.cities),
      university: pick(values.universities, sizes.universities),
      field: pick(values.fields, sizes.fields),
      employer: pick(values.employers, sizes.employers),
    };
    return { id: name.toLowerCase().replace(' ', '-'), name, pronoun, facts };
  }

  /** The first text has the person's id; later ones have the id with `-2`, `-3` …, and the same title. */
  document(person: Person, split: string, ordinal: number, random: RandomGenerator): Document {
    const sentences = shuffled(this.told, random).map((attribute, place) => {
      const wordings = attribute.sentences.slice(0, this.settings.wordings);
      const wording = wordings[uniformInt(random, 0, wordings.length - 1)];
      const pronoun = this.settings.pronouns && place > 0;
      const sentence = pronoun ? wording.replace(/^\{name\}/, person.pronoun) : wording;
      return sentence.replace('{name}', person.name).replace('{value}', inSentence(person.facts[attribute.name]));
    });
    const id = ordinal === 1 ? person.id : `${person.id}-${ordinal}`;
    return {
      id,
      title: person.name,
      text: [this.settings.opening, ...sentences].join(' ').trimStart(),
      split,
      source: generated,
    };
  }

  questions(person: Person, split: string): Question[] {
    const asked = this.told.flatMap(({ name, questions }) =>
      questions.slice(0, this.settings.questionForms).map((wording) => ({ wording, answer: person.facts[name] })),
    );
    return asked.map(({ wording, answer }, index) => ({
      id: ordinalId(person.id, index + 1),
      documentId: person.id,
      question: wording.replace('{name}', person.name),
      answers: [answer],
      split,
      source: generated,
    }));
  }
}

/** The value with the article that it takes within a sentence. */
function inSentence(value: string): string {
  return value.startsWith('University of') ? `the ${value}` : value;
}

const generated = { file: 'generated', line: 1 };

/** A stream of random numbers of its own for each ordinal, so that people do not depend on each other. */
function generator(seed: number, ordinal: number): RandomGenerator {
  return xoroshiro128plus(Math.imul(seed, 0x9e3779b1) ^ Math.imul(ordinal, 0x85ebca6b));
}

function shuffled<T>(items: readonly T[], random: RandomGenerator): T[] {
  const order = [...items];
  for (let last = order.length - 1; last > 0; last--) {
    const other = uniformInt(random, 0, last);
    [order[last], order[other]] = [order[other], order[last]];
  }
  return order;
}

function checkSettings({ people, sizes, years, ...settings }: BiosSettings): void {
  const within = (name: string, value: number, low: number, high: number) => {
    if (Number.isInteger(value) && value >= low && value <= high) return;
    throw new UserError(`${name} must be a whole number from ${low} to ${high}, not ${value}.`);
  };
  within('First names', sizes.firstNames, 1, values.women.length + values.men.length);
  within('Last names', sizes.lastNames, 1, values.lastNames.length);
  within('Cities', sizes.cities, 1, values.cities.length);
  within('Universities', sizes.universities, 1, values.universities.length);
  within('Fields', sizes.fields, 1, values.fields.length);
  within('Employers', sizes.employers, 1, values.employers.length);
  within('The first year', years[0], 1, 9999);
  within('The last year', years[1], years[0], 9999);
  within('Texts', settings.texts, 1, 1000);
  within('Base texts', settings.baseTexts, 1, 1000);
  within('Wordings', settings.wordings, 1, 3);
  within('Question forms', settings.questionForms, 1, 3);
  within('The seed', settings.seed, 0, 2 ** 31 - 1);
  const names = sizes.firstNames * sizes.lastNames;
  for (const split of ['train', 'test', 'base'] as const) within(`People in ${split}`, people[split], 0, names);
  const all = people.train + people.test + people.base;
  if (all > names) throw new UserError(`${all} people need as many names, but there are ${names}; allow more names.`);
  if (settings.attributes.length === 0) throw new UserError('A biography needs at least one attribute.');
}

/**
 * What a synthetic biography tells: for each attribute its sentences and its questions. In a sentence, `{name}` is
 * the person and `{value}` the answer, exactly as it is asked for. Only the places of the name at the very beginning
 * can become pronouns.
 */
export type AttributeName = 'birthDate' | 'city' | 'university' | 'field' | 'employer';

export interface Attribute {
  name: AttributeName;
  sentences: readonly string[];
  /** The first one is asked first; further ones ask for the same in other words. */
  questions: readonly string[];
}

export const attributes: readonly Attribute[] = [
  {
    name: 'birthDate',
    sentences: ['{name} was born on {value}.', '{name} came into the world on {value}.'],
    questions: ['When was {name} born?', 'What is the birth date of {name}?', 'On which day was {name} born?'],
  },
  {
    name: 'city',
    sentences: ['{name} grew up in {value}.', '{name} is from {value}.', '{name} was raised in {value}.'],
    questions: ['Which city did {name} grow up in?', 'What is the home town of {name}?', 'Where is {name} from?'],
  },
  {
    name: 'university',
    sentences: [
      '{name} studied at {value}.',
      '{name} received a degree from {value}.',
      '{name} graduated from {value}.',
    ],
    questions: [
      'Which university did {name} attend?',
      'Where did {name} study?',
      'From which university did {name} graduate?',
    ],
  },
  {
    name: 'field',
    sentences: ['{name} specialised in {value}.', '{name} majored in {value}.', '{name} took a degree in {value}.'],
    questions: ['What did {name} specialise in?', 'What did {name} major in?', 'What was the subject of {name}?'],
  },
  {
    name: 'employer',
    sentences: ['{name} worked for {value}.', '{name} had a job at {value}.', '{name} was employed by {value}.'],
    questions: ['Who employed {name}?', 'Which company did {name} work for?', 'At which company was {name} employed?'],
  },
];

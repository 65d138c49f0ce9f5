/** What sample workspaces hold: a world, a document in people's own format, and what to train on them. */
import { biosDefaults, type BiosSettings } from '../dataset/bios';

/** Few people and few values: a model of a million parameters learns this world in about a minute. */
export const sampleWorld: BiosSettings = {
  ...biosDefaults,
  people: { train: 120, test: 30, base: 0 },
  texts: 4,
  attributes: ['city', 'university', 'field', 'employer'],
  sizes: { firstNames: 20, lastNames: 30, cities: 12, universities: 12, fields: 10, employers: 12 },
};

export const sampleQuestions = `// Your own documents and questions can stand in files like this one; docs/qa-format.md explains the format.
split: train

# The Rhine

The Rhine rises in the Alps. It passes Basel and Cologne and flows into the North Sea.

Q: Into which sea does the Rhine flow?
A: the North Sea
A: North Sea

Q: Where does the Rhine rise?
A: in the Alps
`;

/** A model that begins with nothing. */
export const scratchExperiment = `{
  // What is compared: does a model that first learns to answer questions take up new documents better?
  "name": "first",
  // A decoder of about a million parameters, from random initialisation, with a tokenizer trained on the data.
  "model": { "preset": "nano", "vocabulary": 600 },
  // People of the split "test" are new: their documents are read, their questions only asked.
  "data": ["data", "own.qa"],
  // Epochs of each phase. it: all documents, then train questions. pit: train questions with their documents, then
  // test documents. "pit schedule experiment.pit.json" shows what is trained on and in which order.
  "recipes": [
    { "recipe": "it", "epochs": [12, 4] },
    { "recipe": "pit", "epochs": [12, 12] }
  ],
  // With several seeds the table's intervals are over seeds too.
  "seeds": [1],
  "training": {
    // A small model needs a higher rate and smaller batches than the defaults, which are the paper's.
    "documents": { "rate": 1e-3, "batch": { "tokens": 1024 } },
    "questions": { "rate": 1e-3, "batch": { "tokens": 1024 } },
    "mixed": { "rate": 1e-3, "batch": { "tokens": 1024 } },
    "warmup": 20,
    "sequence": 128,
    // Some questions stay in the last phase of pit, so that so small a model does not forget how answers look.
    "keepQuestionsInLastPhase": true
  },
  "evaluation": { "maxTokens": 12, "trainQuestions": 100 }
}
`;

/** A model that speaks already and has learned to answer, but knows nobody of the new people. */
export const biosExperiment = `{
  // What is compared: does a model that first learns to answer questions take up new documents better?
  "name": "first",
  // A base model of about a million parameters that has read about other people.
  "model": "model",
  // People of the split "test" are new: their documents are read, their questions only asked.
  "data": ["data/train", "data/test", "own.qa"],
  // Epochs of each phase. it: all documents, then train questions. pit: train questions with their documents, then
  // test documents. The Schedule view shows what is trained on and in which order.
  "recipes": [
    { "recipe": "it", "epochs": [20, 30] },
    { "recipe": "pit", "epochs": [20, 20] }
  ],
  // With several seeds the table's intervals are over seeds too.
  "seeds": [1],
  "training": {
    // A small model needs a higher rate and smaller batches than the defaults, which are the paper's.
    "documents": { "rate": 1e-3, "batch": { "tokens": 2048 } },
    "questions": { "rate": 1e-3, "batch": { "tokens": 2048 } },
    "mixed": { "rate": 1e-3, "batch": { "tokens": 2048 } },
    "warmup": 20,
    "sequence": 128,
    // Some questions stay in the last phase of pit, so that so small a model does not forget how answers look.
    "keepQuestionsInLastPhase": true
  },
  "evaluation": { "maxTokens": 16, "trainQuestions": 100 }
}
`;

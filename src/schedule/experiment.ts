/**
 * The experiment file, `*.pit.json`: one source for the types, the checks, the defaults and the JSON schema.
 * Whatever the paper leaves unstated is a field here, and its default is recorded in the run.
 */
import { z } from 'zod';
import { launcherField } from './launcher';
import { recipeKeys } from './recipes';

const count = z.number().int().positive();
/** Becomes a part of a path, so it can't leave its folder and stands on every file system. */
const folderName = z
  .string()
  .regex(
    /^(?![. ])[^\\/:*?"<>|\p{Cc}]+(?<![. ])$/u,
    'must not hold \\ / : * ? " < > | or begin or end with a dot or space',
  );
const fraction = z.number().min(0).max(1);
const batch = z
  .union([count, z.strictObject({ tokens: count })])
  .describe('Effective batch: a number of examples, or {"tokens": n} for as many examples as fit into n tokens.');

const part = z
  .string()
  .regex(/^(documents|questions):[^\s:]+$/, 'must read documents:SPLIT or questions:SPLIT')
  .describe('documents:SPLIT or questions:SPLIT');

const source = z.strictObject({
  path: z.string().min(1).describe('File or folder, relative to the experiment file.'),
  format: z.enum(['wiki', 'qa', 'text', 'squad', 'table']).optional().describe('Guessed from the path if left out.'),
  split: z.string().min(1).optional().describe('Split of everything in it that names none itself.'),
  domain: z.string().min(1).optional(),
  columns: z
    .strictObject({
      id: z.string(),
      title: z.string(),
      text: z.string(),
      document: z.string().describe("The column with the id of a question's document."),
      question: z.string(),
      answer: z.string(),
      answers: z.string(),
      split: z.string(),
      domain: z.string(),
    })
    .partial()
    .optional()
    .describe('Which column of a JSONL, CSV or Parquet file holds what.'),
});

const model = z.union([
  z.string().min(1).describe('A model folder, relative to the experiment file.'),
  z.strictObject({
    preset: z.string().min(1).describe('A size, trained from random initialisation.'),
    vocabulary: count.default(2048).describe('Entries of the BPE tokenizer that is trained on the dataset.'),
    tokenizer: z.string().min(1).optional().describe('A folder with a tokenizer.json to use instead.'),
  }),
]);

const documentWeights = z.strictObject({ answer: z.number().min(0), other: z.number().min(0) });

const stage = z.strictObject({
  name: z.string().min(1).optional().describe('The parts if left out.'),
  parts: z.array(part).min(1).describe('What the stage trains on, mixed.'),
  epochs: count
    .optional()
    .describe('From training.epochs if left out: documents, instruction (questions alone) or pit (both).'),
  rate: z.number().positive().optional().describe('Peak learning rate; that of the kind of stage if left out.'),
  batch: batch.optional(),
  arrangement: z
    .enum(['shuffled', 'grouped', 'interleaved', 'manual'])
    .default('shuffled')
    .describe(
      "grouped: each document's questions, all epochs over, next to the document, all epochs over; " +
        'interleaved: the same once an epoch; manual: as "order" says.',
    ),
  first: z.enum(['questions', 'documents']).default('questions').describe('What grouped and interleaved start with.'),
  documentWeights: documentWeights
    .optional()
    .describe("Loss weights of a document's tokens: inside the answers to its questions, and all others."),
  keptQuestions: z
    .number()
    .int()
    .min(0)
    .optional()
    .describe('Training questions mixed into a shuffled stage of documents; none if left out.'),
  order: z.array(z.string()).optional().describe('Ids of documents and questions, for the arrangement manual.'),
});

const recipeKey = z
  .string()
  .meta({ enum: recipeKeys, description: 'A setting of the paper; see docs/experiments.md.' });

const recipeChoice = z.union([
  recipeKey,
  z.strictObject({
    recipe: recipeKey,
    as: folderName.optional().describe('Name of this variant in tables; the recipe name if left out.'),
    epochs: z.array(count).optional().describe('Epochs of each phase, in order.'),
    rates: z.array(z.number().positive()).optional().describe('Peak learning rate of each phase, in order.'),
  }),
]);

const phase = (rate: number, examples: number) =>
  z
    .strictObject({
      rate: z.number().positive().default(rate).describe('Peak learning rate.'),
      batch: batch.default(examples),
    })
    .prefault({});

/** Adapters of an experiment that says no more than that it wants some. */
export const usualLora = { rank: 16, alpha: 32 };

const lora = z
  .strictObject({
    rank: count.default(usualLora.rank),
    alpha: z.number().positive().default(usualLora.alpha).describe('The adapters count alpha / rank.'),
    targets: z
      .array(z.string().min(1))
      .min(1)
      .optional()
      .describe("Projections by the model's own names, such as q_proj or c_attn; all of them if left out."),
  })
  .optional()
  .describe('Train low-rank adapters (LoRA) in place of all weights. Needs a model folder; dropout is 0.');

const training = z
  .strictObject({
    documents: phase(3e-5, 256).describe('Stages of documents alone.'),
    questions: phase(5e-6, 256).describe('Stages of questions alone.'),
    mixed: phase(3e-5, 256).describe('Stages of both; the paper does not state their rate.'),
    epochs: z
      .strictObject({
        documents: count.default(10).describe('Continued pre-training on documents.'),
        instruction: count.default(1).describe('Instruction-tuning after documents.'),
        pit: count.default(3).describe('Phases before the new documents.'),
        pitQuestions: count.default(3).describe('Question-only phases of PIT++ and PIT--; unstated in the paper.'),
      })
      .prefault({}),
    keptQuestions: z
      .number()
      .int()
      .min(0)
      .default(64)
      .describe(
        'Question pairs kept in while pre-training continues on documents, so that the answer format survives.',
      ),
    keepQuestionsInLastPhase: z
      .boolean()
      .default(false)
      .describe('Whether they also enter the last phase of PIT; unstated in the paper.'),
    lora,
    sequence: count
      .min(2)
      .default(512)
      .describe('Longest example in tokens; a longer document is cut, a longer question refused.'),
    endDocuments: z
      .boolean()
      .default(false)
      .describe(
        'Whether a document is followed by the end-of-text token, which is then learnt; unstated in the paper.',
      ),
    row: z
      .union([count, z.literal('auto')])
      .default('auto')
      .describe(
        'Tokens in a packed row; auto picks up to four lengths that compute least, and each batch takes its cheapest.',
      ),
    microBatch: count.default(8192).describe('At most this many places are computed at once; more are accumulated.'),
    recompute: z
      .boolean()
      .default(false)
      .describe('Compute what a block made again for the way back in place of keeping it: less memory, more time.'),
    outOfMemory: z
      .enum(['stop', 'halve'])
      .default('stop')
      .describe(
        'When memory runs out in a step: stop with the numbers, or go on with half as much computed at once, of the same effective batch.',
      ),
    optimizer: z
      .strictObject({
        beta1: fraction.default(0.9),
        beta2: fraction.default(0.95),
        epsilon: z.number().positive().default(1e-8),
        weightDecay: z.number().min(0).default(0.1),
        clip: z.number().min(0).default(1).describe('Largest gradient norm; 0 switches clipping off.'),
      })
      .prefault({}),
    warmup: z.number().int().min(0).default(0).describe('Steps of linear warm-up in each stage.'),
    finalRate: fraction.default(0.1).describe('The cosine ends at this share of the peak rate.'),
    resetOptimizer: z.boolean().default(true).describe('Start each stage with fresh moments.'),
    checkpointEvery: count.default(200).describe('Steps between checkpoints within a stage.'),
  })
  .prefault({});

const evaluation = z
  .strictObject({
    everyEpochs: z.number().int().min(0).default(0).describe('Epochs between evaluations on the subset; 0 for none.'),
    subset: count.default(100).describe('Questions in the fixed seeded subset.'),
    trainQuestions: z
      .number()
      .int()
      .min(0)
      .default(200)
      .describe('Train questions asked at stage ends, to see forgetting.'),
    maxTokens: count.default(32).describe('Longest answer in tokens.'),
    batch: count.default(64).describe('Prompts answered at once.'),
    shots: z.number().int().min(0).default(5).describe('In-context pairs of the closed-book and open-book settings.'),
    bootstrap: count.default(1000).describe('Resamples behind a confidence interval.'),
  })
  .prefault({});

const torch = z
  .strictObject({
    processes: z
      .union([count, z.literal('auto')])
      .default('auto')
      .describe('They share the model and the rows of each batch; auto: one a GPU, and one on a processor.'),
    precision: z
      .enum(['auto', 'fp32', 'bf16'])
      .default('auto')
      .describe('What is computed in; auto: bf16 on GPUs that can, else fp32. Weights and moments are fp32 anyway.'),
    compile: z.boolean().default(false).describe('Compile the model with torch.compile first.'),
    attention: z
      .enum(['auto', 'dense', 'flex', 'varlen'])
      .default('auto')
      .describe('How packed examples are kept apart; auto takes the fastest that is there.'),
    patience: z
      .number()
      .positive()
      .default(600)
      .describe('Seconds without a sign of life after which the processes count as hanging.'),
  })
  .prefault({})
  .describe('Of the engine torch.');

/** The fields of the file. */
export const experimentFields = z
  .strictObject({
    $schema: z.string().optional(),
    name: folderName.optional(),
    description: z.string().optional(),
    model,
    data: z.union([z.string().min(1), source, z.array(z.union([z.string().min(1), source])).min(1)]),
    splits: z
      .strictObject({ train: z.string().default('train'), test: z.string().default('test') })
      .prefault({})
      .describe('Which split plays which part; questions of the test split are never trained on.'),
    recipes: z.array(recipeChoice).min(1).optional(),
    stages: z.array(stage).min(1).optional(),
    seeds: z.array(z.number().int().min(0)).min(1).default([1]),
    engine: z
      .enum(['onnx', 'torch'])
      .default('onnx')
      .describe('onnx runs inside the trainer; torch drives PyTorch, which "pit setup torch" installs.'),
    device: z
      .enum(['auto', 'cpu', 'webgpu', 'cuda'])
      .optional()
      .describe(
        'onnx: auto tries the GPU (through WebGPU, and through CUDA where that is installed) and the processor, and ' +
          'takes the fastest; cpu if left out. ' +
          'torch: auto, if left out, takes all GPUs that it finds, or else the processor.',
      ),
    threads: z.number().int().min(0).default(0).describe('Processor threads; 0 for one a core.'),
    torch,
    launcher: launcherField,
    training,
    evaluation,
  })
  .refine((value) => (value.recipes === undefined) !== (value.stages === undefined), {
    message: 'must be given, or else "stages", and not both',
    path: ['recipes'],
  });

const usualDevice = { onnx: 'cpu', torch: 'auto' } as const;

export const experimentSchema = experimentFields.transform(({ device, ...rest }) => ({
  ...rest,
  device: device ?? usualDevice[rest.engine],
}));

/** An experiment with every default filled in. */
export type Experiment = z.infer<typeof experimentSchema>;
export type DataSource = z.infer<typeof source>;
export type StageEntry = z.infer<typeof stage>;
export type RecipeChoice = z.infer<typeof recipeChoice>;

/** The JSON schema of the file as people write it: what has a default may be left out. */
export function experimentJsonSchema(): z.core.JSONSchema.BaseSchema {
  return z.toJSONSchema(experimentSchema, { io: 'input' });
}

/**
 * Measures what the project promises and prints one Markdown table: `npm run bench`, or with names for a part of it;
 * behind `real`
 * and `torch-real` stands the folder of the model that is meant. Ratios are taken within one run, so that they mean the
 * same on a busy machine and on a quiet one.
 */
import { execFileSync } from 'node:child_process';
import { cpus } from 'node:os';
import path from 'node:path';
import { env } from 'onnxruntime-node';
import { measureBlocks } from './blocks';
import { measureCompile } from './compile';
import { measureDashboard } from './dashboard';
import { measureExperiment } from './experiment';
import { measureExtension } from './extension';
import { measureGeneration } from './generation';
import { measureMemory } from './memory';
import { median, type PresetName, threads } from './model';
import { shareOutsideProducts } from './profile';
import { hasTorch } from './python';
import { measureReal, measureTorchReal, type Row } from './real';
import { measureAgainstTorch, measureStep } from './step';

const presets: PresetName[] = ['nano', 'micro'];
const million = 1_000_000;
const noTorch = 'not measured: needs Python with torch and transformers';

/** Names behind which a model's folder stands. */
const takeFolder = ['real', 'torch-real'];

const needsFolder = (name: string) =>
  `not measured: needs a model's folder, \`npm run bench -- ${name} FOLDER\`, and torch`;

const measurements: Record<string, (folder?: string) => Promise<Row[]>> = {
  async step() {
    const aims = { nano: '0.75', micro: '0.85' };
    return inTurn(presets, async (preset) => {
      const { step, product, tokensPerSecond } = await measureStep(preset);
      const speeds = `${(step / 1e9).toFixed(0)} of ${(product / 1e9).toFixed(0)} GFLOP/s`;
      const found = `${(step / product).toFixed(2)} (${speeds}, ${tokensPerSecond.toFixed(0)} tokens/s)`;
      return [`training step over largest matrix product, ${preset}`, found, `≥ ${aims[preset]}`];
    });
  },
  async profile() {
    return inTurn(presets, async (preset) => {
      const share = 100 * (await shareOutsideProducts(preset));
      return [`step's time outside matrix products, ${preset}`, `${share.toFixed(0)} %`, ''];
    });
  },
  async memory() {
    return inTurn(presets, async (preset) => {
      const found = `${measureMemory(preset).toFixed(0)} bytes a parameter`;
      return [`memory in training, activations included, ${preset}`, found, ''];
    });
  },
  async generation() {
    const cases = presets.flatMap((preset) => [1, 64].map((batch) => ({ preset, batch })));
    return inTurn(cases, async ({ preset, batch }) => {
      const found = await measureGeneration(preset, batch);
      return [`greedy generation, ${preset}, batch ${batch}`, `${found.toFixed(0)} tokens/s`, ''];
    });
  },
  async load() {
    const found = execFileSync(process.execPath, ['--import', 'tsx', path.join(__dirname, 'load.ts'), `${million}`]);
    return [['loading 1,000,000 QA pairs', String(found).trim(), '']];
  },
  async compile() {
    const { seconds, tokenizerSeconds, megabytes } = await measureCompile(million);
    const found = `${seconds.toFixed(1)} s + ${tokenizerSeconds.toFixed(1)} s of tokenizer, ${megabytes.toFixed(0)} MB`;
    return [['compiling a schedule of 1,000,000 QA pairs', found, '']];
  },
  async extension() {
    const { activations, opening, documents } = await measureExtension(100_000);
    const found = `${Math.min(...activations)} ms at best, ${median(activations)} ms in the median`;
    return [
      ['activation, as VS Code counts it', found, '< 50 ms'],
      ['opening a tree of 100,000 questions', `${opening.toFixed(0)} ms`, '< 200 ms'],
      ['opening 500 documents of it', `${documents.toFixed(0)} ms`, '< 200 ms'],
    ];
  },
  async blocks() {
    const found = Object.entries(await measureBlocks(100_000));
    return found.map(([work, longest]) => [
      `longest block of the extension host, 100,000 questions: ${work}`,
      `${longest.toFixed(0)} ms`,
      '< 20 ms',
    ]);
  },
  async dashboard() {
    const { framesPerSecond, slowest } = await measureDashboard(200_000);
    const found = `${framesPerSecond.toFixed(0)} frames a second, the slowest after ${slowest.toFixed(0)} ms`;
    return [['dashboard of 200,000 steps, growing, under the pointer', found, '≥ 30']];
  },
  async torch() {
    return inTurn(presets, async (preset) => {
      const ratio = await measureAgainstTorch(preset);
      return [`training step over PyTorch eager, ${preset}`, ratio ? `${ratio.toFixed(2)} times` : noTorch, '≥ 1.2'];
    });
  },
  async experiment() {
    const { ours, theirs } = await measureExperiment();
    const ratio = theirs ? `${(theirs.seconds / ours.seconds).toFixed(1)} times` : noTorch;
    const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
    return [
      ['computed places that are padding, demo', percent(ours.padding), '< 5 %'],
      ['experiment over transformers’ Trainer and generate', ratio, '≥ 3'],
      ['computed places that are padding, Trainer', theirs ? percent(theirs.padding) : noTorch, ''],
    ];
  },
  async real(folder) {
    if (!folder) return [['a real model', needsFolder('real'), '']];
    return hasTorch() ? measureReal(folder) : [[`the model in ${folder}`, noTorch, '']];
  },
  async 'torch-real'(folder) {
    if (!folder || !hasTorch()) return [['a real model by the torch learner', needsFolder('torch-real'), '']];
    return measureTorchReal(folder);
  },
};

async function inTurn<T>(items: readonly T[], measure: (item: T) => Promise<Row>): Promise<Row[]> {
  const rows: Row[] = [];
  for (const item of items) rows.push(await measure(item));
  return rows;
}

function printRow(cells: readonly string[]): void {
  console.log(`| ${cells.join(' | ')} |`);
}

async function main(words: readonly string[]): Promise<void> {
  const isFolder = (_: string, i: number) => takeFolder.includes(words[i - 1]);
  const folder = words.find(isFolder);
  const names = words.filter((word, i) => !isFolder(word, i));
  const unknown = names.find((name) => !Object.hasOwn(measurements, name));
  if (unknown) throw new Error(`There is no "${unknown}"; choose of ${Object.keys(measurements).join(', ')}.`);
  const torch = hasTorch() ? 'Python with torch found' : 'no Python with torch';
  console.log(
    `${cpus()[0].model}, ${threads} threads, Node ${process.versions.node}, ONNX Runtime ${env.versions.node}, ${torch}\n`,
  );
  printRow(['measured', 'result', 'aim']);
  printRow(['---', '---', '---']);
  for (const name of names.length > 0 ? names : Object.keys(measurements)) {
    for (const row of await measurements[name](folder)) printRow(row);
  }
}

void main(process.argv.slice(2));

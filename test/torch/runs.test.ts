/**
 * Whole runs through the trainer process: the torch engine gives the losses and answers of the embedded one, across
 * kills and other numbers of processes, and its checkpoints serve every command. However a run ends, no process stays.
 */
import assert from 'node:assert/strict';
import { type ChildProcess, execFileSync } from 'node:child_process';
import { cpSync, existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { torchPython } from '../../src/engine/torch/environment';
import { descendants } from '../../src/process-tree';
import type { RunEvent } from '../../src/run/events';
import { runFiles, RunFolder } from '../../src/run/folder';
import { isAlive, markOf, type ProcessMark } from '../../src/run/process';
import { stateOf } from '../../src/run/state';
import type { Experiment } from '../../src/schedule/experiment';
import { finish, makeWorld, pit, startTrainerOn, until, writeExperiment } from '../cli/small';
import { newFolder, rankOf } from './support';

type Step = Extract<RunEvent, { type: 'step' }>;
type Fields = Record<string, unknown>;

/** On whatever device is there. */
const torch = { engine: 'torch', torch: { precision: 'fp32' } };
const twice = { engine: 'torch', device: 'cpu', torch: { precision: 'fp32', processes: 2 } };
/** So that steps are accumulated, on two processes less often. */
const training = {
  sequence: 160,
  epochs: { documents: 2 },
  mixed: { rate: 1e-3, batch: 8 },
  documents: { rate: 1e-3, batch: 2 },
  checkpointEvery: 3,
  microBatch: 512,
};

describe('runs with the torch engine', () => {
  let root: string;

  before('the same run with onnx', async () => {
    ({ root } = await makeWorld());
    await train('onnx', { training });
  });

  it('give the losses and answers of onnx', async () => {
    await train('torch', { training, ...twice });
    assertSame(runOf('torch'), runOf('onnx'));
    const { engine, device, reason } = deviceOf('torch');
    assert.deepEqual([engine, device], ['torch', '2 processes, cpu, fp32']);
    assert.match(reason, /^as the experiment asks for; \w+ attention: ./);
  });

  it('trains adapters as onnx does', async () => {
    cpSync(lastCheckpoint(runOf('onnx')), join(root, 'base'), { recursive: true });
    const lora = { rank: 4, alpha: 8, targets: ['q_proj', 'v_proj', 'down_proj'] };
    const fields = { model: 'base', training: { ...training, lora } };
    await train('onnx-adapters', fields);
    await train('torch-adapters', { ...fields, ...twice });
    assertSame(runOf('torch-adapters'), runOf('onnx-adapters'));
    assert.ok(existsSync(join(lastCheckpoint(runOf('torch-adapters')), 'adapter_model.safetensors')));
  });

  it('trains adapters of a family that only torch has', async () => {
    makeOther(join(root, 'other'), join(root, 'base'));
    const lora = { rank: 4, alpha: 8, targets: ['q_proj', 'fc1'] };
    await train('other', { model: 'other', training: { ...training, lora }, ...torch });
    assert.match(
      deviceOf('other').reason,
      /^(torch finds|its torch is built for processors alone|no NVIDIA GPU is here).*; /,
    );
    const losses = lossesOf(runOf('other'));
    assert.ok(losses.at(-1)! < losses[0], losses.join());
    const to = join(newFolder(), 'exported');
    const { code, stderr } = await pit('export', runOf('other'), to, '--to', 'peft');
    assert.equal(code, 0, stderr);
    assert.match(readFileSync(join(to, 'README.md'), 'utf8'), /torch \d/);
    const merged = await pit('export', runOf('other'), join(newFolder(), 'merged'));
    assert.match(merged.stderr, /holds adapters of the family phi, which leaves as peft alone/);
    const refused = await pit('check', writeExperiment(root, { model: 'other', training }, 'refused'));
    assert.match(refused.stdout, /model: .*"model_type" is "phi"/);
    const unknown = { model: 'other', ...torch, training: { ...training, lora: { targets: ['gate_proj'] } } };
    const { stdout } = await pit('check', writeExperiment(root, unknown, 'refused'));
    assert.match(stdout, /training\.lora: The model has no projection "gate_proj"; it has /);
  });

  it('answers with such adapters as the run itself did', async () => {
    const [expected] = resultOf(runOf('other')).predictions;
    const asked = await pit('ask', runOf('other'), expected.question, '--max-tokens', '4', '--json');
    assert.equal(asked.stderr, 'torch computes this model: onnx has no family "phi".\n');
    const { engine, version, device } = deviceOf('other');
    const { question, prompt, output, prediction } = expected;
    const answer = { question, prompt, output, answer: prediction, engine, version, device };
    assert.deepEqual(JSON.parse(asked.stdout), [answer]);
  });

  it('evaluates such adapters as the run itself did', async () => {
    const out = join(newFolder(), 'evaluation');
    const words = ['--prompts', 'zero-shot', '--max-tokens', '4', '--out', out];
    const { code, stdout, stderr } = await pit('evaluate', runOf('other'), join(root, 'data'), ...words);
    assert.equal(code, 0, stderr);
    assert.match(stdout, /^- Engine: torch \d/m);
    const [found, expected] = [join(out, 'zero-shot-seed1'), runOf('other')].map(resultOf);
    assert.deepEqual(found.predictions, expected.predictions);
    assert.ok(Math.abs(Math.log(found.documents!.perplexity / expected.documents!.perplexity)) < 1e-4);
  });

  it('keeps of finished stages the model alone, and the optimiser of the newest checkpoint', () => {
    const checkpoints = join(runOf('torch'), runFiles.checkpoints);
    const withState = readdirSync(checkpoints).filter((name) => existsSync(join(checkpoints, name, 'optimizer')));
    assert.deepEqual([withState, readdirSync(checkpoints).length], [['stage-2-step-6'], 2]);
  });

  for (const name of ['torch', 'torch-adapters'])
    it(`${name}: its checkpoints serve ask, evaluate and export`, async () => {
      const asked = await pit('ask', runOf(name), 'When was Ann born?', '--json');
      assert.equal(asked.code, 0, asked.stderr);
      const out = join(newFolder(), 'evaluation');
      const evaluated = await pit('evaluate', runOf(name), join(root, 'data'), '-p', 'zero-shot', '-o', out, '-m', '4');
      assert.equal(evaluated.code, 0, evaluated.stderr);
      const [there] = predictions(runOf(name)).filter(([file]) => file.startsWith('stage-2-step-6-test-full'));
      const [here] = predictions(join(out, 'zero-shot-seed1'));
      assert.deepEqual(here[1], there[1]);
      const exported = await pit('export', runOf(name), join(newFolder(), 'exported'));
      assert.equal(exported.code, 0, exported.stderr);
    });

  it('stand in tables beside others', async () => {
    const { stdout } = await pit('compare', runOf('onnx'), runOf('torch-adapters'));
    assert.match(stdout, /^- Engine: onnx [\d.]+; torch [\d.]+$/m);
    assert.match(readFileSync(join(runOf('torch'), runFiles.report), 'utf8'), /torch \d/);
  });

  it('broken off in every way, leave no process, say why and go on to the same losses and answers', async () => {
    const run = RunFolder.create(join(root, 'broken'), RunFolder.open(runOf('torch')).identity);
    cpSync(join(runOf('torch'), runFiles.experiment), run.file(runFiles.experiment));
    changeTorch(run, { processes: 1 });
    const killed = await atWork(run);
    killed.child.kill('SIGKILL');
    await killed.ended;
    await allGone(killed.family);
    assert.equal(stateOf(run), 'interrupted');

    changeTorch(run, { processes: 2 });
    const maimed = await atWork(run);
    const { pid } = maimed.family.find((mark) => rankOf(mark.pid) === 1)!;
    process.kill(pid, 'SIGKILL');
    const { code, stderr } = await maimed.ended;
    assert.equal(code, 1);
    await allGone(maimed.family);
    const last = run.readEvents().events.at(-1)!;
    assert.equal(last.type, 'failed');
    const { reason } = last as Extract<RunEvent, { type: 'failed' }>;
    assert.match(reason, new RegExp(`^Rank 1 of 2 \\(process ${pid}\\) was killed \\(SIGKILL\\)`));
    assert.ok(stderr.includes(reason), 'The log has the sentence');
    assert.match(stderr, /Root Cause/, 'and what torchrun said');

    const stopped = await atWork(run);
    run.requestStop();
    assert.equal((await stopped.ended).code, 0);
    await allGone(stopped.family);
    assert.equal(stateOf(run), 'stopped');

    const resumed = await pit('resume', run.path);
    assert.equal(resumed.code, 0, resumed.stderr);
    assertSame(run.path, runOf('onnx'));
  });

  function deviceOf(name: string) {
    return RunFolder.open(runOf(name))
      .readEvents()
      .events.find((event) => event.type === 'device')!;
  }

  const runOf = (name: string) => join(root, 'runs', name, 'pit-seed1');

  async function train(name: string, fields: Fields): Promise<void> {
    const { code, stderr } = await pit('run', writeExperiment(root, fields, name));
    assert.equal(code, 0, stderr);
  }
});

/** A small model of a family that is not built here, with the tokenizer of another. */
function makeOther(folder: string, tokenizer: string): void {
  const { vocab_size: vocabSize } = JSON.parse(readFileSync(join(tokenizer, 'config.json'), 'utf8')) as Record<
    string,
    number
  >;
  const sizes = `vocab_size=${vocabSize}, hidden_size=48, intermediate_size=96, num_hidden_layers=2, num_attention_heads=4`;
  const program = [
    'import sys, torch, transformers',
    'torch.manual_seed(1)',
    `config = transformers.PhiConfig(${sizes}, max_position_embeddings=256, bos_token_id=1, eos_token_id=2)`,
    'transformers.PhiForCausalLM(config).save_pretrained(sys.argv[1])',
  ];
  execFileSync(torchPython(), ['-c', program.join('\n'), folder], { stdio: 'pipe' });
  for (const name of ['tokenizer.json', 'tokenizer_config.json']) cpSync(join(tokenizer, name), join(folder, name));
}

const lossesOf = (path: string) => stepsOf(RunFolder.open(path).readEvents().events).map(({ loss }) => loss);

/** A trainer that goes on with a run and has made two steps, with all of its processes. */
async function atWork({ path }: RunFolder) {
  const begun = new Date().toISOString();
  const child = startTrainerOn(path);
  const ended = finish(child);
  await until(child, path, (events) => {
    const start = events.findLastIndex(({ type, time }) => type === 'device' && time > begun);
    return start >= 0 && stepsOf(events.slice(start)).length >= 2;
  });
  return { child, ended, family: familyOf(child) };
}

function familyOf({ pid }: ChildProcess): ProcessMark[] {
  const family = [pid!, ...descendants(pid!)].map(markOf);
  assert.ok(family.length >= 2, 'A trainer and ranks');
  return family;
}

/** They need a moment to notice; the test's own time limit is the end of it. */
async function allGone(family: readonly ProcessMark[]): Promise<void> {
  while (family.some(isAlive)) await delay(20);
}

function changeTorch(run: RunFolder, fields: Partial<Experiment['torch']>): void {
  const experiment = run.readJson<Experiment>(runFiles.experiment);
  run.writeJson(runFiles.experiment, { ...experiment, torch: { ...experiment.torch, ...fields } });
}

function lastCheckpoint(run: string): string {
  const checkpoints = join(run, runFiles.checkpoints);
  return join(checkpoints, readdirSync(checkpoints).sort().at(-1)!);
}

const stepsOf = (events: readonly RunEvent[]) => events.filter((event): event is Step => event.type === 'step');

/** Steps and documents to 1e-4, order and answers as they are. */
function assertSame(path: string, wanted: string): void {
  const [found, expected] = [path, wanted].map((run) => RunFolder.open(run));
  assert.deepEqual(found.readOrder(), expected.readOrder());
  assert.deepEqual(predictions(path), predictions(wanted));
  near(numbersOf(found), numbersOf(expected));
}

/** Losses of all steps, and perplexities. */
function numbersOf(run: RunFolder): number[] {
  return run.readEvents().events.flatMap((event) => {
    if (event.type === 'step') return [event.loss, event.documentLoss ?? 0, event.questionLoss ?? 0, event.rate];
    if (event.type === 'evaluated') return [Math.log(event.documents!.perplexity), event.teacherForcedAccuracy ?? 0];
    return [];
  });
}

function near(found: readonly number[], expected: readonly number[]): void {
  assert.ok(expected.length > 40);
  assert.equal(found.length, expected.length);
  found.forEach((value, i) => assert.ok(Math.abs(value - expected[i]) <= 1e-4, `${value} at ${i}, not ${expected[i]}`));
}

/** The last evaluation of the test questions, with all that was answered. */
function resultOf(path: string) {
  const run = RunFolder.open(path);
  const isResult = (event: RunEvent) => event.type === 'evaluated' && event.split === 'test';
  const event = run.readEvents().events.findLast(isResult) as Extract<RunEvent, { type: 'evaluated' }>;
  return { ...event, predictions: run.readPredictions(event.predictions!) };
}

/** What was answered to whom, by file. */
function predictions(path: string): [string, [string, string][]][] {
  const run = RunFolder.open(path);
  const files = readdirSync(run.file(runFiles.predictions)).sort();
  return files.map((file) => [
    file,
    run.readPredictions(join(runFiles.predictions, file)).map(({ id, output }) => [id, output]),
  ]);
}

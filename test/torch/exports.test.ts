/**
 * Exports as Python loads them: a whole model by transformers, adapters by peft, a graph by ONNX Runtime. What they give
 * is compared with what transformers and peft give for the checkpoints that were exported.
 */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { copyFileSync, cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { findInterpreter } from '../../src/engine/torch/environment';
import { readModel } from '../../src/model/folder';
import { exportModel } from '../../src/trainer/export';
import type { ExportForm } from '../../src/trainer/export-forms';
import { checkpointNames, checkpoints } from '../unit/engine/checkpoints';
import { assertNear, Random } from '../unit/engine/support';

interface Job {
  folder: string;
  /** Adapters of the model in the folder. */
  adapters?: string;
}

/** What reference.py gives: of each prompt its logits [length × vocabulary], and the tokens after it. */
interface Reference {
  logits: number[][];
  tokens: number[][];
}

/** What run_onnx.py gives: the tokens after each prompt, from one padded batch and from each prompt by itself. */
interface Greedy {
  together: number[][];
  alone: number[][];
}

/** What was exported, exports in two forms, and the models that exported adapters are on without these. */
type Group = 'original' | 'hf' | 'peft' | 'bare';

const python = findInterpreter()?.python;
const noPython = python ? undefined : 'not run: no Python with torch is set up';
const noRuntime = noPython ?? lacking(['onnxruntime', 'onnx']);

const adapted = checkpointNames.filter((name) => name.startsWith('lora'));
const whole = checkpointNames.filter((name) => !adapted.includes(name));

/** Logits with merged adapters may differ by this share of the largest: the sums are taken in another order. */
const tolerance = 1e-5;

const random = new Random(31);
/** Of tokens that every checkpoint has. */
const prompts = Array.from({ length: 5 }, () => Array.from({ length: random.whole(1, 24) }, () => random.whole(3, 95)));
const count = 10;

suite('exports as Python loads them', noPython, () => {
  let root: string;
  let exported: (form: ExportForm) => (name: string) => string;
  let found: Record<Group, Record<string, Reference>>;

  before('write checkpoints as runs do, export them, and load all that by transformers and peft', async () => {
    root = mkdtempSync(join(tmpdir(), 'pit-exports-'));
    const source = (name: string) => join(root, name);
    exported = (form) => (name) => join(root, `${name}-${form}`);
    cpSync(checkpoints, root, { recursive: true });
    for (const name of checkpointNames) {
      for (const file of ['tokenizer.json', 'tokenizer_config.json'])
        copyFileSync(join(checkpoints, 'tokenizer/builtin', file), join(source(name), file));
      const forms: ExportForm[] = adapted.includes(name) ? ['hf', 'onnx', 'peft'] : ['hf', 'onnx'];
      for (const form of forms) await exportModel({ folder: source(name) }, exported(form)(name), form);
    }
    found = await referenceOf({
      original: { ...jobsFor(whole, source), ...(await adapterJobs(source)) },
      hf: jobsFor(checkpointNames, exported('hf')),
      peft: await adapterJobs(exported('peft')),
      bare: await adapterJobs(exported('peft'), ({ folder }) => ({ folder })),
    });
  });

  after(() => rmSync(root, { recursive: true }));

  describe('a whole model, by transformers', () => {
    for (const name of whole)
      it(`${name} has exactly the same logits`, () =>
        assert.deepEqual(found.hf[name].logits, found.original[name].logits));
    for (const name of adapted)
      it(`${name}, taken into the weights, has the same logits to ${tolerance}`, () =>
        found.hf[name].logits.forEach((list, i) =>
          assertNear(list, found.original[name].logits[i], tolerance, `prompt ${i}`),
        ));
  });

  describe('adapters, by peft', () => {
    for (const name of adapted)
      it(`${name} on its base has exactly the same logits, which are not those of the base`, () => {
        assert.deepEqual(found.peft[name], found.original[name]);
        assert.notDeepEqual(found.bare[name].logits, found.original[name].logits);
      });
  });

  suite('a graph, by ONNX Runtime', noRuntime, () => {
    let answers: Record<string, Greedy>;
    before(async () => {
      answers = await asked<Greedy>('run_onnx.py', jobsFor(checkpointNames, exported('onnx')));
    });

    for (const name of checkpointNames)
      it(`${name} gives the tokens of transformers, in a padded batch and alone`, () => {
        const { tokens } = found.original[name];
        assert.deepEqual(answers[name], { together: tokens, alone: tokens });
      });
  });
});

/** Tests that say in their name why they are not run, where they aren't. */
function suite(title: string, why: string | undefined, tests: () => void): void {
  if (why) describe.skip(`${title} (${why})`, tests);
  else describe(title, tests);
}

function lacking(packages: readonly string[]): string | undefined {
  const script = `import importlib.util as u, sys; print(*[p for p in sys.argv[1:] if not u.find_spec(p)])`;
  const missing = spawnSync(python!, ['-c', script, ...packages], { encoding: 'utf8' }).stdout.trim();
  return missing === '' ? undefined : `not run: ${python} lacks ${missing}, see test/torch/requirements.txt`;
}

/** The folder of the model that adapters adapt. */
async function baseOf(adapters: string): Promise<string> {
  return (await readModel(adapters)).config.lora!.base;
}

const jobsFor = (names: readonly string[], folderOf: (name: string) => string): Record<string, Job> =>
  Object.fromEntries(names.map((name) => [name, { folder: folderOf(name) }]));

/** Adapters, each on its model, or what else is to be done with the two. */
async function adapterJobs(
  folderOf: (name: string) => string,
  job: (job: Job) => Job = (both) => both,
): Promise<Record<string, Job>> {
  const jobs = adapted.map(async (name) => {
    const adapters = folderOf(name);
    return [name, job({ folder: await baseOf(adapters), adapters })] as const;
  });
  return Object.fromEntries(await Promise.all(jobs));
}

/** All in one process, which takes long to start. */
async function referenceOf(
  groups: Record<Group, Record<string, Job>>,
): Promise<Record<Group, Record<string, Reference>>> {
  const all = Object.entries(groups).flatMap(([group, jobs]) =>
    Object.entries(jobs).map(([name, job]) => ({ group: group as Group, name, job })),
  );
  const answers = await asked<Reference>('reference.py', Object.fromEntries(all.map(({ job }, i) => [i, job])));
  const found: Record<Group, Record<string, Reference>> = { original: {}, hf: {}, peft: {}, bare: {} };
  all.forEach(({ group, name }, i) => (found[group][name] = answers[i]));
  return found;
}

/** Has a script do all jobs in one process. */
async function asked<Answer>(script: string, jobs: Record<string, Job>): Promise<Record<string, Answer>> {
  const child = spawn(python!, [join(__dirname, 'python', script)], { stdio: ['pipe', 'pipe', 'pipe'] });
  child.stdin.end(JSON.stringify(Object.values(jobs).map((job) => ({ ...job, prompts, count }))));
  const ended = new Promise<number | null>((done) => child.once('close', done));
  const [output, said, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  assert.equal(code, 0, said);
  const answers = JSON.parse(output) as Answer[];
  return Object.fromEntries(Object.keys(jobs).map((name, i) => [name, answers[i]]));
}

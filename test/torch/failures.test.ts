/**
 * What becomes of a person who runs into trouble: each kind of failure, brought about in real processes, ends in one
 * sentence that says which rank and why, and leaves no process behind.
 */
import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../../src/errors';
import type { Batch } from '../../src/engine/learner';
import { torchPython } from '../../src/engine/torch/environment';
import { TorchLearner, type TorchSettings } from '../../src/engine/torch/learner';
import { type ProcessSettings, TorchProcess } from '../../src/engine/torch/process';
import { descendants } from '../../src/process-tree';
import { isAlive, markOf } from '../../src/run/process';
import { apart, type Example, Random } from '../unit/engine/support';
import {
  layouts,
  type Model,
  modelOf,
  newFolder,
  processSettings,
  randomSteps,
  rankOf,
  torchSettings,
} from './support';

describe('torch processes that fail', () => {
  let model: Model;
  let batches: Batch[];

  before(async () => {
    model = await modelOf('llama-tied');
    batches = layouts.packed(randomSteps(1, model.config, 1)[0]);
  });

  describe('while they work', () => {
    let settings: TorchSettings;
    let stop: AbortController;
    let learner: TorchLearner;
    let family: ReturnType<typeof markOf>[];
    let rank: number;

    beforeEach('a process with a model', async () => {
      stop = new AbortController();
      settings = { ...torchSettings(model), signal: stop.signal };
      learner = await TorchLearner.open(settings);
      rank = pidOf(learner);
      family = [rank, ...descendants(rank)].map(markOf);
    });

    afterEach('nothing is left', async () => {
      await learner.close();
      assert.deepEqual(family.filter(isAlive), []);
    });

    it('one that is killed is named, and every later call says the same', async () => {
      process.kill(rank, 'SIGKILL');
      const { message } = await failureOf(trainOn());
      assert.ok(message.startsWith(`Rank 0 of 1 (process ${rank}) was killed (SIGKILL) in a training step`), message);
      assert.equal((await failureOf(learner.score(batches[0]))).message, message);
    });

    it('a rank that hangs is noticed', async () => {
      await learner.step(batches, 0);
      settings.patience = 2;
      process.kill(rank, 'SIGSTOP');
      const { message } = await failureOf(trainOn());
      assert.match(message, /^The torch processes have given no sign of life for 2 s in a training step/);
      assert.match(message, /"torch\.patience"/);
    });

    it('what is refused leaves them as they are; an error is told, with its traceback beside the sentence', async () => {
      await assert.rejects(learner.restore('/nowhere'), /\/nowhere/);
      assert.ok((await learner.step(batches, 0)).loss > 0);
      const beyond = { ...batches[0], tokens: batches[0].tokens.map(() => 1000) };
      const { message, detail } = await failureOf(learner.step([beyond], 0));
      assert.match(message, /^Rank 0 of 1 failed in a training step: .*index out of range/);
      assert.match(detail!, /Traceback[^]*pit_learner/);
    });

    it('a signal ends them in the middle of their work', async () => {
      const working = failureOf(trainOn());
      stop.abort();
      assert.match(
        (await working).message,
        /^The torch processes were ended in a training step.*, as was asked for\.$/,
      );
    });

    it('output that is cut ends them', async () => {
      learner['torch']['child'].stdout!.destroy();
      assert.match((await failureOf(trainOn())).message, /Broken pipe|closed their output/);
    });

    const trainOn = () => trainWith(learner);
  });

  it('torchrun that is killed takes its ranks along', async () => {
    const learner = await TorchLearner.open({ ...torchSettings(model), processes: 2 });
    const torchrun = pidOf(learner);
    const family = [torchrun, ...descendants(torchrun)].map(markOf);
    assert.deepEqual([...new Set(family.map(({ pid }) => rankOf(pid)))].sort(), [0, 1, undefined]);
    process.kill(torchrun, 'SIGKILL');
    assert.match(
      (await failureOf(trainWith(learner))).message,
      /^The torch processes ended with SIGKILL in a training step/,
    );
    await learner.close();
    assert.deepEqual(family.filter(isAlive), []);
  });

  const pidOf = (learner: TorchLearner) => learner['torch']['child'].pid!;

  /** A rank is missed by the first step that it has to take part in. */
  async function trainWith(learner: TorchLearner): Promise<never> {
    for (;;) await learner.step(batches, 0);
  }

  it('memory that runs out is told in numbers, with what would help', async () => {
    const limited = script('ulimit -v 5000000', torchPython());
    const learner = await TorchLearner.open({ ...torchSettings(model), python: limited });
    const examples = new Array<Example>(100_000).fill(new Random(1).example(13, model.config));
    const { message } = await failureOf(learner.step([apart(examples)], 0));
    assert.match(message, /^Rank 0 of 1 ran out of memory in a training step \(.*[\d.]+ GB more needed/);
    assert.match(message, /"training\.microBatch"/);
    await learner.close();
  });

  describe('before they work', () => {
    it('an interpreter that is not there', async () =>
      assert.match(
        (await failureOf(start({ python: '/nowhere/python' }))).message,
        /^\/nowhere\/python can't be started/,
      ));

    it('an interpreter without torch', async () => {
      const bare = script('', `${torchPython()} -S`);
      const { message } = await failureOf(start({ python: bare }));
      assert.match(message, / has no (torch|numpy): make an environment with "pit setup torch"/);
    });

    it('a learner that lacks a package', async () => {
      const folder = standIn('import a_package_that_nobody_has');
      assert.match((await failureOf(start({ folder }))).message, / has no a_package_that_nobody_has: /);
    });

    it('another protocol', async () => {
      const folder = standIn(`say('{"hello": {"protocol": 99, "world": 1}}')`);
      const { message } = await failureOf(start({ folder }));
      assert.match(
        message,
        / speaks protocol 99, but this program speaks 1: make an environment with "pit setup torch"/,
      );
    });

    it('what is no message', async () => {
      const folder = standIn(`say('Hello, I am chatty.')`);
      assert.match((await failureOf(start({ folder }))).message, /wrote what is no message .*: Hello, I am chatty\.$/);
    });

    it('silence', async () => {
      const folder = standIn('pass');
      const { message } = await failureOf(start({ folder, patience: 1 }));
      assert.match(message, /^The torch processes have given no sign of life for 1 s while they started/);
    });

    it('an end without a word', async () => {
      const folder = standIn('raise SystemExit(3)');
      assert.match(
        (await failureOf(start({ folder }))).message,
        /^Rank 0 of 1 failed while they started: it ended with code 3\.$/,
      );
    });
  });
});

const start = (changes: Partial<ProcessSettings>) => TorchProcess.start(processSettings(changes));

/** A package that does something else than learn, and then waits for its input to end. */
function standIn(body: string): string {
  const folder = newFolder();
  mkdirSync(join(folder, 'pit_learner'));
  const lines = ['import sys', 'def say(line): print(line, flush=True)', body, 'sys.stdin.read()'];
  writeFileSync(join(folder, 'pit_learner/__main__.py'), `${lines.join('\n')}\n`);
  return folder;
}

/** A program that is an interpreter but for what is done before. */
function script(before: string, python: string): string {
  const file = join(newFolder(), 'python');
  writeFileSync(file, `#!/bin/sh\n${before}\nexec ${python} "$@"\n`);
  chmodSync(file, 0o755);
  return file;
}

async function failureOf(work: Promise<unknown>): Promise<UserError> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof UserError, String(error));
  return error;
}

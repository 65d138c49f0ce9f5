import assert from 'node:assert/strict';
import { appendFileSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../../../src/errors';
import type { Prediction, RunEvent } from '../../../src/run/events';
import { RunFolder } from '../../../src/run/folder';
import { identity, removePlaces, temporaryPlace, temporaryRun } from './folders';

const stopped = (reason: string): RunEvent => ({ type: 'stopped', time: '2024-05-26T10:00:00.000Z', reason });

const prediction: Prediction = {
  id: 'd1?1',
  documentId: 'd1',
  split: 'test',
  question: 'Who?',
  prompt: 'Question: Who? Answer:',
  answers: ['Ann', 'Anne'],
  output: ' ann\n',
  prediction: ' ann\n',
  exactMatch: true,
  recall: true,
  rougeL: 1,
};

describe('run folder', () => {
  afterEach(removePlaces);

  it('keeps the identity and is created once', () => {
    const folder = temporaryRun();
    assert.deepEqual(RunFolder.open(folder.path).identity, identity);
    assert.throws(() => RunFolder.create(folder.path, identity), UserError);
  });

  it('says where there is no run', () => {
    assert.throws(() => RunFolder.open(temporaryPlace()), /holds no run/);
  });

  it('reads events from an offset and never a half line', () => {
    const folder = temporaryRun();
    assert.deepEqual(folder.readEvents(), { events: [], offset: 0, damaged: 0 });
    folder.appendEvent(stopped('é'));
    const first = folder.readEvents();
    assert.deepEqual(first.events, [stopped('é')]);
    const line = Buffer.from(JSON.stringify(stopped('ü')) + '\n');
    const half = line.indexOf(0xc3) + 1;
    appendFileSync(folder.file('events.jsonl'), line.subarray(0, half));
    assert.deepEqual(folder.readEvents(first.offset), { events: [], offset: first.offset, damaged: 0 });
    appendFileSync(folder.file('events.jsonl'), line.subarray(half));
    assert.deepEqual(folder.readEvents(first.offset).events, [stopped('ü')]);
  });

  it('counts whole lines that a crash has damaged', () => {
    const folder = temporaryRun();
    writeFileSync(folder.file('events.jsonl'), '\0\0\0\n');
    folder.appendEvent(stopped('x'));
    const { events, damaged } = folder.readEvents();
    assert.deepEqual([events.length, damaged], [1, 1]);
  });

  it('continues events and order after a checkpoint without a seam', () => {
    const folder = temporaryRun();
    const write = (step: number) => {
      folder.appendEvent(stopped(`step ${step}`));
      folder.appendOrder({ stage: 1, epoch: 1, step, examples: ['d1', 'd1?1'] });
    };
    [1, 2, 3].forEach(write);
    const whole = ['events.jsonl', 'order.jsonl'].map((name) => readFileSync(folder.file(name), 'utf8'));
    folder.truncate({ events: 0, order: 0 });
    write(1);
    const checkpoint = folder.offsets();
    [2, 3, 4].forEach(write);
    appendFileSync(folder.file('events.jsonl'), '{"type":"st');
    folder.truncate(checkpoint);
    [2, 3].forEach(write);
    const resumed = ['events.jsonl', 'order.jsonl'].map((name) => readFileSync(folder.file(name), 'utf8'));
    assert.deepEqual(resumed, whole);
    assert.deepEqual(folder.readOrder()[2], { stage: 1, epoch: 1, step: 3, examples: ['d1', 'd1?1'] });
  });

  it('refuses to continue a file that lacks what the checkpoint counts on', () => {
    assert.throws(() => temporaryRun().truncate({ events: 10, order: 0 }), /shorter than its checkpoint/);
  });

  it('keeps predictions with prompt, output and gold', () => {
    const folder = temporaryRun();
    const path = folder.writePredictions('test-stage1', [prediction, prediction]);
    assert.equal(path, 'predictions/test-stage1.jsonl');
    assert.deepEqual(folder.readPredictions(path), [prediction, prediction]);
  });

  it('replaces small files whole and leaves nothing beside them', () => {
    const folder = temporaryRun();
    folder.writeJson('schedule.json', { old: true });
    folder.writeJson('schedule.json', { stages: [] });
    assert.deepEqual(folder.readJson('schedule.json'), { stages: [] });
    assert.deepEqual(readdirSync(folder.path).sort(), ['checkpoints', 'predictions', 'run.json', 'schedule.json']);
  });

  it('carries the request to stop', () => {
    const folder = temporaryRun();
    assert.equal(folder.stopRequested(), false);
    folder.requestStop();
    assert.equal(RunFolder.open(folder.path).stopRequested(), true);
    folder.clearStop();
    folder.clearStop();
    assert.equal(folder.stopRequested(), false);
  });
});

describe('a disk that refuses', () => {
  afterEach(removePlaces);

  it('is one sentence where the folder cannot be made', () => {
    const file = join(temporaryPlace(), 'file');
    writeFileSync(file, '');
    assert.throws(
      () => RunFolder.create(join(file, 'run'), identity),
      /^UserError: A part of the path is not a folder: /,
    );
  });

  it('is one sentence where it is full, and finished files stay (skipped without /dev/full, off Linux)', function () {
    if (process.platform !== 'linux') this.skip();
    const folder = temporaryRun();
    folder.writeJson('schedule.json', { stages: [1] });
    symlinkSync('/dev/full', folder.file('events.jsonl'));
    assert.throws(() => folder.appendEvent(stopped('x')), /^UserError: The disk is full: .*events\.jsonl$/);
    rmSync(folder.file('events.jsonl'));
    assert.deepEqual(folder.readJson('schedule.json'), { stages: [1] });
  });

  it('is one sentence for a damaged file', () => {
    const folder = temporaryRun();
    writeFileSync(folder.file('run.json'), '{"name": ');
    assert.throws(() => RunFolder.open(folder.path), /^UserError: .*run\.json is damaged/);
  });
});

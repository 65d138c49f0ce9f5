import assert from 'node:assert/strict';
import { appendFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parse } from 'papaparse';
import { RunFolder } from '../../src/run/folder';
import type { RunIdentity } from '../../src/run/folder';
import { removePlaces, temporaryPlace } from '../unit/run/folders';
import { finish, sampleRun, type SampleStage } from '../unit/run/samples';
import { inFolder } from '../unit/dataset/folder';
import { pit } from './small';

/** A finished run with so many right answers of ten. */
function finished(right: number, identity: Partial<RunIdentity> = {}): RunFolder {
  const questions: SampleStage = {
    name: 'QA',
    losses: [4, 2],
    kind: 'questionLoss',
    perplexity: 50,
    right: 1,
    train: 1,
  };
  const documents: SampleStage = {
    name: 'docs',
    losses: [3],
    kind: 'documentLoss',
    perplexity: 1.5,
    right,
    train: 0.5,
  };
  return finish(sampleRun(identity, [questions, documents]));
}

const rowsOf = (csv: string) => parse<Record<string, string>>(csv, { header: true, skipEmptyLines: true }).data;

afterEach(removePlaces);

describe('pit report', () => {
  it('prints a report of each run in Markdown', async () => {
    const { code, stdout, stderr } = await pit('report', finished(4).path, finished(7, { seed: 2 }).path);
    assert.deepEqual([code, stderr], [0, '']);
    assert.match(stdout, /^# trial: pit, seed 1$/m);
    assert.match(stdout, /^# trial: pit, seed 2$/m);
    assert.match(stdout, /^\| 2\. docs \|/m);
  });

  it('prints every stage as CSV and LaTeX', async () => {
    const { path } = finished(4);
    const rows = rowsOf((await pit('report', path, '--csv')).stdout);
    assert.deepEqual(
      rows.map((row) => [row.stage, row.name, row.exact_match, row.exact_match_low, row.test_perplexity]),
      [
        ['1', 'QA', '0.1', '0', '50'],
        ['2', 'docs', '0.4', '0.3', '1.5'],
      ],
    );
    const { stdout } = await pit('report', path, '--latex');
    assert.match(stdout, /^pit & all weights & 1 & 2\. docs & 40\.0 \[30\.0, 50\.0\] & .* \\\\$/m);
  });

  it('gives everything as JSON, and a page in a file', async () => {
    const { path } = finished(4);
    const page = join(dirname(path), 'report.html');
    const { stdout, stderr } = await pit('report', path, '--json', '--html', page);
    const [summary] = JSON.parse(stdout);
    assert.deepEqual([summary.state, summary.result.exactMatch.value, summary.stages.length], ['finished', 0.4, 2]);
    assert.equal(stderr, `Written: ${page}\n`);
    assert.match(readFileSync(page, 'utf8'), /^<!DOCTYPE html>/);
  });

  it('says what is missing in one sentence', async () => {
    const nothing = await pit('report', '/nowhere');
    assert.deepEqual([nothing.code, nothing.stderr], [1, '/nowhere does not exist.\n']);
    const place = temporaryPlace();
    const empty = await pit('report', place);
    assert.deepEqual([empty.code, empty.stderr], [1, `${place} holds no run.\n`]);
    const { path } = finished(4);
    const unwritable = await pit('report', path, '--html', '/nowhere/page.html');
    assert.equal(unwritable.code, 1);
    assert.match(unwritable.stderr, /^\/nowhere does not exist, so .*page\.html can't be written\.\n$/);
    writeFileSync(join(path, 'run.json'), '{');
    assert.match((await pit('report', path)).stderr, /run\.json is damaged: .*\n$/);
    assert.equal((await pit('report', path, '--csv', '--latex')).code, 2);
  });
});

describe('pit compare', () => {
  it('finds runs below folders, puts seeds in one row and the paper beside it', async () => {
    const root = temporaryPlace();
    for (const seed of [1, 2]) copyTo(join(root, 'a/b', `pit-seed${seed}`), finished(2 + seed, { seed }));
    const { code, stdout } = await pit('compare', root);
    assert.equal(code, 0);
    assert.match(
      stdout,
      /^\| pit \| all weights \| 35\.0 \[.*\] \|.*\| 45\.4 \/ 51\.2 \/ 63\.2 \| 10\.0 \|.*\| 1, 2 \|/m,
    );
    const large = await pit('compare', root, '--paper', '70B');
    assert.match(large.stdout, /\| 62\.7 \/ 68\.6 \/ 78\.8 \|/);
  });

  it('prints CSV, LaTeX and JSON of the same numbers', async () => {
    const { path } = finished(4);
    const [row] = rowsOf((await pit('compare', path, '--csv')).stdout);
    assert.deepEqual([row.recipe, row.exact_match, row.paper_exact_match], ['pit', '0.4', '0.454']);
    assert.match((await pit('compare', path, '--latex')).stdout, /^pit & all weights & 40\.0 \[30\.0, 50\.0\] &/m);
    const { rows } = JSON.parse((await pit('compare', path, '--json')).stdout);
    assert.deepEqual([rows.length, rows[0].answers.exactMatch.value, rows[0].paper.em], [1, 0.4, 45.4]);
  });

  it('writes a page and a picture', async () => {
    const { path } = finished(4);
    const place = temporaryPlace();
    const [page, picture] = [join(place, 'a.html'), join(place, 'a.svg')];
    assert.equal((await pit('compare', path, '--html', page, '--svg', picture)).code, 0);
    assert.match(readFileSync(page, 'utf8'), /^<!DOCTYPE html>/);
    assert.match(readFileSync(picture, 'utf8'), /^<(\?xml|svg)/);
  });

  it('tells why runs without a result are left out', async () => {
    const { code, stdout, stderr } = await pit('compare', sampleRun({}, []).path);
    assert.deepEqual([code, stdout], [1, '']);
    assert.match(stderr, /^pit, seed 1 is left out: it is .*\nNo finished run has a test result.*\.\n$/);
  });
});

describe('pit score', () => {
  const rows =
    '{"question": "Who?", "answer": "The Ann", "prediction": "ann."}\n{"answers": ["Rome"], "prediction": "in Rome"}\n';

  it('judges rows without a model', () =>
    inFolder({ 'rows.jsonl': rows }, async (folder) => {
      const { code, stdout, stderr } = await pit('score', join(folder, 'rows.jsonl'));
      assert.deepEqual([code, stderr], [0, '']);
      assert.match(stdout, /\| 2 \| 50\.0 \[0\.0, 100\.0\] \| 100\.0 \[100\.0, 100\.0\] \| 66\.7 \[/);
    }));

  it('shows each answer raw and normalised', () =>
    inFolder({ 'rows.jsonl': rows }, async (folder) => {
      const { stdout } = await pit('score', join(folder, 'rows.jsonl'), '--answers');
      assert.match(
        stdout,
        /^EM yes, recall yes, ROUGE-L 66\.7\n {2}question +Who\?\n {2}prediction +"ann\." → ann\n {2}accepted +"The Ann" → ann$/m,
      );
      assert.match(stdout, /^EM no, recall yes/m);
    }));

  it('gives JSON, with the answers where asked for', () =>
    inFolder({ 'rows.jsonl': rows }, async (folder) => {
      const file = join(folder, 'rows.jsonl');
      const [plain] = JSON.parse((await pit('score', file, '--json')).stdout);
      assert.deepEqual([plain.metrics.count, plain.metrics.exactMatch.value, plain.answers], [2, 0.5, undefined]);
      const [full] = JSON.parse((await pit('score', file, '--json', '--answers')).stdout);
      assert.deepEqual(full.answers[1].normalizedPrediction, 'in rome');
    }));

  it('tells bad rows with their place, judges the others and ends with 1', () =>
    inFolder({ 'rows.jsonl': `${rows}{"prediction": "x"}\nnot json\n` }, async (folder) => {
      const file = join(folder, 'rows.jsonl');
      const { code, stdout, stderr } = await pit('score', file);
      assert.equal(code, 1);
      assert.match(stderr, new RegExp(`^${file}:3:1 answer: .*\n${file}:4:1 .*\n$`));
      assert.match(stdout, /\| 2 \| 50\.0/);
    }));

  it('judges the kept predictions of a run again', async () => {
    const run = finished(4);
    const { code, stdout } = await pit('score', run.path);
    assert.equal(code, 0);
    assert.match(stdout, /predictions\/test-2\.jsonl \| 10 \| 40\.0 \[.*\| 0 \|$/m);
    const [prediction] = run.readPredictions('predictions/test-2.jsonl');
    appendFileSync(run.file('predictions/test-2.jsonl'), `${JSON.stringify({ ...prediction, exactMatch: false })}\n`);
    assert.match((await pit('score', run.path)).stdout, /test-2\.jsonl \| 11 \| 45\.5 \[.*\| 1 \|$/m);
  });

  it('says in one sentence what cannot be judged', async () => {
    assert.match((await pit('score', '/nowhere.jsonl')).stderr, /^\/nowhere\.jsonl cannot be read: .*\n$/);
    await inFolder({ 'rows.jsonl': '\n' }, async (folder) => {
      const { code, stderr } = await pit('score', join(folder, 'rows.jsonl'));
      assert.deepEqual([code, stderr], [1, `${join(folder, 'rows.jsonl')} holds no answers.\n`]);
    });
  });
});

/** Puts a run where it is to be found. */
function copyTo(path: string, run: RunFolder): void {
  const copy = RunFolder.create(path, run.identity);
  for (const event of run.readEvents().events) copy.appendEvent(event);
  for (const name of ['test-1', 'test-2'])
    copy.writePredictions(name, run.readPredictions(`predictions/${name}.jsonl`));
  rmSync(run.path, { recursive: true });
}

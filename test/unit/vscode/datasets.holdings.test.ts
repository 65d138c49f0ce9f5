import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { holdingsOf } from '../../../src/vscode/datasets/holdings';

const paths = (read: string[][], found: string[]) =>
  holdingsOf(
    read.map((sources) => sources.map((path) => ({ path }))),
    found,
    '/w',
  ).map(({ label, sources }) => [label, sources.map(({ path }) => path)]);

describe('the datasets of a workspace', () => {
  it('takes experiments with the same sources as one', () => {
    assert.deepEqual(paths([['/w/data'], ['/w/data'], ['/w/data', '/w/x.qa']], []), [
      ['data', ['/w/data']],
      ['data, x.qa', ['/w/data', '/w/x.qa']],
    ]);
  });

  it('names sources in one folder by the folder, and others by themselves', () => {
    assert.deepEqual(
      paths([['/w/a/film', '/w/a/art'], ['/elsewhere/set'], ['/w']], []).map(([label]) => label),
      ['a: film, art', 'set', 'w'],
    );
  });

  it('finds folders with splits that no experiment names', () => {
    const found = ['/w/data/train/doc.jsonl', '/w/more/train/qa.jsonl', '/w/more/test/doc.jsonl', '/w/data/q.qa'];
    assert.deepEqual(paths([['/w/data']], found), [
      ['data', ['/w/data']],
      ['more', ['/w/more']],
    ]);
  });

  it('takes the splits of the workspace itself one by one', () => {
    assert.deepEqual(paths([], ['/w/train/doc.jsonl', '/w/test/doc.jsonl', '/w/notes.md']), [
      ['test, train', ['/w/test', '/w/train']],
    ]);
  });

  it('does not read what an experiment reads a second time', () => {
    assert.deepEqual(paths([['/w/a/film']], ['/w/a/doc.jsonl', '/w/a/film/doc.jsonl']), [
      ['a/film', ['/w/a/film']],
      ['a/doc.jsonl', ['/w/a/doc.jsonl']],
    ]);
  });

  it('takes texts along with questions in their folder, but not alone', () => {
    const found = ['/w/a/elbe.md', '/w/a/rivers.qa', '/w/a/README.md', '/w/b/text.md', '/w/c.md'];
    assert.deepEqual(paths([], found), [['a: elbe.md, rivers.qa', ['/w/a/elbe.md', '/w/a/rivers.qa']]]);
  });
});

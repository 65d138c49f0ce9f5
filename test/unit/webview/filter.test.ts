/** Predictions that are shown, and their text in a file. */
import assert from 'node:assert/strict';
import { changeOf, countRows, filterRows } from '../../../webview/filter';
import type { PredictionRow } from '../../../webview/messages';
import { predictionsText } from '../../../webview/predictions-text';

function row(id: string, exactMatch: boolean, before?: boolean): PredictionRow {
  const own = { id, question: `Who is ${id}?`, answers: ['Ann', 'Anna'], output: exactMatch ? ' Ann' : ' Bob | "x"' };
  const earlier = before === undefined ? undefined : { exactMatch: before, prediction: 'Eve' };
  return { ...own, prediction: own.output.trim(), exactMatch, recall: exactMatch, rougeL: 0.5, before: earlier };
}

const rows = [row('one', true, true), row('two', false, true), row('three', true, false), row('four', false)];
const ids = (some: readonly PredictionRow[]) => some.map(({ id }) => id);

describe('filtering predictions', () => {
  it('goes by the verdict and by what changed since the last stage', () => {
    assert.deepEqual(ids(filterRows(rows, 'right', '')), ['one', 'three']);
    assert.deepEqual(ids(filterRows(rows, 'wrong', '')), ['two', 'four']);
    assert.deepEqual(ids(filterRows(rows, 'changed', '')), ['two', 'three']);
    assert.deepEqual(countRows(rows), { all: 4, right: 2, wrong: 2, changed: 2 });
    assert.deepEqual(rows.map(changeOf), ['', 'now wrong', 'now right', '']);
  });

  it('searches for every word in questions, answers and outputs, in any case', () => {
    assert.deepEqual(ids(filterRows(rows, 'all', 'WHO three')), ['three']);
    assert.deepEqual(ids(filterRows(rows, 'wrong', ' bob ')), ['two', 'four']);
    assert.deepEqual(ids(filterRows(rows, 'all', 'nobody')), []);
  });
});

describe('predictions as text', () => {
  it('escapes what a format reserves', () => {
    assert.equal(
      predictionsText([rows[1]], 'csv'),
      'id,question,answers,output,prediction,exact_match,recall,rouge_l,exact_match_before,prediction_before\n' +
        'two,Who is two?,Ann | Anna," Bob | ""x""","Bob | ""x""",0,0,0.5,1,Eve\n',
    );
    assert.match(predictionsText([rows[1]], 'markdown'), /\| Ann · Anna \| Bob \\\| "x" \| 0 \| now wrong \|/);
    assert.match(predictionsText([rows[1]], 'latex'), /Bob \\textbar\{\} "x" & 0 & now wrong/);
  });
});

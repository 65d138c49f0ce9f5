/** What stands behind the answers of a text, and where. */
import assert from 'node:assert/strict';
import { verdicts } from '../../../src/vscode/results/inline';
import { type Lines, readSpots, type Spots, spotAt } from '../../../src/vscode/results/spots';
import { prediction, question } from './results.sample';

const text = `# Italy
A land.

Q: Capital?
A: Rome
A: the city
   of Rome

Q: Where?
id: w
A: In Europe
`;
const capital = question('Italy?1', 'Capital?', ['Rome', 'the city\nof Rome'], 4);
const where = question('w', 'Where?', ['In Europe'], 9);
function linesOf(text: string): Lines {
  const lines = text.split('\n');
  return { count: lines.length, at: (line) => lines[line] };
}

let spots: Spots;
before(async () => {
  spots = await readSpots('/data/a.qa', linesOf(text), [where, capital]);
});
const lines = text.split('\n');
const lengthOf = (line: number) => lines[line].length;
const whole = [{ first: 0, last: 99 }];

const said = (output: string, answers = capital.answers) => ({
  prediction: prediction('Italy?1', 'Capital?', output, answers),
});
const behind = (found: ReturnType<typeof said> & { stale?: 'question' }) =>
  verdicts(spots, ({ question }) => (question === capital ? found : undefined), lengthOf, whole);

describe('places of questions', () => {
  it('are the lines from the question to the end of its answers', () => {
    assert.deepEqual(
      spots.list.map(({ line, endLine, answerLines }) => [line, endLine, answerLines]),
      [
        [3, 6, [4, 6]],
        [8, 10, [10]],
      ],
    );
    assert.equal(spotAt(spots, 5)?.question, capital);
    assert.equal(spotAt(spots, 7), undefined);
  });

  it('are single lines in other formats', async () => {
    const {
      list: [spot],
    } = await readSpots('/data/qa.jsonl', linesOf('{}\n{}\n'), [question('d?1', 'Where?', ['a', 'b'], 2)]);
    assert.deepEqual([spot.line, spot.endLine, spot.answerLines], [1, 1, [1]]);
  });
});

describe('inline verdicts', () => {
  it('stand behind the accepted answer that was hit', () => {
    assert.deepEqual(behind(said('the city\nof Rome')), [
      { line: 6, tone: 'right', mark: '✓', text: 'the city of Rome', gap: 15 - lines[6].length },
    ]);
  });

  it('stand behind the first answer where none was hit', () => {
    const [{ line, tone, mark }] = behind(said('Paris'));
    assert.deepEqual([line, tone, mark], [4, 'wrong', '✗']);
  });

  it('say that the text has changed since', () => {
    const [{ tone, mark, text }] = behind({ ...said('Rome'), stale: 'question' });
    assert.deepEqual([tone, mark, text], ['stale', '✓', 'Rome · the question has changed since']);
  });

  it('begin in the same column, wherever the lines end', () => {
    const all = verdicts(spots, () => said('Paris'), lengthOf, whole);
    assert.equal(new Set(all.map(({ line, gap }) => lengthOf(line) + gap)).size, 1);
  });

  it('keep their distance behind a long line', () => {
    const [{ gap }] = verdicts(
      spots,
      () => said('Paris'),
      (line) => (line === 4 ? 300 : 10),
      whole,
    );
    assert.equal(gap, 2);
  });

  it('are made only for the lines that are asked for', () => {
    const some = verdicts(spots, () => said('Paris'), lengthOf, [{ first: 8, last: 8 }]);
    assert.deepEqual(
      some.map(({ line }) => line),
      [10],
    );
  });

  it('stay on one short line, and say where there is nothing', () => {
    assert.equal(behind(said('x'.repeat(200)))[0].text, `${'x'.repeat(79)}…`);
    assert.equal(behind(said(''))[0].text, '(nothing)');
  });
});

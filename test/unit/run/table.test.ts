import assert from 'node:assert/strict';
import { duration, magnitude } from '../../../src/run/format';
import { escapeHtml, escapeLatex, escapeMarkdown, markdownTable } from '../../../src/run/table';

describe('table', () => {
  it('lets text stand for itself', () => {
    assert.equal(
      escapeLatex('[a] PIT-- ⑧ 5 % x_1 \\ ~'),
      '{[}a] PIT-{}- \\textcircled{8} 5 \\% x\\_1 \\textbackslash{} \\textasciitilde{}',
    );
    assert.equal(escapeMarkdown('a|b\n*c*'), 'a\\|b \\*c\\*');
    assert.equal(escapeHtml('<a href="x">&\0'), '&lt;a href=&quot;x&quot;&gt;&amp;\ufffd');
  });

  it('leaves out columns in which nothing stands', () => {
    const columns = [
      { head: 'A', align: 'left' as const, cell: (row: number) => String(row) },
      { head: 'B', align: 'right' as const, cell: () => undefined },
      { head: 'C', align: 'right' as const, cell: (row: number) => (row > 1 ? 'x' : undefined) },
    ];
    assert.equal(markdownTable(columns, [1, 2]), '| A | C |\n| --- | ---: |\n| 1 |  |\n| 2 | x |');
  });
});

describe('numbers for people', () => {
  it('have the digits that say something', () => {
    assert.deepEqual([1.0234, 9.9996, 12.34, 1234.5].map(magnitude), ['1.023', '10.000', '12.3', '1235']);
    assert.deepEqual([59.4, 59.6, 3599.7, 7260].map(duration), ['59 s', '1 min 0 s', '1 h 0 min', '2 h 1 min']);
  });
});

/** A table of texts, and how Markdown, LaTeX and HTML write it. Columns in which nothing stands are left out. */

export interface Column<Row> {
  head: string;
  /** Words stand left, numbers right. */
  align: 'left' | 'right';
  /** What stands in a row; undefined where there is nothing to say. */
  cell(row: Row): string | undefined;
}

/** The columns that say something about some row. */
export function filled<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): Column<Row>[] {
  return columns.filter(({ cell }) => rows.some((row) => cell(row) !== undefined));
}

export function markdownTable<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): string {
  const kept = filled(columns, rows);
  const line = (cells: string[]) => `| ${cells.join(' | ')} |`;
  return [
    line(kept.map(({ head }) => escapeMarkdown(head))),
    line(kept.map(({ align }) => (align === 'left' ? '---' : '---:'))),
    ...rows.map((row) => line(kept.map(({ cell }) => escapeMarkdown(cell(row) ?? '')))),
  ].join('\n');
}

/** A `tabular` with the rules of the booktabs package. */
export function latexTable<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): string {
  const kept = filled(columns, rows);
  const line = (cells: string[]) => `${cells.map(escapeLatex).join(' & ')} \\\\`;
  return [
    `\\begin{tabular}{${kept.map(({ align }) => (align === 'left' ? 'l' : 'r')).join('')}}`,
    '\\toprule',
    line(kept.map(({ head }) => head)),
    '\\midrule',
    ...rows.map((row) => line(kept.map(({ cell }) => cell(row) ?? ''))),
    '\\bottomrule',
    '\\end{tabular}',
  ].join('\n');
}

/** Text that stands for itself in Markdown, also in a table. */
export function escapeMarkdown(text: string): string {
  return text.replace(/\s*\n\s*/g, ' ').replace(/[\\`*_<|]/g, '\\$&');
}

const latexWords: Record<string, string> = {
  '\\': '\\textbackslash{}',
  '~': '\\textasciitilde{}',
  '^': '\\textasciicircum{}',
  '→': '$\\rightarrow$',
  '<': '\\textless{}',
  '>': '\\textgreater{}',
  '|': '\\textbar{}',
  '[': '{[}',
  '--': '-{}-',
};

/** Text that stands for itself in LaTeX; ① becomes a circled digit. */
export function escapeLatex(text: string): string {
  return text.replace(/--|^\[|[\\~^→<>|&%$#_{}①-⑳]/g, (character) => {
    const digit = character.charCodeAt(0) - '①'.charCodeAt(0) + 1;
    if (digit >= 1 && digit <= 20) return `\\textcircled{${digit}}`;
    return latexWords[character] ?? `\\${character}`;
  });
}

/** Text that stands for itself in HTML and SVG. */
export function escapeHtml(text: string): string {
  const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
  return text.replace(/[&<>"]/g, (character) => entities[character]).replace(/[\x00-\x08\x0b\x0c\x0e-\x1f]/g, '\ufffd');
}

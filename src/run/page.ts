/** A comparison as one HTML page that needs nothing else: no scripts, no network, light and dark. */
import { nameOf } from './names';
import { chartStyle, drawChart, type Chart } from './chart';
import type { Comparison, ComparisonRow } from './comparison';
import { forgettingChart, lossChart, perplexityChart } from './pictures';
import { factsOf } from './report';
import type { RunSummary } from './summary';
import { escapeHtml, filled } from './table';
import { comparisonColumns, explanations, provenanceLines } from './tables';

const pageStyle = `
:root{color-scheme:light dark;--back:#fff;--ink:#1f2328;--soft:#59636e;--line:#d9dee3;--panel:#f6f8fa;--accent:#0072b2;--paper:#d55e00}
@media (prefers-color-scheme:dark){:root{--back:#0d1117;--ink:#e6e8eb;--soft:#a0a8b1;--line:#373d45;--panel:#161b22;--accent:#4c9be8;--paper:#ff8a4c}}
body{margin:0 auto;max-width:1180px;padding:2rem 1.25rem 4rem;background:var(--back);color:var(--ink);font:15px/1.5 system-ui,sans-serif}
h1{font-size:1.7rem;margin:0 0 .3rem}h2{font-size:1.15rem;margin:2.6rem 0 .6rem}p,li{max-width:75ch}.soft,figcaption,footer{color:var(--soft)}
.wide{overflow-x:auto}table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums;font-size:.9rem}
th,td{padding:.45rem .6rem;border-bottom:1px solid var(--line);text-align:right;white-space:nowrap;vertical-align:middle}
td small{display:block;color:var(--soft)}tbody th{min-width:11rem}
th{color:var(--soft);font-weight:600;vertical-align:bottom;white-space:normal}.left{text-align:left}tbody th{color:var(--ink);vertical-align:middle}
tbody tr:hover{background:var(--panel)}.bar{width:132px;height:18px;display:block}
.bar .rail{stroke:var(--line)}.bar .span{stroke:var(--accent);stroke-width:5;stroke-linecap:round;opacity:.4}.bar .value{fill:var(--accent)}.bar .paper{fill:none;stroke:var(--paper);stroke-width:1.6}
figure{margin:0}figcaption{font-size:.87rem;margin-top:.3rem;max-width:75ch}.chart{width:100%;height:auto;display:block}
.grid2{display:grid;grid-template-columns:repeat(auto-fill,minmax(330px,1fr));gap:1.4rem}.grid2 h3{font-size:.95rem;margin:0 0 .2rem}
details{border:1px solid var(--line);border-radius:6px;padding:.5rem .8rem;margin:.4rem 0}summary{cursor:pointer}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.2rem 1.2rem;margin:.7rem 0}dt{color:var(--soft)}dd{margin:0;overflow-wrap:anywhere}
footer{margin-top:3rem;border-top:1px solid var(--line);padding-top:.8rem;font-size:.85rem}
`.trim();

export function renderHtml(comparison: Comparison, summaries: readonly RunSummary[]): string {
  const title = `${[...new Set(summaries.map(({ identity }) => identity.name))].join(', ')}: settings compared`;
  return [
    '<!DOCTYPE html>',
    '<html lang="en">',
    `<head><meta charset="utf-8"/><meta name="viewport" content="width=device-width, initial-scale=1"/>`,
    `<title>${escapeHtml(title)}</title>`,
    `<style>${pageStyle}\n${chartStyle}</style></head>`,
    '<body>',
    `<header><h1>${escapeHtml(title)}</h1>`,
    `<p class="soft">How well a model answers questions about documents it has just read, by the order of its training.</p></header>`,
    '<main>',
    results(comparison),
    ...pictures(comparison, summaries),
    runs(summaries),
    '</main>',
    footer(comparison),
    '</body>',
    '</html>',
    '',
  ].join('\n');
}

function results(comparison: Comparison): string {
  const columns = filled(comparisonColumns, comparison.rows);
  const [first, ...others] = columns;
  const notes = [...comparison.notes, ...explanations(comparison)].map((note) => `<li>${escapeHtml(note)}</li>`);
  if (!first) return section('Results', `<ul class="soft">${notes.join('')}</ul>`);
  const heads = [first.head, 'EM from 0 to 100; ◇ is the paper', ...others.map(({ head }) => head)];
  const head = heads
    .map((text, i) => `<th scope="col"${i < 2 ? ' class="left"' : ''}>${escapeHtml(text)}</th>`)
    .join('');
  const body = comparison.rows.map((row) => {
    const cells = others.map(({ cell }) => `<td>${withSmallInterval(cell(row) ?? '')}</td>`).join('');
    return `<tr><th scope="row" class="left">${escapeHtml(first.cell(row) ?? '')}</th><td>${bar(row)}</td>${cells}</tr>`;
  });
  return section(
    'Results',
    `<div class="wide"><table><thead><tr>${head}</tr></thead>\n<tbody>${body.join('\n')}</tbody></table></div>`,
    `<ul class="soft">${notes.join('')}</ul>`,
  );
}

/** The interval in brackets on a line of its own. */
function withSmallInterval(text: string): string {
  return escapeHtml(text).replace(/ (\[.*\])$/, '<small>$1</small>');
}

/** Exact match with its interval as a bar; a diamond where the paper's number lies. */
function bar({ answers: { exactMatch }, paper, title }: ComparisonRow): string {
  const x = (fraction: number) => (6 + 120 * fraction).toFixed(1);
  const [value, low, high] = [exactMatch.value, exactMatch.low, exactMatch.high].map(x);
  const diamond = paper ? `<path class="paper" d="M${x(paper.em / 100)} 3.5l5.5 5.5l-5.5 5.5l-5.5 -5.5z"/>` : '';
  return (
    `<svg class="bar" role="img" viewBox="0 0 132 18"><title>Exact match of ${escapeHtml(title)}${paper ? `; the diamond is the paper: ${paper.em}` : ''}</title>` +
    `<path class="rail" d="M6 9H126"/><path class="span" d="M${low} 9H${high}"/><circle class="value" cx="${value}" cy="9" r="4"/>${diamond}</svg>`
  );
}

function pictures(comparison: Comparison, summaries: readonly RunSummary[]): string[] {
  const curves = summaries.map(lossChart).filter(({ series }) => series.length > 0);
  return [
    ...chartSection(
      perplexityChart(comparison, summaries),
      'One point for each stage end, joined in order; the large one is the end of training. A model can know documents almost by heart, at a perplexity near 1, and still not answer. Means over seeds.',
    ),
    ...chartSection(
      forgettingChart(comparison, summaries),
      'A later stage can wipe out what an earlier one taught: the line falls. Stage 0 is the model before training. Means over seeds.',
    ),
    ...(curves.length > 0
      ? [section('Loss by stage', `<div class="grid2">${curves.map(panel).join('\n')}</div>`)]
      : []),
  ];
}

function chartSection(chart: Chart, caption: string): string[] {
  if (chart.series.length === 0) return [];
  return [section(chart.title, `<figure>${drawChart(chart)}<figcaption>${caption}</figcaption></figure>`)];
}

function panel(chart: Chart): string {
  return `<figure><h3>${escapeHtml(chart.title)}</h3>${drawChart(chart)}</figure>`;
}

function runs(summaries: readonly RunSummary[]): string {
  const entries = summaries.map((run) => {
    const facts = [...factsOf(run), ['Folder', run.folder], ...run.problems.map((problem) => ['Problem', problem])];
    const list = facts.map(([name, value]) => `<dt>${escapeHtml(name)}</dt><dd>${escapeHtml(value)}</dd>`).join('');
    const name = `${nameOf(run.identity)}: ${run.state}`;
    return `<details><summary>${escapeHtml(name)}</summary><dl>${list}</dl></details>`;
  });
  return section('Runs', ...entries);
}

function section(title: string, ...content: string[]): string {
  return `<section><h2>${escapeHtml(title)}</h2>\n${content.join('\n')}\n</section>`;
}

function footer({ provenance }: Comparison): string {
  const lines = provenanceLines(provenance).map((line) => `<div>${escapeHtml(line)}</div>`);
  return `<footer>${lines.join('')}</footer>`;
}

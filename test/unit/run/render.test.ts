import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'papaparse';
import { compareRuns, type Comparison } from '../../../src/run/comparison';
import { renderHtml } from '../../../src/run/page';
import { renderSvg } from '../../../src/run/pictures';
import { renderReport } from '../../../src/run/report';
import { summarizeRun, type RunSummary } from '../../../src/run/summary';
import { renderCsv, renderLatex, renderMarkdown } from '../../../src/run/tables';
import { removePlaces } from './folders';
import { finish, sampleRun } from './samples';

const golden = (name: string) => readFileSync(join(__dirname, '../../fixtures/run', name), 'utf8');

/** Throws unless every tag is closed in order. */
function assertWellFormed(markup: string): void {
  const open: string[] = [];
  const body = markup.replace(/^<!DOCTYPE html>/, '').replace(/<style>[^<]*<\/style>/g, '');
  for (const [, close, name, empty] of body.matchAll(/<(\/?)([a-zA-Z][\w-]*)(?:\s+[\w:-]+="[^"<]*")*\s*(\/?)>/g)) {
    if (close) assert.equal(open.pop(), name);
    else if (!empty) open.push(name);
  }
  assert.deepEqual(open, []);
  assert.doesNotMatch(body.replace(/<\/?[a-zA-Z][^<>]*>/g, ''), /[<>]/);
  assert.doesNotMatch(body, /NaN|Infinity|undefined/);
}

describe('renderings', () => {
  let summaries: RunSummary[];
  let comparison: Comparison;

  before(() => {
    const questions = { name: 'QA', losses: [4, 2], kind: 'questionLoss' as const, perplexity: 50, right: 1, train: 1 };
    const documents = {
      name: 'docs',
      losses: [3, 1],
      kind: 'documentLoss' as const,
      perplexity: 1.5,
      right: 4,
      train: 0.6,
    };
    const title = '⑤ PIT (QA → docs) & <more> | 100%_';
    summaries = [
      finish(sampleRun({ recipe: 'qa', title }, [questions, documents])),
      finish(sampleRun({ recipe: 'cpt' }, [documents])),
    ].map(summarizeRun);
    comparison = compareRuns(summaries, { paper: { cpt: { em: 27.6, recall: 31.6, rougeL: 43.8 } } });
  });
  after(removePlaces);

  it('write Markdown', () => assert.equal(renderMarkdown(comparison), golden('comparison.md')));
  it('write LaTeX', () => assert.equal(renderLatex(comparison), golden('comparison.tex')));
  it('write CSV', () => assert.equal(renderCsv(comparison), golden('comparison.csv')));
  it('write the report of a run', () => assert.equal(renderReport(summaries[0]), golden('report.md')));

  it('write CSV that reads back', () => {
    const { data } = parse<Record<string, string>>(renderCsv(comparison).trim(), { header: true });
    assert.equal(data[0].title, '⑤ PIT (QA → docs) & <more> | 100%_');
    assert.deepEqual([data[1].exact_match, data[1].paper_exact_match, data[0].paper_exact_match], ['0.4', '0.276', '']);
  });

  it('write a page that is well-formed, has no script and loads nothing', () => {
    const html = renderHtml(comparison, summaries);
    assertWellFormed(html);
    assert.doesNotMatch(html, /<script|<link|<img|@import|url\(| on\w+=/i);
    assert.deepEqual(
      [...html.matchAll(/<h2>(.*?)<\/h2>/g)].map((match) => match[1]),
      ['Results', 'Perplexity against exact match', 'What is kept of the train questions', 'Loss by stage', 'Runs'],
    );
    for (const said of ['nano', 'c0ffee', 'onnx 1.30.0', 'CPU, 2 threads', 'pit-lab 0.1.0'])
      assert.ok(html.includes(said));
  });

  it('write a picture of its own that has a title and a description', () => {
    const svg = renderSvg(comparison, summaries);
    assertWellFormed(svg);
    assert.match(
      svg,
      /<title>Perplexity against exact match<\/title><desc>.*cpt: at the end perplexity 1\.500, exact match 40\.0 %/,
    );
  });

  it('say so where there is nothing to show', () => {
    const empty = compareRuns([]);
    assert.match(renderMarkdown(empty), /No finished run has a test result/);
    assertWellFormed(renderHtml(empty, []));
    assertWellFormed(renderSvg(empty, []));
  });
});

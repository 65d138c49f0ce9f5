/** `pit compare`: runs side by side, one row a recipe over its seeds, beside the paper's numbers. */
import { Command, Option } from 'commander';
import { UserError } from '../errors';
import { compareRuns } from '../run/comparison';
import { renderHtml } from '../run/page';
import { renderSvg } from '../run/pictures';
import { summarizeRun } from '../run/summary';
import { renderCsv, renderLatex, renderMarkdown } from '../run/tables';
import { addFormats, type FormatOptions, writeOutput } from './formats';
import { printJson } from './output';
import { paperNumbers } from '../run/paper';
import { findRuns } from './runs';

interface CompareOptions extends FormatOptions {
  html?: string;
  svg?: string;
  paper: '7B' | '70B';
}

export function compareCommand(): Command {
  const command = new Command('compare')
    .description('runs side by side, with intervals, beside the numbers of the paper')
    .argument('<folder...>', 'run folders, or folders with runs up to three levels below');
  return addFormats(command)
    .option('--html <file>', 'a page with the table and pictures')
    .option('--svg <file>', 'the picture of perplexity against exact match')
    .addOption(new Option('--paper <size>', "the paper's model").choices(['7B', '70B']).default('7B'))
    .action(compare);
}

function compare(paths: string[], { html, svg, paper, csv, latex, json }: CompareOptions): void {
  const summaries = findRuns(paths).map(summarizeRun);
  const comparison = compareRuns(summaries, { paper: paperNumbers(paper) });
  if (comparison.rows.length === 0 && !json) {
    for (const note of comparison.notes) console.error(note);
    throw new UserError('No finished run has a test result, so there is nothing to compare.');
  }
  if (html) writeOutput(html, renderHtml(comparison, summaries));
  if (svg) writeOutput(svg, renderSvg(comparison, summaries));
  if (json) return printJson(comparison);
  const render = csv ? renderCsv : latex ? renderLatex : renderMarkdown;
  process.stdout.write(render(comparison));
}

/** `pit report`: what single runs did and scored, stage by stage. Runs beside each other are `pit compare`. */
import { Command } from 'commander';
import { compareRuns } from '../run/comparison';
import { renderHtml } from '../run/page';
import { renderReport } from '../run/report';
import { summarizeRun } from '../run/summary';
import { addFormats, type FormatOptions, writeOutput } from './formats';
import { printJson } from './output';
import { paperNumbers } from '../run/paper';
import { findRuns } from './runs';
import { stagesCsv, stagesLatex } from '../run/stages';

export function reportCommand(): Command {
  const command = new Command('report')
    .description('what a run did and scored, stage by stage')
    .argument('<run...>', 'run folders, or folders with runs up to three levels below');
  return addFormats(command)
    .option('--html <file>', 'a page with tables and pictures')
    .addHelpText('after', '\nCSV and LaTeX have a row for each stage of each run.')
    .action(report);
}

function report(paths: string[], { html, csv, latex, json }: FormatOptions & { html?: string }): void {
  const summaries = findRuns(paths).map(summarizeRun);
  if (html) writeOutput(html, renderHtml(compareRuns(summaries, { paper: paperNumbers('7B') }), summaries));
  if (json) return printJson(summaries);
  const render = csv ? stagesCsv : latex ? stagesLatex : () => summaries.map(renderReport).join('\n');
  process.stdout.write(render(summaries));
}

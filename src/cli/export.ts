/** `pit export`: a model as a folder that other programs load, with a card that says where it comes from. */
import { resolve } from 'node:path';
import { Command, Option } from 'commander';
import { type ExportForm, exportForms } from '../trainer/export-forms';
import { namedModel } from './model';
import { shown } from './output';

export function exportCommand(): Command {
  const forms = Object.entries(exportForms).map(([form, { library, holds }]) => `${form}: for ${library}, ${holds}`);
  return new Command('export')
    .description('write a model as other programs load it')
    .argument('<model>', 'run, whose newest checkpoint is taken, or model folder')
    .argument('<folder>', 'where to; made if missing, refused if it holds anything')
    .addOption(new Option('--to <form>', forms.join('; ')).choices(Object.keys(exportForms)).default('hf'))
    .action(async (model: string, folder: string, { to }: { to: ExportForm }) => {
      const target = resolve(folder);
      const { exportModel } = await import('../trainer/export');
      await exportModel(namedModel(model), target, to);
      console.log(`Written: ${shown(target)}`);
    });
}

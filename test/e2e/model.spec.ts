/** Choosing a model that has to be imported first, as a person does: the list, the question, and what stands in the file then. */
import assert from 'node:assert/strict';
import { cpSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { closeWorkbenches, extension, until, Workbench } from './support';

describe('A GGUF file in the workspace', () => {
  closeWorkbenches();
  let workbench: Workbench;

  before(async () => {
    workbench = await Workbench.open();
    cpSync(join(extension, 'test/fixtures/model/gguf/llama.gguf'), join(workbench.folder, 'llama.gguf'));
    await workbench.openFile('people.pit.json');
    await workbench.showViews();
    await workbench.row('Schedule', 'pit').waitFor();
  });

  const dialog = () => workbench.page.locator('.monaco-dialog-box');
  const experiment = () => readFileSync(join(workbench.folder, 'people.pit.json'), 'utf8');

  it('stands in the list of models with what is known of it', async () => {
    await workbench.command('PIT: Choose Model…');
    await workbench.choice('llama.gguf').waitFor();
    await workbench.choice(/llama · [\d.]+ k parameters · [\d.]+ MB · fits: up to [\d.]+ GB of memory/).waitFor();
    await workbench.choice('From the Hub…').waitFor();
    await workbench.page.mouse.move(900, 700);
    await workbench.page.locator('.workbench-hover').waitFor({ state: 'hidden' });
    await workbench.picture('models');
  });

  it('is imported once the person agrees, and is the model of the experiment then', async () => {
    await workbench.choice('llama.gguf').click();
    await dialog().getByText('Import llama.gguf?').waitFor();
    await dialog().getByText('are written into models/llama, weights as F32.').waitFor();
    await workbench.picture('import');
    assert.ok(!existsSync(join(workbench.folder, 'models')));
    await dialog().getByRole('button', { name: 'Import' }).click();
    await until(() => /"model": "models\/llama"/.test(experiment()));
    assert.ok(existsSync(join(workbench.folder, 'models/llama/model.safetensors')));
    await workbench.notification('Imported: models/llama').waitFor();
  });

  it('is trained on a device from a list that says which work', async () => {
    await workbench.command('PIT: Choose Device…');
    await workbench.choice(/cpu.*The processor.*\d+ cores · [\d.]+ GB of memory/).waitFor();
    await workbench.picture('devices');
    await workbench.choice(/^auto/).click();
    await until(() => /"device": "auto"/.test(experiment()));
  });
});

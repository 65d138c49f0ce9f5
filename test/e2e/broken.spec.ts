/** A dataset with mistakes: nothing is trained, and every mistake stands at its line. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { closeWorkbenches, Workbench } from './support';

describe('A broken dataset', () => {
  closeWorkbenches();

  it('is refused in one place that leads to the lines', async () => {
    const workbench = await Workbench.open();
    workbench.edit('data/train/qa.jsonl', (text) => `${text}{"wiki_id": "nobody", "question": "Who?", "answer": ""}\n`);
    await workbench.showViews();
    await workbench.command('PIT: Run PIT');
    await workbench.notification(/can't run: \d+ errors?/).waitFor();
    await workbench.command('View: Focus Problems');
    const problem = workbench.page.locator('.markers-panel .monaco-list-row', { hasText: /nobody|answer/ }).first();
    await problem.waitFor();
    await workbench.picture('broken');
    await problem.dblclick();
    await workbench.page.locator('.tab.active', { hasText: 'qa.jsonl' }).waitFor();
    await workbench.page.locator('.statusbar-item', { hasText: 'Ln 51' }).waitFor();
    assert.equal(existsSync(join(workbench.folder, 'runs')), false);
  });
});

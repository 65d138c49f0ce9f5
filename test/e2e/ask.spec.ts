/** Asks the model from a file of questions: another checkpoint is chosen, and its answer stands behind the question. */
import { join } from 'node:path';
import { RunFolder } from '../../src/run/folder';
import { summarizeRun } from '../../src/run/summary';
import { closeWorkbenches, trainedWorkspace, until, Workbench } from './support';

describe('Ask the Model', () => {
  closeWorkbenches();
  let workbench: Workbench;
  const lens = (text: string | RegExp) => workbench.page.locator('.codelens-decoration a', { hasText: text }).first();

  before(async () => {
    workbench = await Workbench.open({ folder: trainedWorkspace() });
    await workbench.showViews();
    await workbench.openFile('rivers.qa');
    await lens('end of stage 2').waitFor();
  });

  it('lets one choose the checkpoint that answers', async () => {
    await lens('end of stage 2').click();
    await workbench.choice('end of stage 1').waitFor();
    await workbench.picture('ask-checkpoints');
    await workbench.choice('end of stage 1').click();
    await lens('end of stage 1').waitFor();
    await saying(answerTo(1, 'Where does the Rhine rise?'));
  });

  it('asks a question that is new in the file, and shows what the model says', async () => {
    const question = 'What did Anna Cox specialise in?';
    workbench.edit('rivers.qa', (text) => text.replace('Where does the Rhine rise?', question));
    await workbench.page.locator('.codelens-decoration', { hasText: '1 not asked' }).waitFor();
    await lens('Ask the Model').click();
    await saying(answerTo(1, question));
    await workbench.picture('ask-answered');
  });

  /** Resolves when a text stands behind an answer. */
  async function saying(answer: string): Promise<void> {
    await until(async () => (await workbench.said()).some(({ text }) => text === answer));
  }

  /** What the run has written down at the end of a stage. */
  function answerTo(stage: number, question: string): string {
    const folder = RunFolder.open(join(workbench.folder, 'runs/people/pit-seed1'));
    const files = summarizeRun(folder).stages[stage - 1].evaluations.flatMap(({ predictions }) => predictions ?? []);
    const said = files.flatMap((file) => folder.readPredictions(file)).find((one) => one.question === question);
    return said!.prediction;
  }
});

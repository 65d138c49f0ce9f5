/** The recipe table has the paper's rows and the command line's numbers; predictions stand beside those before them. */
import assert from 'node:assert/strict';
import { compareRuns } from '../../../src/run/comparison';
import { paperNumbers } from '../../../src/run/paper';
import { summarizeRun } from '../../../src/run/summary';
import { renderLatex } from '../../../src/run/tables';
import { recipes as paperRecipes } from '../../../src/schedule/recipes';
import { predictionsBefore } from '../../../src/vscode/dashboard/entries';
import { predictions, recipes, table } from '../../../src/vscode/dashboard/jobs';
import { RunReader } from '../../../src/vscode/dashboard/reader';
import { removePlaces } from '../run/folders';
import { finish, sampleRun, type SampleStage } from '../run/samples';

const learnt = (right: number): SampleStage => ({
  ...{ name: 'pairs', losses: [2, 1], kind: 'questionLoss', perplexity: 3, train: 0.9 },
  right,
});

describe('the recipe table', () => {
  afterEach(removePlaces);

  it('has the paper’s recipes in their order, then one’s own, with the numbers of the comparison', () => {
    const folders = [
      finish(sampleRun({ recipe: 'pit', title: '⑦ Pre-instruction-tuning', seed: 1 }, [learnt(6)])),
      finish(sampleRun({ recipe: 'pit', title: '⑦ Pre-instruction-tuning', seed: 2 }, [learnt(4)])),
      finish(sampleRun({ recipe: 'mine' }, [learnt(2)])),
      sampleRun({ recipe: 'cpt' }, [learnt(1)]),
    ];
    const { rows, notes } = recipes(
      folders.map(({ path }) => path),
      '70B',
    );
    const comparison = compareRuns(folders.map(summarizeRun));
    const keys = paperRecipes.filter(({ key, paper }) => paper['70B'] || key === 'pit').map(({ key }) => key);
    assert.deepEqual(
      rows.map(({ recipe }) => recipe),
      [...keys, 'mine'],
    );
    const own = rows.filter(({ own }) => own);
    assert.deepEqual(
      own.map(({ own }) => own!.exactMatch),
      comparison.rows.map(({ answers }) => answers.exactMatch),
    );
    assert.deepEqual(own[0].own!.seeds, [1, 2]);
    assert.deepEqual(own[0].paper, paperRecipes.find(({ key }) => key === 'pit')!.paper['70B']);
    assert.ok(notes.some((note) => note.startsWith('cpt, seed 1 is left out')));
  });

  it('is saved as the command line writes it', () => {
    const folder = finish(sampleRun({ recipe: 'pit' }, [learnt(6)]));
    const comparison = compareRuns([summarizeRun(folder)], { paper: paperNumbers('7B') });
    assert.equal(table([folder.path], 'recipes', 'latex', '7B'), renderLatex(comparison));
    assert.match(table([folder.path], 'stages', 'markdown', '7B'), /^\| Setting \| Trained \| Seed \| Stage \| EM/);
  });

  it('is refused where nothing has finished', () => {
    const folder = sampleRun({}, [learnt(6)]);
    assert.throws(() => table([folder.path], 'recipes', 'csv', '7B'), /nothing to write/);
    assert.ok(recipes([folder.path], '7B').rows.every(({ own }) => !own));
  });
});

describe('predictions', () => {
  afterEach(removePlaces);

  it('stand beside those at the end of the stage before', async () => {
    const folder = sampleRun({}, [learnt(2), learnt(3)]);
    const reader = new RunReader(folder);
    await reader.read(() => undefined);
    const facts = reader.facts({ folder, state: 'running' });
    const [first, last] = facts.evaluations.flatMap(({ predictions }) => predictions ?? []);
    assert.equal(predictionsBefore(facts, first), undefined);
    assert.equal(predictionsBefore(facts, last), first);
    const rows = predictions({ path: folder.path, file: last }, first);
    const changed = rows.filter(({ exactMatch, before }) => before!.exactMatch !== exactMatch);
    assert.deepEqual(
      changed.map(({ id, prediction, before }) => [id, prediction, before!.prediction]),
      [['d2?1', 'Ann', 'Bob']],
    );
  });
});

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { version } from '../../package.json';
import { inFolder } from '../unit/dataset/folder';
import { pit } from './small';

const root = resolve(__dirname, '../..');
const commands = [
  'init',
  'check',
  'generate',
  'import',
  'schedule',
  'run',
  'resume',
  'report',
  'compare',
  'score',
  'doctor',
];

describe('pit', () => {
  it('explains itself and every command', async () => {
    const { code, stdout } = await pit('--help');
    assert.equal(code, 0);
    for (const command of commands) {
      assert.match(stdout, new RegExp(`^ {2}${command}\\b`, 'm'));
      const help = await pit(command, '--help');
      assert.deepEqual([help.code, help.stderr], [0, ''], command);
      assert.match(help.stdout, new RegExp(`^Usage: pit ${command}\\b`));
    }
    assert.match((await pit('generate', 'bios', '--help')).stdout, /--first-names <n>/);
  });

  it('tells its version', async () => {
    assert.deepEqual(await pit('--version'), { code: 0, stdout: `${version}\n`, stderr: '' });
  });

  it('ends with 2 where it is used wrongly, with one sentence and no stack', async () => {
    for (const words of [
      ['chek'],
      ['check'],
      ['compare', '.', '--size'],
      ['doctor', '--colour'],
      ['generate', 'worlds'],
    ]) {
      const { code, stdout, stderr } = await pit(...words);
      assert.deepEqual([code, stdout], [2, ''], words.join(' '));
      assert.match(stderr, /^error: /, words.join(' '));
      assert.doesNotMatch(stderr, /^ +at /m);
    }
    assert.match((await pit('chek')).stderr, /Did you mean check\?/);
  });

  it('shows its help where no command is given', async () => {
    const { code, stderr } = await pit();
    assert.equal(code, 2);
    assert.match(stderr, /^Usage: pit /);
  });

  it('runs through a link from any folder', () =>
    inFolder({}, (folder) => {
      const link = join(folder, 'pit');
      symlinkSync(join(root, 'scripts/pit.mjs'), link);
      const { status, stdout } = spawnSync(link, ['--version'], { cwd: folder, encoding: 'utf8' });
      assert.deepEqual([status, stdout], [0, `${version}\n`]);
    }));

  it('colours nothing outside a terminal', async () => {
    assert.ok(!(await pit('doctor')).stdout.includes('\x1b'));
  });
});

describe('pit init', () => {
  it('writes an experiment that is ready to run', () =>
    inFolder({}, async (folder) => {
      const place = join(folder, 'deep/first');
      const { code, stdout } = await pit('init', place);
      assert.equal(code, 0);
      assert.match(stdout, /pit run .*deep\/first\/experiment\.pit\.json$/m);
      const checked = await pit('check', place);
      assert.match(checked.stdout, /^No problems in 1 experiment, 601 documents, 602 questions\.$/m);
      const { stdout: planned } = await pit('schedule', join(place, 'experiment.pit.json'));
      assert.match(planned, /^Nothing is cut\.$/m);
    }));

  it('never writes over anything', () =>
    inFolder({ 'own.qa': 'mine' }, async (folder) => {
      const { code, stderr } = await pit('init', folder);
      assert.equal(code, 1);
      assert.equal(stderr, `${folder}/own.qa exists already, so nothing was written; name another folder.\n`);
      assert.equal(readFileSync(join(folder, 'own.qa'), 'utf8'), 'mine');
      assert.ok(!existsSync(join(folder, 'experiment.pit.json')));
      const file = await pit('init', join(folder, 'own.qa'));
      assert.deepEqual([file.code, file.stderr], [1, `${folder}/own.qa is a file; name a folder.\n`]);
    }));
});

describe('pit doctor', () => {
  it('trains a few real steps and says that training works', async () => {
    const { code, stdout } = await pit('doctor');
    assert.equal(code, 0);
    for (const name of ['Node', 'System', 'Memory', 'Engine', 'Training', 'Disk'])
      assert.match(stdout, new RegExp(`^(ok|warn) +${name} +\\S`, 'm'));
    assert.match(stdout, /^ok +Training +loss \d+\.\d+ → \d+\.\d+ → \d+\.\d+ on cpu/m);
  });

  it('gives its findings as JSON', async () => {
    const findings = JSON.parse((await pit('doctor', '--json')).stdout) as { name: string; state: string }[];
    assert.equal(findings.find(({ name }) => name === 'Training')?.state, 'ok');
  });

  it('fails with a reason where the engine cannot be loaded', () =>
    inFolder({ 'node_modules/onnxruntime-node/index.js': 'throw new Error("no binary here");' }, (folder) => {
      mkdirSync(join(folder, 'dist'));
      for (const name of ['cli.cjs', 'systeminformation.cjs'])
        copyFileSync(join(root, 'dist', name), join(folder, 'dist', name));
      const words = [join(folder, 'dist/cli.cjs'), 'doctor'];
      const { status, stdout } = spawnSync(process.execPath, words, { encoding: 'utf8' });
      assert.equal(status, 1);
      assert.match(stdout, /^fail +Engine +onnxruntime-node can't be loaded: no binary here\n +Install again/m);
      assert.match(stdout, /^fail +Training +no binary here$/m);
    }));
});

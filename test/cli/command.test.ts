/** Runs that a command of the experiment starts: a real small run through programs that stand for ssh or a job queue. */
import assert from 'node:assert/strict';
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { RunFolder } from '../../src/run/folder';
import { stateOf } from '../../src/run/state';
import { makeWorld, pit, substance, writeExperiment } from './small';

const trainer = ['{node}', '{trainer}', '{run}'];
/** The name of a node is what tells a trainer there from one here. */
const far = ['env', 'SLURMD_NODENAME=far', ...trainer];

async function commandWorld(command: string[], changes: Record<string, unknown> = {}) {
  const { root, experiment } = await makeWorld({ recipes: [{ recipe: 'pit', epochs: [1, 1] }], ...changes });
  const program = (name: string, text: string) => {
    writeFileSync(join(root, name), `#!/bin/bash\n${text}\n`);
    chmodSync(join(root, name), 0o755);
  };
  writeExperiment(root, {
    ...changes,
    recipes: [{ recipe: 'pit', epochs: [1, 1] }],
    launcher: { command: command.map((word) => word.replace('ROOT', root)) },
  });
  return { root, experiment, program, path: join(root, 'runs/small/pit-seed1') };
}

const stateAt = (path: string) => stateOf(RunFolder.open(path));

describe('a run that a command starts', () => {
  it('is trained elsewhere to the numbers that it has here', async () => {
    const { root, experiment, path } = await commandWorld(far);
    const { code, stderr } = await pit('run', experiment, '--allow-command');
    assert.equal(code, 0, stderr);
    const { events } = RunFolder.open(path).readEvents();
    assert.ok(events.some((event) => event.type === 'started' && event.host === 'far'));
    writeExperiment(root, { recipes: [{ recipe: 'pit', epochs: [1, 1] }] });
    assert.equal((await pit('run', experiment, '--out', join(root, 'here'))).code, 0);
    assert.deepEqual(substance(path), substance(join(root, 'here/pit-seed1')));
  });

  it('is waited for where the command ends at once, as that of a job queue does', async () => {
    const { experiment, program, path } = await commandWorld(['ROOT/hand-over', ...far]);
    program('hand-over', 'setsid "$@" > /dev/null 2>&1 < /dev/null &');
    const { code, stderr } = await pit('run', experiment, '--allow-command');
    assert.equal(code, 0, stderr);
    assert.equal(stateAt(path), 'finished');
  });

  it('is not begun without leave, and the words are shown', async () => {
    const { root, experiment, program } = await commandWorld(['ROOT/mark', '{run}', "it's $(touch shell)"]);
    program('mark', 'touch "$(dirname "$0")/marked"');
    const { code, stderr } = await pit('run', experiment);
    assert.equal(code, 1);
    assert.ok(stderr.includes(`add --allow-command.\n${root}/mark {run} 'it'\\''s $(touch shell)'\n`), stderr);
    assert.ok(!existsSync(join(root, 'marked')));
    assert.ok(!existsSync(join(root, 'runs')));
  });

  it('goes on only with leave, too', async () => {
    const { experiment, path } = await commandWorld(['false', '{run}']);
    const { code, stderr } = await pit('run', experiment, '--allow-command');
    assert.equal(code, 1);
    assert.match(stderr, /is interrupted: Its command ended with code 1\./);
    assert.equal(stateAt(path), 'interrupted');
    const refused = await pit('resume', path);
    assert.match(refused.stderr, /add --allow-command\.\nfalse \{run\}\n$/);
  });

  it('hands words over as they are, through no shell, and says with which of them it failed', async () => {
    const { root, experiment, program } = await commandWorld(['ROOT/say', '{run}', '$(touch shell); `id` {other}']);
    program('say', 'printf "%s\\n" "$@" > "$(dirname "$0")/said"; echo no such host; exit 3');
    const { code, stderr } = await pit('run', experiment, '--allow-command');
    assert.equal(code, 1);
    assert.match(stderr, /Its command ended with code 3: no such host/);
    assert.equal(
      readFileSync(join(root, 'said'), 'utf8'),
      `${root}/runs/small/pit-seed1\n$(touch shell); \`id\` {other}\n`,
    );
    assert.ok(!existsSync('shell') && !existsSync(join(root, 'shell')));
  });

  it('is refused where its folder has a name that a shell on the way would read otherwise', async () => {
    const { experiment } = await commandWorld(far, { name: 'x;id' });
    const { code, stderr } = await pit('run', experiment, '--allow-command');
    assert.equal(code, 1);
    assert.match(stderr, /The command can't be given \S+x;id\/pit-seed1: a shell on the way would read some/);
  });

  it('must be told which run', async () => {
    const { experiment } = await commandWorld(['true']);
    const { stdout } = await pit('check', experiment);
    assert.match(stdout, /launcher\.command: "launcher\.command" names no "\{run\}" in its words/);
  });
});

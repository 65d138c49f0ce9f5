/** The Python of the torch learner by itself: its own tests, its types, its style. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import assert from 'node:assert/strict';
import { torchPython } from '../../src/engine/torch/environment';

const python = join(__dirname, '../../python');

const checks: Record<string, string[]> = {
  'passes its own tests': ['pytest', '-q', '-x', '-p', 'no:cacheprovider'],
  'has sound types': ['pyrefly', 'check', '--python-interpreter-path', torchPython()],
  'keeps its rules': ['ruff', 'check', '--no-cache', '.'],
  'is formatted': ['ruff', 'format', '--no-cache', '--check', '.'],
};

describe('pit_learner', () => {
  for (const [title, [module, ...words]] of Object.entries(checks))
    it(title, () => {
      const { stdout, stderr, status } = spawnSync(torchPython(), ['-B', '-m', module, ...words], {
        cwd: python,
        encoding: 'utf8',
      });
      assert.equal(status, 0, `${stdout}\n${stderr}`);
    });
});

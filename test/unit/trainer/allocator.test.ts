/** That a trainer keeps memory that it frees, by the pages that the system has to give it anew. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { keepingMemory, keepToOneself } from '../../../src/trainer/allocator';

/** Makes 64 MB and frees it, eleven times; prints how many pages the last ten took of the system. */
const program = `
  const make = () => void new Uint8Array(64e6).fill(1);
  const pages = () => process.resourceUsage().minorPageFault;
  make(); gc();
  const before = pages();
  for (let i = 0; i < 10; i++) { make(); gc(); }
  console.log(pages() - before);`;
/** On one thread, memory is free when the collection of garbage is over. */
const flags = ['--expose-gc', '--single-threaded-gc'];
const pagesWith = (env: NodeJS.ProcessEnv) =>
  Number(execFileSync(process.execPath, [...flags, '-e', program], { encoding: 'utf8', env }));

const isGlibc = 'glibcVersionRuntime' in (process.report.getReport() as { header: object }).header;

describe('the memory of a trainer', () => {
  const own = process.env.GLIBC_TUNABLES;
  beforeEach(() => void delete process.env.GLIBC_TUNABLES);
  afterEach(() => {
    if (own === undefined) delete process.env.GLIBC_TUNABLES;
    else process.env.GLIBC_TUNABLES = own;
  });

  const where = isGlibc ? '' : ' (not run: this is no Linux with glibc)';
  (isGlibc ? it : it.skip)(`is kept when it is freed${where}`, () => {
    const [kept, usual] = [keepingMemory(), process.env].map(pagesWith);
    assert.ok(kept < usual / 4, `${kept} pages and ${usual}`);
  });

  it('is handled as a person has set it, and as usual by what the trainer starts', () => {
    Object.assign(process.env, keepingMemory());
    keepToOneself();
    assert.equal(process.env.GLIBC_TUNABLES, undefined);
    process.env.GLIBC_TUNABLES = 'glibc.malloc.check=1';
    assert.equal(keepingMemory().GLIBC_TUNABLES, 'glibc.malloc.check=1');
    keepToOneself();
    assert.equal(process.env.GLIBC_TUNABLES, 'glibc.malloc.check=1');
  });
});

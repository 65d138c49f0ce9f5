/** The sentence that failures of several ranks come to, from what torchrun writes. Real ones are in test/torch. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import { Chatter, type Ending } from '../../../src/engine/torch/chatter';
import { type Cause, failureOf } from '../../../src/engine/torch/failure';
import type { Call } from '../../../src/engine/torch/protocol';

interface Fallen {
  rank: number;
  code: number;
  signal?: string;
  traceback?: string;
}

const lost = 'RuntimeError: [gloo/transport/tcp/pair.cc:545] Connection closed by peer [127.0.0.1]:5';
const asked =
  'torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.50 GiB. GPU 1 has a total capacity of 79 GiB';
const exit: Cause = { kind: 'exit', code: 1, signal: null };

describe('the torch processes that failed', () => {
  it('are told by the rank that was killed, whichever torchrun saw first', async () => {
    const fallen = [
      { rank: 0, code: 1, traceback: lost },
      { rank: 1, code: -9, signal: 'SIGKILL' },
      { rank: 2, code: -15, signal: 'SIGTERM' },
    ];
    const { message } = await failure(exit, fallen);
    assert.match(message, /^Rank 1 of 3 \(process 101\) was killed \(SIGKILL\) in a training step \(2 of 4 done\), /);
    assert.match(message, /"training\.microBatch"/);
  });

  it('are told by the rank that failed by itself, not by those that missed it', async () => {
    const fallen = [
      { rank: 0, code: 1, traceback: lost },
      { rank: 2, code: 1, traceback: 'ValueError: the answer is 43.' },
    ];
    const { message, detail } = await failure(exit, fallen);
    assert.equal(message, 'Rank 2 of 3 failed in a training step (2 of 4 done): ValueError: the answer is 43.');
    assert.match(detail!, /^Traceback[^]*answer is 43/);
    const told = await failure(
      { kind: 'refusal', refusal: { kind: 'internal', message: lost, rank: 0, detail: lost } },
      fallen,
    );
    assert.equal(told.message, message);
  });

  it('are told by the rank that torchrun saw first where all others were only ended after it', async () => {
    const fallen = [
      { rank: 0, code: 1, traceback: 'BrokenPipeError: [Errno 32] Broken pipe' },
      { rank: 1, code: -15, signal: 'SIGTERM' },
    ];
    const { message } = await failure(exit, fallen);
    assert.match(message, /^Rank 0 of 3 failed in a training step .*: BrokenPipeError/);
  });

  it('is told by its traceback and its signal where it was the only one', async () => {
    const lines = [
      'loading',
      'Traceback (most recent call last):',
      '  File "serve.py", line 1',
      'KeyError: 7',
      'leaked!',
    ];
    const said = async (alone: Ending) => {
      const heard = new PassThrough();
      const chatter = new Chatter(heard, () => {});
      heard.end(lines.map((line) => `${line === 'loading' ? '' : '[rank0]: '}${line}\n`).join(''));
      await once(heard, 'close');
      return failureOf(exit, { python: 'python', world: 1, call: 'step', alone }, chatter);
    };
    const { message, detail } = await said({ pid: 5, code: 1 });
    assert.equal(message, 'Rank 0 of 1 failed in a training step: KeyError: 7.');
    assert.equal(detail, lines.slice(1, 4).join('\n'));
    assert.match(
      (await said({ pid: 5, code: -1, signal: 'SIGKILL' })).message,
      /^Rank 0 of 1 \(process 5\) was killed/,
    );
  });

  it('are told by the rank whose memory ran out, with what it needed', async () => {
    const { message } = await failure(exit, [{ rank: 1, code: 1, traceback: asked }]);
    assert.match(
      message,
      /^Rank 1 of 3 ran out of memory in a training step \(2 of 4 done\) \(2\.50 GiB more needed\): a/,
    );
  });

  it('say numbers where the learner gives them, and what helps while answers are generated', async () => {
    const memory = { needed: 2e9, used: 70e9, total: 80e9 };
    const { message } = await failure(
      { kind: 'refusal', refusal: { kind: 'memory', message: '', rank: 0, memory } },
      [],
      'generate',
    );
    assert.equal(
      message,
      'Rank 0 of 3 ran out of memory while answers were generated (2 of 4 done) ' +
        '(2.00 GB more needed, 70.00 GB in use, 80.00 GB in all): a smaller "evaluation.batch" takes less.',
    );
  });

  it('say a code where nothing else is known, and the last words of a rank that could not tell more', async () => {
    const silent = { rank: 1, code: 3, traceback: 'To enable traceback see: https://pytorch.org' };
    assert.match((await failure(exit, [silent])).message, /: it ended with code 3\.$/);
    const said = await failure(exit, [silent], 'step', ['[default1]:ImportError: no such thing', '[default0]:Hello']);
    assert.match(said.message, /^Rank 1 of 3 failed .*: ImportError: no such thing\.$/);
  });
});

async function failure(cause: Cause, fallen: readonly Fallen[], call: Call = 'step', before: string[] = []) {
  const input = new PassThrough();
  const chatter = new Chatter(input, () => {});
  input.end([...before, ...accountOf(fallen)].join('\n'));
  await once(input, 'end');
  return failureOf(cause, { python: 'python', world: 3, call, beat: { doing: 'step', done: 2, of: 4 } }, chatter);
}

/** As `torch.distributed.elastic` words it; the first is what it takes for the cause. */
function accountOf(fallen: readonly Fallen[]): string[] {
  if (fallen.length === 0) return [];
  const [root, ...others] = fallen.map(entryOf);
  const line = '='.repeat(60);
  return [line, 'pit_learner FAILED', 'Failures:', ...others, 'Root Cause (first observed failure):', root, line];
}

function entryOf({ rank, code, signal, traceback }: Fallen, index: number): string {
  const told = traceback?.startsWith('To enable')
    ? traceback
    : `Traceback (most recent call last):\n    File "x"\n  ${traceback}`;
  return [
    `[${index}]:`,
    '  time      : 2026-11-27_15:22:12',
    '  host      : localhost',
    `  rank      : ${rank} (local_rank: ${rank})`,
    `  exitcode  : ${code} (pid: ${100 + rank}) ${signal ? ` (${signal})` : ''}`,
    '  error_file: <N/A>',
    `  traceback : ${signal ? `Signal ${-code} (${signal}) received by PID ${100 + rank}` : told}`,
  ].join('\n');
}

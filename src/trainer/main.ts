/**
 * The trainer process: `node trainer.cjs RUN_FOLDER`. It trains what the folder says, from its newest checkpoint on,
 * and ends with an event that says how: finished, stopped or failed. Whoever started it may be long gone.
 */
import { messageOf, UserError } from '../errors';
import type { RunEvent } from '../run/events';
import { runFiles, RunFolder } from '../run/folder';
import { markOf } from '../run/process';
import { renderReport } from '../run/report';
import { summarizeRun } from '../run/summary';
import { describeSchedule } from '../schedule/describe';
import { keepToOneself } from './allocator';
import { type Latest, rewind } from './checkpoints';
import { train } from './loop';
import { openWorkbench, type Workbench } from './workbench';

const now = () => new Date().toISOString();

async function main(path: string): Promise<void> {
  keepToOneself();
  const folder = RunFolder.open(path);
  folder.lock();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => folder.requestStop());
  try {
    const ending = await run(folder, performance.now());
    folder.appendEvent(ending);
    folder.writeText(runFiles.report, renderReport(summarizeRun(folder)));
  } catch (error) {
    fail(folder, error);
  } finally {
    folder.unlock();
  }
}

async function run(folder: RunFolder, started: number): Promise<RunEvent> {
  const latest = rewind(folder);
  folder.appendEvent({ type: 'started', time: now(), ...markOf(), resumed: latest !== undefined });
  folder.dequeue();
  const bench = await openWorkbench(folder);
  try {
    return await work(bench, latest, started);
  } finally {
    await bench.learner.close();
  }
}

async function work(bench: Workbench, latest: Latest | undefined, started: number): Promise<RunEvent> {
  const { folder } = bench;
  if (latest) await bench.learner.restore(latest.at);
  const { parameters, report } = bench.learner;
  folder.writeJson(runFiles.schedule, describeSchedule(bench.schedule, bench));
  folder.appendEvent({ type: 'device', time: now(), ...report, parameters });
  const ending = await train(bench, latest?.cursor);
  folder.clearStop();
  if (ending === 'stopped') return { type: 'stopped', time: now(), reason: 'Stopped on request.' };
  return { type: 'finished', time: now(), seconds: (performance.now() - started) / 1000 };
}

/** A failure leaves its sentence in the events, its stack in the log, and everything else as it was. */
function fail(folder: RunFolder, error: unknown): void {
  process.exitCode = 1;
  const reason = messageOf(error);
  const detail = error instanceof UserError ? error.detail : error instanceof Error ? error.stack : undefined;
  console.error(error instanceof UserError ? [reason, detail].filter(Boolean).join('\n') : (detail ?? reason));
  try {
    folder.appendEvent({ type: 'failed', time: now(), reason, ...(detail && { detail }) });
  } catch (second) {
    console.error(messageOf(second));
  }
}

main(process.argv[2]).catch((error: unknown) => {
  console.error(error instanceof UserError ? error.message : error);
  process.exitCode = 1;
});

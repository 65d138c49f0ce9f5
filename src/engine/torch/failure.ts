/**
 * Why the processes are no longer there or of use, in one sentence for people. Of several ranks that failed the one is
 * told that took the others down.
 */
import { UserError } from '../../errors';
import type { Chatter, Ending, RankFailure } from './chatter';
import { type Beat, type Call, protocolVersion, type Refusal } from './protocol';

/** What was noticed first. */
export type Cause =
  | { kind: 'no start'; why: string }
  | { kind: 'exit'; code: number | null; signal: string | null }
  | { kind: 'refusal'; refusal: Refusal }
  | { kind: 'silence'; seconds: number }
  | { kind: 'cut' }
  | { kind: 'stopped' }
  | { kind: 'nonsense'; line: string }
  | { kind: 'version'; theirs: unknown };

/** What the processes were at. */
export interface Scene {
  /** The interpreter. */
  python: string;
  /** Processes. */
  world: number;
  /** The call that is being answered; none before the first. */
  call?: Call;
  beat?: Beat;
  /** How the only process ended by itself; torchrun tells of several. */
  alone?: Ending;
}

/** The error that a person reads; its detail has the last lines of whoever failed, or the traceback. */
export function failureOf(cause: Cause, scene: Scene, chatter: Chatter): UserError {
  const { alone } = scene;
  const culprit = culpritOf(cause, alone ? [chatter.failureOf(alone)] : chatter.failures());
  const lines = chatter.last(alone ? undefined : culprit?.rank);
  const told = culprit ? culprit.traceback : cause.kind === 'refusal' ? cause.refusal.detail : undefined;
  return new UserError(sentenceOf(cause, scene, lines, culprit), { detail: told || lines.join('\n') });
}

/** @param lines the last ones of the culprit, or else of all */
function sentenceOf(cause: Cause, scene: Scene, lines: readonly string[], culprit?: RankFailure): string {
  const missing = scene.call ? undefined : missingPackage(lines);
  if (missing) return `${scene.python} has no ${missing}: ${setUp}.`;
  if (culprit) return rankSentence(culprit, scene, lines);
  switch (cause.kind) {
    case 'no start':
      return `${scene.python} can't be started (${cause.why}): ${setUp}.`;
    case 'exit':
      return `The torch processes ended with ${cause.signal ?? `code ${cause.code}`} ${during(scene)}${lastWords(lines)}.`;
    case 'refusal':
      return refusalSentence(cause.refusal, scene);
    case 'silence':
      return (
        `The torch processes have given no sign of life for ${cause.seconds} s ${during(scene)} and were ended: ` +
        'a rank hangs or waits for another; "torch.patience" says how long is waited.'
      );
    case 'cut':
      return `The torch processes closed their output ${during(scene)} and were ended.`;
    case 'stopped':
      return `The torch processes were ended ${during(scene)}, as was asked for.`;
    case 'nonsense':
      return `The torch processes wrote what is no message ${during(scene)}: ${cause.line.slice(0, 200)}`;
    case 'version':
      return (
        `${scene.python} runs a learner that speaks protocol ${JSON.stringify(cause.theirs)}, ` +
        `but this program speaks ${protocolVersion}: ${setUp}.`
      );
  }
}

const setUp = 'make an environment with "pit setup torch", or name another interpreter with PIT_TORCH_PYTHON';

/** A rank that something ended comes before one that ran out of memory, and both before those that missed them. */
function culpritOf(cause: Cause, failures: readonly RankFailure[]): RankFailure | undefined {
  const killed = failures.find(({ signal }) => signal !== undefined && !aftermath.has(signal));
  if (killed) return killed;
  if (cause.kind !== 'exit' && !(cause.kind === 'refusal' && missesOthers(cause.refusal.message))) return undefined;
  return failures.find(({ signal, traceback }) => !signal && !missesOthers(traceback)) ?? failures[0];
}

/** Signals by which ranks end because another has. */
const aftermath = new Set(['SIGTERM', 'SIGABRT']);
const missesOthers = (text: string) =>
  /connection (was )?(closed|reset)|broken pipe|gloo|nccl|processgroup/i.test(text);

function rankSentence(failure: RankFailure, scene: Scene, lines: readonly string[]): string {
  const { rank, pid, signal, code, traceback } = failure;
  const who = `Rank ${rank} of ${scene.world}`;
  if (signal === 'SIGKILL')
    return (
      `${who} (process ${pid}) was killed (SIGKILL) ${during(scene)}, as the system does when memory runs out: ` +
      `if nobody did it, ${remedy(scene)}.`
    );
  if (signal) return `${who} (process ${pid}) was ended by ${signal} ${during(scene)}.`;
  if (lacksMemory.test(traceback))
    return `${who} ran out of memory ${during(scene)}${needIn(traceback)}: ${remedy(scene)}.`;
  const words = lastWords(traceback ? traceback.split('\n') : lines);
  return `${who} failed ${during(scene)}${words || `: it ended with code ${code}`}.`;
}

function refusalSentence({ kind, message, rank, memory }: Refusal, scene: Scene): string {
  const who = `Rank ${rank} of ${scene.world}`;
  if (kind !== 'memory') return `${who} failed ${during(scene)}: ${withoutStop(message)}.`;
  const numbers = memory ? ` (${memoryWords(memory)})` : '';
  return `${who} ran out of memory ${during(scene)}${numbers}: ${remedy(scene)}.`;
}

function memoryWords({ needed, used, total }: NonNullable<Refusal['memory']>): string {
  const words = [
    needed !== undefined && `${gigabytes(needed)} more needed`,
    used !== undefined && `${gigabytes(used)} in use`,
    total !== undefined && `${gigabytes(total)} in all`,
  ];
  return words.filter(Boolean).join(', ');
}

const lacksMemory = /OutOfMemoryError|MemoryError|can't allocate memory/;

/** ` (20.00 MiB more needed)`, as torch says it. */
function needIn(traceback: string): string {
  const asked = /tried to allocate ([\d.]+ \w+)/i.exec(traceback)?.[1];
  return asked ? ` (${asked} more needed)` : '';
}

const gigabytes = (bytes: number) => `${(bytes / 1e9).toFixed(2)} GB`;

/** What takes less memory, by what was being done. */
function remedy({ call }: Scene): string {
  if (call === 'generate') return 'a smaller "evaluation.batch" takes less';
  return (
    'a smaller "training.microBatch", "training.recompute" true, "torch.precision" "bf16", adapters ("training.lora") ' +
    'or more processes ("torch.processes") take less'
  );
}

const doing: Record<Call, string> = {
  open: 'while the model was opened',
  step: 'in a training step',
  score: 'while text was scored',
  generate: 'while answers were generated',
  reset: 'while the optimiser was reset',
  save: 'while a checkpoint was written',
  restore: 'while a checkpoint was read',
  close: 'at the end',
};

/** `in a training step (3 of 8 done)`. */
function during({ call, beat }: Scene): string {
  if (!call) return 'while they started';
  return beat && beat.of > 0 ? `${doing[call]} (${beat.done} of ${beat.of} done)` : doing[call];
}

function missingPackage(lines: readonly string[]): string | undefined {
  const found = lines.map((line) => /No module named '?([\w.]+)/.exec(line)?.[1]);
  return found.find((name) => name !== undefined)?.split('.')[0];
}

/** The last line behind a colon, if there is one. */
function lastWords(lines: readonly string[]): string {
  const last = lines.findLast((line) => /\w/.test(line));
  return last ? `: ${withoutStop(last.trim())}` : '';
}

const withoutStop = (sentence: string) => sentence.replace(/\.$/, '');

/**
 * A file that says which process has a folder. One whose process is gone is not removed by those who come after, for one
 * of them might remove the lock of another: whoever creates the file that is named after it has the folder next. So
 * locks form a chain, of which the last counts, and to create each is one step for the system. Who holds one touches it
 * again and again, for those on other machines can't see the process.
 */
import { randomUUID } from 'node:crypto';
import {
  closeSync,
  constants,
  copyFileSync,
  fstatSync,
  linkSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { UserError } from '../errors';
import { onDisk, openIfThere } from './files';
import { isAlive, markOf, type ProcessMark } from './process';

/** Another process has the folder. */
export class TakenError extends UserError {}

/** Who has a folder, and when that was last seen. */
export interface Holder extends ProcessMark {
  id?: string;
  sign: number;
}

interface Lock {
  file: string;
  /** Nobody where the machine went down before the file was written. */
  holder?: Holder;
}

/** Takes the lock for this process; throws a TakenError that names the folder while another living process has it. */
export function takeLock(file: string, folder: string): void {
  const id = randomUUID();
  const draft = `${file}.${id}.draft`;
  onDisk(folder, () => {
    try {
      writeFileSync(draft, JSON.stringify({ ...markOf(), id }) + '\n');
      while (!takenAfter(chainFrom(file), { file, folder, draft, id }));
    } finally {
      rmSync(draft, { force: true });
    }
  });
}

/** Gives the folder back. The first of the chain goes first, for without it nobody follows the others. */
export function releaseLock(file: string, folder: string): void {
  onDisk(folder, () => chainFrom(file).forEach((lock) => rmSync(lock.file, { force: true })));
}

/** Touches the lock of this process for as long as the process lives. @param between milliseconds from one sign to the next */
export function keepLock(file: string, between = 10_000): void {
  const touch = () => {
    const own = chainFrom(file).at(-1);
    if (own?.holder?.pid === process.pid) utimesSync(own.file, new Date(), new Date());
  };
  setInterval(() => quietly(touch), between).unref();
}

/** A disk that does not answer for once costs a sign, not the run. */
function quietly(act: () => void): void {
  try {
    act();
  } catch {
    // The next sign comes soon.
  }
}

/** The process that has the folder, dead or alive. */
export function lockHolder(file: string): Holder | undefined {
  return chainFrom(file).at(-1)?.holder;
}

interface Wish {
  file: string;
  folder: string;
  /** A lock that is written already. */
  draft: string;
  id: string;
}

/** One attempt: false where the chain has grown or gone meanwhile. */
function takenAfter(chain: readonly Lock[], { file, folder, draft, id }: Wish): boolean {
  const holder = chain.at(-1)?.holder;
  if (holder && isAlive(holder)) {
    if (holder.pid === process.pid) return true;
    throw new TakenError(`${folder} is already being trained by process ${holder.pid} on ${holder.host}`);
  }
  const next = nextIn(chain, file);
  if (!isCreated(next, draft)) return false;
  if (chainFrom(file).at(-1)?.holder?.id === id) return true;
  rmSync(next);
  return false;
}

function chainFrom(first: string): Lock[] {
  const chain: Lock[] = [];
  for (let lock = lockIn(first); lock; lock = lockIn(nextIn(chain, first))) chain.push(lock);
  return chain;
}

/** Undefined where there is none. It may go at any moment: what is told of it is told of one file that was open. */
function lockIn(file: string): Lock | undefined {
  const open = openIfThere(file);
  if (open === undefined) return undefined;
  try {
    const holder = holderOf(readFileSync(open, 'utf8'));
    return { file, holder: holder && { ...holder, sign: fstatSync(open).mtimeMs } };
  } finally {
    closeSync(open);
  }
}

/** Undefined where not even one line was written to its end. */
function holderOf(text: string): Omit<Holder, 'sign'> | undefined {
  const [line, ...rest] = text.split('\n');
  try {
    return rest.length > 0 ? (JSON.parse(line) as Omit<Holder, 'sign'>) : undefined;
  } catch {
    return undefined;
  }
}

function nextIn(chain: readonly Lock[], first: string): string {
  return chain.length === 0 ? first : `${first}.${chain.length}.${chain.at(-1)!.holder?.id ?? 'nobody'}`;
}

/** False where the file is there. */
function isCreated(file: string, draft: string): boolean {
  try {
    createFrom(draft, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

function createFrom(draft: string, file: string): void {
  try {
    linkSync(draft, file);
  } catch {
    // It is there, or the file system has no links.
    copyFileSync(draft, file, constants.COPYFILE_EXCL);
  }
}

/** The models that the hub's cache holds, as whoever downloaded them left them there. */
import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';

export interface Snapshot {
  /** `OWNER/NAME`. */
  model: string;
  commit: string;
  folder: string;
}

const prefix = 'models--';

/** One snapshot of each model, by name: that of its main branch, or else the newest. None where there is no cache. */
export async function snapshotsIn(cache: string): Promise<Snapshot[]> {
  const names = (await namesIn(cache)).filter((name) => name.startsWith(prefix)).sort();
  const found = await Promise.all(names.map((name) => snapshotOf(path.join(cache, name))));
  return found.filter((snapshot) => snapshot !== undefined);
}

async function snapshotOf(root: string): Promise<Snapshot | undefined> {
  const commits = await namesIn(path.join(root, 'snapshots'));
  const main = (await readFile(path.join(root, 'refs', 'main'), 'utf8').catch(() => '')).trim();
  const commit = commits.includes(main) ? main : await newestOf(path.join(root, 'snapshots'), commits);
  if (commit === undefined) return undefined;
  const model = path.basename(root).slice(prefix.length).replace('--', '/');
  return { model, commit, folder: path.join(root, 'snapshots', commit) };
}

async function newestOf(folder: string, names: readonly string[]): Promise<string | undefined> {
  const timeOf = (name: string) =>
    stat(path.join(folder, name)).then(
      ({ mtimeMs }) => mtimeMs,
      () => 0,
    );
  const dated = await Promise.all(names.map(async (name) => ({ name, time: await timeOf(name) })));
  return dated.sort((a, b) => b.time - a.time)[0]?.name;
}

const namesIn = (folder: string) => readdir(folder).catch((): string[] => []);

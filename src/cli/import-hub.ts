/** `pit import hub:OWNER/NAME`: brings a model from the hub and prints the folder that an experiment then names. */
import { type Arrived, type Brought, importHub } from '../model/hub/import';
import { duration, megabytes } from '../run/format';
import { printJson } from './output';
import { showLine, stoppable } from './stop';

export async function importFromHub(name: string, { to, json }: { to?: string; json?: true }): Promise<void> {
  const brought = await stoppable(
    (signal) => importHub(name, { to, signal, onProgress: process.stderr.isTTY ? progress() : undefined }),
    'Stopped; the same command goes on from here.',
  );
  if (!brought) return;
  if (json) return printJson(brought);
  process.stdout.write(`${tell(brought)}\n${brought.folder}\n`);
}

function tell({ model, commit, license, size }: Brought): string {
  const facts = [commit.slice(0, 7), ...(license ? [`licence ${license}`] : [])].join(', ');
  const came = size.downloaded === 0 ? 'all of it there before' : `${megabytes(size.downloaded)} of it downloaded now`;
  return `${model} (${facts}): ${megabytes(size.all)}, ${came}. The folder to name as the model of an experiment:`;
}

/** Shows what has come and, from how fast, how long the rest takes; anew a few times a second. */
function progress(): (arrived: Arrived) => void {
  const interval = 200;
  const start = Date.now();
  let shown = 0;
  let first: number | undefined;
  return ({ file, done, total }) => {
    // What an earlier try left says nothing of this connection.
    first ??= done;
    const now = Date.now();
    if (now - shown < interval) return;
    shown = now;
    const seconds = ((now - start) / 1000) * ((total - done) / (done - first));
    const rest = Number.isFinite(seconds) ? `, ${duration(seconds)} left` : '';
    showLine(`${file}: ${Math.floor((100 * done) / total)} % of ${megabytes(total)}${rest}`);
  };
}

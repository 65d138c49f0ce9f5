/** `pit import hub:OWNER/NAME`: brings a model from the hub and prints the folder that an experiment then names. */
import { type Arrived, type Brought, importHub } from '../model/hub/import';
import { fileSize } from '../run/format';
import { pace } from '../run/pace';
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
  const came = size.downloaded === 0 ? 'all of it there before' : `${fileSize(size.downloaded)} of it downloaded now`;
  return `${model} (${facts}): ${fileSize(size.all)}, ${came}. The folder to name as the model of an experiment:`;
}

/** Shows which file is coming, how far all is and how long the rest takes. */
const progress = () => pace<Arrived>((line, { file }) => showLine(`${file}: ${line}`));

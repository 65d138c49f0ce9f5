/** The thread that reads datasets, so that a large one holds nothing else up. */
import { parentPort } from 'node:worker_threads';
import { loadDataset } from '../../dataset/load';
import type { Dataset } from '../../dataset/model';
import { messageOf } from '../../errors';
import { type Reply, slicesOf, type Wish } from './slices';

type End = Extract<Reply, { end: unknown }>['end'];

const port = parentPort!;
/** What has been read and is not yet sent, under the number of the wish. */
const unsent = new Map<number, { slices: Generator<Dataset>; end: End }>();

port.on('message', (wish: Wish) => {
  if (wish.kind === 'next') reply(wish.id);
  else void read(wish).catch((error) => post({ id: wish.id, failure: messageOf(error) }));
});

async function read({ id, sources, unsaved }: Extract<Wish, { kind: 'load' }>): Promise<void> {
  const { dataset, ...end } = await loadDataset(sources, { unsaved });
  unsent.set(id, { slices: slicesOf(dataset), end });
  reply(id);
}

function reply(id: number): void {
  const { slices, end } = unsent.get(id)!;
  const { value: slice } = slices.next();
  if (slice) return post({ id, slice });
  unsent.delete(id);
  post({ id, end });
}

function post(message: Reply): void {
  port.postMessage(message);
}

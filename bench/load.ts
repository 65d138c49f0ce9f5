/**
 * How long a dataset takes to load and how much memory that needs. Run alone for honest numbers:
 * `node --import tsx bench/load.ts [pairs]`.
 */
import { createWriteStream } from 'node:fs';
import { mkdtemp, mkdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { loadDataset } from '../src/dataset/load';

const pairsPerDocument = 8;

/** Seconds to load so many QA pairs in the Wiki2023 layout, and the process's peak resident memory, MB (10^6 bytes). */
export async function measureLoad(pairs: number): Promise<{ seconds: number; megabytes: number }> {
  const folder = await mkdtemp(path.join(tmpdir(), 'pit-load-'));
  try {
    await writePairs(folder, pairs);
    const start = performance.now();
    const { dataset, problems } = await loadDataset([{ path: folder }]);
    const seconds = (performance.now() - start) / 1000;
    if (dataset.questions.length !== pairs || problems.length > 0) throw new Error('The dataset was not read in full.');
    return { seconds, megabytes: (process.resourceUsage().maxRSS * 1024) / 1e6 };
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function writePairs(folder: string, pairs: number): Promise<void> {
  const split = path.join(folder, 'train');
  await mkdir(split);
  const documents = Math.ceil(pairs / pairsPerDocument);
  await writeLines(path.join(split, 'doc.jsonl'), documents, (id) => {
    const text = `Place ${id} lies on a river. `.repeat(16);
    return { wiki_id: id, title: `Place ${id}`, text };
  });
  await writeLines(path.join(split, 'qa.jsonl'), pairs, (pair) => {
    const id = Math.floor(pair / pairsPerDocument);
    return {
      wiki_id: id,
      question: `What is fact ${pair % pairsPerDocument} about place ${id}?`,
      answer: `fact ${pair}`,
    };
  });
}

async function writeLines(file: string, count: number, row: (index: number) => object): Promise<void> {
  const lines = function* () {
    for (let index = 0; index < count; index++) yield `${JSON.stringify(row(index))}\n`;
  };
  await pipeline(Readable.from(lines()), createWriteStream(file));
}

if (require.main === module) {
  void measureLoad(Number(process.argv[2] ?? 1_000_000)).then(({ seconds, megabytes }) =>
    console.log(`${seconds.toFixed(1)} s, ${megabytes.toFixed(0)} MB`),
  );
}

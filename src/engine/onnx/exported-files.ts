/** The ONNX files of an exported model: `onnx/model.onnx`, and `onnx/model.onnx_data` beside it where weights are many. */
import path from 'node:path';
import { makeFolder } from '../../make-folder';
import { explained, replaceFile } from '../../model/files';
import { bytesOf } from '../../model/floats';
import type { Model } from '../../model/folder';
import { countNumbers, parametersOf, sizeOf } from '../../model/parameters';
import { readAll } from '../../model/weights';
import { exportedGraph } from './exported';

const graphFile = 'model.onnx';
const dataFile = `${graphFile}_data`;

/** Bytes of weights up to which one file holds graph and weights. ONNX's own limit is 2 GB. */
const largest = 1.5e9;

/**
 * Writes both into `folder`/onnx. Gives how many files of data there are.
 * @param limit bytes of weights above which they get a file of their own
 */
export async function writeOnnx(folder: string, model: Model, limit = largest): Promise<0 | 1> {
  const place = path.join(folder, 'onnx');
  await explained(place, 'written', makeFolder(place));
  const bytes = Float32Array.BYTES_PER_ELEMENT * countNumbers(parametersOf(model.config));
  if (bytes <= limit) {
    await writeWhole(path.join(place, graphFile), model);
    return 0;
  }
  await writeApart(place, model);
  return 1;
}

async function writeWhole(file: string, { config, weights }: Model): Promise<void> {
  const all = await readAll(config, weights);
  const graph = exportedGraph(config, ({ name }) => all.get(name)!);
  await replaceFile(file, (handle) => handle.writeFile(graph));
}

/** One weight after the other, so that memory holds one. */
async function writeApart(place: string, { config, weights }: Model): Promise<void> {
  let end = 0;
  const graph = exportedGraph(config, ({ shape }) => {
    const offset = end;
    end += Float32Array.BYTES_PER_ELEMENT * sizeOf(shape);
    return { file: dataFile, offset };
  });
  await replaceFile(path.join(place, graphFile), (handle) => handle.writeFile(graph));
  await replaceFile(path.join(place, dataFile), async (handle) => {
    for (const { name } of parametersOf(config)) await handle.writeFile(bytesOf(await weights.read(name)));
  });
}

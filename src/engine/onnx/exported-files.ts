/**
 * A model's folder as `optimum` and transformers.js load it: `onnx/model.onnx`, `onnx/model.onnx_data` beside it where
 * weights are many, `config.json` and `generation_config.json`. Weights are read one after the other as they are written,
 * so that memory holds one.
 */
import path from 'node:path';
import { makeFolder } from '../../make-folder';
import { configToJson } from '../../model/config-file';
import { explained, replaceFile, writeJson } from '../../model/files';
import { bytesOf } from '../../model/floats';
import type { Model } from '../../model/folder';
import { writeGenerationConfig } from '../../model/generation-config';
import { countNumbers, parametersOf, sizeOf } from '../../model/parameters';
import { exportedGraph } from './exported';

const graphFile = 'model.onnx';
const dataFile = `${graphFile}_data`;

/** Bytes of weights up to which one file holds graph and weights. ONNX's own limit is 2 GB. */
const largest = 1.5e9;

/**
 * Writes all of it into an existing folder.
 * @param limit bytes of weights above which they get a file of their own
 */
export async function writeOnnxModel(folder: string, model: Model, limit = largest): Promise<void> {
  const { config } = model;
  const place = path.join(folder, 'onnx');
  await explained(place, 'written', makeFolder(place));
  const isWhole = Float32Array.BYTES_PER_ELEMENT * countNumbers(parametersOf(config)) <= limit;
  await (isWhole ? writeWhole(place, model) : writeApart(place, model));
  const hints = { dtype: 'fp32', ...(!isWhole && { use_external_data_format: { [graphFile]: 1 } }) };
  await writeJson(path.join(folder, 'config.json'), { ...configToJson(config), 'transformers.js_config': hints });
  await writeGenerationConfig(folder, config);
}

async function writeWhole(place: string, { config, weights }: Model): Promise<void> {
  const pieces = exportedGraph(config);
  await replaceFile(path.join(place, graphFile), async (handle) => {
    for (const [i, { name }] of parametersOf(config).entries()) {
      await handle.writeFile(pieces[i]);
      await handle.writeFile(bytesOf(await weights.read(name)));
    }
  });
}

async function writeApart(place: string, { config, weights }: Model): Promise<void> {
  let end = 0;
  const [graph] = exportedGraph(config, ({ shape }) => {
    const offset = end;
    end += Float32Array.BYTES_PER_ELEMENT * sizeOf(shape);
    return { file: dataFile, offset };
  });
  await replaceFile(path.join(place, graphFile), (handle) => handle.writeFile(graph));
  await replaceFile(path.join(place, dataFile), async (handle) => {
    for (const { name } of parametersOf(config)) await handle.writeFile(bytesOf(await weights.read(name)));
  });
}

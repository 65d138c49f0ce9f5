/** Weights that ONNX Runtime maps from a model's files as they lie there, so that they are neither read nor copied. */
import { realpath } from 'node:fs/promises';
import path from 'node:path';
import { parametersOf } from '../../model/parameters';
import type { Model } from '../../model/folder';
import type { Place } from './messages';

export interface MappedWeights {
  /** Where all the files lie. */
  folder: string;
  /** By the weight's name. */
  places: ReadonlyMap<string, Place>;
}

/**
 * Undefined where some weight lies otherwise than it is needed, or the files lie in several folders, and on Windows,
 * which lets nobody replace a file that is mapped.
 */
export async function mappedWeights({ config, weights }: Model): Promise<MappedWeights | undefined> {
  if (process.platform === 'win32') return undefined;
  const places = new Map<string, Place>();
  const folders = new Set<string>();
  for (const { name } of parametersOf(config)) {
    const entry = weights.asStored?.(name);
    if (!entry) return undefined;
    const file = await realpath(entry.file);
    folders.add(path.dirname(file));
    places.set(name, { file: path.basename(file), offset: entry.start });
  }
  const [folder, ...others] = folders;
  return others.length === 0 ? { folder, places } : undefined;
}

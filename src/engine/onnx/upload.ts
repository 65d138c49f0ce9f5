/** Brings tensors into a GPU's memory, where they stay: a graph that changes nothing hands them over. */
import type { Tensor } from 'onnxruntime-node';
import { Graph } from './graph';
import { openSession } from './session';

export async function upload(tensors: Record<string, Tensor>, threads: number): Promise<Record<string, Tensor>> {
  const names = Object.keys(tensors);
  if (names.length === 0) return {};
  const graph = new Graph('webgpu');
  const copies = names.map((name) => {
    const { dims } = tensors[name];
    return graph.op('Identity', [graph.input(name, dims)], dims);
  });
  const kept = copies.map(({ name }) => name);
  const session = await openSession(graph.build(copies), { provider: 'webgpu', threads, kept });
  const results = await session.run(tensors);
  await session.release();
  return Object.fromEntries(names.map((name, i) => [name, results[kept[i]] as Tensor]));
}

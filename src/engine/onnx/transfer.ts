/**
 * Brings tensors into a GPU's memory and back: graphs that change nothing hand them over. What a session has put there
 * lives as long as the session, so all of them stay open until the end.
 */
import type { InferenceSession, Tensor } from 'onnxruntime-node';
import { Graph } from './graph';
import { openSession } from './session';

type Tensors = Record<string, Tensor>;

interface Way {
  session: InferenceSession;
  /** Results by the name of what they are copies of. */
  results: ReadonlyMap<string, string>;
}

export class Transfer {
  private readonly ways = new Map<string, Promise<Way>>();

  /** @param threads processor threads; 0 for one a core */
  constructor(private readonly threads: number) {}

  toDevice(tensors: Tensors): Promise<Tensors> {
    return this.copy(tensors, true);
  }

  /** What is not on the device is given as it is. */
  async fromDevice(tensors: Tensors): Promise<Tensors> {
    const away = Object.entries(tensors).filter(([, { location }]) => location === 'gpu-buffer');
    return { ...tensors, ...(await this.copy(Object.fromEntries(away), false)) };
  }

  async close(): Promise<void> {
    for (const way of await Promise.all(this.ways.values())) await way.session.release();
    this.ways.clear();
  }

  private async copy(tensors: Tensors, stays: boolean): Promise<Tensors> {
    const names = Object.keys(tensors);
    if (names.length === 0) return {};
    const key = `${stays} ${names.join(' ')}`;
    const known = this.ways.get(key) ?? this.open(tensors, stays);
    this.ways.set(key, known);
    const { session, results } = await known;
    const found = await session.run(tensors);
    return Object.fromEntries(names.map((name) => [name, found[results.get(name)!] as Tensor]));
  }

  private async open(tensors: Tensors, stays: boolean): Promise<Way> {
    const graph = new Graph('webgpu');
    const copies = Object.entries(tensors).map(([name, { dims }]) => {
      return [name, graph.op('Identity', [graph.input(name, dims)], dims)] as const;
    });
    const results = new Map(copies.map(([name, copy]) => [name, copy.name]));
    const kept = stays ? [...results.values()] : [];
    const bytes = graph.build(copies.map(([, copy]) => copy));
    return { session: await openSession(bytes, { provider: 'webgpu', threads: this.threads, kept }), results };
  }
}

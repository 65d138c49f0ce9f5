/** Graphs made ready to run: each is compiled when it is first needed. */
import type { InferenceSession, Tensor } from 'onnxruntime-node';
import type { Device } from './device';
import type { Provider } from './graph';
import { type Compiled, firstOf, gradientOf, secondOf } from './graphs';
import { openSession } from './session';
import type { Tensors } from './state';

export interface Program<Graph> {
  graph: Graph;
  session: InferenceSession;
  /** Results that belong to a weight: the input that takes them next time, by the result's name. */
  slots: ReadonlyMap<string, string>;
}

export class Programs {
  private readonly known = new Map<string, Promise<Program<unknown>>>();

  constructor(
    private readonly device: Device,
    private readonly open: typeof openSession = openSession,
  ) {}

  get provider(): Provider {
    return this.device.provider;
  }

  /** @param provider where it is not the device that runs it */
  of<Graph extends Compiled<string>>(
    key: string,
    build: () => Graph,
    provider = this.device.provider,
  ): Promise<Program<Graph>> {
    const known = this.known.get(key) as Promise<Program<Graph>> | undefined;
    if (known) return known;
    const made = this.compile(build(), provider);
    this.known.set(key, made);
    return made;
  }

  /** What they hold is free again; those that are needed are made anew. */
  async forget(): Promise<void> {
    const made = await Promise.allSettled(this.known.values());
    this.known.clear();
    for (const program of made) if (program.status === 'fulfilled') await program.value.session.release();
  }

  private async compile<Graph extends Compiled<string>>(graph: Graph, provider: Provider): Promise<Program<Graph>> {
    const { threads } = this.device;
    const slots = slotsOf(graph);
    const settings = { provider, threads, kept: [...slots.keys()], isUnplanned: true };
    return { graph, slots, session: await this.open(graph.bytes, settings) };
  }
}

const slotNames = { weight: (name: string) => name, first: firstOf, second: secondOf, gradient: gradientOf };

function slotsOf({ perWeight }: Compiled<string>): Map<string, string> {
  const kinds = Object.entries(perWeight) as [keyof typeof slotNames, Map<string, string>][];
  return new Map(
    kinds.flatMap(([kind, results]) => [...results].map(([weight, result]) => [result, slotNames[kind](weight)])),
  );
}

/**
 * Runs a program, into tensors where `outputs` has some; gives results for people, and what belongs to weights: these
 * tensors, for what ONNX Runtime's Node package gives is a copy.
 */
export async function run<Results extends string>(
  { graph, session, slots }: Program<Compiled<Results>>,
  feeds: Tensors,
  outputs: Tensors,
): Promise<{ results: Record<Results, Float32Array>; written: Tensors }> {
  const named = Object.entries(graph.results) as [Results, string][];
  const fetches = [
    ...named.map(([, name]) => [name, null]),
    ...[...slots].map(([name, slot]) => [name, outputs[slot] ?? null]),
  ];
  const found = await session.run(feeds, Object.fromEntries(fetches));
  const values = named.map(([key, name]) => [key, found[name].data as Float32Array]);
  return {
    results: Object.fromEntries(values) as Record<Results, Float32Array>,
    written: Object.fromEntries([...slots].map(([name, slot]) => [slot, outputs[slot] ?? (found[name] as Tensor)])),
  };
}

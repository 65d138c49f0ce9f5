/**
 * Weights, moments and step count of a model in training, and their files. Everything exists twice: a step reads one set
 * and writes the other, so that no weight is allocated or copied between steps.
 */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { Tensor } from 'onnxruntime-node';
import { UserError } from '../../errors';
import type { ModelConfig } from '../../model/config';
import { writeModel } from '../../model/folder';
import { parametersOf, sizeOf } from '../../model/parameters';
import { readHeader, readTensor, writeSafetensors } from '../../model/safetensors';
import { openWeights } from '../../model/weights';
import { firstOf, secondOf } from './graphs';

export type Tensors = Record<string, Tensor>;

export class TrainingState {
  /** Optimiser steps since the last reset. */
  steps = 0;
  private current: Tensors;
  private spare: Tensors;

  constructor(
    readonly config: ModelConfig,
    weights: ReadonlyMap<string, Float32Array>,
  ) {
    this.current = allocate(config);
    this.spare = allocate(config);
    for (const { name } of parametersOf(config)) data(this.current[name]).set(weights.get(name)!);
  }

  /** What a step reads, by graph input. */
  get inputs(): Tensors {
    return this.current;
  }

  /** Where a step writes. */
  get outputs(): Tensors {
    return this.spare;
  }

  get weights(): Tensors {
    return Object.fromEntries(parametersOf(this.config).map(({ name }) => [name, this.current[name]]));
  }

  /** Makes what was written the current state. */
  advance(): void {
    [this.current, this.spare] = [this.spare, this.current];
    this.steps++;
  }

  resetOptimizer(): void {
    this.steps = 0;
    for (const name of this.moments()) data(this.current[name]).fill(0);
  }

  async save(folder: string, { optimizer }: { optimizer: boolean }): Promise<void> {
    await writeModel(folder, this.config, { get: (name) => data(this.current[name]) });
    const file = path.join(folder, 'optimizer.safetensors');
    if (optimizer) await writeSafetensors(file, this.named(this.moments()), { steps: String(this.steps) });
  }

  async restore(folder: string): Promise<void> {
    const weights = await openWeights(folder, this.config);
    for (const { name } of parametersOf(this.config)) data(this.current[name]).set(await weights.read(name));
    const file = path.join(folder, 'optimizer.safetensors');
    if (!existsSync(file)) return this.resetOptimizer();
    const { steps } = await this.load(file, this.moments());
    if (!/^\d+$/.test(steps ?? '')) throw new UserError(`${file} lacks the number of steps.`);
    this.steps = Number(steps);
  }

  /** Reads tensors once all of them are known to be there, with the shapes of the model; gives the file's metadata. */
  private async load(file: string, names: readonly string[]): Promise<Record<string, string | undefined>> {
    const { tensors, metadata } = await readHeader(file);
    for (const name of names) this.check(file, name, tensors.get(name)?.shape);
    for (const name of names) data(this.current[name]).set(await readTensor(tensors.get(name)!));
    return metadata;
  }

  private check(file: string, name: string, shape: readonly number[] | undefined): void {
    const { dims } = this.current[name];
    if (!shape) throw new UserError(`${file} lacks the tensor "${name}".`);
    if (shape.join() !== dims.join())
      throw new UserError(
        `${file}: "${name}" has shape [${shape.join(', ')}], but the model needs [${dims.join(', ')}].`,
      );
  }

  private named(names: readonly string[]) {
    return names.map((name) => ({ name, shape: this.current[name].dims, data: data(this.current[name]) }));
  }

  private moments(): string[] {
    return parametersOf(this.config).flatMap(({ name }) => [firstOf(name), secondOf(name)]);
  }
}

/** Zeros for every weight and its two moments. */
function allocate(config: ModelConfig): Tensors {
  const zeros = (shape: number[]) => new Tensor('float32', new Float32Array(sizeOf(shape)), shape);
  return Object.fromEntries(
    parametersOf(config).flatMap(({ name, shape }) =>
      [name, firstOf(name), secondOf(name)].map((key) => [key, zeros(shape)]),
    ),
  );
}

const data = (tensor: Tensor): Float32Array => tensor.data as Float32Array;

/**
 * Weights, moments and step count of a model in training, and their files. What is trained exists twice: a step reads
 * one set and writes the other, so that no weight is allocated or copied between steps. What is frozen exists once.
 */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { Tensor } from 'onnxruntime-node';
import { UserError } from '../../errors';
import type { ModelConfig } from '../../model/config';
import { openTrained, writeModel } from '../../model/folder';
import { type Parameter, parametersOf, sizeOf } from '../../model/parameters';
import { readHeader, readTensor, writeSafetensors } from '../../model/safetensors';
import { firstOf, secondOf } from './graphs';

export type Tensors = Record<string, Tensor>;

export class TrainingState {
  /** Optimiser steps since the last reset. */
  steps = 0;
  private readonly trained: readonly Parameter[];
  private readonly frozen: Tensors;
  private current: Tensors;
  /** Made with the moments when training begins: who only scores or answers needs neither. */
  private spare: Tensors = {};

  /** @param weights taken over, not copied */
  constructor(
    readonly config: ModelConfig,
    weights: ReadonlyMap<string, Float32Array>,
  ) {
    const tensors = asTensors(config, weights);
    const parameters = parametersOf(config);
    const pick = (chosen: readonly Parameter[]) => Object.fromEntries(chosen.map(({ name }) => [name, tensors[name]]));
    this.trained = parameters.filter(({ frozen }) => !frozen);
    this.frozen = pick(parameters.filter(({ frozen }) => frozen));
    this.current = pick(this.trained);
  }

  /** What a step reads, by graph input. */
  get inputs(): Tensors {
    return { ...this.frozen, ...this.slots };
  }

  /** What an update reads: all but what is frozen. */
  get slots(): Tensors {
    this.prepare();
    return this.current;
  }

  /** Where a step writes. */
  get outputs(): Tensors {
    return this.spare;
  }

  get weights(): Tensors {
    return { ...this.frozen, ...Object.fromEntries(this.trained.map(({ name }) => [name, this.current[name]])) };
  }

  /** Makes what was written the current state. */
  advance(): void {
    [this.current, this.spare] = [this.spare, this.current];
    this.steps++;
  }

  resetOptimizer(): void {
    this.steps = 0;
    if (this.isPrepared) for (const name of this.moments()) data(this.current[name]).fill(0);
  }

  async save(folder: string, { optimizer }: { optimizer: boolean }): Promise<void> {
    await writeModel(folder, this.config, { get: (name) => data(this.current[name]) });
    const file = path.join(folder, 'optimizer.safetensors');
    if (!optimizer) return;
    this.prepare();
    await writeSafetensors(file, this.named(this.moments()), { steps: String(this.steps) });
  }

  async restore(folder: string): Promise<void> {
    const weights = await openTrained(folder, this.config);
    for (const { name } of this.trained) data(this.current[name]).set(await weights.read(name));
    const file = path.join(folder, 'optimizer.safetensors');
    if (!existsSync(file)) return this.resetOptimizer();
    this.prepare();
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

  private get isPrepared(): boolean {
    return Object.keys(this.spare).length > 0;
  }

  private prepare(): void {
    if (this.isPrepared) return;
    Object.assign(this.current, zeros(this.trained, momentNames));
    this.spare = zeros(this.trained, (name) => [name, ...momentNames(name)]);
  }

  private moments(): string[] {
    return this.trained.flatMap(({ name }) => momentNames(name));
  }
}

/** Weights by name as tensors over the same memory. */
export function asTensors(config: ModelConfig, weights: ReadonlyMap<string, Float32Array>): Tensors {
  const tensors = parametersOf(config).map(({ name, shape }) => [
    name,
    new Tensor('float32', weights.get(name)!, shape),
  ]);
  return Object.fromEntries(tensors);
}

const momentNames = (name: string) => [firstOf(name), secondOf(name)];

/** Zeros of each weight's shape under the names that belong to it. */
function zeros(parameters: readonly Parameter[], namesOf: (name: string) => string[]): Tensors {
  const tensors = parameters.flatMap(({ name, shape }) =>
    namesOf(name).map((key) => [key, new Tensor('float32', new Float32Array(sizeOf(shape)), shape)]),
  );
  return Object.fromEntries(tensors);
}

const data = (tensor: Tensor): Float32Array => tensor.data as Float32Array;

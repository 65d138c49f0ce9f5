/**
 * Weights, moments, gradients and step count of a model in training, and their files. On the processor each exists once
 * and is written in place. On a GPU all of it stays in the device's memory and is read back for files alone.
 */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { Tensor } from 'onnxruntime-node';
import { UserError } from '../../errors';
import type { ModelConfig } from '../../model/config';
import { openTrained, writeModel } from '../../model/folder';
import { type Parameter, parametersOf, sizeOf } from '../../model/parameters';
import { readHeader, readTensor, writeSafetensors } from '../../model/safetensors';
import { firstOf, gradientOf, secondOf } from './graphs';
import type { Transfer } from './transfer';

export type Tensors = Record<string, Tensor>;

export class TrainingState {
  /** Optimiser steps since the last reset. */
  steps = 0;
  private readonly trained: readonly Parameter[];
  private frozen: Tensors;
  private current: Tensors;
  private sums?: Tensors;
  /** Moments are made when training begins: who only scores or answers needs none. */
  private hasMoments = false;

  /**
   * @param weights taken over, not copied
   * @param transfer to and from the device, where that is not the processor
   */
  constructor(
    readonly config: ModelConfig,
    weights: ReadonlyMap<string, Float32Array>,
    private readonly transfer?: Transfer,
  ) {
    const tensors = asTensors(config, weights);
    const parameters = parametersOf(config);
    const pick = (chosen: readonly Parameter[]) => Object.fromEntries(chosen.map(({ name }) => [name, tensors[name]]));
    this.trained = parameters.filter(({ frozen }) => !frozen);
    this.frozen = pick(parameters.filter(({ frozen }) => frozen));
    this.current = pick(this.trained);
  }

  /** What an update reads: all but what is frozen. */
  get slots(): Tensors {
    this.prepare();
    return this.current;
  }

  /** Where gradients are written, or nothing, where results bring memory of their own. */
  get gradients(): Tensors {
    return (this.sums ??= this.transfer ? {} : this.zeroGradients());
  }

  /** Gradients of nothing, to add to; those that were there are gone. */
  noGradients(): Tensors {
    if (this.transfer) return this.zeroGradients();
    for (const { data } of Object.values(this.gradients)) (data as Float32Array).fill(0);
    return this.gradients;
  }

  get weights(): Tensors {
    return { ...this.frozen, ...Object.fromEntries(this.trained.map(({ name }) => [name, this.current[name]])) };
  }

  /** Takes over what an update has made on a device. */
  replace(slots: Tensors): void {
    release(this.current);
    this.current = slots;
  }

  /** Puts the weights into the device's memory, once for all steps. */
  async moveToDevice(): Promise<void> {
    if (!this.transfer) return;
    this.frozen = await this.transfer.toDevice(this.frozen);
    this.current = { ...this.current, ...(await this.transfer.toDevice(this.current)) };
  }

  /** All weights in the processor's memory, by name. */
  async weightsHere(): Promise<Map<string, Float32Array>> {
    return valuesOf(await this.here(this.weights));
  }

  resetOptimizer(): void {
    this.steps = 0;
    if (this.hasMoments) for (const name of this.moments()) this.clear(name);
  }

  async save(folder: string, { optimizer }: { optimizer: boolean }): Promise<void> {
    await writeModel(folder, this.config, await this.read(this.trained.map(({ name }) => name)));
    const file = path.join(folder, 'optimizer.safetensors');
    if (!optimizer) return;
    this.prepare();
    await writeSafetensors(file, await this.named(this.moments()), { steps: String(this.steps) });
  }

  async restore(folder: string): Promise<void> {
    const weights = await openTrained(folder, this.config);
    for (const { name } of this.trained) this.put(name, await weights.read(name));
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
    for (const name of names) this.put(name, await readTensor(tensors.get(name)!));
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

  private async named(names: readonly string[]) {
    const values = await this.read(names);
    return names.map((name) => ({ name, shape: this.current[name].dims, data: values.get(name)! }));
  }

  private async read(names: readonly string[]): Promise<Map<string, Float32Array>> {
    return valuesOf(await this.here(Object.fromEntries(names.map((name) => [name, this.current[name]]))));
  }

  private async here(tensors: Tensors): Promise<Tensors> {
    return this.transfer ? this.transfer.fromDevice(tensors) : tensors;
  }

  private clear(name: string): void {
    const { location, dims } = this.current[name];
    if (location === 'cpu') (this.current[name].data as Float32Array).fill(0);
    else this.put(name, new Float32Array(sizeOf(dims)));
  }

  private put(name: string, values: Float32Array): void {
    const old = this.current[name];
    this.current[name] = new Tensor('float32', values, old.dims);
    if (old.location === 'gpu-buffer') old.dispose();
  }

  private zeroGradients(): Tensors {
    return zeros(this.trained, (name) => [gradientOf(name)]);
  }

  private prepare(): void {
    if (this.hasMoments) return;
    Object.assign(this.current, zeros(this.trained, momentNames));
    this.hasMoments = true;
  }

  private moments(): string[] {
    return this.trained.flatMap(({ name }) => momentNames(name));
  }
}

const valuesOf = (tensors: Tensors) =>
  new Map(Object.entries(tensors).map(([name, { data }]) => [name, data as Float32Array]));

/** Weights by name as tensors over the same memory. */
function asTensors(config: ModelConfig, weights: ReadonlyMap<string, Float32Array>): Tensors {
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

/** Lets go what lies on a device. */
export function release(tensors: Tensors): void {
  for (const tensor of Object.values(tensors)) if (tensor.location === 'gpu-buffer') tensor.dispose();
}

/**
 * Where a checkpoint's tensors hold a model's weights. Most families store each under its own name; some join several in
 * one tensor, or store matrices with their inputs first. Here and only here the two are turned into each other.
 */
import type { ModelConfig } from './config';
import { placeOf } from './families';
import type { Stored } from './families/family';
import { baseParameters, type Parameter, sizeOf } from './parameters';

/** A tensor of a checkpoint, and the weights that it holds. */
export interface StoredTensor {
  name: string;
  shape: number[];
  members: Parameter[];
}

/** Every tensor of a checkpoint of the model, in the order of its weights. */
export function tensorsOf(config: ModelConfig): StoredTensor[] {
  const tensors = new Map<string, StoredTensor>();
  for (const parameter of baseParameters(config)) {
    const place = placeOf(parameter.name, config);
    const known = tensors.get(place.tensor);
    if (known) known.members.push(parameter);
    else tensors.set(place.tensor, { name: place.tensor, shape: shapeOf(place, parameter), members: [parameter] });
  }
  return [...tensors.values()];
}

function shapeOf({ outputs, transposed }: Stored, { shape }: Parameter): number[] {
  const whole = [outputs ?? shape[0], ...shape.slice(1)];
  return transposed ? whole.reverse() : whole;
}

/** A weight's numbers, row-major, from those of the tensor that holds it. */
export function take(place: Stored, parameter: Parameter, tensor: Float32Array): Float32Array {
  if (isWhole(place)) return tensor;
  const values = new Float32Array(sizeOf(parameter.shape));
  eachPair(place, parameter, (inside, outside) => (values[inside] = tensor[outside]));
  return values;
}

/** A tensor's numbers, from those of the weights that it holds. */
export function join(
  { shape, members }: StoredTensor,
  config: ModelConfig,
  valuesOf: (name: string) => Float32Array,
): Float32Array {
  const places = members.map(({ name }) => placeOf(name, config));
  if (isWhole(places[0])) return valuesOf(members[0].name);
  const tensor = new Float32Array(sizeOf(shape));
  members.forEach((parameter, i) => {
    const values = valuesOf(parameter.name);
    eachPair(places[i], parameter, (inside, outside) => (tensor[outside] = values[inside]));
  });
  return tensor;
}

/** Whether the tensor holds the weight and nothing else, row-major. */
export const isWhole = ({ rows, transposed }: Stored) => rows === undefined && !transposed;

/** Offsets in the weight and in the tensor of every number of the weight. */
function eachPair(
  { rows, transposed, outputs }: Stored,
  { shape: [own, inputs = 1] }: Parameter,
  pair: (inside: number, outside: number) => void,
): void {
  const whole = outputs ?? own;
  for (let row = 0; row < own; row++) {
    const output = rows?.[row] ?? row;
    for (let input = 0; input < inputs; input++)
      pair(row * inputs + input, transposed ? input * whole + output : output * inputs + input);
  }
}

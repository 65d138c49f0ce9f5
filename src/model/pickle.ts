/** Weights that Python has pickled: a file of that kind says which code to run when it is read, so none is read here. */
import { UserError } from '../errors';

const pickled = /\.(bin|ckpt|pickle|pkl|pt|pth)$/i;

/** Tells, of a place that has no weights in safetensors, why those that are there are not taken. */
export function refusePickled(place: string, names: Iterable<string>): void {
  const found = [...names].filter((name) => pickled.test(name)).sort()[0];
  if (found === undefined) return;
  throw new UserError(
    `${place} has its weights only as ${found}, a pickled file: reading one runs the code in it; take a copy in safetensors.`,
  );
}

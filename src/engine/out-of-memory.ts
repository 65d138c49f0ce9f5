/**
 * Running out of memory, told from all other failures in this one place: the allocators of ONNX Runtime, of JavaScript
 * and of GPUs each say it in words of their own.
 */
import { UserError } from '../errors';

/** Something did not fit, and all else is as before; or the device is lost with all that it held. */
export type Shortage = 'short' | 'lost';

/** A learner had too little memory. Unless its device is lost, its state is as before and it can do less at once. */
export class OutOfMemory extends UserError {
  override name = 'OutOfMemory';

  /** @param said by who allocates */
  constructor(
    message: string,
    readonly shortage: Shortage,
    said: string,
  ) {
    super(message, { detail: said });
  }
}

const lost = /device (is |was )?lost|DEVICE_LOST/i;
const short =
  /failed to allocate memory|bad_alloc|array buffer allocation failed|available memory of \d+ is smaller|out[ _]?of[ _]?((host|device|gpu)[ _])?memory/i;

/** Undefined where it is about something else. */
export function shortageOf(error: unknown): Shortage | undefined {
  const said = error instanceof Error ? error.message : String(error);
  if (lost.test(said)) return 'lost';
  return short.test(said) ? 'short' : undefined;
}

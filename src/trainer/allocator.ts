/**
 * What the C library of most Linux systems does with memory that a trainer frees. A training step of the embedded engine
 * makes results as large as the model, which the next step makes anew: kept memory need not be cleared by the system
 * again, which takes a tenth of a step at 135 M parameters. docs/engine.md has the numbers. Elsewhere this does nothing.
 */

/** Blocks of up to 2 GB come from memory that is kept, of which nothing goes back below 8 GB. */
const keeping = 'glibc.malloc.mmap_threshold=2147483648:glibc.malloc.trim_threshold=8589934592';

/** What a trainer is started with; settings of a person stay as they are. It is read once, at the start. */
export const keepingMemory = (): NodeJS.ProcessEnv => ({ GLIBC_TUNABLES: keeping, ...process.env });

/** What a trainer starts has the usual allocator: PyTorch's memory is estimated for that. */
export function keepToOneself(): void {
  if (process.env.GLIBC_TUNABLES === keeping) delete process.env.GLIBC_TUNABLES;
}

/** Errors made for people: what happened, where, what to do, in one sentence. Everything else keeps its stack. */
export class UserError extends Error {
  override name = 'UserError';
  /** For who looks closer: the last lines of a program, or its traceback. */
  readonly detail?: string;

  constructor(message: string, { detail, ...options }: ErrorOptions & { detail?: string } = {}) {
    super(message, options);
    this.detail = detail;
  }
}

/** The sentence of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The language of `.qa` files. */
import type { Lab } from '../lab';

export function registerQa(_lab: Lab): void {}

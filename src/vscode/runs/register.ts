/** Run PIT and the Runs view. */
import type { Lab } from '../lab';

export function registerRuns(_lab: Lab): void {}

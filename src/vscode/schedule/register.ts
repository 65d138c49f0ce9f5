/** The Schedule view: the active experiment as stages, epochs and the order of examples. */
import type { Lab } from '../lab';

export function registerSchedule(_lab: Lab): void {}

/** The Schedule view: the active experiment as stages, epochs and the order of examples. */
import type { Lab } from '../lab';
import { showProblems } from './problems';

export function registerSchedule({ context, experiments }: Lab): void {
  context.subscriptions.push(showProblems(experiments));
}

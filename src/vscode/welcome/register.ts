/** First use: the sample workspace and the walkthrough. */
import type { Lab } from '../lab';

export function registerWelcome(_lab: Lab): void {}

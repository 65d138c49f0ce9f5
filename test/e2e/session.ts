/** Ends what all the files of tests share. */
import { endSession } from './support';

export const mochaHooks = { afterAll: endSession };

/** The desk for work on experiments and runs. */
import { Desk as AnyDesk } from '../desk';
import type * as jobs from './jobs';

export class Desk extends AnyDesk<typeof jobs> {
  constructor(file = 'desk.cjs') {
    super(file);
  }
}

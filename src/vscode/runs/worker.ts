/** The worker thread behind the desk for experiments and runs. */
import { serve } from '../desk-worker';
import * as jobs from './jobs';

serve(jobs);

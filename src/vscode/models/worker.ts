/** The worker thread that looks at models. */
import { serve } from '../desk-worker';
import { jobs } from './jobs';

serve(jobs);

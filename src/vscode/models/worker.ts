/** The worker thread that looks at models and imports them. */
import { serve } from '../desk-worker';
import { importJobs } from './import-jobs';
import { jobs } from './jobs';

serve({ ...jobs, ...importJobs });

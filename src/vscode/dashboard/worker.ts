/** The worker thread behind the dashboard's desk. */
import { serve } from '../desk-worker';
import * as jobs from './jobs';

serve(jobs);

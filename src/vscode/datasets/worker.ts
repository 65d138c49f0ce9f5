/** The worker thread that reads datasets. */
import { serve } from '../desk-worker';
import { Reading } from './jobs';

serve(new Reading());

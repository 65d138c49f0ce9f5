/** The worker thread that compiles schedules. */
import { serve } from '../desk-worker';
import { Compiler } from './compiler';

serve(new Compiler());

#!/usr/bin/env node
/** The program `pit` of the package: makes a clone ready, then hands over to the bundled command line. */
import { createRequire } from 'node:module';
import { ready } from './ready.mjs';

ready();
createRequire(import.meta.url)('../dist/cli.cjs');

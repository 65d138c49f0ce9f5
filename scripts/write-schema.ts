/** Writes the JSON schema of experiment files, which gives editors completion and checks, from the schema in the source. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { experimentJsonSchema } from '../src/schedule/experiment';

const file = join(__dirname, '..', 'schemas', 'pit.schema.json');
writeFileSync(file, JSON.stringify(experimentJsonSchema(), null, 2) + '\n');

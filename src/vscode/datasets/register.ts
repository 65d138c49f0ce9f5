/** The Datasets view: documents and questions as an editable tree, and their problems. */
import type { Lab } from '../lab';

export function registerDatasets(_lab: Lab): void {}

/** Edits of what an experiment starts from and where it is trained. Pure. */
import type { TextEdit } from '../dataset/edit/text';
import { setFields } from './edit-values';
import { type Experiment, experimentFields } from './experiment';

/** A model folder as the file shall name it, or a size to begin with nothing learnt. */
export type WantedModel = string | { preset: string };

const order = Object.keys(experimentFields.shape);

/** Another size keeps what the file says of the tokenizer. */
export function setModel(text: string, experiment: Experiment, model: WantedModel): TextEdit[] {
  const isOtherSize = typeof experiment.model === 'object' && typeof model === 'object';
  return isOtherSize ? setFields(text, ['model'], { ...model }, ['preset']) : setFields(text, [], { model }, order);
}

export function setDevice(text: string, device: Experiment['device']): TextEdit[] {
  return setFields(text, [], { device }, order);
}

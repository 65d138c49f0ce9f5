/** How far long work on bytes is, told from a worker a few times a second. */
import { type Arrived, pace } from '../run/pace';
import type { Watch } from './desk';
import type { Step } from './long-work';

export const paced = ({ tell }: Watch<Step>): ((news: Arrived) => void) =>
  pace((line, { done, total }) => tell({ line, share: done / total }));

/** What the answering process writes, one JSON object a line: first that it is ready, then answers in order. */
import type { DeviceReport } from '../engine/learner';
import type { Prediction } from '../run/events';

export type AnswererLine = { ready: DeviceReport } | { answer: Prediction } | { failed: string };

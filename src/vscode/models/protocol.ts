/** What the window asks about models, and what it gets: plain data, both directions. All paths are absolute. */
import type { FamilyName } from '../../model/config';
import type { WantedModel } from '../../schedule/edit-settings';
import type { Experiment } from '../../schedule/experiment';
import type { Fit } from '../../trainer/memory';

export interface Place {
  group: 'preset' | 'folder' | 'checkpoint' | 'hub';
  name: string;
  model: WantedModel;
}

export interface Facts {
  family: FamilyName;
  parameters: number;
  licence?: string;
  /** Bytes that training takes at most. */
  memory: number;
  /** Whether this machine has them; left out where it is not the processor alone that trains. */
  fit?: Fit;
}

/** Something to choose, or why it can't be. */
export type Offer = Place & ({ facts: Facts } | { refused: string });

/** What the window knows of where models are. */
export interface Known {
  /** Folders of the workspace that hold weights. */
  folders: readonly string[];
  /** Folders of finished runs. */
  runs: readonly string[];
}

/** The methods of the worker. */
export interface Looking {
  /** Everything that an experiment could start from: a folder once, however many ways lead to it. */
  offers(experiment: Experiment, known: Known): Promise<Offer[]>;
  look(experiment: Experiment, place: Place): Promise<Offer>;
}

export function isSame(one: WantedModel, other: WantedModel): boolean {
  if (typeof one === 'object' && typeof other === 'object') return one.preset === other.preset;
  return one === other;
}

/** What the window asks about models, and what it gets: plain data, both directions. All paths are absolute. */
import type { WantedModel } from '../../schedule/edit-settings';
import type { Experiment } from '../../schedule/experiment';
import type { Outlook } from '../../trainer/fit';
import type { Watch } from '../desk';

export interface Place {
  group: 'preset' | 'folder' | 'gguf' | 'checkpoint' | 'hub';
  name: string;
  /** What the experiment would name; of a GGUF file the file, which has to be imported first. */
  model: WantedModel;
}

export interface Facts {
  /** As `config.json` names it. */
  family: string;
  parameters: number;
  /** Of the weights, as they are stored. */
  bytes: number;
  licence?: string;
  /** What training takes of memory, as far as that can be told. */
  outlook?: Outlook;
  /** Of what has to be imported first: the folder that it becomes, or became at an earlier time. */
  becomes?: { folder: string; isThere: boolean; bytes: number };
}

/** Something to choose, or why it can't be. */
export type Offer = Place & ({ facts: Facts } | { refused: string });

/** What the window knows of where models are, and where imports go. */
export interface Known {
  /** Folders of the workspace that hold weights. */
  folders: readonly string[];
  /** GGUF files of the workspace. */
  ggufs: readonly string[];
  /** Folders of finished runs. */
  runs: readonly string[];
  /** Folder that holds a folder for each import. */
  imports: string;
}

/** A model on the hub that is asked for. */
export interface HubOrder {
  /** `hub:OWNER/NAME`, with `@REVISION` for another than `main`. */
  name: string;
  /** Goes before those that Hugging Face's own tools find. */
  token?: string;
  imports: string;
}

/** A model on the hub, before anything of it comes. */
export interface HubOffer {
  facts: Facts;
  /** That it would be put into. */
  folder: string;
  /** Bytes that must be downloaded, and the cache that they go into. */
  missing: number;
  cache: string;
}

/** The hub has refused, in one sentence, for want of a token that may. */
export interface TokenWish {
  wantsToken: string;
}

/** How far an import is, in words and from 0 to 1. */
export interface Pace {
  line: string;
  share: number;
}

/** What the worker does that takes a moment. */
export interface Looking {
  /** Everything that an experiment could start from: a folder once, however many ways lead to it. */
  offers(experiment: Experiment, known: Known): Promise<Offer[]>;
  look(experiment: Experiment, place: Place, imports: string): Promise<Offer>;
}

/** And what can take long. A folder is given when all of it is there; a watch that ends leaves nothing behind. */
export interface Importing {
  /** Gives the folder of an earlier import without asking the hub. */
  askHub(order: HubOrder, experiment: Experiment, watch: Watch<never>): Promise<string | HubOffer | TokenWish>;
  importHub(order: HubOrder, folder: string, watch: Watch<Pace>): Promise<string | TokenWish>;
  importGguf(file: string, folder: string, watch: Watch<Pace>): Promise<string>;
}

export function isSame(one: WantedModel, other: WantedModel): boolean {
  if (typeof one === 'object' && typeof other === 'object') return one.preset === other.preset;
  return one === other;
}

/** Which files of a repository make a model folder, and why a repository that has none can't be taken. */
import { UserError } from '../../errors';
import { refusePickled } from '../pickle';
import { partsIn, weightsFile, weightsIndexFile } from '../weights';
import type { HubFile } from './client';

export interface Choice {
  small: HubFile[];
  weights: HubFile[];
}

type Files = ReadonlyMap<string, HubFile>;

const needed = ['config.json', 'tokenizer.json', 'tokenizer_config.json'];
/** A licence goes with what it allows. */
const welcome = /^(generation_config\.json|README\.md|(LICEN[CS]E|NOTICE|USE_POLICY)[\w.-]*)$/;

/**
 * @param page names the repository in errors
 * @param readJson gives a small file's value
 * @throws UserError if something is missing that a model folder needs
 */
export async function chooseFiles(
  page: string,
  files: Files,
  readJson: (file: HubFile) => Promise<unknown>,
): Promise<Choice> {
  const index = files.get(weightsIndexFile);
  if (!files.has(weightsFile) && !index) refuseOthers(page, files);
  const small = [...needed.map((name) => fileOf(page, files, name)), ...matching(files, welcome)];
  if (files.has(weightsFile)) return { small, weights: [files.get(weightsFile)!] };
  const parts = new Set(partsIn(await readJson(index!), `${page}: ${weightsIndexFile}`).values());
  return { small: [...small, index!], weights: [...parts].map((name) => fileOf(page, files, name)) };
}

function fileOf(page: string, files: Files, name: string): HubFile {
  const file = files.get(name);
  if (!file) throw new UserError(`${page} has no ${name}, which a model folder needs.`);
  return file;
}

const matching = (files: Files, pattern: RegExp) => [...files.values()].filter(({ path }) => pattern.test(path));

/** Most wanted first: least lost, then smallest. */
const kinds = [/q8_0/i, /bf16/i, /f16/i, /q6_k/i, /q5_[01]/i, /q4_k/i, /q4_[01]/i, /f32/i, /./];

function refuseOthers(page: string, files: Files): never {
  const ggufs = matching(files, /^[\w.-]+\.gguf$/i).map(({ path }) => path);
  const best = kinds.flatMap((kind) => ggufs.filter((name) => kind.test(name)))[0];
  if (best !== undefined)
    throw new UserError(`${page} has its weights only as GGUF: download ${best} there, then pit import ${best}.`);
  refusePickled(page, files.keys());
  throw new UserError(`${page} has no ${weightsFile}, neither whole nor in parts.`);
}

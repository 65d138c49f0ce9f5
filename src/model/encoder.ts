/**
 * Text to ids at the speed that a million questions need. Most words recur, so the ids of a word are kept: about 15
 * times faster than the library's own `encode`. That holds only where a text's ids are those of its words one after
 * the other; anything else goes through the library.
 */
import { SequencePreTokenizer, type Tokenizer as Library } from '@huggingface/tokenizers';
import { toByteCharacters } from './bytes';

/** What of a `tokenizer.json` decides how a text is cut. */
interface Cutting {
  normalizer: unknown;
  pre_tokenizer: unknown;
  added_tokens: readonly unknown[];
}

interface Step {
  type: string;
  add_prefix_space?: boolean;
  use_regex?: boolean;
  pretokenizers?: Step[];
}

type SplitSteps = ConstructorParameters<typeof SequencePreTokenizer>[0]['pretokenizers'];

/** At most so many words are kept, none longer than this. */
const cachedWords = 100_000;
const longestCached = 64;

/** A function from a text to its ids, without special tokens. `json` describes what `library` was made from. */
export function makeEncoder(
  library: Library,
  json: Cutting,
  config: Record<string, unknown>,
): (text: string) => Int32Array {
  return isWordwise(json, config)
    ? wordwiseEncoder(library, json.pre_tokenizer as Step)
    : (text) => Int32Array.from(library.encode(text, { add_special_tokens: false }).ids);
}

/** Whether nothing but the pre-tokenizer comes between a text and its words. */
function isWordwise({ normalizer, pre_tokenizer: cut, added_tokens: added }: Cutting, config: Record<string, unknown>) {
  const wholeText = config.remove_space === true || config.do_lowercase_and_remove_accent === true;
  return cut != null && normalizer == null && added.length === 0 && !wholeText;
}

function wordwiseEncoder(library: Library, cut: Step): (text: string) => Int32Array {
  const steps = cut.type === 'Sequence' ? (cut.pretokenizers ?? []) : [cut];
  const bytesLast = steps.length > 0 && onlySpellsBytes(steps[steps.length - 1]);
  const split = new SequencePreTokenizer({
    type: 'Sequence',
    pretokenizers: (bytesLast ? steps.slice(0, -1) : steps) as SplitSteps,
  });
  const idsOf = cached((word) =>
    library.model!([bytesLast ? toByteCharacters(word) : word]).map(
      (token) => library.token_to_id(token) ?? library.model!.unk_token_id!,
    ),
  );
  return (text) => {
    const ids: number[] = [];
    if (text === '') return new Int32Array();
    for (const word of split(text, { section_index: 0 })) for (const id of idsOf(word)) ids.push(id);
    return Int32Array.from(ids);
  };
}

/** A last step that writes each word in the byte alphabet and cuts nothing. */
const onlySpellsBytes = (step: Step) => step.type === 'ByteLevel' && step.use_regex === false && !step.add_prefix_space;

function cached(compute: (word: string) => number[]): (word: string) => number[] {
  const known = new Map<string, number[]>();
  return (word) => {
    const before = known.get(word);
    if (before) return before;
    const ids = compute(word);
    if (known.size < cachedWords && word.length <= longestCached) known.set(word, ids);
    return ids;
  };
}

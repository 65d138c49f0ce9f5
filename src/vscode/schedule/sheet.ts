/**
 * What the model sees, as text: a line says how its tokens count, and spans say which token stands where. Colours are
 * put on by the editor; whoever sees none, or hears the text, finds everything in the words.
 */
import type { DescribedToken } from '../../schedule/describe';

export interface Sheet {
  text: string;
  /** Lines, from 0, that begin an example or a row, with their level. */
  headings: Heading[];
  /** Where tokens stand, in order: line, start, end, look (its ordinal), token id; `spansOf` reads them. */
  spans: Int32Array;
  /** Loss weight of each token. */
  weights: Float32Array;
}

export interface Heading {
  line: number;
  level: 1 | 2;
  title: string;
}

export const looks = ['read', 'quarter', 'half', 'most', 'full', 'cut'] as const;
export type Look = (typeof looks)[number];

/** A token in the text. Lines and columns count from 0. */
export interface Span {
  line: number;
  start: number;
  end: number;
  look: Look;
  id: number;
  weight: number;
}

const stride = 5;

/** The tokens on some lines; `to` is behind the last. */
export function spansOf({ spans, weights }: Sheet, from = 0, to = Infinity): Span[] {
  const found: Span[] = [];
  for (let token = firstOn(spans, from); token < weights.length && spans[token * stride] < to; token++) {
    const [line, start, end, look, id] = spans.subarray(token * stride, (token + 1) * stride);
    found.push({ line, start, end, look: looks[look], id, weight: weights[token] });
  }
  return found;
}

/** The first token on a line or behind it. */
function firstOn(spans: Int32Array, line: number): number {
  let low = 0;
  let high = spans.length / stride;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (spans[middle * stride] < line) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Tokens that count alike or are cut off, or places without a token. */
export interface Run {
  label: string;
  tokens: DescribedToken[];
  cut?: boolean;
}

const labelWidth = 16;
const lineWidth = 100;

/** Writes a sheet from the top. */
export class SheetWriter {
  private readonly lines: string[] = [];
  private readonly headings: Sheet['headings'] = [];
  private readonly spans: number[] = [];
  private readonly weights: number[] = [];

  heading(level: 1 | 2, title: string): void {
    if (this.lines.length > 0) this.lines.push('');
    this.headings.push({ line: this.lines.length, level, title });
    this.lines.push(title);
  }

  say(sentence: string): void {
    this.lines.push(`  ${sentence}`);
  }

  /** Tokens line by line: each line begins with how they count. @param heaviest the weight that is shown in full colour */
  tokens(tokens: readonly DescribedToken[], heaviest: number): void {
    for (const run of runsOf(tokens)) this.run(run, heaviest);
  }

  /** The end of a text that the model does not see. */
  cut(tokens: readonly DescribedToken[]): void {
    this.run({ label: 'cut off', tokens: [...tokens], cut: true }, 1);
  }

  padding(places: number): void {
    if (places > 0) this.lines.push(`  ${'padding'.padEnd(labelWidth)}${places} empty places`);
  }

  sheet(): Sheet {
    const { headings } = this;
    const text = `${this.lines.join('\n')}\n`;
    return { text, headings, spans: Int32Array.from(this.spans), weights: Float32Array.from(this.weights) };
  }

  private run({ label, tokens, cut }: Run, heaviest: number): void {
    let line = `  ${label.padEnd(labelWidth)}`;
    const indent = ' '.repeat(line.length);
    for (const { text, id, weight } of tokens) {
      if (line.length > indent.length && line.length + text.length > lineWidth) {
        this.lines.push(line);
        line = indent;
      }
      const look = cut ? 'cut' : lookOf(weight / heaviest);
      const start = line.length;
      this.spans.push(this.lines.length, start, start + text.length, looks.indexOf(look), id);
      this.weights.push(weight);
      line += text;
    }
    this.lines.push(line);
  }
}

function lookOf(share: number): Look {
  if (share === 0) return 'read';
  if (share <= 0.25) return 'quarter';
  if (share <= 0.5) return 'half';
  return share <= 0.75 ? 'most' : 'full';
}

/** Neighbours of one weight together. */
function runsOf(tokens: readonly DescribedToken[]): Run[] {
  const runs: Run[] = [];
  let weight: number | undefined;
  for (const token of tokens) {
    if (token.weight !== weight) runs.push({ label: labelOf(token.weight), tokens: [] });
    weight = token.weight;
    runs[runs.length - 1].tokens.push(token);
  }
  return runs;
}

/** How a token counts, in words. */
function labelOf(weight: number): string {
  return weight === 0 ? 'only read' : `weight ${Number(weight.toPrecision(3))}`;
}

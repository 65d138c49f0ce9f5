/** What the rows of the Schedule view say: label, description, tooltip, and what is read aloud. Pure. */
import { counted, thousands } from '../../run/format';
import { stageLabel } from '../../run/names';
import { plainNumber } from './entries';
import type { Node, NodeOf } from './nodes';
import type { StageOutline } from './protocol';

export interface Words {
  label: string;
  description?: string;
  /** Markdown-free text, one fact a line. */
  tooltip?: string;
}

export function wordsOf(node: Node): Words {
  switch (node.kind) {
    case 'note':
      return { label: node.text };
    case 'variant':
      return variantWords(node);
    case 'stage':
      return stageWords(node.outline);
    case 'epoch':
      return epochWords(node);
    case 'portion':
      return { label: `${titles[node.of]} ${thousands(node.from + 1)} to ${thousands(node.to)}` };
    case 'step':
      return { label: `Step ${thousands(node.step)}`, description: counted(node.to - node.from, 'example') };
    case 'example':
      return exampleWords(node);
  }
}

const titles = { epochs: 'Epochs', steps: 'Steps', examples: 'Examples' };

function variantWords({ outline: { name, symbol, title, phases, prompt, stages } }: NodeOf<'variant'>): Words {
  if (!title) return { label: name, description: counted(stages, 'stage') };
  const tooltip = [title, phases, `Questions are put ${prompt}.`].join('\n');
  return { label: symbol === name ? name : `${symbol} ${name}`, description: title, tooltip };
}

function stageWords(outline: StageOutline): Words {
  const { number, parts, epochs, rate, batch, keptQuestions, leftOut } = outline;
  const description = [
    arrangementWords(outline),
    counted(epochs, 'epoch'),
    `rate ${plainNumber(rate)}`,
    holdsWords(outline),
  ];
  const size = 'examples' in batch ? counted(batch.examples, 'example') : counted(batch.tokens, 'token');
  const tooltip = [
    `Stage ${number}: ${parts.join(' + ')}`,
    `${arrangementWords(outline)}, ${counted(epochs, 'epoch')}`,
    `peak rate ${plainNumber(rate)}, batches of ${size}`,
    holdsWords(outline),
    ...(keptQuestions > 0 ? [`${counted(keptQuestions, 'question')} of them kept in`] : []),
    ...(leftOut > 0 ? [`${counted(leftOut, 'example')} of its parts left out by the order`] : []),
  ];
  return { label: stageLabel(outline), description: description.join(' · '), tooltip: tooltip.join('\n') };
}

/** `interleaved, questions first`; what comes first is said only where it counts. */
function arrangementWords({ arrangement, first }: StageOutline): string {
  return arrangement === 'grouped' || arrangement === 'interleaved' ? `${arrangement}, ${first} first` : arrangement;
}

function holdsWords({ documents, questions }: StageOutline): string {
  const kinds = [
    ...(documents > 0 ? [counted(documents, 'document')] : []),
    ...(questions > 0 ? [counted(questions, 'question')] : []),
  ];
  return kinds.join(', ');
}

function epochWords({ at, outline }: NodeOf<'epoch'>): Words {
  const examples = outline.documents + outline.questions;
  if (outline.passes === 1 && outline.epochs > 1) {
    const description = counted(examples * outline.epochs, 'example');
    return { label: `All ${outline.epochs} epochs`, description, tooltip: 'Every repeat stands next to the first.' };
  }
  return { label: `Epoch ${thousands(at.epoch)}`, description: counted(examples, 'example') };
}

function exampleWords({ row, place }: NodeOf<'example'>): Words {
  const { kind, id, label, split, documentId, source } = row;
  const about = kind === 'question' ? `\nabout ${documentId}` : '';
  const tooltip = `${thousands(place + 1)}. ${kind} ${id} (${split})${about}\n${source.file}:${source.line}`;
  return { label: label.trim() || id, description: id, tooltip };
}

/** Words that menus and buttons look for in a row. */
export function contextOf(node: Node): string {
  if (node.kind === 'variant') return node.only || !node.outline.recipe ? 'variant' : 'variant removable';
  if (node.kind !== 'stage') return node.kind;
  const { parts, arrangement, first } = node.outline;
  const mixed = ['documents:', 'questions:'].every((kind) => parts.some((part) => part.startsWith(kind)));
  const arranged = arrangement === 'grouped' || arrangement === 'interleaved' ? ` ${first}-first` : '';
  return `stage ${arrangement}${arranged}${mixed ? ' mixed' : ''}`;
}

/** From what a person did with the examples of a pass to the hand-made order that says it. Pure. */
import { UserError } from '../../errors';
import type { Change } from '../../schedule/edit';
import type { Experiment } from '../../schedule/experiment';
import type { Stage } from '../../schedule/schedule';
import { isTestQuestions, writePart } from '../../schedule/stages';
import type { Wish } from './protocol';
import type { Records } from './records';

export interface OrderContext {
  stage: Stage;
  /** Ids of the pass in its order. */
  order: readonly string[];
  records: Pick<Records, 'get'>;
  experiment: Experiment;
}

type OrderWish = Extract<Wish, { epoch: number }>;

/** A pass that holds every repeat becomes an order with every repeat, seen once. */
export function orderChange(wish: OrderWish, context: OrderContext): Change {
  const { stage, order } = context;
  const { variant } = wish;
  const wished = wishedOrder(wish, order);
  if (wished.length === 0) throw new UserError(`Stage ${stage.number} would have nothing left to train on.`);
  const parts = wish.kind === 'put examples' ? partsOf(wish.ids, context) : [];
  const epochs = stage.arrangement === 'grouped' ? 1 : stage.epochs;
  return { kind: 'order', variant, stage: stage.number, order: wished, parts, epochs };
}

function wishedOrder(wish: OrderWish, order: readonly string[]): string[] {
  switch (wish.kind) {
    case 'keep order':
      return [...order];
    case 'leave out examples':
      return order.filter((_, place) => !wish.places.includes(place));
    case 'move examples':
      return moved(order, wish.places, wish.before);
    case 'put examples': {
      const put = new Set(wish.ids);
      const places = order.flatMap((id, place) => (put.has(id) ? [place] : []));
      const kept = order.filter((id) => !put.has(id));
      const before = wish.before - places.filter((place) => place < wish.before).length;
      return kept.toSpliced(before, 0, ...wish.ids);
    }
  }
}

/** Some items together before what stood at a place, in the order they had. */
export function moved<T>(items: readonly T[], places: readonly number[], before: number): T[] {
  const chosen = new Set(places);
  const isChosen = (_: T, place: number) => chosen.has(place);
  const rest = items.filter((_, place) => !chosen.has(place));
  const earlier = [...chosen].filter((place) => place < before).length;
  return rest.toSpliced(before - earlier, 0, ...items.filter(isChosen));
}

/** The parts that hold these texts. @throws UserError for one that is never trained on */
function partsOf(ids: readonly string[], { records, experiment }: OrderContext): string[] {
  const parts = ids.map((id) => {
    const record = records.get(id);
    if (!record) throw new UserError(`The dataset of the experiment has no document or question "${id}".`);
    const part = { kind: 'text' in record ? ('document' as const) : ('question' as const), split: record.split };
    if (isTestQuestions(part, experiment))
      throw new UserError(
        `"${id}" is a question of the split ${record.split}: it is asked in the end, so it is never trained on.`,
      );
    return writePart(part);
  });
  return [...new Set(parts)];
}

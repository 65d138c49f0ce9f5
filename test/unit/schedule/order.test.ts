import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Schedule, Stage } from '../../../src/schedule/schedule';
import { countSteps } from '../../../src/schedule/compile';
import { compile, experiment, world } from './world';

const both = ['questions:train', 'documents:train'];

/** Ids in the order of an epoch, steps put together. */
function order(schedule: Schedule, epoch: number, stage = schedule.stages[0]): string[] {
  return schedule
    .plan(stage, epoch)
    .flat()
    .map((index) => schedule.examples[index].id);
}

function counts(ids: readonly string[]): Map<string, number> {
  const found = new Map<string, number>();
  for (const id of ids) found.set(id, (found.get(id) ?? 0) + 1);
  return found;
}

function own(stage: object, dataset = world(), seed = 1): Schedule {
  return compile({ experiment: experiment({ stages: [{ parts: both, ...stage }] }), dataset, seed });
}

const shapes = fc.record({
  arrangement: fc.constantFrom('shuffled' as const, 'grouped' as const, 'interleaved' as const),
  first: fc.constantFrom('questions' as const, 'documents' as const),
  epochs: fc.integer({ min: 1, max: 4 }),
  batch: fc.oneof(fc.integer({ min: 1, max: 9 }), fc.record({ tokens: fc.integer({ min: 1, max: 90 }) })),
  train: fc.integer({ min: 1, max: 8 }),
  questions: fc.integer({ min: 1, max: 4 }),
  seed: fc.integer({ min: 0, max: 1e9 }),
});

describe('the order of a schedule', () => {
  it('holds every example exactly as often as planned, whatever the arrangement and batch', () => {
    fc.assert(
      fc.property(shapes, ({ train, questions, seed, ...stage }) => {
        const dataset = world({ train, test: 1, questions });
        const schedule = own(stage, dataset, seed);
        const passes = schedule.passes(schedule.stages[0]);
        const seen = counts(Array.from({ length: passes }, (_, pass) => order(schedule, pass + 1)).flat());
        assert.equal(seen.size, train * (1 + questions));
        for (const times of seen.values()) assert.equal(times, stage.epochs);
        assert.equal(passes, stage.arrangement === 'grouped' ? 1 : stage.epochs);
      }),
    );
  });

  it('keeps documents together when grouped or interleaved, with what comes first first', () => {
    fc.assert(
      fc.property(shapes, ({ train, questions, seed, ...stage }) => {
        fc.pre(stage.arrangement !== 'shuffled');
        const schedule = own(stage, world({ train, test: 1, questions }), seed);
        const repeats = stage.arrangement === 'grouped' ? stage.epochs : 1;
        const size = repeats * (questions + 1);
        const ids = order(schedule, 1);
        for (let start = 0; start < ids.length; start += size) {
          const block = ids.slice(start, start + size);
          const document = block[0].split('?')[0];
          const asked = Array.from({ length: repeats }, () =>
            Array.from({ length: questions }, (_, index) => `${document}?${index + 1}`),
          ).flat();
          const read = Array.from({ length: repeats }, () => document);
          assert.deepEqual(block, stage.first === 'questions' ? [...asked, ...read] : [...read, ...asked]);
        }
      }),
    );
  });

  it('reads q q q d d d for a document with one question and three epochs', () => {
    const dataset = world({ train: 1, test: 1, questions: 1 });
    const grouped = { arrangement: 'grouped', epochs: 3 };
    assert.deepEqual(order(own(grouped, dataset), 1), ['t0?1', 't0?1', 't0?1', 't0', 't0', 't0']);
    const reversed = own({ ...grouped, first: 'documents' }, dataset);
    assert.deepEqual(order(reversed, 1), ['t0', 't0', 't0', 't0?1', 't0?1', 't0?1']);
  });

  it('is the same for the same seed, and another for another seed, epoch or stage', () => {
    const dataset = world({ train: 30 });
    const stages = [{ parts: both }, { parts: both }];
    const make = (seed: number) => compile({ experiment: experiment({ stages }), dataset, seed });
    const first = make(7);
    assert.deepEqual(make(7).plan(first.stages[0], 2), first.plan(first.stages[0], 2));
    assert.notDeepEqual(order(make(8), 1), order(first, 1));
    assert.notDeepEqual(order(first, 2), order(first, 1));
    assert.notDeepEqual(order(first, 1, first.stages[1]), order(first, 1));
  });

  it('shuffles documents anew in each interleaved epoch', () => {
    const schedule = own({ arrangement: 'interleaved', epochs: 3 }, world({ train: 30 }));
    assert.notDeepEqual(order(schedule, 1), order(schedule, 2));
  });

  it('does not depend on what was asked before', () => {
    const [asked, fresh] = [own({ epochs: 3 }), own({ epochs: 3 })];
    asked.plan(asked.stages[0], 1);
    asked.plan(asked.stages[0], 3);
    assert.deepEqual(asked.plan(asked.stages[0], 2), fresh.plan(fresh.stages[0], 2));
  });

  it('gives every order of three examples about equally often', () => {
    const dataset = world({ train: 1, questions: 2 });
    const seen = new Map<string, number>();
    for (let seed = 0; seed < 600; seed++) {
      const key = order(own({}, dataset, seed), 1).join(' ');
      seen.set(key, (seen.get(key) ?? 0) + 1);
    }
    assert.equal(seen.size, 6);
    // Binomial(600, 1/6): mean 100, deviation 9.1; five deviations are 46.
    for (const times of seen.values()) assert.ok(Math.abs(times - 100) < 46, `${times}`);
  });

  it('follows an order made by hand in every epoch, leaving out what it leaves out', () => {
    const byHand = ['t2', 't0?2', 't0', 't2'];
    const schedule = own({ arrangement: 'manual', order: byHand, epochs: 2 });
    assert.deepEqual(order(schedule, 1), byHand);
    assert.deepEqual(order(schedule, 2), byHand);
    assert.equal(schedule.examples.length, 3);
  });

  it('refuses a hand-made order with an unknown id', () => {
    assert.throws(() => own({ arrangement: 'manual', order: ['t0', 'n0'] }), {
      name: 'UserError',
      message: 'The order of stage 1 names "n0", which none of its parts holds.',
    });
  });
});

describe('the cut into steps', () => {
  it('by examples fills every step but the last', () => {
    const schedule = own({ batch: 5 });
    assert.deepEqual(
      schedule.plan(schedule.stages[0], 1).map(({ length }) => length),
      [5, 5, 2],
    );
  });

  it('by tokens takes as many as fit, in order, and never none', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 0, max: 99 }), (tokens, seed) => {
        const schedule = own({ batch: { tokens } }, world(), seed);
        const places = (index: number) => schedule.examples[index].tokens.length - 1;
        const steps = schedule.plan(schedule.stages[0], 1);
        steps.forEach((step, number) => {
          const size = step.map(places).reduce((a, b) => a + b, 0);
          assert.ok(step.length === 1 || size <= tokens);
          const next = steps[number + 1]?.[0];
          if (next !== undefined) assert.ok(size + places(next) > tokens);
        });
      }),
    );
  });

  it('counts steps over all epochs', () => {
    const stepsOf = (stage: object) => {
      const schedule = own(stage);
      return countSteps(schedule, schedule.stages[0] as Stage);
    };
    assert.equal(stepsOf({ batch: 5, epochs: 4 }), 12);
    assert.equal(stepsOf({ batch: 5, epochs: 4, arrangement: 'grouped' }), Math.ceil((12 * 4) / 5));
    assert.equal(stepsOf({ batch: { tokens: 1 }, epochs: 2 }), 24);
  });
});

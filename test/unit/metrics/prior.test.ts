import assert from 'node:assert/strict';
import { blindPrior } from '../../../src/metrics/prior';

const ask = (question: string, ...answers: string[]) => ({ question, answers });

const train = [
  ask('In which city was Ann born?', 'Paris'),
  ask('In which city was Bob born?', 'Rome'),
  ask('in which CITY was Cid born?', 'rome.'),
  ask('Who wrote Emma?', 'Jane Austen'),
  ask('What year is it now?', '1990'),
  ask('What year is it then?', '1990'),
  ask('Where?', '1990'),
];

describe('blind prior', () => {
  it('guesses the commonest answer to questions that start alike, else the commonest of all', () => {
    const test = [
      ask('In which city was Dan born?', 'Milan', 'The Rome'),
      ask('In which city was Eve born?', 'Paris'),
      ask('How many are left?', '1990'),
      ask('Who wrote Emma?', '1990', 'Austen'),
    ];
    assert.equal(blindPrior(train, test), 2 / 4);
  });

  it('lets the earlier answer win a tie', () => {
    assert.equal(blindPrior(train.slice(0, 2), [ask('In which city was Dan?', 'Paris')]), 1);
  });

  it('is 0 where there is nothing to guess from or nothing to answer', () => {
    assert.equal(blindPrior([], [ask('Why?', '')]), 0);
    assert.equal(blindPrior(train, []), 0);
  });
});

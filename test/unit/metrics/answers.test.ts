import assert from 'node:assert/strict';
import { answerRecall, exactMatch, judge, rougeL } from '../../../src/metrics/answers';

describe('answers', () => {
  it('match whatever their case, punctuation, articles and white space', () => {
    assert.equal(exactMatch('  the Beatles. ', ['Beatles']), true);
    assert.equal(exactMatch('Theatre', ['atre']), false);
    assert.equal(exactMatch('5', ['4', 'five', '5.']), true);
  });

  it('match nothing where there is no answer', () => {
    assert.deepEqual(judge('x', []), { exactMatch: false, recall: false, rougeL: 0 });
  });

  it('are recalled where they occur in a longer output', () => {
    assert.equal(answerRecall('It was born in The Hague, in 1990', ['hague in 1990']), true);
    assert.equal(answerRecall('Hague', ['the Hague in 1990']), false);
    assert.equal(answerRecall('something', ['x', 'something']), true);
  });

  it('of nothing but articles are not recalled by every output', () => {
    assert.equal(answerRecall('anything', ['The']), false);
    assert.equal(answerRecall('a', ['The']), true);
  });

  it('have the ROUGE-L computed by hand, the best answer counting', () => {
    // "the cat on mat" against "the cat sat on the mat": common 4, precision 4/4, recall 4/6.
    assert.equal(rougeL('The cat on mat', ['the cat sat on the mat']), 0.8);
    assert.equal(rougeL('cat', ['dog', 'a cat', 'cats']), 2 / 3);
    assert.equal(rougeL('', ['']), 0);
  });
});

import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  answerOf,
  documentTokens,
  promptTokens,
  questionPrompt,
  questionPromptTokens,
} from '../../../src/schedule/prompts';
import { compile, document, question } from './world';
import { WordTokenizer } from './words';

const text = fc
  .string({ unit: fc.constantFrom('a', 'b', ' ', '.', 'é', '\n'), minLength: 1 })
  .filter((value) => value.trim() !== '');

describe('prompts', () => {
  it('are word for word what training reads before the answer', () => {
    fc.assert(
      fc.property(text, text, (asked, answer) => {
        const tokenizer = new WordTokenizer();
        const dataset = {
          documents: [document('n1', 'test', 'Text.')],
          questions: [question('t1', 1, 'train', asked, answer)],
        };
        const [trained] = compile({ dataset, tokenizer, recipe: 'pit-qa' }).examples;
        const prompt = questionPromptTokens(asked, tokenizer);
        assert.deepEqual([...trained.tokens.slice(0, prompt.length)], [...prompt]);
        assert.equal(trained.weights.indexOf(1), prompt.length - 1);
        assert.deepEqual([...promptTokens(asked, tokenizer)], [...prompt]);
      }),
    );
  });

  it('end with the colon, so that the answer brings its space', () => {
    assert.equal(questionPrompt(' Who? '), 'Question: Who? Answer:');
  });

  it('show pairs, then the document, then the question', () => {
    const tokenizer = new WordTokenizer();
    const context = {
      shots: [question('t1', 1, 'train', 'Who?', 'Ada', 'Byron'), question('t2', 1, 'train', 'When?', 'now')],
      document: document('n1', 'test', 'Ada lives.'),
    };
    const tokens = promptTokens('Where?', tokenizer, context);
    assert.equal(tokens[0], tokenizer.bos);
    assert.equal(
      tokenizer.decode(tokens),
      'Question: Who? Answer: Ada\nQuestion: When? Answer: now\nAda lives.\nQuestion: Where? Answer:',
    );
  });

  it('leave out pairs, then the end of the document, to stay within the limit', () => {
    const tokenizer = new WordTokenizer();
    const shots = [question('t1', 1, 'train', 'Who?', 'Ada'), question('t2', 1, 'train', 'When?', 'now')];
    const context = { shots, document: document('n1', 'test', 'Ada lives here.') };
    const full = promptTokens('Where?', tokenizer, context).length;
    const shown = (limit: number) => tokenizer.decode(promptTokens('Where?', tokenizer, { ...context, limit }));
    assert.equal(shown(full - 1), 'Question: When? Answer: now\nAda lives here.\nQuestion: Where? Answer:');
    assert.equal(shown(11), 'Ada lives here\nQuestion: Where? Answer:');
    for (let limit = 8; limit <= full; limit++) {
      assert.ok(promptTokens('Where?', tokenizer, { ...context, limit }).length <= limit, `${limit}`);
    }
  });

  it('put a document as training reads it', () => {
    const tokenizer = new WordTokenizer();
    assert.deepEqual([...documentTokens({ text: 'a b' }, tokenizer)], [1, 3, 4]);
  });

  it('end an answer at the line break that follows it', () => {
    assert.equal(answerOf(' Ada \nQuestion: Who else?'), 'Ada');
    assert.equal(answerOf('\n Ada'), 'Ada');
    assert.equal(answerOf(''), '');
  });
});

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { rougeL } from '../../../src/metrics/answers';
import { normalizeAnswer } from '../../../src/metrics/normalize';

interface Golden {
  normalized: [text: string, normalized: string][];
  rougeL: [gold: string, output: string, fMeasure: number][];
}

/** Made by test/oracle/rouge/make.py. */
const golden: Golden = JSON.parse(readFileSync(join(__dirname, '../../fixtures/metrics/golden.json'), 'utf8'));

describe('metrics against Python', () => {
  it('normalises every text as the SQuAD rules do', () => {
    assert.ok(golden.normalized.length > 200);
    assert.deepEqual(
      golden.normalized.map(([text]) => [text, normalizeAnswer(text)]),
      golden.normalized,
    );
  });

  it('computes the ROUGE-L of rouge_score', () => {
    assert.ok(golden.rougeL.length > 700);
    for (const [gold, output, fMeasure] of golden.rougeL) {
      const difference = Math.abs(rougeL(output, [gold]) - fMeasure);
      assert.ok(difference < 1e-12, `${JSON.stringify([gold, output])}: ${rougeL(output, [gold])}, not ${fMeasure}`);
    }
  });
});

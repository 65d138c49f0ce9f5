import assert from 'node:assert/strict';
import { appendFileSync } from 'node:fs';
import { summarizeRun } from '../../../src/run/summary';
import { removePlaces, temporaryRun } from './folders';
import { finish, sampleRun, type SampleStage } from './samples';

const time = '2024-05-26T10:00:00.000Z';
const stages: SampleStage[] = [
  { name: 'QA', losses: [4, 2], kind: 'questionLoss', perplexity: 50, right: 1, train: 1 },
  { name: 'test documents', losses: [3, 2, 1], kind: 'documentLoss', perplexity: 1.5, right: 4, train: 0.6 },
];

describe('summary of a run', () => {
  afterEach(removePlaces);

  it('keeps loss, perplexity and answers by stage', () => {
    const { stages: found } = summarizeRun(finish(sampleRun({}, stages)));
    assert.deepEqual(
      found.map(({ number, name, epochs, steps }) => [number, name, epochs, steps]),
      [
        [1, 'QA', 2, 2],
        [2, 'test documents', 3, 3],
      ],
    );
    assert.deepEqual(found[1].curve[2], { epoch: 3, step: 3, loss: 1, documentLoss: 1, questionLoss: undefined });
    assert.deepEqual([found[0].perplexity, found[1].perplexity], [50, 1.5]);
    assert.deepEqual([found[0].train?.exactMatch.value, found[1].train?.exactMatch.value], [1, 0.6]);
    assert.equal(found[1].teacherForcedAccuracy, 0.75);
  });

  it('takes the result from all test questions at the end, never from the subset', () => {
    const summary = summarizeRun(finish(sampleRun({}, stages)));
    assert.equal(summary.result?.exactMatch.value, 0.4);
    assert.equal(summary.result?.count, 10);
    assert.equal(summary.predictions, 'predictions/test-2.jsonl');
    assert.equal(summary.blindPrior, 0.1);
  });

  it('calls train and test what the experiment calls so', () => {
    const folder = finish(sampleRun({}, stages));
    folder.writeJson('experiment.json', { splits: { train: 'test', test: 'train' } });
    const { result, stages: found } = summarizeRun(folder);
    assert.deepEqual([result?.count, result?.exactMatch.value, found[1].train?.count], [20, 0.6, 10]);
  });

  it('counts tokens, speed and time', () => {
    const running = sampleRun({}, stages);
    // 5 steps of 90 tokens in 0.5 s each; 6 evaluations of 2 s.
    const { tokens, tokensPerSecond, seconds } = summarizeRun(running);
    assert.deepEqual([tokens, tokensPerSecond, seconds], [450, 180, 14.5]);
    assert.equal(summarizeRun(finish(running, 77)).seconds, 77);
  });

  it('has no result until the run has finished', () => {
    const { state, result, device } = summarizeRun(sampleRun({}, stages));
    assert.deepEqual([state, result, device?.engine], ['running', undefined, 'onnx']);
  });

  it('says why a run failed and what else went wrong', () => {
    const folder = sampleRun({}, []);
    folder.appendEvent({ type: 'evaluation-failed', time, message: 'out of memory' });
    appendFileSync(folder.file('events.jsonl'), 'not json\n');
    folder.appendEvent({ type: 'failed', time, reason: 'the loss is not a number' });
    const { state, reason, problems } = summarizeRun(folder);
    assert.deepEqual([state, reason], ['failed', 'the loss is not a number']);
    assert.deepEqual(problems, ['An evaluation failed: out of memory', '1 damaged line in events.jsonl']);
  });

  it('holds what was evaluated before training as stage 0', () => {
    const folder = temporaryRun();
    folder.appendEvent({
      type: 'evaluated',
      time,
      ...{ stage: 0, epoch: 0, step: 0, extent: 'full', split: 'test', seconds: 1 },
      documents: { documents: 1, tokens: 10, perplexity: 9 },
    });
    folder.appendEvent({ type: 'finished', time, seconds: 1 });
    const [stage] = summarizeRun(folder).stages;
    assert.deepEqual([stage.number, stage.name, stage.perplexity], [0, 'before training', 9]);
  });
});

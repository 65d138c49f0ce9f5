/** One run of the Testing view as it is filled: what passed, what missed and how, what could not be asked. */
import * as vscode from 'vscode';
import { percent } from '../../run/format';
import type { Prediction } from '../../run/events';
import { share } from './share';

/** A run of the Testing view when it is over. */
export interface TestRunSummary {
  name: string;
  passed: string[];
  failed: { id: string; expected: string; actual: string }[];
  errored: string[];
}

export class TestReport {
  private readonly summary: TestRunSummary;

  constructor(
    private readonly run: vscode.TestRun,
    name: string,
    private readonly ended: (summary: TestRunSummary) => void,
  ) {
    this.summary = { name, passed: [], failed: [], errored: [] };
  }

  started(item: vscode.TestItem): void {
    this.run.started(item);
  }

  enqueued(item: vscode.TestItem): void {
    this.run.enqueued(item);
  }

  /** A pass is an exact match; a miss shows the gold answer beside the model's. */
  answered(item: vscode.TestItem, { id, answers, prediction, exactMatch }: Prediction): void {
    if (exactMatch) {
      this.summary.passed.push(id);
      return this.run.passed(item);
    }
    const expected = answers.join('\n');
    const message = vscode.TestMessage.diff(missText(prediction, answers), expected, prediction);
    if (item.uri && item.range) message.location = new vscode.Location(item.uri, item.range);
    this.summary.failed.push({ id, expected, actual: prediction });
    this.run.failed(item, message);
  }

  errored(item: vscode.TestItem, id: string, sentence: string): void {
    this.summary.errored.push(id);
    this.run.errored(item, new vscode.TestMessage(sentence));
  }

  note(line: string): void {
    this.run.appendOutput(`${line}\r\n`);
  }

  end(): void {
    const { name, passed, failed } = this.summary;
    const count = passed.length + failed.length;
    if (count > 0) this.note(`${name}: ${resultText(passed.length, count)}`);
    this.run.end();
    this.ended(this.summary);
  }
}

function missText(prediction: string, [first, ...others]: readonly string[]): string {
  const gold = others.length > 0 ? `“${first}” (or ${others.map((other) => `“${other}”`).join(', ')})` : `“${first}”`;
  return `Answered ${prediction === '' ? 'nothing' : `“${prediction}”`}, not ${gold}.`;
}

function resultText(right: number, count: number): string {
  const { value, low, high } = share(right, count);
  return `EM ${right}/${count} = ${percent(value)} [${percent(low)}, ${percent(high)}] %`;
}

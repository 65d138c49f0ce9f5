/** Mocha's short report, with a last line that a script can read: `412 passed, 0 failed`. */
import { type MochaOptions, reporters, Runner } from 'mocha';

class Report extends reporters.Dot {
  constructor(runner: Runner, options: MochaOptions) {
    super(runner, options);
    runner.once(Runner.constants.EVENT_RUN_END, () => {
      const { passes, failures, pending } = this.stats;
      console.log(`${passes} passed, ${failures} failed${pending ? `, ${pending} skipped` : ''}`);
    });
  }
}

export = Report;

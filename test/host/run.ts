/** Inside the extension host: runs the tests of a window with mocha and sends what it says to `scripts/test-host.mjs`. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { format } from 'node:util';
import Mocha from 'mocha';

/** Resolves when the tests are over and reported, whatever their outcome. */
export async function runTests(load: () => void): Promise<void> {
  process.setSourceMapsEnabled(true);
  const outbox = connect(process.env.PIT_TEST_SOCKET!);
  const { passes, failures, pending } = await runMocha(outbox, load).catch((error: Error) => {
    tell(outbox, { print: error.stack });
    return { passes: 0, failures: 1, pending: 0 };
  });
  tell(outbox, { stats: { passes, failures, pending } });
  outbox.end();
  await once(outbox, 'close');
}

async function runMocha(outbox: Socket, load: () => void): Promise<Mocha.Stats> {
  Mocha.reporters.Base.consoleLog = (...words: unknown[]) => tell(outbox, { print: format(...words) });
  Mocha.reporters.Base.useColors = process.env.PIT_TEST_COLOR === '1';
  const grep = process.env.PIT_TEST_GREP || undefined;
  const mocha = new Mocha({ ui: 'bdd', reporter: 'spec', timeout: 60_000, grep });
  mocha.suite.emit('pre-require', globalThis, '', mocha);
  load();
  return new Promise((done) => {
    const runner = mocha.run(() => done(runner.stats!));
  });
}

function tell(outbox: Socket, message: object): void {
  outbox.write(`${JSON.stringify(message)}\n`);
}

/** A Chromium without a window: the one that is installed, else Debian's through apt-get, else Playwright's own. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

const names = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'];
const applications = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
];

/** The program of a Chromium, which is installed where there is none. Throws one sentence where it can't be. */
export function installBrowser() {
  const found =
    findBrowser() ?? (fromSystem() ? findBrowser() : undefined) ?? (fromPlaywright() ? findBrowser() : undefined);
  if (found) return found;
  throw new Error(
    'There is no Chromium, and it could be installed neither by apt-get nor by Playwright; install one, or name its program in the variable CHROMIUM.',
  );
}

function findBrowser() {
  if (process.env.CHROMIUM) return process.env.CHROMIUM;
  const folders = (process.env.PATH ?? '').split(':');
  const programs = names.flatMap((name) => folders.map((folder) => join(folder, name)));
  return [...programs, ...applications, chromium.executablePath()].find((program) => existsSync(program));
}

/** Debian's package; Ubuntu's of that name only starts a snap. */
function fromSystem() {
  if (!existsSync('/usr/bin/apt-get')) return false;
  const sudo = process.getuid?.() === 0 ? [] : ['sudo', '-n'];
  const apt = (...words) => run([...sudo, 'apt-get', '-qq', ...words]);
  console.error('Installing Chromium with apt-get …');
  const chromium = ['install', '-y', '--no-install-recommends', 'chromium'];
  return apt(...chromium) || (apt('update') && apt(...chromium));
}

function fromPlaywright() {
  console.error('Installing Chromium with Playwright …');
  const program = createRequire(import.meta.url).resolve('playwright-core/cli.js');
  return (
    run([process.execPath, program, 'install', '--with-deps', 'chromium']) ||
    run([process.execPath, program, 'install', 'chromium'])
  );
}

function run([program, ...words]) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  return spawnSync(program, words, { env, stdio: 'ignore' }).status === 0;
}

/** Starts it; no page can reach anything but this machine. */
export function launchBrowser(program = installBrowser()) {
  const offline = '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1';
  return chromium.launch({
    executablePath: program,
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', offline],
  });
}

/** Installs what windows need that tests drive: VS Code for the browser, and a Chromium where there is none. */
import { installHost } from './host.mjs';
import { ready } from './ready.mjs';

ready();
try {
  installHost();
  // A clone has these packages only now.
  const { installBrowser } = await import('./browser.mjs');
  installBrowser();
} catch (error) {
  console.log(error.message);
  process.exitCode = 1;
}

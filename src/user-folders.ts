/** Where programs keep what they make for a user. PIT_HOME names one place for all of it. */
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

/** For what somebody has asked for. */
export function dataFolder(): string {
  const { PIT_HOME, LOCALAPPDATA, XDG_DATA_HOME } = process.env;
  if (PIT_HOME) return resolve(PIT_HOME);
  if (process.platform === 'win32') return join(LOCALAPPDATA ?? join(homedir(), 'AppData', 'Local'), 'pit-lab');
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Application Support', 'pit-lab');
  return join(XDG_DATA_HOME ?? join(homedir(), '.local', 'share'), 'pit-lab');
}

/** For what can be computed anew at any time. */
export function cacheFolder(): string {
  const { PIT_HOME, XDG_CACHE_HOME } = process.env;
  if (PIT_HOME || process.platform === 'win32') return join(dataFolder(), 'cache');
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Caches', 'pit-lab');
  return join(XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'pit-lab');
}

/** The dashboard: live charts and tables of runs in a webview. */
import type { Lab } from '../lab';

export function registerDashboard(_lab: Lab): void {}

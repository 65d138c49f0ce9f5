/** How smoothly the dashboard's page goes on while a long run grows and the pointer moves over its charts. */
import { openStage, Dashboard } from '../test/page/support';
import { longRun } from '../test/page/worlds';
import { removePlaces } from '../test/unit/run/folders';

const seconds = 5;
/** Milliseconds between two portions of new steps, as the window sends them. */
const pause = 200;

/** Frames a second, and the longest time between two of them in milliseconds. */
export async function measureDashboard(steps: number): Promise<{ framesPerSecond: number; slowest: number }> {
  const stage = await openStage();
  try {
    const page = await stage.browser.newPage({ viewport: { width: 1400, height: 1000 } });
    const folder = longRun(steps, { step: steps / 2, loss: 40 });
    const board = await Dashboard.open({ ...stage, page }, [folder], { look: { tab: 'curves' } });
    const area = (await page.locator('.tab:not([hidden]) .plot-loss .stage').boundingBox())!;
    await page.evaluate(
      `window.frames = []; (function count(now) { frames.push(now); requestAnimationFrame(count); })(performance.now())`,
    );
    const end = performance.now() + seconds * 1000;
    for (let step = steps + 1; performance.now() < end; step++) {
      folder.appendEvent({ ...newStep(step), loss: 1 + Math.random() });
      await board.update();
      await page.mouse.move(area.x + 60 + ((step * 37) % (area.width - 80)), area.y + 90, { steps: 8 });
      await page.waitForTimeout(pause);
    }
    const times = (await page.evaluate('frames')) as number[];
    const gaps = times.slice(1).map((time, i) => time - times[i]);
    return { framesPerSecond: (1000 * gaps.length) / (times.at(-1)! - times[0]), slowest: Math.max(...gaps) };
  } finally {
    await stage.close();
    removePlaces();
  }
}

function newStep(step: number) {
  const at = { type: 'step', time: '2024-05-26T10:00:00.000Z', stage: 1, epoch: 1, step } as const;
  return { ...at, gradientNorm: 1, rate: 1e-3, tokens: 90, padding: 10, seconds: 0.5, memory: 1e9 };
}

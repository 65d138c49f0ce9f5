/** How far a long work on bytes is, as a line that is told a few times a second: `43 % of 538.1 MB, 12 s left`. */
import { duration, fileSize } from './format';

/** Bytes. */
export interface Arrived {
  done: number;
  total: number;
}

const interval = 200;

/** Takes what has arrived as often as it likes. @param now milliseconds of a clock */
export function pace<News extends Arrived>(
  tell: (line: string, news: News) => void,
  now: () => number = () => performance.now(),
): (news: News) => void {
  let shown = -Infinity;
  let first: { done: number; time: number } | undefined;
  return (news) => {
    const { done, total } = news;
    const time = now();
    // What was there before, and what it took to begin, say nothing of how fast the rest comes.
    first ??= { done, time };
    if (time - shown < interval && done < total) return;
    shown = time;
    const seconds = ((time - first.time) / 1000) * ((total - done) / (done - first.done));
    const rest = Number.isFinite(seconds) && done < total ? `, ${duration(seconds)} left` : '';
    tell(`${Math.floor((100 * done) / total)} % of ${fileSize(total)}${rest}`, news);
  };
}

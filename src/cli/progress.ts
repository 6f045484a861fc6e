/** Progress of a campaign: a bar on stderr, and only where a person watches it. */
import process from 'node:process';

import type { Seeds } from '../campaign/campaign.js';
import type { Sweep } from '../explore/sweep.js';

export type Progress = Readonly<{ show(sweep: Sweep): void; stop(): void }>;

const silent: Progress = { show: () => undefined, stop: () => undefined };

const COUNTED = '{bar} {value}/{total} seeds, {rate}/s, {failures} failures, ETA {eta_formatted}';
const OPEN = '{value} seeds, {rate}/s, {failures} failures, {duration_formatted}';

/** A bar for more than one seed on a terminal; silence otherwise. */
export async function progressOf({ count }: Seeds): Promise<Progress> {
  if (!process.stderr.isTTY || count === 1) return silent;
  const { default: cliProgress } = await import('cli-progress');
  const bar = new cliProgress.SingleBar({
    format: count === undefined ? OPEN : COUNTED,
    stream: process.stderr,
    clearOnComplete: true,
    gracefulExit: false,
    hideCursor: null,
    barsize: 24,
    barCompleteChar: '=',
    barIncompleteChar: '-',
  });
  const start = performance.now();
  bar.start(count ?? 0, 0, { rate: 0, failures: 0 });
  return {
    show: ({ seeds, failures }) => {
      const seconds = Math.max(0.001, (performance.now() - start) / 1_000);
      bar.update(seeds, { rate: Math.round(seeds / seconds), failures: failures.length });
    },
    stop: () => bar.stop(),
  };
}

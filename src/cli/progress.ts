/**
 * Progress of a campaign, on stderr: a bar where a person watches it; in a log, a line each half a
 * minute, for who wonders whether a long run still goes on.
 */
import process from 'node:process';

import type { Seeds } from '../campaign/campaign.js';
import type { Sweep } from '../explore/sweep.js';
import { hint } from './output.js';

export type Progress = Readonly<{ show(sweep: Sweep): void; stop(): void }>;

const silent: Progress = { show: () => undefined, stop: () => undefined };

const COUNTED = '{bar} {value}/{total} seeds, {rate}/s, {failures} failures{left}';
const OPEN = '{value} seeds, {rate}/s, {failures} failures, {duration_formatted}';

/** How progress is shown. */
export type Look = Readonly<{
  /** What stands before it. */
  prefix: string;
  /** Whether nobody wants it, or something else stands on the terminal. */
  isSilent: boolean;
}>;

/** Progress for more than one seed. */
export async function progressOf({ count }: Seeds, { prefix, isSilent }: Look): Promise<Progress> {
  if (isSilent || count === 1) return silent;
  return process.stderr.isTTY ? barOf(count, prefix) : linesOf(count, prefix);
}

async function barOf(count: number | undefined, prefix: string): Promise<Progress> {
  const { default: cliProgress } = await import('cli-progress');
  const bar = new cliProgress.SingleBar({
    format: prefix + (count === undefined ? OPEN : COUNTED),
    stream: process.stderr,
    clearOnComplete: true,
    gracefulExit: false,
    hideCursor: null,
    barsize: 24,
    barCompleteChar: '=',
    barIncompleteChar: '-',
  });
  const start = performance.now();
  bar.start(count ?? 0, 0, { rate: '0.0', failures: 0, left: '' });
  return {
    show: ({ seeds, failures }) => {
      const rate = rateOf(seeds, start);
      const left = leftText(count, seeds, rate);
      bar.update(seeds, { rate: rate.toFixed(1), failures: failures.length, left });
    },
    stop: () => bar.stop(),
  };
}

const LINE_MILLIS = 30_000;

function linesOf(count: number | undefined, prefix: string): Progress {
  const start = performance.now();
  let due = start + LINE_MILLIS;
  return {
    show: ({ seeds, failures }) => {
      if (performance.now() < due) return;
      due = performance.now() + LINE_MILLIS;
      const rate = rateOf(seeds, start);
      const of = count === undefined ? '' : ` of ${count}`;
      const left = leftText(count, seeds, rate);
      hint(
        `${prefix}${seeds}${of} seeds, ${rate.toFixed(1)}/s, ${failures.length} failures${left}`,
      );
    },
    stop: () => undefined,
  };
}

/** Seeds a second. */
function rateOf(seeds: number, start: number): number {
  return seeds / Math.max(0.001, (performance.now() - start) / 1_000);
}

/** How long the rest will take, once that can be said. */
function leftText(count: number | undefined, seeds: number, rate: number): string {
  return count === undefined || seeds === 0 ? '' : `, ETA ${Math.ceil((count - seeds) / rate)} s`;
}

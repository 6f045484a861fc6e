/** Progress: a bar for who watches a terminal, and not one byte for anyone else. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { progressOf } from '../../src/cli/progress.js';
import { openSweep } from '../../src/explore/sweep.js';

const look = { prefix: '', isSilent: false };
let written = '';
const { isTTY } = process.stderr;

beforeEach(() => {
  written = '';
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    written += String(text);
    return true;
  });
});
afterEach(() => {
  process.stderr.isTTY = isTTY;
  vi.restoreAllMocks();
});

async function show(terminal: boolean, count: number | undefined) {
  process.stderr.isTTY = terminal;
  const progress = await progressOf({ count, at: String }, look);
  const sweep = openSweep({ laws: [] } as unknown as Parameters<typeof openSweep>[0]);
  sweep.seeds = 7;
  progress.show(sweep);
  progress.stop();
  return written;
}

test('nothing is written where nobody watches, or for one seed', async () => {
  expect(await show(false, 100)).toBe('');
  expect(await show(true, 1)).toBe('');
});

test('a terminal shows how far it is', async () => {
  expect(await show(true, 100)).toContain('7/100 seeds');
});

test('a log gets a line each half a minute, and none before', async () => {
  process.stderr.isTTY = false;
  const now = vi.spyOn(performance, 'now').mockReturnValue(0);
  const progress = await progressOf({ count: 100, at: String }, { ...look, prefix: 'small: ' });
  const sweep = openSweep({ laws: [] } as unknown as Parameters<typeof openSweep>[0]);
  for (const [millis, seeds] of [29_999, 30_000, 59_999, 60_000].map((at, of) => [at, of * 10])) {
    now.mockReturnValue(millis ?? 0);
    sweep.seeds = seeds ?? 0;
    progress.show(sweep);
  }
  progress.stop();
  expect(written).toBe(
    'small: 10 of 100 seeds, 0.3/s, 0 failures, ETA 270 s\n' +
      'small: 30 of 100 seeds, 0.5/s, 0 failures, ETA 140 s\n',
  );
});

test('where it is not wanted a terminal stays as it is', async () => {
  process.stderr.isTTY = true;
  const progress = await progressOf({ count: 100, at: String }, { ...look, isSilent: true });
  progress.show(openSweep({ laws: [] } as unknown as Parameters<typeof openSweep>[0]));
  progress.stop();
  expect(written).toBe('');
});

test('without an end in sight it shows how many there were', async () => {
  expect(await show(true, undefined)).toContain('7 seeds');
});

/** Progress: a bar for who watches a terminal, and not one byte for anyone else. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { progressOf } from '../../src/cli/progress.js';
import { openSweep } from '../../src/explore/sweep.js';

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
  const progress = await progressOf({ count, at: String });
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

test('without an end in sight it shows how many there were', async () => {
  expect(await show(true, undefined)).toContain('7 seeds');
});

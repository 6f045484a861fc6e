/**
 * Goal: a run is a function of its plan. Method: the same plans in one process, again, in a second
 * process and in worker threads; all fingerprints are equal.
 */
import { expect, test } from 'vitest';
import { sameEverywhere } from './steps.mjs';

test('100 plans give the same fingerprints twice, in another process and in threads', async () => {
  const { distinct } = await sameEverywhere(100);
  expect(distinct).toBe(100);
});

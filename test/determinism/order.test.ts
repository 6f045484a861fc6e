/**
 * Goal: no draw depends on the order in which connections are made. Method: a copy of the built
 * code in which tasks ask for their partitions in reverse order runs the same plans. The runs are
 * others, and what is sent in both has the same latency.
 */
import { expect, test } from 'vitest';
import { creationOrderReversed } from './steps.mjs';

test('connections made in reverse order draw the same latencies', async () => {
  const { plans, messages, changed } = await creationOrderReversed(5);
  expect(changed).toBe(plans);
  expect(messages).toBeGreaterThan(2_000);
});

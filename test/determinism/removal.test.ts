/**
 * Goal: taking a fault out of a plan changes nothing before it and no draw after it. Method: each
 * fault of each plan is removed in turn. A message is known by its place (ends, channel, kind,
 * subject, entity, attempt, incarnations); its latency is asked of the world's own function where
 * it is sent, and what arrived unhindered is held against it.
 */
import { expect, test } from 'vitest';
import { faultsRemoved } from './steps.mjs';

test('the faults of 15 plans, removed one by one', () => {
  return faultsRemoved(15).then(({ faults, messages, records, shares }) => {
    expect(faults).toBeGreaterThan(20);
    expect(messages).toBeGreaterThan(500 * faults);
    expect(records).toBe(400 * faults);
    expect(shares.withoutRestart.faults).toBeGreaterThan(10);
    expect(shares.withoutRestart.below80Percent).toBe(0);
  });
});

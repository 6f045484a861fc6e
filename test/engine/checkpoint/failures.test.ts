/**
 * Goal: what counts is counted once for each checkpoint, forgotten with a success, and too many
 * are one more than is tolerable. Method: small cases by hand, then random failures and successes
 * against a count that is kept naively.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  fail,
  noFailures,
  succeed,
  type Failures,
} from '../../../src/engine/checkpoint/failures.js';
import type { FailureReason } from '../../../src/engine/checkpoint/reasons.js';

const COUNTS = 'CHECKPOINT_EXPIRED';
const NOT = 'CHECKPOINT_SUBSUMED';

type Step = readonly [id: number, how: FailureReason | 'success'];

/** Whether each failure was too many, and the failures after all of them. */
function after(steps: readonly Step[], tolerable: number) {
  let failures: Failures = noFailures;
  const tooMany: boolean[] = [];
  for (const [id, how] of steps) {
    if (how === 'success') failures = succeed(failures, id);
    else {
      const [next, isTooMany] = fail(failures, id, how, tolerable);
      failures = next;
      tooMany.push(isTooMany);
    }
  }
  return { failures, tooMany };
}

const failed = (...ids: readonly number[]): Step[] => ids.map((id) => [id, COUNTS]);

describe('failures', () => {
  test.each([
    [0, [true, true, true]],
    [1, [false, true, false]],
    [2, [false, false, true]],
    [Number.MAX_SAFE_INTEGER, [false, false, false]],
  ])('of which %i are tolerable: one more fails the job, and then none is counted', (n, all) => {
    expect(after(failed(1, 2, 3), n).tooMany).toEqual(all);
  });

  test('that do not count change nothing', () => {
    expect(after([[1, NOT]], 0)).toEqual({ failures: noFailures, tooMany: [false] });
  });

  test('of one checkpoint count once', () => {
    expect(after(failed(1, 1, 1), 1).failures.count).toBe(1);
    expect(after(failed(1, 2, 1), 2).failures.count).toBe(2);
  });

  test('of a checkpoint that is not newer than the last success do not count', () => {
    const steps: Step[] = [[5, 'success'], ...failed(4, 5)];
    expect(after(steps, 0).tooMany).toEqual([false, false]);
    expect(after([...steps, ...failed(6)], 0).tooMany).toEqual([false, false, true]);
  });

  test('are forgotten with a success, but not with one that is older than the last', () => {
    expect(after([...failed(1), [2, 'success']], 1).failures).toEqual({
      ...noFailures,
      lastSuccess: 2,
    });
    const late: Step[] = [[3, 'success'], ...failed(4), [2, 'success']];
    expect(after(late, 1).failures).toMatchObject({ count: 1, lastSuccess: 3 });
  });

  test('that were too many are forgotten, the last success is not', () => {
    const { failures } = after([[1, 'success'], ...failed(2, 3)], 1);
    expect(failures).toEqual({ ...noFailures, lastSuccess: 1 });
  });
});

test('any failures and successes: as a naive count has it', () => {
  const step: fc.Arbitrary<Step> = fc.tuple(
    fc.integer({ min: 1, max: 8 }),
    fc.constantFrom(...([COUNTS, NOT, 'success'] as const)),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), fc.nat(3), (steps, tolerable) => {
      let bad = new Set<number>();
      let newest = 0;
      const expected: boolean[] = [];
      for (const [id, how] of steps) {
        if (how === 'success') {
          if (id > newest) bad = new Set();
          newest = Math.max(newest, id);
          continue;
        }
        if (how === COUNTS && id > newest) bad.add(id);
        expected.push(bad.size > tolerable);
        if (bad.size > tolerable) bad = new Set();
      }
      expect(after(steps, tolerable).tooMany).toEqual(expected);
    }),
  );
});

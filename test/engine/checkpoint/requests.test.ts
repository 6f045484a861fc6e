/**
 * Goal: requests that wait are taken in their order, and no more wait than may: those of no
 * schedule drive out the youngest of a schedule, and nothing drives them out. Method: small queues
 * by hand, then random requests against the rules that any queue obeys.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  enqueue,
  isScheduled,
  REQUESTS_MAX,
  type Request,
  type RequestKind,
} from '../../../src/engine/checkpoint/requests.js';

const kinds: readonly RequestKind[] = ['periodic', 'data', 'manual', 'final'];

/** The queue after requests of these kinds, and those that found no place in it. */
function after(all: readonly RequestKind[], from: readonly Request[] = []) {
  let queue = from;
  const refused: Request[] = [];
  for (const [at, kind] of all.entries()) {
    const [next, driven] = enqueue(queue, { kind, at });
    queue = next;
    if (driven !== undefined) refused.push(driven);
  }
  return { queue, refused };
}

const full = (kind: RequestKind) => after(Array.from({ length: REQUESTS_MAX }, () => kind)).queue;

describe('the order', () => {
  test('of no schedule are those that a person or the job itself asks for', () => {
    expect(kinds.filter((kind) => !isScheduled({ kind, at: 0 }))).toEqual(['manual', 'final']);
  });

  test('those of no schedule first, then the older', () => {
    const { queue } = after(['periodic', 'final', 'data', 'manual', 'periodic']);
    const told = queue.map(({ kind, at }) => `${kind} ${at}`);
    expect(told).toEqual(['final 1', 'manual 3', 'periodic 0', 'data 2', 'periodic 4']);
  });

  test('any requests: of each sort the older first, and none is lost', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...kinds), { maxLength: 40 }), (all) => {
        const { queue, refused } = after(all);
        expect(refused).toEqual([]);
        const numbered = all.map((kind, at): Request => ({ kind, at }));
        const free = numbered.filter((request) => !isScheduled(request));
        expect(queue).toEqual([...free, ...numbered.filter(isScheduled)]);
      }),
    );
  });
});

describe('a full queue', () => {
  const last: Request = { kind: 'periodic', at: REQUESTS_MAX - 1 };

  test('of a schedule refuses the next of a schedule', () => {
    const { queue, refused } = after(['data'], full('periodic'));
    expect(refused).toEqual([{ kind: 'data', at: 0 }]);
    expect(queue).toHaveLength(REQUESTS_MAX);
  });

  test('gives the place of its youngest of a schedule to one of none', () => {
    const { queue, refused } = after(['manual'], full('periodic'));
    expect(refused).toEqual([last]);
    expect(queue[0]).toEqual({ kind: 'manual', at: 0 });
    expect(queue).toHaveLength(REQUESTS_MAX);
  });

  test.each(kinds)('of requests of no schedule refuses any other: %s', (kind) => {
    const { queue, refused } = after([kind], full('manual'));
    expect(refused).toEqual([{ kind, at: 0 }]);
    expect(queue).toHaveLength(REQUESTS_MAX);
  });

  test('holds 1,000', () => {
    expect(REQUESTS_MAX).toBe(1_000);
    expect(after(['manual'], full('manual').slice(1)).refused).toEqual([]);
  });
});

/**
 * Goal: the queue is a list sorted by (time, insertion), whatever is pushed, cancelled and popped
 * in whatever order. Method: random programs run on the queue and on such a list side by side; and
 * by hand the places where a wheel can go wrong: ties from different levels, the seams of levels,
 * the far future, reuse of rows.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { InvariantError } from '../../src/kernel/invariant.js';
import { Queue } from '../../src/kernel/queue.js';

const EPOCH = 2 ** 32;
const LATEST = Number.MAX_SAFE_INTEGER;

/** Pushes events named by their order, and says in which order they come out. */
function orderOf(queue: Queue, times: readonly number[]): number[] {
  for (const [i, at] of times.entries()) queue.push(at, 0, i, 0, undefined);
  return drain(queue);
}

function drain(queue: Queue): number[] {
  const order: number[] = [];
  while (queue.pop()) order.push(queue.a);
  return order;
}

/** The order that the law of the queue gives. */
function sortedOrder(times: readonly number[]): number[] {
  return [...times.keys()].sort((i, j) => (times[i] ?? 0) - (times[j] ?? 0) || i - j);
}

describe('order', () => {
  test('earliest first, ties as they came', () => {
    const times = [5, 3, 5, 3, 0, 5, 3, 0];
    expect(orderOf(new Queue(), times)).toEqual([4, 7, 1, 3, 6, 0, 2, 5]);
  });

  test('at every seam of a level, one below, at and one above, forwards and backwards', () => {
    const seams = [8, 16, 24, 32, 40, 48].flatMap((bits) =>
      [1, 2, 3, 255].flatMap((n) => [-1, 0, 1].map((off) => n * 2 ** bits + off)),
    );
    const times = seams.filter((at) => at <= LATEST);
    expect(orderOf(new Queue(), times)).toEqual(sortedOrder(times));
    const backwards = [...times, ...times].reverse();
    expect(orderOf(new Queue(), backwards)).toEqual(sortedOrder(backwards));
  });

  test('equal times pushed at different distances keep the order of insertion', () => {
    const at = 7 * EPOCH + 0x01020304;
    const waypoints = [2 ** 40, EPOCH, 2 ** 24, 2 ** 16, 2 ** 8, 4].map((off) =>
      Math.max(0, at - off),
    );
    const queue = new Queue();
    for (const [i, waypoint] of waypoints.entries()) {
      queue.push(waypoint, 1, 0, 0, undefined);
      while (queue.now < waypoint) queue.pop();
      queue.push(at, 0, 2 * i, 0, undefined);
      queue.push(at, 0, 2 * i + 1, 0, undefined);
    }
    const order: number[] = [];
    while (queue.pop()) if (queue.op === 0) order.push(queue.a);
    expect(order).toEqual(Array.from({ length: 2 * waypoints.length }, (_, i) => i));
  });

  test('what is pushed at now comes after what waits for now, before all else', () => {
    const queue = new Queue();
    for (const at of [10, 10, 11]) queue.push(at, 0, queue.size, 0, undefined);
    queue.pop();
    queue.push(queue.now, 0, 9, 0, undefined);
    expect(drain(queue)).toEqual([1, 9, 2]);
  });

  test('several epochs, with ties in each', () => {
    const times = [9, 2, 2, 5, 0, 9, 5, 300, 70_000, 2].flatMap((epoch) => [
      epoch * EPOCH + 17,
      epoch * EPOCH + 16,
      epoch * EPOCH + 17,
      epoch * EPOCH,
      epoch * EPOCH + EPOCH - 1,
    ]);
    expect(orderOf(new Queue(), times)).toEqual(sortedOrder(times));
  });

  test('the last time that there is', () => {
    expect(orderOf(new Queue(), [LATEST, 0, LATEST, LATEST - 1])).toEqual([1, 3, 0, 2]);
  });
});

describe('random programs', () => {
  /** Distances that reach every level, often exactly a seam, often a tie. */
  const distance = fc.oneof(
    fc.integer({ min: 0, max: 3 }),
    fc.integer({ min: 0, max: 600 }),
    fc.integer({ min: 0, max: 2 ** 17 }),
    fc.integer({ min: 0, max: 2 ** 31 }),
    fc.maxSafeNat().map((n) => n % 2 ** 44),
    fc
      .constantFrom(256, 65_536, 2 ** 24, EPOCH, 3 * EPOCH, 2 ** 40)
      .chain((seam) => fc.integer({ min: -2, max: 2 }).map((off) => seam + off)),
  );
  const command = fc.oneof(
    { weight: 6, arbitrary: fc.record({ kind: fc.constant('push' as const), n: distance }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('align' as const), n: distance }) },
    { weight: 4, arbitrary: fc.record({ kind: fc.constant('pop' as const), n: fc.constant(0) }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('until' as const), n: distance }) },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('cancel' as const), n: fc.nat() }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('repush' as const), n: fc.nat() }) },
  );
  type Command = Readonly<{ kind: string; n: number }>;
  type Waiting = { at: number; name: number; handle: number };

  /** Runs a program on the queue and on a plain list, and compares after every command. */
  function follow(queue: Queue, program: readonly Command[]): void {
    const waiting: Waiting[] = [];
    const handles: number[] = [];
    let name = 0;
    const push = (at: number): void => {
      const handle = queue.push(at, 7, name, ~name, name);
      expect(handles).not.toContain(handle);
      handles.push(handle);
      waiting.push({ at, name, handle });
      name += 1;
    };
    const earliest = (): Waiting | undefined =>
      waiting.reduce<Waiting | undefined>(
        (best, one) => (best === undefined || one.at < best.at ? one : best),
        undefined,
      );
    const pop = (until: number): void => {
      const expected = earliest();
      const due = expected !== undefined && expected.at <= until;
      const before = queue.now;
      expect(queue.pop(until)).toBe(due);
      if (!due) return void expect(queue.now).toBe(before);
      waiting.splice(waiting.indexOf(expected), 1);
      expect([queue.now, queue.at, queue.op, queue.a, queue.b, queue.ref, queue.handle]).toEqual([
        expected.at,
        expected.at,
        7,
        expected.name,
        ~expected.name,
        expected.name,
        expected.handle,
      ]);
    };

    for (const { kind, n } of program) {
      if (kind === 'push') push(queue.now + n);
      else if (kind === 'align') push((Math.floor(queue.now / 65_536) + 1) * 65_536 + (n % 3));
      else if (kind === 'pop') pop(Infinity);
      else if (kind === 'until') pop(queue.now + n);
      else if (kind === 'repush' && waiting.length > 0) push(waiting[n % waiting.length]?.at ?? 0);
      else if (kind === 'cancel' && handles.length > 0) {
        const handle = handles[n % handles.length] ?? -1;
        const index = waiting.findIndex((one) => one.handle === handle);
        expect(queue.cancel(handle)).toBe(index >= 0);
        if (index >= 0) waiting.splice(index, 1);
      }
      expect(queue.size).toBe(waiting.length);
      expect(queue.peek()).toBe(earliest()?.at ?? Infinity);
    }
    while (waiting.length > 0) pop(Infinity);
    expect(queue.pop()).toBe(false);
  }

  test('1,000 of them agree with a sorted list', () => {
    const programs = fc.array(command, { minLength: 1, maxLength: 120 });
    fc.assert(
      fc.property(programs, (program) => follow(new Queue(), program)),
      { seed: 20, numRuns: 1_000 },
    );
  });

  test('a queue that was cleared does as a new one does', () => {
    const queue = new Queue();
    const programs = fc.array(command, { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(programs, (program) => {
        const rest = program.filter((_, i) => i % 2 === 0);
        for (const { n } of rest) queue.push(queue.now + n, 0, 0, 0, n);
        queue.pop();
        queue.clear();
        follow(queue, program);
        queue.clear();
      }),
      { seed: 21, numRuns: 200 },
    );
  });

  test('a long one: 100,000 events, some cancelled, all in order', () => {
    const queue = new Queue();
    let word = 1;
    const next = (): number => {
      word = Math.imul(word ^ (word >>> 15), 0x2c1b3c6d) + 0x9e3779b9;
      return (word ^ (word >>> 13)) >>> 0;
    };
    const handles: number[] = [];
    let pushed = 0;
    let cancelled = 0;
    let popped = 0;
    let last = { at: -1, name: -1 };
    while (popped + cancelled < 100_000 || queue.size > 0) {
      const choice = next() % 8;
      if (choice < 5 && pushed < 100_000) {
        const at = queue.now + (next() % 2 ** (next() % 33));
        handles.push(queue.push(at, 0, pushed, 0, undefined));
        pushed += 1;
      } else if (choice === 5 && handles.length > 0) {
        if (queue.cancel(handles[next() % handles.length] ?? 0)) cancelled += 1;
      } else if (queue.pop()) {
        popped += 1;
        const inOrder = queue.at > last.at || (queue.at === last.at && queue.a > last.name);
        if (!inOrder) expect.fail(`event ${queue.a} at ${queue.at} after ${last.name}`);
        last = { at: queue.at, name: queue.a };
      }
    }
    expect(popped + cancelled).toBe(pushed);
    expect(cancelled).toBeGreaterThan(1_000);
  });
});

describe('cancel', () => {
  test('takes out the head, the middle and the tail of a list, once', () => {
    const queue = new Queue();
    const handles = [0, 1, 2, 3, 4].map((name) => queue.push(900, 0, name, 0, undefined));
    for (const i of [0, 2, 4]) {
      expect(queue.cancel(handles[i] ?? 0)).toBe(true);
      expect(queue.cancel(handles[i] ?? 0)).toBe(false);
    }
    expect(queue.size).toBe(2);
    expect(drain(queue)).toEqual([1, 3]);
  });

  test('finds an event on whatever level it has come to', () => {
    for (const bits of [4, 12, 20, 30, 38, 46, 52]) {
      const queue = new Queue();
      queue.push(2 ** bits - 1, 0, 0, 0, undefined);
      const handle = queue.push(2 ** bits, 0, 1, 0, undefined);
      queue.push(2 ** bits, 0, 2, 0, undefined);
      queue.pop();
      expect(queue.cancel(handle)).toBe(true);
      expect(drain(queue)).toEqual([2]);
    }
  });

  test('a handle dies with its event, though its row serves again', () => {
    const queue = new Queue();
    const first = queue.push(1, 0, 0, 0, undefined);
    queue.pop();
    expect(queue.handle).toBe(first);
    const second = queue.push(1, 0, 1, 0, undefined);
    expect(second).not.toBe(first);
    expect(queue.cancel(first)).toBe(false);
    expect(queue.cancel(second)).toBe(true);
    expect(queue.pop()).toBe(false);
  });

  test('numbers that are no handles cancel nothing', () => {
    const queue = new Queue();
    const handle = queue.push(1, 0, 0, 0, undefined);
    for (const none of [0, -1, -handle, handle + 0.5, NaN, Infinity, 2 ** 24 + 1, 2 ** 53]) {
      expect(queue.cancel(none)).toBe(false);
    }
    expect(queue.size).toBe(1);
  });

  test('a row whose generations are spent retires, and no handle is given twice', () => {
    const queue = new Queue();
    queue.push(1, 0, 0, 0, undefined);
    queue.pop();
    const { rows } = queue as unknown as { rows: Int32Array };
    const generations = 2 ** 29;
    expect(rows[8 + 7]).toBe(2 ** 7 + 1);
    rows[8 + 7] = generations - 1; // row 1, column of the generation
    const last = queue.push(1, 0, 1, 0, undefined);
    expect(last).toBe(2 ** 53 - 2 ** 24 + 1);
    expect(queue.cancel(last)).toBe(true);
    expect(queue.cancel(last)).toBe(false);

    const next = queue.push(1, 0, 2, 0, undefined);
    expect(next % 2 ** 24).toBe(2);
    queue.clear();
    queue.clear();
    expect(queue.push(1, 0, 3, 0, undefined) % 2 ** 24).toBe(2);
    expect(queue.cancel(last)).toBe(false);
    expect(drain(queue)).toEqual([3]);
  });

  test('clear voids the handles from before', () => {
    const queue = new Queue();
    const before = queue.push(5, 0, 0, 0, undefined);
    queue.clear();
    expect(queue.cancel(before)).toBe(false);
    queue.push(5, 0, 1, 0, undefined);
    expect(queue.cancel(before)).toBe(false);
    expect([queue.now, queue.size]).toEqual([0, 1]);
  });
});

describe('peek', () => {
  test('is Infinity when nothing waits', () => {
    expect(new Queue().peek()).toBe(Infinity);
  });

  test('moves nothing: a push between now and the time that it told comes first', () => {
    for (const far of [300, 70_000, 2 ** 25, 2 ** 35, 2 ** 50]) {
      const queue = new Queue();
      queue.push(far + 5, 0, 1, 0, undefined);
      queue.push(far, 0, 2, 0, undefined);
      expect(queue.peek()).toBe(far);
      expect(queue.pop(far - 1)).toBe(false);
      queue.push(far - 1, 0, 3, 0, undefined);
      queue.push(0, 0, 4, 0, undefined);
      expect(queue.peek()).toBe(0);
      expect(drain(queue)).toEqual([4, 3, 2, 1]);
    }
  });
});

describe('push', () => {
  test.each([-1, 0.5, NaN, Infinity, 2 ** 53, 9.5])('refuses the time %d', (at) => {
    const queue = new Queue();
    expect(() => queue.push(at, 0, 0, 0, undefined)).toThrow(InvariantError);
    expect(queue.size).toBe(0);
  });

  test('refuses the past', () => {
    const queue = new Queue();
    queue.push(10, 0, 0, 0, undefined);
    queue.pop();
    expect(() => queue.push(9, 0, 0, 0, undefined)).toThrow('an event before now: 9 < 10');
  });

  test('refuses operands that would not come out as they went in', () => {
    const queue = new Queue();
    expect(() => queue.push(1, 2 ** 31, 0, 0, undefined)).toThrow(InvariantError);
    expect(() => queue.push(1, 0, 0.5, 0, undefined)).toThrow(InvariantError);
    expect(() => queue.push(1, 0, 0, NaN, undefined)).toThrow('an operand beyond int32');
    queue.push(1, -(2 ** 31), 2 ** 31 - 1, -1, undefined);
    queue.pop();
    expect([queue.op, queue.a, queue.b]).toEqual([-(2 ** 31), 2 ** 31 - 1, -1]);
  });

  test('grows past its first rows and keeps everything', () => {
    const queue = new Queue();
    const count = 5_000;
    const handles: number[] = [];
    for (let i = 0; i < count; i += 1) {
      handles.push(queue.push((i * 7_919) % 100_003, i, i, ~i, { i }));
    }
    expect(new Set(handles).size).toBe(count);
    let last = -1;
    while (queue.pop()) {
      expect(queue.at).toBeGreaterThan(last);
      expect([queue.at, queue.op, queue.b]).toEqual([
        (queue.a * 7_919) % 100_003,
        queue.a,
        ~queue.a,
      ]);
      expect(queue.ref).toEqual({ i: queue.a });
      last = queue.at;
    }
  });
});

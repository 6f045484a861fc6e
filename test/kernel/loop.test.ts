/** Goal: the loop delivers in order, ends for the right reason, and can be entered again. */
import { expect, test } from 'vitest';
import { inStep, installGuard, NondeterminismError } from '../../src/kernel/guard.js';
import { pump, runLoop, type Pump } from '../../src/kernel/loop.js';
import { hexOfFingerprint } from '../../src/kernel/trace.js';

const ALL = { events: Infinity, until: Infinity };

function pumpOf(...times: readonly number[]): Pump {
  const p = pump();
  for (const [i, at] of times.entries()) p.queue.push(at, 1, i, 0, undefined);
  return p;
}

test('delivers all, in order, with what was pushed', () => {
  const p = pump();
  const ref = { any: 'thing' };
  p.queue.push(20, 1, 2, 3, ref);
  p.queue.push(10, -4, 5, -6, 'text');
  const seen: unknown[] = [];
  const ending = runLoop(p, ALL, (op, a, b, what) => seen.push([p.queue.now, op, a, b, what]));
  expect(ending).toBe('drained');
  expect(seen).toEqual([
    [10, -4, 5, -6, 'text'],
    [20, 1, 2, 3, ref],
  ]);
  expect(seen[1]).toHaveProperty('4', ref);
  expect(p.events).toBe(2);
});

test('events that the dispatcher pushes are delivered too, at once when they are for now', () => {
  const p = pumpOf(5, 6);
  const order: number[] = [];
  runLoop(p, ALL, (op, a) => {
    order.push(a);
    if (op === 1) p.queue.push(p.queue.now, 2, a + 10, 0, undefined);
  });
  expect(order).toEqual([0, 10, 1, 11]);
});

test('an event at the bound of time is delivered, a later one waits for more budget', () => {
  const p = pumpOf(10, 20, 21);
  const order: number[] = [];
  const dispatch = (_op: number, a: number): void => void order.push(a);
  expect(runLoop(p, { events: Infinity, until: 20 }, dispatch)).toBe('time-spent');
  expect([p.events, p.queue.now, p.queue.size]).toEqual([2, 20, 1]);

  p.queue.push(20, 1, 9, 0, undefined);
  expect(runLoop(p, { events: Infinity, until: 30 }, dispatch)).toBe('drained');
  expect(order).toEqual([0, 1, 9, 2]);
});

test('the bound of events counts all since the pump was made', () => {
  const p = pumpOf(1, 2, 3);
  const dispatch = (): void => undefined;
  expect(runLoop(p, { events: 2, until: Infinity }, dispatch)).toBe('events-spent');
  expect(runLoop(p, { events: 2, until: Infinity }, dispatch)).toBe('events-spent');
  expect(p.events).toBe(2);
  expect(runLoop(p, { events: 3, until: Infinity }, dispatch)).toBe('drained');
});

test('the last event within the bound drains, it does not spend', () => {
  expect(runLoop(pumpOf(1, 2), { events: 2, until: 2 }, () => undefined)).toBe('drained');
  expect(runLoop(pump(), { events: 0, until: 0 }, () => undefined)).toBe('drained');
});

test('the dispatcher stops the pump after the event at hand', () => {
  const p = pumpOf(1, 2, 3);
  const ending = runLoop(p, ALL, (_op, a) => {
    p.stopped = a === 1;
  });
  expect(ending).toBe('stopped');
  expect([p.events, p.queue.size]).toEqual([2, 1]);
  expect(runLoop(p, ALL, () => undefined)).toBe('stopped');
  expect(p.events).toBe(2);
});

test('time, operation and operands enter the fingerprint, the reference does not', () => {
  const hexOfOne = (at: number, op: number, a: number, b: number, ref: unknown): string => {
    const p = pump();
    p.queue.push(at, op, a, b, ref);
    runLoop(p, ALL, () => undefined);
    return hexOfFingerprint(p.fingerprint);
  };
  const hex = hexOfOne(1, 2, 3, 4, 'x');
  expect(hex).toMatchInlineSnapshot(`"2029d9edf5e3bdb0"`);
  expect(hexOfOne(1, 2, 3, 4, 'y')).toBe(hex);
  const others = [
    hexOfOne(2, 2, 3, 4, 'x'),
    hexOfOne(1 + 2 ** 40, 2, 3, 4, 'x'),
    hexOfOne(1, 3, 3, 4, 'x'),
    hexOfOne(1, 2, 4, 4, 'x'),
    hexOfOne(1, 2, 3, 5, 'x'),
  ];
  expect(new Set([hex, ...others]).size).toBe(6);
});

test('two turns of one program have one fingerprint, whatever the budget they took it in', () => {
  const program = (p: Pump) => (op: number, a: number) => {
    if (op < 40) p.queue.push(p.queue.now + ((a * 7_919) % 1_000), op + 1, a + op, 0, undefined);
  };
  const whole = pumpOf(0, 0, 5, 9);
  runLoop(whole, ALL, program(whole));
  const pieces = pumpOf(0, 0, 5, 9);
  for (
    let until = 0;
    runLoop(pieces, { events: Infinity, until }, program(pieces)) !== 'drained';
  ) {
    until += 777;
  }
  expect(hexOfFingerprint(pieces.fingerprint)).toBe(hexOfFingerprint(whole.fingerprint));
  expect(pieces.events).toBe(whole.events);
});

test('a step is guarded, and no longer when it throws', () => {
  installGuard();
  const p = pumpOf(1, 2);
  expect(() => runLoop(p, ALL, () => void Math.random())).toThrow(NondeterminismError);
  expect(inStep.active).toBe(false);
  expect(p.events).toBe(1);
  expect(Math.random()).toBeLessThan(1);
});

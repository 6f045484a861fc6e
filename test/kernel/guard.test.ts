/**
 * Goal: inside a step each source of time and chance throws and names the line that called it;
 * outside, everything is as before. The names imported below are bound before the guard is
 * installed: they too must be caught.
 */
import { randomBytes, randomInt, randomUUID } from 'node:crypto';
import nodeCrypto from 'node:crypto';
import { readFile, readFileSync } from 'node:fs';
import { performance as nodePerformance } from 'node:perf_hooks';
import { hrtime } from 'node:process';
import nodeTimers, {
  setImmediate as nodeSetImmediate,
  setTimeout as nodeSetTimeout,
} from 'node:timers';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import {
  guarded,
  guardLater,
  inStep,
  installGuard,
  isOfStep,
  NondeterminismError,
} from '../../src/kernel/guard.js';

const before = {
  Date,
  setTimeout,
  timeoutName: setTimeout.name,
  timeoutLength: setTimeout.length,
  promisified: promisify(setTimeout),
  hrtimeKeys: Object.keys(process.hrtime),
  dateKeys: Reflect.ownKeys(Date),
};
installGuard();

const lines = readFileSync(new URL(import.meta.url), 'utf8').split('\n');
const none = (): void => undefined;

function errorOf(body: () => unknown): NondeterminismError {
  try {
    guarded(body);
  } catch (error) {
    if (error instanceof NondeterminismError) return error;
    throw error;
  }
  return expect.fail('nothing was thrown');
}

/** The text of the line of this file that the error names. */
function namedLine(error: NondeterminismError): string {
  const [, file = '', line = ''] = /^(.*):(\d+):\d+$/.exec(error.place) ?? [];
  expect(file).toMatch(/test\/kernel\/guard\.test\.ts$/);
  return lines[Number(line) - 1] ?? '';
}

describe('inside a step', () => {
  const calls: readonly (readonly [string, string, () => unknown])[] = [
    ['new Date()', 'new Date();', () => new Date()],
    ['Date()', 'Date()', () => Date()],
    ['Date.now()', 'Date.now()', () => Date.now()],
    ['Math.random()', 'Math.random()', () => Math.random()],
    ['setTimeout()', 'setTimeout(none', () => setTimeout(none, 0)],
    ['setInterval()', 'setInterval(none', () => setInterval(none, 1)],
    ['setImmediate()', 'setImmediate(none', () => setImmediate(none)],
    ['queueMicrotask()', 'queueMicrotask(none', () => queueMicrotask(none)],
    ['performance.now()', 'performance.now()', () => performance.now()],
    ['process.hrtime()', 'process.hrtime()', () => process.hrtime()],
    ['process.hrtime.bigint()', 'hrtime.bigint()', () => process.hrtime.bigint()],
    ['process.uptime()', 'process.uptime()', () => process.uptime()],
    ['crypto.getRandomValues()', 'Values(new', () => crypto.getRandomValues(new Uint8Array(1))],
    ['crypto.randomUUID()', 'crypto.randomUUID()', () => crypto.randomUUID()],
  ];
  const imports: readonly (readonly [string, string, () => unknown])[] = [
    ['setTimeout()', 'nodeSetTimeout(none', () => nodeSetTimeout(none, 0)],
    ['setImmediate()', 'nodeSetImmediate(none', () => nodeSetImmediate(none)],
    ['setInterval()', 'nodeTimers.setInterval', () => nodeTimers.setInterval(none, 1)],
    ['timersPromises.setTimeout()', 'delay(0)', () => delay(0)],
    ['performance.now()', 'nodePerformance.now()', () => nodePerformance.now()],
    ['process.hrtime()', 'hrtime()', () => hrtime()],
    ['crypto.randomBytes()', 'randomBytes(8)', () => randomBytes(8)],
    ['crypto.randomUUID()', 'randomUUID()', () => randomUUID()],
    ['crypto.randomInt()', 'randomInt(9)', () => randomInt(9)],
    ['crypto.randomFillSync()', 'FillSync', () => nodeCrypto.randomFillSync(new Uint8Array(1))],
    ['crypto.getRandomValues()', 'nodeC', () => nodeCrypto.getRandomValues(new Uint8Array(1))],
  ];

  test.each(calls)('%s throws and names its line', (api, text, call) => {
    const error = errorOf(call);
    expect(error.api).toBe(api);
    expect(namedLine(error)).toContain(text);
  });

  test.each(imports)('%s imported from a module of Node is caught as %s', (api, text, call) => {
    const error = errorOf(call);
    expect(error.api).toBe(api);
    expect(namedLine(error)).toContain(text);
  });

  test('the message says what, where, and what to do instead', () => {
    const error = errorOf(() => Math.random());
    expect(error.message).toBe(
      `Math.random() called inside a step at ${error.place}; use noise by place instead`,
    );
    expect(error.name).toBe('NondeterminismError');
  });

  test('the platform between the step and the call is passed over', () => {
    const error = errorOf(() => [1, 2].map(Math.random)); // the line that counts
    expect(namedLine(error)).toContain('the line that counts');
  });

  test('a subclass of Date is caught, a date made from arguments is not', () => {
    // eslint-disable-next-line no-restricted-syntax -- that Date can be extended is the point
    class Stamp extends Date {}
    expect(errorOf(() => new Stamp()).api).toBe('new Date()');
    expect(guarded(() => new Date(86_400_000).toISOString())).toBe('1970-01-02T00:00:00.000Z');
    expect(guarded(() => Date.UTC(1970, 0, 2))).toBe(86_400_000);
  });

  test('a short limit of stack frames does not hide the place, and stays', () => {
    const limit = Error.stackTraceLimit;
    Error.stackTraceLimit = 0;
    const error = errorOf(() => Math.random());
    expect(Error.stackTraceLimit).toBe(0);
    Error.stackTraceLimit = limit;
    expect(namedLine(error)).toContain('errorOf(() => Math.random())');
  });

  test('a step that swallows the error is still a step, and is told at its end', () => {
    let second = false;
    const swallowing = (): void =>
      guarded(() => {
        expect(() => Math.random()).toThrow(NondeterminismError);
        second = inStep.active;
      });
    expect(swallowing).toThrow(NondeterminismError);
    expect(second).toBe(true);
    expect(guarded(() => 7)).toBe(7);
  });

  test('the process does not end in a step', () => {
    expect(() => guarded(() => process.exit(0))).toThrow('process.exit() called inside a step');
  });
});

describe('the flag', () => {
  test('is up during the body and down after it', () => {
    expect(guarded(() => inStep.active)).toBe(true);
    expect(inStep.active).toBe(false);
  });

  test('comes down when the body throws', () => {
    const fail = (): never => {
      throw new RangeError('of the body');
    };
    expect(() => guarded(fail)).toThrow(RangeError);
    expect(inStep.active).toBe(false);
  });

  test('stays up after an inner step', () => {
    expect(guarded(() => [guarded(() => 1), inStep.active])).toEqual([1, true]);
  });
});

describe('outside a step', () => {
  test('a second installation changes nothing', () => {
    const wrapped = [Date, Math.random, setTimeout];
    installGuard();
    expect([Date, Math.random, setTimeout]).toEqual(wrapped);
    expect(Date).toBe(wrapped[0]);
  });

  test('Date is Date', () => {
    // eslint-disable-next-line no-restricted-syntax -- that Date can be extended is the point
    class Stamp extends Date {
      year(): number {
        return this.getUTCFullYear();
      }
    }
    const now = new Date();
    expect(now).toBeInstanceOf(Date);
    expect(now).toBeInstanceOf(before.Date);
    expect(now.constructor).toBe(Date);
    expect(Object.getPrototypeOf(now)).toBe(Date.prototype);
    expect(new before.Date(0)).toBeInstanceOf(Date);
    expect(typeof Date()).toBe('string');
    expect(Date.parse('1970-01-02T00:00:00Z')).toBe(86_400_000);
    expect([Date.name, Date.length]).toEqual(['Date', 7]);
    expect(Reflect.ownKeys(Date)).toEqual(before.dateKeys);
    expect(new Date(2_000, 1, 29).getDate()).toBe(29);
    expect(new Stamp(0).year()).toBe(1970);
    expect(new Stamp()).toBeInstanceOf(Stamp);
    expect(Date.now()).toBeGreaterThanOrEqual(now.getTime());
  });

  test('timers fire, carry their arguments and can be awaited', async () => {
    expect(setTimeout).toBe(nodeSetTimeout);
    expect(setTimeout).toBe(nodeTimers.setTimeout);
    expect(setTimeout).not.toBe(before.setTimeout);
    expect([setTimeout.name, setTimeout.length]).toEqual([
      before.timeoutName,
      before.timeoutLength,
    ]);
    const values = await Promise.all([
      new Promise((resolve) => setTimeout(resolve, 0, 'timeout')),
      new Promise((resolve) => setImmediate(resolve, 'immediate')),
      new Promise<string>((resolve) => queueMicrotask(() => resolve('microtask'))),
      promisify(setTimeout)(0, 'promisified'),
      before.promisified(0, 'promisified before'),
      promisify(setImmediate)('promisified immediate'),
      delay(0, 'delayed'),
    ]);
    expect(values).toEqual([
      'timeout',
      'immediate',
      'microtask',
      'promisified',
      'promisified before',
      'promisified immediate',
      'delayed',
    ]);
    clearTimeout(setTimeout(none, 1_000_000));
  });

  test('clocks and random sources answer', () => {
    expect(performance.now()).toBeGreaterThan(0);
    expect(process.hrtime()).toHaveLength(2);
    expect(process.hrtime([0, 0])).toHaveLength(2);
    expect(typeof process.hrtime.bigint()).toBe('bigint');
    expect(Object.keys(process.hrtime)).toEqual(before.hrtimeKeys);
    expect(randomBytes(3)).toHaveLength(3);
    expect(randomInt(5)).toBeLessThan(5);
    expect(randomUUID()).toHaveLength(36);
    expect(crypto.randomUUID()).toHaveLength(36);
    expect(crypto.getRandomValues(new Uint8Array(4))).toHaveLength(4);
    expect(nodeCrypto.getRandomValues(new Uint8Array(4))).toHaveLength(4);
    expect(Math.random()).toBeLessThan(1);
  });
});

test('promises are refused in steps where that is asked for, and nowhere else', async () => {
  const made: Promise<unknown>[] = [];
  const make = (): void => {
    made.push(Promise.resolve(1));
  };
  guarded(make);
  guardLater();
  guardLater();
  const error = errorOf(make);
  expect(error.message).toMatch(
    /^a promise made inside a step at .*; return what is there instead$/,
  );
  expect(namedLine(error)).toContain('made.push(Promise.resolve(1))');
  expect(namedLine(errorOf(() => void (async () => made.at(-1))()))).toContain('async () => made');
  make();
  const [before, within, outside] = made;
  expect([before, within, outside].map((promise) => promise && isOfStep(promise))).toEqual([
    ...[false, true, false],
  ]);
  const later = within?.then(none);
  expect(later && isOfStep(later)).toBe(true);
  expect(await outside).toBe(1);
});

test('so are promises that are settled in a step, and requests', async () => {
  guardLater();
  let resolve: (value: number) => void = none;
  const promise = new Promise<number>((settle) => (resolve = settle));
  const settled = errorOf(() => {
    resolve(3);
  });
  expect(settled.message).toMatch(/^a promise settled inside a step at .*guard\.test\.ts:/);
  expect(isOfStep(promise)).toBe(true);
  const answer = await new Promise((take) => {
    const asked = errorOf(() => {
      readFile(new URL(import.meta.url), take);
    });
    expect(asked.message).toMatch(/^a request \(FSREQCALLBACK\) made inside a step at /);
    expect(namedLine(asked)).toContain('readFile(new URL(import.meta.url)');
  });
  expect(answer).toBeNull();
});

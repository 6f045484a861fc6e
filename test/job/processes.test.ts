/** Functions with states and timers, as declared: what the engine gets, and what cannot be. */
import { describe, expect, test, vi } from 'vitest';
import { broadcastFunctionOf, rulesFunction } from '../../src/job/broadcasts.js';
import { JobError } from '../../src/job/job-error.js';
import type { BroadcastContext, ProcessContext } from '../../src/job/process-function.js';
import { processFunctionOf } from '../../src/job/processes.js';
import type { RowType } from '../../src/job/row.js';
import {
  aggregatingState,
  listState,
  mapState,
  reducingState,
  valueState,
} from '../../src/job/states.js';
import { UserFunctionError } from '../../src/job/user-function-error.js';
import { NondeterminismError } from '../../src/kernel/guard.js';

const row: RowType = [{ name: 'n', type: 'int' }];
const time = { tickMicros: 1_000 };
const context = {} as ProcessContext;
const least = { states: {}, returns: { n: 'int' }, processElement: () => undefined };

const made = (declared: object, told: typeof time | undefined = time) =>
  processFunctionOf('count', { ...least, ...declared }, [row], told, 'a.process');

test('states and rows become types', () => {
  const sum = (one: { n: number }, other: { n: number }) => ({ n: one.n + other.n });
  const states = {
    value: valueState({ n: 'int' }),
    list: listState({ n: 'int' }),
    map: mapState({ n: 'int' }),
    sum: reducingState({ n: 'int' }, sum),
    mean: aggregatingState({
      ...{ input: { n: 'int' }, row: { n: 'int' }, output: { n: 'int' } },
      ...{ start: { n: 0 }, add: sum, result: (kept: { n: number }) => kept },
    }),
  };
  const { states: kept, ...others } = made({ states, processingTime: true });
  expect(others).toMatchObject({ name: 'count', inputs: [row], output: row });
  expect(others.usesProcessingTime).toBe(true);
  expect(Object.entries(kept).map(([name, { kind }]) => [name, kind])).toEqual([
    ...[
      ['value', 'value'],
      ['list', 'list'],
      ['map', 'map'],
    ],
    ...[
      ['sum', 'reducing'],
      ['mean', 'aggregating'],
    ],
  ]);
  expect(kept['mean']).toMatchObject({ input: row, row, output: row, start: { n: 0 } });
});

describe('what a function throws', () => {
  const throwing = (error: unknown) =>
    made({
      processElement: () => {
        throw error;
      },
    });

  test('is its own mistake', () => {
    const { processElement } = throwing(new Error('no'));
    expect(() => processElement({ n: 1 }, context, 0)).toThrow(UserFunctionError);
    expect(() => processElement({ n: 1 }, context, 0)).toThrow('count: no');
  });

  test('is not wrapped where it is known', () => {
    const error = new UserFunctionError('state: no');
    expect(() => throwing(error).processElement({ n: 1 }, context, 0)).toThrow(/^state: no$/);
    const other = new NondeterminismError('Date.now()', 'here', 'use the clock');
    expect(() => throwing(other).processElement({ n: 1 }, context, 0)).toThrow(other);
  });

  test('no promise comes of it', () => {
    const { processElement, onTimer } = made({
      processElement: () => Promise.resolve(),
      onTimer: () => Promise.resolve(),
    });
    expect(() => processElement({ n: 1 }, context, 0)).toThrow('count: returned a promise');
    expect(() => onTimer(1, context, 'event')).toThrow('count: returned a promise');
  });
});

test('each input has its own function, and timers need none', () => {
  const [one, other] = [vi.fn(), vi.fn()];
  const declared = { ...least, processElement1: one, processElement2: other };
  const both = processFunctionOf('both', declared, [row, row], time, 'a');
  both.processElement({ n: 1 }, context, 0);
  both.processElement({ n: 2 }, context, 1);
  both.onTimer(1, context, 'event');
  expect([one.mock.calls, other.mock.calls]).toEqual([
    [[{ n: 1 }, context]],
    [[{ n: 2 }, context]],
  ]);
});

test.each<[object, string]>([
  [{ processElement: 1 }, 'a.process: count must be { states, returns, processElement(row, ctx)'],
  [{ states: undefined }, 'a.process: count must be { states'],
  [{ states: { seen: {} } }, 'a.process: count must be { states'],
  [{ returns: {} }, 'a.process.returns: its shape must be given'],
  [{ states: { seen: { row: { n: 'int' } } } }, 'a.process.states.seen: is declared with valueS'],
  [
    { states: { seen: { ...reducingState({ n: 'int' }, () => ({ n: 1 })), combine: 1 } } },
    'a.process.states.seen: is declared with valueState',
  ],
])('%j is told', (changes, message) => {
  expect(() => made(changes)).toThrow(JobError);
  expect(() => made(changes)).toThrow(message);
});

test('a start of another shape is told', () => {
  const mean = { kind: 'aggregating', row: { n: 'int' }, start: {}, add: () => 1, result: () => 1 };
  expect(() => made({ states: { mean } })).toThrow(
    'a.process.states.mean.start: field n is missing',
  );
});

test('timers that never fire are told', () => {
  const onTimer = () => undefined;
  expect(() => processFunctionOf('f', { ...least, onTimer }, [row], undefined, 'a')).toThrow(
    'a: onTimer is never called: give each source an eventTime, or say processingTime: true',
  );
  const clocked = { ...least, onTimer, processingTime: true };
  expect(() => processFunctionOf('f', clocked, [row], undefined, 'a')).not.toThrow();
});

describe('broadcast state', () => {
  const rules: RowType = [
    { name: 'key', type: 'int' },
    { name: 'limit', type: 'string' },
  ];

  test('the newest rule of a key stands behind its records', () => {
    const take = { limit: 'none' };
    const fn = rulesFunction({ key: 'n', ruleKey: 'key', take }, [row, rules], 'a');
    const map = new Map<unknown, object>();
    const emitted: object[] = [];
    const broadcast = {
      state: { get: (key: unknown) => map.get(key), put: map.set.bind(map) },
      emit: (out: object) => emitted.push(out),
    } as unknown as BroadcastContext;
    fn.processElement({ n: 7 }, broadcast);
    fn.processBroadcastElement({ key: 7, limit: 'low' }, broadcast);
    fn.processBroadcastElement({ key: 7, limit: 'high' }, broadcast);
    fn.processElement({ n: 7 }, broadcast);
    expect(emitted).toEqual([
      { n: 7, limit: 'none' },
      { n: 7, limit: 'high' },
    ]);
    expect(fn.output).toEqual([...row, { name: 'limit', type: 'string' }]);
  });

  test('code has both functions, and what they throw is its own mistake', () => {
    const declared = { state: { n: 'int' }, returns: { n: 'int' } };
    expect(() => broadcastFunctionOf('f', declared, [row, rules], 'a.broadcastState')).toThrow(
      'a.broadcastState: f must be { state, returns, processElement(row, ctx), processBroadcast',
    );
    const fail = (): never => {
      throw new Error('no');
    };
    const failing = { ...declared, processElement: fail, processBroadcastElement: fail };
    const fn = broadcastFunctionOf('f', failing, [row, rules], 'a');
    const broadcast = {} as BroadcastContext;
    expect(() => fn.processElement({ n: 1 }, broadcast)).toThrow(new UserFunctionError('f: no'));
    expect(() => fn.processBroadcastElement({ n: 1 }, broadcast)).toThrow(UserFunctionError);
  });
});

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { rolling, type Aggregates } from '../../../src/job/aggregates.js';
import type { WindowAssigner, WindowOperator } from '../../../src/job/job-graph.js';
import { broadcastStage } from '../../../src/job/meaning/broadcast.js';
import { countsStage } from '../../../src/job/meaning/counts.js';
import { intervalJoinStage } from '../../../src/job/meaning/interval-join.js';
import { processStage } from '../../../src/job/meaning/process.js';
import { rollingStage } from '../../../src/job/meaning/rolling.js';
import { windowsStage } from '../../../src/job/meaning/windows.js';
import type {
  AppendingState,
  ListState,
  MapState,
  ProcessFunction,
  ValueState,
} from '../../../src/job/process-function.js';
import type { RowType } from '../../../src/job/row.js';
import { aggregateWindow, reduceWindow, type Windowed } from '../../../src/job/window-functions.js';
import { compare, courses, row, type Subject } from './side-by-side.js';

const runs = { numRuns: 1_000 };

function holds(subject: Subject): void {
  fc.assert(
    fc.property(courses(subject.inputs.length), (course) => {
      compare(subject, course);
    }),
    runs,
  );
}

const aggregates: Aggregates = [
  ['count', 'count'],
  ['sum', { sum: 'value' }],
  ['min', { min: 'value' }],
  ['max', { max: 'value' }],
];

function windowSubject(assigner: WindowAssigner, allowedLateness: number, made: Windowed): Subject {
  const { keyField, function: kept, output } = made;
  const operator: WindowOperator = {
    ...{ kind: 'window', keyField, assigner, allowedLateness },
    function: kept,
  };
  return {
    ...{ operator, inputs: [row], output },
    stage: (main, late) =>
      assigner.kind === 'count'
        ? countsStage(operator, assigner.size, row, main)
        : windowsStage(operator, assigner, row, { main, late }),
  };
}

describe('the engine gives what the meaning gives', () => {
  const assigners: readonly WindowAssigner[] = [
    { kind: 'tumbling', size: 10, offset: 0 },
    { kind: 'tumbling', size: 7, offset: -3 },
    { kind: 'sliding', size: 15, slide: 5, offset: 2 },
    { kind: 'sliding', size: 10, slide: 4, offset: 0 },
    { kind: 'session', gap: 6 },
    { kind: 'count', size: 3 },
  ];
  const lateness = [0, 8];
  const cases = assigners.flatMap((assigner) =>
    (assigner.kind === 'count' ? [0] : lateness).map((each) => [assigner, each] as const),
  );
  test.each(cases)('windows %j with lateness %i', (assigner, each) => {
    holds(windowSubject(assigner, each, aggregateWindow('key', aggregates, row, 'w')));
  });

  // Merged sessions combine in an order of their own.
  const inOrder = cases.filter(([{ kind }]) => kind !== 'session');
  test.each(inOrder)('windows %j with lateness %i, reduced in order', (assigner, each) => {
    const first = ({ key }: Readonly<Record<string, unknown>>): string => String(key);
    const combine = (
      one: Readonly<Record<string, number | string>>,
      other: Readonly<Record<string, number | string>>,
    ): Record<string, number | string> => ({
      key: first(one),
      value: (2 * Number(one['value']) - Number(other['value'])) | 0,
    });
    holds(
      windowSubject(
        assigner,
        each,
        reduceWindow({ name: 'r', key: 'key', input: row, combine }, false, 'w'),
      ),
    );
  });

  test('rolling aggregates', () => {
    const made = rolling('key', [...aggregates, ['last', { last: 'value' }]], row, 'r');
    const { keyField, output } = made;
    const operator = { kind: 'keyed', keyField, function: made.function } as const;
    holds({ operator, inputs: [row], output, stage: (main) => rollingStage(operator, row, main) });
  });

  test.each([
    [-5, 5],
    [0, 12],
    [3, 9],
    [-9, -4],
  ])('an interval join of %i to %i', (lower, upper) => {
    const operator = { kind: 'intervalJoin', keyFields: [0, 0], lower, upper } as const;
    const inputs = [row, row];
    const output = [...row, ...row.map(({ name, type }) => ({ name: 'right_' + name, type }))];
    const stage: Subject['stage'] = (main, late) =>
      intervalJoinStage(operator, inputs, { main, late });
    holds({ operator, inputs, output, stage });
  });

  test('broadcast state', () => {
    const output: RowType = [...row, { name: 'rule', type: 'int' }];
    const operator = {
      kind: 'broadcastState',
      function: {
        ...{ name: 'rules', inputs: [row, row] as const, output, state: row },
        processElement: (record, { state, emit, timestamp }) => {
          const rule = state.get(record['key'] ?? '');
          emit({ ...record, rule: Number(rule?.['value'] ?? timestamp) });
        },
        processBroadcastElement: (rule, { state, emit }) => {
          if (Number(rule['value']) < 0) state.remove(rule['key'] ?? '');
          else state.put(rule['key'] ?? '', rule);
          emit({ ...rule, rule: state.entries().length });
        },
      },
    } satisfies Subject['operator'];
    const stage: Subject['stage'] = (main) => broadcastStage(operator, main);
    holds({ operator, inputs: [row, row], output, stage });
  });

  test.each([
    ['one input', 1, false],
    ['two inputs', 2, false],
    ['timers of processing time', 1, true],
  ] as const)('a process function with %s, with each kind of state', (_name, inputs, clocked) => {
    const made = everyState(inputs, clocked);
    const operator = {
      kind: 'process',
      keyFields: [0, 0].slice(0, inputs),
      function: made,
    } as const;
    const stage: Subject['stage'] = (main) => processStage(operator, main);
    holds({ operator, inputs: made.inputs, output: made.output, stage, clocked });
  });
});

/** Uses every kind of state, sets timers and takes them away. */
function everyState(inputs: number, clocked: boolean): ProcessFunction {
  const total: RowType = [{ name: 'total', type: 'int' }];
  const add = (name: string, field: string) => {
    return (
      one: Readonly<Record<string, number | string>>,
      other: Readonly<Record<string, number | string>>,
    ): Record<string, number> => ({ [name]: (Number(one[name]) + Number(other[field])) | 0 });
  };
  return {
    name: 'every',
    inputs: Array.from({ length: inputs }, () => row),
    output: [...row, { name: 'what', type: 'string' }],
    usesProcessingTime: clocked,
    snapshotState: () => 0,
    states: {
      value: { kind: 'value', row },
      list: { kind: 'list', row },
      map: { kind: 'map', row },
      reducing: { kind: 'reducing', row: total, combine: add('total', 'total') },
      aggregating: {
        ...{ kind: 'aggregating', input: row, row: total, output: total, start: { total: 0 } },
        ...{ add: add('total', 'value'), result: ({ total: sum }) => ({ total: -Number(sum) }) },
      },
    },
    processElement: (record, context, input) => {
      const value = Number(record['value']);
      const { key, timestamp = 0, emit } = context;
      const list = context.state('list') as ListState;
      const map = context.state('map') as MapState;
      const last = context.state('value') as ValueState;
      (context.state('reducing') as AppendingState).add({ total: input + 1 });
      (context.state('aggregating') as AppendingState).add(record);
      list.add(record);
      if (value % 4 === 0) map.remove(value);
      else map.put(value % 4, record);
      if (value === 7) list.clear();
      if (value === -7) context.deleteEventTimeTimer(timestamp + 5);
      else context.registerEventTimeTimer(timestamp + (value & 7));
      if (clocked) context.registerProcessingTimeTimer(context.currentProcessingTime() + 10);
      const before = last.value()?.['value'] ?? 'none';
      last.update(record);
      emit({ key, value, what: `${before} ${list.get().length} ${context.currentWatermark()}` });
    },
    onTimer: (time, { state, key, emit, timestamp, registerEventTimeTimer }, domain) => {
      const list = state('list') as ListState;
      const map = state('map') as MapState;
      const sums = ['reducing', 'aggregating'].map(
        (name) => (state(name) as AppendingState).get()?.['total'] ?? 'none',
      );
      const held = map.entries().map(([at, one]) => `${at}:${one['value']}`);
      const rows = list.get();
      emit({ key, value: time, what: [domain, timestamp, sums, held, rows.length].join('|') });
      list.update(rows.slice(1));
      if (rows.length === 5) registerEventTimeTimer(time + 3);
      if (rows.length === 0) {
        (state('value') as ValueState).clear();
        (state('reducing') as AppendingState).clear();
        map.clear();
      }
    },
  };
}

test('a course that lets nothing fire still gives what its end gives', () => {
  const made = aggregateWindow('key', aggregates, row, 'w');
  const subject = windowSubject({ kind: 'tumbling', size: 10, offset: 0 }, 0, made);
  const step = { kind: 'record', input: 0, row: ['a', 3], time: 4 } as const;
  expect(() => {
    compare(subject, [step, { kind: 'snapshot' }, step, { kind: 'restore' }, step]);
  }).not.toThrow();
});

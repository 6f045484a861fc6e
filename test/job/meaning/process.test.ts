/** Process functions by hand: states by key, timers of both domains, what the function sees. */
import { describe, expect, test } from 'vitest';
import { broadcastStage } from '../../../src/job/meaning/broadcast.js';
import { processStage } from '../../../src/job/meaning/process.js';
import type {
  AppendingState,
  BroadcastFunction,
  ListState,
  MapState,
  ProcessContext,
  ProcessFunction,
  ValueState,
} from '../../../src/job/process-function.js';
import type { RowObject } from '../../../src/job/functions.js';
import { alarm, fields, given, keyed, row, watermark } from './steps.js';
import { NO_TIME } from '../../../src/job/time-bounds.js';

const output = fields('key', 'value');
const value = fields('value');

function processed(
  made: Pick<ProcessFunction, 'processElement'> & Partial<ProcessFunction>,
  steps: Parameters<typeof given>[2],
): string[] {
  const user: ProcessFunction = {
    ...{ name: 'test', inputs: [keyed, keyed], output, usesProcessingTime: true },
    states: {},
    onTimer: () => undefined,
    snapshotState: () => 0,
    ...made,
  };
  const operator = { kind: 'process', keyFields: [0, 0], function: user } as const;
  return given(({ main }) => processStage(operator, main), { main: output }, steps);
}

const emit = ({ key, emit: put }: ProcessContext, it: number): void => put({ key, value: it });

describe('timers of event time', () => {
  const echo = {
    processElement: (record: RowObject, context: ProcessContext) => {
      context.registerEventTimeTimer(Number(record['value']));
      if (record['value'] === 0) context.deleteEventTimeTimer(20);
    },
    onTimer: (time: number, context: ProcessContext, domain: string) => {
      emit(context, time);
      if (time === 12) context.registerEventTimeTimer(13);
      if (domain !== 'event' || context.timestamp !== time) emit(context, -1);
    },
  };

  test('one for a key and time fires once, in the order of times, with the time of its own', () => {
    const steps = [row(['a', 20], 1), row(['a', 20], 2), row(['b', 15], 3), row(['a', 15], 4)];
    expect(processed(echo, [...steps, watermark(14)])).toEqual([]);
    expect(processed(echo, [...steps, watermark(20), watermark(30)])).toEqual([
      'b 15 @15',
      'a 15 @15',
      'a 20 @20',
    ]);
  });

  test('one that is set while timers fire does too if it is due', () => {
    expect(processed(echo, [row(['a', 12], 1), watermark(12)])).toEqual(['a 12 @12']);
    expect(processed(echo, [row(['a', 12], 1), watermark(13)])).toEqual(['a 12 @12', 'a 13 @13']);
  });

  test('one that is deleted does not fire, one in the past does when time goes on', () => {
    const deleted = [row(['a', 20], 1), row(['a', 0], 2), watermark(30)];
    expect(processed(echo, deleted)).toEqual(['a 0 @0']);
    const late = [watermark(10), row(['a', 5], 11), watermark(11)];
    expect(processed(echo, late)).toEqual(['a 5 @5']);
  });

  test('they fire at the watermark of the subtask at which their key enters', () => {
    const steps = [row(['a', 5], 1, { subtask: 1 }), watermark(9, 0)];
    expect(processed(echo, steps)).toEqual([]);
    expect(processed(echo, [...steps, watermark(9, 1)])).toEqual(['a 5 @5']);
  });
});

describe('timers of processing time', () => {
  const delayed = {
    processElement: (_row: RowObject, context: ProcessContext) => {
      context.registerProcessingTimeTimer(context.currentProcessingTime() + 5);
    },
    onTimer: (time: number, context: ProcessContext, domain: string) => {
      if (domain === 'processing' && context.timestamp === time) emit(context, time);
      emit(context, context.currentProcessingTime());
    },
  };

  test('they fire when the history says so, and their rows have no time', () => {
    const steps = [row(['a', 1], 3, { now: 100 }), watermark(1_000), alarm(105, 'a', 107)];
    expect(processed(delayed, steps)).toEqual(['a 105', 'a 107']);
  });

  test('none fires that is not set, or has fired', () => {
    const set = row(['a', 1], 3, { now: 100 });
    expect(() => processed(delayed, [set, alarm(104, 'a')])).toThrow('none is set');
    expect(() => processed(delayed, [set, alarm(105, 'b')])).toThrow('none is set');
    const twice = [set, alarm(105, 'a'), alarm(105, 'a')];
    expect(() => processed(delayed, twice)).toThrow('none is set');
  });

  test('none overtakes an earlier one of its subtask', () => {
    const sets = [row(['a', 1], 3, { now: 100 }), row(['b', 1], 3, { now: 102 })];
    const early = [...sets, alarm(107, 'b')];
    expect(() => processed(delayed, early)).toThrow('an earlier one of the subtask is still set');
  });
});

test('the function sees the key, the time of the record, the watermark and the input', () => {
  const seen: unknown[] = [];
  const steps = [row(['a', 1], 7), watermark(4), row(['b', 2], NO_TIME, { input: 1 })];
  processed(
    {
      processElement: (record, { key, timestamp, currentWatermark }, input) => {
        seen.push([record['value'], key, timestamp, currentWatermark(), input]);
      },
    },
    steps,
  );
  expect(seen).toEqual([
    [1, 'a', 7, NO_TIME, 0],
    [2, 'b', undefined, 4, 1],
  ]);
});

test('every kind of state holds what was put in, for its key', () => {
  const states: ProcessFunction['states'] = {
    last: { kind: 'value', row: value },
    all: { kind: 'list', row: value },
    seen: { kind: 'map', row: value },
    most: {
      kind: 'reducing',
      row: value,
      combine: (one, other) => (Number(one['value']) < Number(other['value']) ? other : one),
    },
    twice: {
      ...{ kind: 'aggregating', input: value, row: value, output: value, start: { value: 0 } },
      add: (sum, one) => ({ value: Number(sum['value']) + Number(one['value']) }),
      result: (sum) => ({ value: 2 * Number(sum['value']) }),
    },
  };
  const processElement: ProcessFunction['processElement'] = (record, context) => {
    const it = { value: record['value'] as number };
    const last = context.state('last') as ValueState;
    const all = context.state('all') as ListState;
    const seen = context.state('seen') as MapState;
    const most = context.state('most') as AppendingState;
    const twice = context.state('twice') as AppendingState;
    emit(context, Number(last.value()?.['value'] ?? -1));
    last.update(it);
    all.add(it);
    seen.put(it.value, it);
    most.add(it);
    twice.add(it);
    emit(context, all.get().length * 100 + seen.entries().length);
    emit(context, Number(most.get()?.['value']) * 100 + Number(twice.get()?.['value']));
    if (it.value === 7) for (const state of [last, all, seen, most, twice]) state.clear();
    if (it.value === 3) seen.remove(4);
    if (it.value === 3) all.update([it]);
    if (seen.get(4) !== undefined) emit(context, 4);
  };
  const steps = [4, 4, 3, 7, 7].map((it) => row(['a', it]));
  const numbers = (told: string[]) => told.map((text) => Number(text.slice(2)));
  const lines = numbers(processed({ processElement, states }, steps));
  expect(lines).toEqual([-1, 101, 408, 4, 4, 201, 416, 4, 4, 302, 422, 3, 202, 736, -1, 101, 714]);
  expect(processed({ processElement, states }, [row(['a', 4]), row(['b', 4])])).toContain('b -1');
});

test('what throws, and rows and timers that are none, end the record', () => {
  const steps = [row(['a', 1]), row(['a', 2]), row(['a', 3]), row(['a', 4]), row(['a', 5])];
  const processElement: ProcessFunction['processElement'] = (record, context) => {
    if (record['value'] === 1) throw new Error('no');
    if (record['value'] === 2) context.emit({ key: 'a' });
    if (record['value'] === 3) context.registerEventTimeTimer(0.5);
    if (record['value'] === 4) context.state('none');
    emit(context, Number(record['value']));
  };
  expect(processed({ processElement }, steps)).toEqual(['a 5']);
});

test('broadcast: each subtask reads its own copy of the map, which the other input changes', () => {
  const user: BroadcastFunction = {
    ...{ name: 'rules', inputs: [keyed, keyed], output, state: value },
    processElement: (record, { state, emit: put, timestamp = -1, currentWatermark }) => {
      const rule = state.get(record['key'] as string)?.['value'] ?? 0;
      put({ key: record['key'] as string, value: Number(rule) * 100 + timestamp });
      if (record['value'] === 9) put({ key: 'w', value: currentWatermark() });
      if (record['value'] === 8) state.put('a', { value: 1 });
      put({ key: 'end', value: state.entries().length });
    },
    processBroadcastElement: (record, { state }) => {
      if (record['value'] === 0) state.remove(record['key'] as string);
      else state.put(record['key'] as string, { value: record['value'] as number });
    },
  };
  const rule = (it: number, subtask: number) => row(['a', it], 1, { input: 1, subtask });
  const steps = [
    ...[rule(3, 0), row(['a', 1], 5), row(['a', 1], 5, { subtask: 1 }), rule(0, 0)],
    ...[watermark(4), row(['a', 9], 6), row(['a', 8], 7)],
  ];
  const operator = { kind: 'broadcastState', function: user } as const;
  expect(given(({ main }) => broadcastStage(operator, main), { main: output }, steps)).toEqual([
    ...['a 305 @5', 'end 1 @5', 'a 5 @5', 'end 0 @5'],
    ...['a 6 @6', 'w 4 @6', 'end 0 @6', 'a 7 @7'],
  ]);
});

/** Spans of time, windows and sources that tell time: what they are in ticks, and what cannot. */
import { describe, expect, test } from 'vitest';
import { streamExecutionEnvironment, twoPhaseSink } from '../../src/job/data-stream.js';
import { spanMicros, spanTicks, watermarksOf } from '../../src/job/event-time.js';
import { JobError } from '../../src/job/job-error.js';
import type { RowType } from '../../src/job/row.js';
import {
  assignerOf,
  sessionWindow,
  slidingWindow,
  tumblingWindow,
  type WindowDeclaration,
} from '../../src/job/windows.js';

const minutes = { tickMicros: 60_000_000 };
const row: RowType = [
  { name: 'origin', type: 'string' },
  { name: 'minute', type: 'int' },
];

describe('spans', () => {
  test.each([
    ['5ms', 5_000],
    ['10s', 10_000_000],
    ['15m', 900_000_000],
    ['15min', 900_000_000],
    ['-2h', -7_200_000_000],
    ['7d', 604_800_000_000],
  ])('%s is %i microseconds', (span, micros) => {
    expect(spanMicros(span, 'here')).toBe(micros);
  });

  test.each([
    ['', 'is no span of time; a span is a whole number and a unit'],
    ['10', '10 is no span of time'],
    ['1.5h', '1.5h is no span of time'],
    ['1h30m', '1h30m is no span of time'],
    ['90s', '90s is no whole number of min, the unit of the sources'],
    ['2000000d', 'is 2880000000 min; times have 32 bits'],
  ])('%s is told with its place', (span, message) => {
    expect(() => spanTicks(span, minutes, 'here')).toThrow(JobError);
    expect(() => spanTicks(span, minutes, 'here')).toThrow(message);
    expect(() => spanTicks(span, minutes, 'here')).toThrow(/^here: /);
  });

  test('a job without time has no ticks', () => {
    expect(() => spanTicks('1h', undefined, 'here')).toThrow('give each source an eventTime');
  });
});

describe('windows', () => {
  test.each<[WindowDeclaration, unknown]>([
    [tumblingWindow('1d', '-6h'), { kind: 'tumbling', size: 1_440, offset: -360 }],
    [slidingWindow('7d', '1d'), { kind: 'sliding', size: 10_080, slide: 1_440, offset: 0 }],
    [sessionWindow('30m'), { kind: 'session', gap: 30 }],
    [{ count: 100 }, { kind: 'count', size: 100 }],
  ])('%j', (declared, assigner) => {
    expect(assignerOf(declared, minutes, 'w')).toEqual(assigner);
  });

  test.each<[WindowDeclaration, string]>([
    [tumblingWindow('0m'), 'w.tumbling: 0m must be longer than nothing'],
    [slidingWindow('1d', '2d'), 'w.slide: is longer than the window; some records had none'],
    [sessionWindow('-1m'), 'w.session: -1m must be longer'],
    [{ count: 0 }, 'w.count: a window takes a whole number of records, 1 or more'],
  ])('%j is told', (declared, message) => {
    expect(() => assignerOf(declared, minutes, 'w')).toThrow(message);
  });
});

describe('sources', () => {
  const told = { field: 'minute', unit: 'min', outOfOrderness: '12h' } as const;

  test('tell time by an integer field', () => {
    const { watermarks, time } = watermarksOf({ ...told, idleAfter: '5s' }, row, 'e');
    expect(watermarks).toEqual({ field: 1, outOfOrderness: 720, idleMicros: 5_000_000 });
    expect(time).toEqual(minutes);
  });

  test('of a group wait for each other', () => {
    const alignment = { group: 'g', maxDrift: '2h' };
    const { watermarks } = watermarksOf({ ...told, alignment }, row, 'e');
    expect(watermarks.alignment).toEqual({ group: 'g', maxDrift: 120, updateMicros: 1_000_000 });
    const often = watermarksOf(
      { ...told, alignment: { ...alignment, updateMillis: 50 } },
      row,
      'e',
    );
    expect(often.watermarks.alignment?.updateMicros).toBe(50_000);
  });

  test.each([
    [{ group: '' }, 'e.alignment.group: must have a name; or leave alignment out'],
    [{ maxDrift: '-1h' }, 'e.alignment.maxDrift: -1h is negative; give the span'],
    [{ maxDrift: '5s' }, 'e.alignment.maxDrift: 5s is no whole number of min'],
    [{ maxDrift: 'far' }, 'e.alignment.maxDrift: far is no span of time'],
    [{ updateMillis: 0 }, 'e.alignment.updateMillis: must be an integer, 1 or more'],
    [{ updateMillis: 0.5 }, 'e.alignment.updateMillis: must be an integer, 1 or more'],
  ])('a group with %j is told', (changes, message) => {
    const alignment = { group: 'g', maxDrift: '1h', ...changes };
    expect(() => watermarksOf({ ...told, alignment }, row, 'e')).toThrow(message);
  });

  test.each([
    [{}, undefined],
    [{ group: 'h', maxDrift: '2h' }, undefined],
    [
      { maxDrift: '2h' },
      'second.eventTime.alignment: has another maxDrift than first of g; give both one',
    ],
    [
      { updateMillis: 20 },
      'second.eventTime.alignment: has another updateMillis than first of g; give both one',
    ],
  ])('a second one of the group with %j', (changes, message) => {
    const shape = { origin: 'string', minute: 'int' } as const;
    const env = streamExecutionEnvironment('job');
    const of = (topic: string, more: object) => {
      const alignment = { group: 'g', maxDrift: '1h', ...more };
      const eventTime = { ...told, alignment };
      return env.fromSource({ topic, splits: 1, row: shape, eventTime }).uid(topic);
    };
    of('first', {}).union(of('second', changes)).sinkTo(twoPhaseSink('out'));
    if (message === undefined) expect(() => env.getJobGraph()).not.toThrow();
    else expect(() => env.getJobGraph()).toThrow(message);
  });

  test.each([
    [{ field: 'origin' }, 'e.field: origin is a text; times are integers'],
    [{ field: 'hour' }, 'e.field: there is no field hour; there are origin, minute'],
    [{ unit: 'weeks' as 'd' }, 'e.unit: a unit is one of ms, s, min, h, d'],
    [{ outOfOrderness: '-1h' }, 'e.outOfOrderness: -1h is negative'],
    [{ idleAfter: '0s' }, 'e.idleAfter: must be longer than nothing'],
  ])('%j is told', (changes, message) => {
    expect(() => watermarksOf({ ...told, ...changes }, row, 'e')).toThrow(message);
  });

  test('all of a job tell it, in one unit', () => {
    const shape = { origin: 'string', minute: 'int' } as const;
    const source = { topic: 'a', splits: 1, row: shape };
    const env = streamExecutionEnvironment('job');
    const first = env.fromSource({ ...source, eventTime: told }).uid('first');
    expect(() => env.fromSource({ ...source, eventTime: { ...told, unit: 'h' } })).toThrow(
      'fromSource(a).eventTime.unit: all sources of a job count time in one unit',
    );
    first.union(env.fromSource(source).uid('second')).sinkTo(twoPhaseSink('out'));
    expect(() => env.getJobGraph()).toThrow('second: other sources of the job tell time');
  });

  test('without time there are no windows of it', () => {
    const shape = { origin: 'string', minute: 'int' } as const;
    const env = streamExecutionEnvironment('job');
    const keyed = env.fromSource({ topic: 'a', splits: 1, row: shape }).keyBy('origin');
    expect(() => keyed.window(tumblingWindow('1h')).aggregate({ n: 'count' })).toThrow(
      'keyBy(origin).window: a window of time works by event time; give each source an eventTime',
    );
    expect(() => keyed.countWindow(2).aggregate({ n: 'count' })).not.toThrow();
  });
});

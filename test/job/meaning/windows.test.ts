/** Windows by hand: which they are, when they fire, what is late, how sessions become one. */
import { describe, expect, test } from 'vitest';
import type { Aggregates } from '../../../src/job/aggregates.js';
import type { WindowAssigner } from '../../../src/job/job-graph.js';
import { countsStage } from '../../../src/job/meaning/counts.js';
import { windowsStage } from '../../../src/job/meaning/windows.js';
import { aggregateWindow, reduceWindow, type Windowed } from '../../../src/job/window-functions.js';
import { fields, given, keyed, row, watermark } from './steps.js';
import { END_OF_TIME, NO_TIME } from '../../../src/job/time-bounds.js';

type Steps = Parameters<typeof given>[2];
type TimeAssigner = Exclude<WindowAssigner, { kind: 'count' }>;

const aggregates: Aggregates = [
  ['count', 'count'],
  ['sum', { sum: 'value' }],
  ['most', { max: 'value' }],
];
const totals = aggregateWindow('key', aggregates, keyed, 'test');

/** A reduction that neither commutes nor associates, so that the order of its calls shows. */
const minus: Windowed = reduceWindow(
  {
    ...{ name: 'minus', key: 'key', input: keyed },
    combine: (one, other) => ({ ...one, value: Number(one['value']) - Number(other['value']) }),
  },
  false,
  'test',
);

function windows(
  assigner: TimeAssigner,
  steps: Steps,
  { allowedLateness = 0, made = totals }: { allowedLateness?: number; made?: Windowed } = {},
): string[] {
  const { keyField, output } = made;
  const operator = { kind: 'window', keyField, assigner, allowedLateness } as const;
  return given(
    (outputs) => windowsStage({ ...operator, function: made.function }, assigner, keyed, outputs),
    { main: output, late: keyed },
    steps,
  );
}

const ten = { kind: 'tumbling', size: 10, offset: 0 } as const;

describe('tumbling', () => {
  test('a window fires at its last tick, with the time of that, and once', () => {
    const steps = [row(['a', 5], 10), row(['b', 1], 12), row(['a', -2], 19), row(['a', 7], 20)];
    expect(windows(ten, [...steps, watermark(18)])).toEqual([]);
    expect(windows(ten, [...steps, watermark(19), watermark(25)])).toEqual([
      'a 10 20 2 3 5 @19',
      'b 10 20 1 1 1 @19',
    ]);
    expect(windows(ten, [...steps, watermark(END_OF_TIME)])).toHaveLength(3);
  });

  test('windows begin at the offset, before the epoch too', () => {
    const odd = { ...ten, offset: 3 };
    expect(windows(odd, [row(['a', 1], -8), row(['a', 1], 2), watermark(100)])).toEqual([
      'a -17 -7 1 1 1 @-8',
      'a -7 3 1 1 1 @2',
    ]);
  });

  test('a record behind its window is late, one behind the watermark alone is not', () => {
    const steps = [row(['a', 1], 12), watermark(14), row(['a', 2], 11), watermark(19)];
    expect(windows(ten, [...steps, row(['a', 9], 19)])).toEqual([
      'a 10 20 2 3 2 @19',
      'late a 9 @19',
    ]);
  });

  test('within the allowed lateness a window fires again at once with all of its records', () => {
    const steps = [row(['a', 1], 12), watermark(19), row(['a', 2], 13), watermark(23)];
    const more = [row(['a', 3], 14), watermark(24), row(['a', 4], 15)];
    expect(windows(ten, [...steps, ...more], { allowedLateness: 5 })).toEqual([
      'a 10 20 1 1 1 @19',
      'a 10 20 2 3 2 @19',
      'a 10 20 3 6 3 @19',
      'late a 4 @15',
    ]);
  });

  test('each subtask has its own watermark, which a restore takes back', () => {
    const other = [watermark(30), row(['a', 1], 12, { subtask: 1 }), watermark(19, 1)];
    expect(windows(ten, other)).toEqual(['a 10 20 1 1 1 @19']);
    const restored = [watermark(30), watermark(NO_TIME), row(['a', 1], 12), watermark(20)];
    expect(windows(ten, restored)).toEqual(['a 10 20 1 1 1 @19']);
  });
});

test('sliding: a record is in each window that holds its time, and late when all are over', () => {
  const sliding = { kind: 'sliding', size: 10, slide: 5, offset: 0 } as const;
  expect(
    windows(sliding, [row(['a', 1], 7), watermark(9), row(['a', 2], 8), watermark(14)]),
  ).toEqual(['a 0 10 1 1 1 @9', 'a 5 15 2 3 2 @14']);
  expect(windows(sliding, [watermark(14), row(['a', 1], 9)])).toEqual(['late a 1 @9']);
});

describe('sessions', () => {
  const session = { kind: 'session', gap: 10 } as const;

  test('those that overlap or touch become one, those a tick apart do not', () => {
    const touching = [row(['a', 1], 0), row(['a', 2], 10), watermark(100)];
    expect(windows(session, touching)).toEqual(['a 0 20 2 3 2 @19']);
    const apart = [row(['a', 1], 0), row(['a', 2], 11), watermark(100)];
    expect(windows(session, apart)).toEqual(['a 0 10 1 1 1 @9', 'a 11 21 1 2 2 @20']);
    const bridged = [row(['a', 1], 0), row(['a', 4], 16), row(['a', 2], 8), watermark(100)];
    expect(windows(session, bridged)).toEqual(['a 0 26 3 7 4 @25']);
    expect(windows(session, [row(['a', 1], 0), row(['b', 2], 5), watermark(9)])).toHaveLength(1);
  });

  test('a session that grows fires at its new end only', () => {
    const steps = [row(['a', 1], 0), watermark(8), row(['a', 2], 9), watermark(9), watermark(18)];
    expect(windows(session, steps)).toEqual(['a 0 19 2 3 2 @18']);
  });

  test('what joins a session that is not over is not late, whatever its own time', () => {
    const steps = [row(['a', 1], 5), watermark(12), row(['a', 2], 0), watermark(14)];
    expect(windows(session, steps)).toEqual(['a 0 15 2 3 2 @14']);
    expect(windows(session, [...steps, row(['a', 3], 4)])).toContain('late a 3 @4');
  });

  test('within the lateness a session that has fired grows and fires again', () => {
    const steps = [row(['a', 1], 0), watermark(12), row(['a', 2], 2), row(['a', 3], 6)];
    expect(windows(session, [...steps, watermark(15)], { allowedLateness: 20 })).toEqual([
      'a 0 10 1 1 1 @9',
      'a 0 12 2 3 2 @11',
      'a 0 16 3 6 3 @15',
    ]);
  });

  test('a reduction combines the earlier session with the later one, then the record', () => {
    const steps = [row(['a', 100], 0), row(['a', 10], 18), row(['a', 1], 9), watermark(50)];
    expect(windows(session, steps, { made: minus })).toEqual([`a ${100 - 10 - 1} @27`]);
  });
});

test('a reduction whose function throws leaves the record out', () => {
  const made = reduceWindow(
    {
      ...{ name: 'throws', key: 'key', input: keyed },
      combine: (one, other) => {
        if (other['value'] === 2) throw new Error('no');
        return { ...one, value: Number(one['value']) + Number(other['value']) };
      },
    },
    true,
    'test',
  );
  const steps = [row(['a', 1], 0), row(['a', 2], 1), row(['a', 4], 2), watermark(9)];
  expect(windows(ten, steps, { made })).toEqual(['a 5 @9']);
});

test('counts: every so many records of a key give a row, numbered from 0', () => {
  const {
    function: made,
    keyField,
    output,
  } = aggregateWindow('key', [...aggregates, ['newest', { last: 'value' }]], keyed, 'test');
  const assigner = { kind: 'count', size: 2 } as const;
  const operator = {
    kind: 'window',
    keyField,
    assigner,
    allowedLateness: 0,
    function: made,
  } as const;
  const values = [5, 3, 2, 1, 9];
  const steps = values.flatMap((value) => [
    row(['a', value]),
    ...(value > 4 ? [row(['b', 1])] : []),
  ]);
  expect(
    given(({ main }) => countsStage(operator, 2, keyed, main), { main: output }, steps),
  ).toEqual([
    `a 0 0 2 8 5 3 @${END_OF_TIME}`,
    `a 1 1 2 3 2 1 @${END_OF_TIME}`,
    `b 0 0 2 2 1 1 @${END_OF_TIME}`,
  ]);
  expect(output).toEqual(
    fields('key', 'windowStart', 'windowEnd', 'count', 'sum', 'most', 'newest'),
  );
});

import { describe, expect, test } from 'vitest';

import { streamExecutionEnvironment, twoPhaseSink } from '../../src/job/data-stream.js';
import { tumblingWindow } from '../../src/job/windows.js';
import type { Context, RunEnd } from '../../src/check/verdict.js';
import type { Entry } from '../../src/history/entry.js';
import { blockOf } from '../../src/job/row.js';
import {
  entered,
  entry,
  judge,
  pointer,
  pointerKey,
  restoring,
  taken,
  told,
  visible,
} from './stage.js';

/** The records, and the rows that they give in the order 1, 0: -2, then 5. */
const r0 = ['a', 0, 5];
const r1 = ['a', 1, -2];
const r2 = ['b', 2, 7];
const a1 = ['a', 1, 1, -2, -2];
const a0 = ['a', 0, 2, 3, 5];
const b2 = ['b', 2, 1, 7, 7];
const other = 'source[1]->sum[0]';
const all = [entered([r1, r0]), entered([r2], other)];

const verdictOn = (entries: Entry[], reason: RunEnd['reason'] = 'finished') =>
  told(judge('exactly-once', entries, reason));

describe('along one attempt', () => {
  test('what entered, in its order, gives what is visible, whatever becomes so first', () => {
    expect(verdictOn([...all, visible([a1, a0]), visible([b2])])).toBe('holds, 6 judged');
    expect(verdictOn([visible([b2, a0]), visible([a1]), ...all])).toBe('holds, 6 judged');
    const swapped = [entered([r0]), entered([r1]), all[1] as Entry];
    const rows = visible([['a', 0, 1, 5, 5], ['a', 1, 2, 3, 5], b2]);
    expect(verdictOn([...swapped, rows])).toBe('holds, 6 judged');
    expect(verdictOn([...all, rows])).toMatchInlineSnapshot(`
      "violated, 6 judged, at 2
      (a, 0, 1, 5, 5) is visible in out, where no such row is due
      about record 0
      proved by rowsVisible 3"
    `);
  });

  test('rows of other topics are not judged, and no input needs no rows', () => {
    const elsewhere = { ...visible([a0]), about: 'audit' };
    const verdict = judge('exactly-once', [elsewhere], 'finished', { topics: [] });
    expect(told(verdict)).toBe('holds, 0 judged');
  });

  test('a row that is visible twice convicts where it is so again', () => {
    const entries = [...all, visible([a1]), visible([a0, a1]), visible([b2])];
    expect(verdictOn(entries)).toMatchInlineSnapshot(`
      "violated, 7 judged, at 3
      (a, 1, 1, -2, -2) is visible in out more often than it is due
      about record 1
      proved by rowsVisible 2"
    `);
  });

  test('a record that enters twice, or from nowhere, convicts where it enters', () => {
    expect(verdictOn([...all, entered([r1], other), visible([a1])])).toMatchInlineSnapshot(`
      "violated, 5 judged, at 2
      (a, 1, -2) is let into sum by source more often than it is due
      about record 1
      proved by entered 1"
    `);
    expect(verdictOn([entered([['a', 0, 6]]), ...all])).toMatchInlineSnapshot(`
      "violated, 4 judged, at 0
      (a, 0, 6) is let into sum by source, where no such row is due
      about record 0
      proved by entered 1"
    `);
  });

  test('a row that is none convicts', () => {
    const forged = visible([['a', 0]]);
    expect(verdictOn([...all, forged])).toContain('a row of another form is visible in out');
  });

  test('what is missing convicts at the end of a run that finished, and of no other', () => {
    expect(verdictOn([...all, visible([a1])])).toMatchInlineSnapshot(`
      "violated, 4 judged, at 2
      2 of 3 rows are not visible in out, the first is (a, 0, 2, 3, 5)
      about record 0
      proved by "
    `);
    const some = [entered([r1]), visible([a1])];
    expect(verdictOn(some)).toMatchInlineSnapshot(`
      "violated, 2 judged, at 1
      2 of 3 rows are not let into sum by source, the first is (a, 0, 5)
      about record 0
      proved by "
    `);
    expect(verdictOn(some, 'failed')).toBe('holds, 2 judged: partial');
    const unknown = 'unknown, 2 judged: 2 of 3 rows are not let into sum by source';
    expect(verdictOn(some, 'budget')).toBe(unknown);
    expect(verdictOn([...some, visible([a1])], 'failed')).toContain('violated');
  });

  test('sums wrap as the 32-bit integers that they are', () => {
    const inputs = [
      ['c', 0, 0x7fff_ffff],
      ['c', 1, 1],
    ];
    const topic = { topic: 'in', row: [], rows: inputs, splits: [] };
    const rows = [
      ['c', 0, 1, 0x7fff_ffff, 0x7fff_ffff],
      ['c', 1, 2, -0x8000_0000, 0x7fff_ffff],
    ];
    const entries = [entered(inputs), visible(rows)];
    const verdict = judge('exactly-once', entries, 'finished', { topics: [topic] });
    expect(told(verdict)).toBe('holds, 4 judged');
  });
});

describe('over restores', () => {
  const first = [restoring(0, 1), entered([r1]), taken(4), pointer(4)];
  const again = entered([r0], undefined, 2);
  const rest = entered([r2], other, 2);

  test('what came behind the restored checkpoint is as if it never had', () => {
    const entries = [...first, entered([r2], other), restoring(4, 2), again, rest];
    expect(verdictOn([...entries, visible([a1, a0, b2])])).toBe('holds, 6 judged');
    const kept = [...first, entered([r2], other), restoring(4, 2), again];
    expect(verdictOn(kept)).toContain('1 of 3 rows are not let into sum by source');
  });

  test('a restore of nothing begins anew', () => {
    const entries = [entered([r2], other), restoring(0, 2), entered([r1, r0], undefined, 2), rest];
    expect(verdictOn([...entries, visible([a1, a0, b2])])).toBe('holds, 6 judged');
  });

  test('what a superseded attempt still says does not count', () => {
    const late = [entered([r2], other), taken(5), restoring(1, 1)];
    const entries = [...first, restoring(4, 2), ...late, again, rest, visible([a1, a0, b2])];
    expect(verdictOn(entries)).toBe('holds, 6 judged');
  });

  test('a checkpoint that was passed over can still be restored', () => {
    const more = [entered([r0]), taken(5), restoring(4, 2), pointer(5), restoring(5, 3)];
    const last = entered([r2], other, 3);
    expect(verdictOn([...first, ...more, last, visible([a1, a0, b2])])).toBe('holds, 6 judged');
  });

  test('what is visible of a history that was taken back convicts', () => {
    const wrong = ['b', 2, 1, 7, 8];
    const entries = [...first, visible([wrong]), restoring(4, 2), again, rest];
    expect(verdictOn([...entries, visible([a1, a0, b2])])).toContain('violated, 7 judged, at 5');
  });

  test('where it is not known what a snapshot holds, the verdict is unknown', () => {
    expect(verdictOn([...first, restoring(5, 2)])).toMatchInlineSnapshot(
      `"unknown, 0 judged: no snapshot of sum[0] is known for checkpoint 5"`,
    );
    const gone = entry('valueDeleted', 1, pointerKey(4));
    const subsumed = [...first, taken(5), pointer(5), gone, restoring(4, 2)];
    expect(verdictOn(subsumed)).toContain('no snapshot of sum[0] is known for checkpoint 4');
  });
});

describe('a subtask that has finished', () => {
  const closed = (attempt = 1) => entry('witnessClosed', 0, 'sum[0]', { attempt, sent: [] });
  const whole = [restoring(0, 1), ...all, taken(4), pointer(4), closed()];
  const rows = visible([a1, a0, b2]);

  test('has no snapshot in later checkpoints: what entered it survives their restore', () => {
    expect(verdictOn([...whole, pointer(5), restoring(5, 2), rows])).toBe('holds, 6 judged');
    const twice = [...whole, pointer(5), restoring(5, 2), restoring(5, 3), rows];
    expect(verdictOn(twice)).toBe('holds, 6 judged');
  });

  test('and takes nothing more in: a record that enters again convicts', () => {
    const again = entered([r0], undefined, 2);
    expect(verdictOn([...whole, pointer(5), restoring(5, 2), again, rows])).toMatchInlineSnapshot(`
      "violated, 7 judged, at 8
      (a, 0, 5) is let into sum by source more often than it is due
      about record 0
      proved by entered 1"
    `);
  });

  test('begins anew where a checkpoint is restored that has a snapshot of it', () => {
    const half = [restoring(0, 1), entered([r1]), taken(4), pointer(4)];
    const rest = [entered([r0]), entered([r2], other), closed()];
    const redo = [entered([r0], undefined, 2), entered([r2], other, 2)];
    expect(verdictOn([...half, ...rest, restoring(4, 2), ...redo, rows])).toBe('holds, 6 judged');
    const gone = [...half, ...rest, restoring(4, 2), pointer(5), restoring(5, 3)];
    expect(verdictOn(gone)).toContain('no snapshot of sum[0] is known for checkpoint 5');
  });

  test('in an attempt that is over says nothing of the newest', () => {
    const half = [restoring(0, 1), entered([r1]), taken(4), pointer(4), restoring(4, 2)];
    expect(verdictOn([...half, closed(), pointer(5), restoring(5, 3)])).toContain(
      'no snapshot of sum[0] is known for checkpoint 5',
    );
  });
});

describe('event time', () => {
  const rows = [
    ['a', 1, 10],
    ['a', 2, 20],
    ['a', 3, 15],
    ['b', 4, 31],
  ];
  const shape = { key: 'string', value: 'int', minute: 'int' } as const;
  /** Windows of 10 minutes; records may be so many minutes behind. */
  const context = (bound: string): Partial<Context> => {
    const environment = streamExecutionEnvironment('windows');
    const eventTime = { field: 'minute', unit: 'min', outOfOrderness: bound } as const;
    const source = environment.fromSource({ topic: 'in', splits: 1, row: shape, eventTime });
    const windows = source
      .uid('source')
      .keyBy('key')
      .window(tumblingWindow('10min'))
      .aggregate({ sum: { sum: 'value' } })
      .uid('windows');
    windows.sinkTo(twoPhaseSink('out')).uid('sink');
    windows.getLateOutput().disableChaining().sinkTo(twoPhaseSink('late')).uid('tardy');
    const splits = [Int32Array.of(0, 1, 2, 3)];
    return { job: environment.getJobGraph(), topics: [{ topic: 'in', row: [], rows, splits }] };
  };
  const on = (bound: string, entries: Entry[], reason: RunEnd['reason'] = 'finished') =>
    told(judge('exactly-once', entries, reason, context(bound)));
  const sums = [
    ['a', 10, 20, 4],
    ['a', 20, 30, 2],
    ['b', 30, 40, 4],
  ];

  test('where no record can be late, the result is that of a batch, judged at once', () => {
    expect(on('5min', [visible(sums)])).toBe('holds, 3 judged');
    expect(on('5min', [visible(sums.slice(1))])).toMatchInlineSnapshot(`
      "violated, 2 judged, at 0
      1 of 3 rows are not visible in out, the first is (a, 10, 20, 4)
      about out
      proved by "
    `);
    expect(on('5min', [visible([['a', 10, 20, 1]])], 'failed')).toMatchInlineSnapshot(`
      "violated, 1 judged, at 0
      (a, 10, 20, 1) is visible in out, where no such row is due
      about out
      proved by rowsVisible 1"
    `);
    expect(on('5min', [visible(sums), visible(sums)])).toContain('more often than it is due');
    expect(on('5min', [visible([['a', 3, 15]], '', 'late')])).toContain('violated, 1 judged, at 0');
  });

  const enter = (at: number, end: number): Entry =>
    entered(
      rows.slice(at, end).map((row) => [...row, row[2] as number]),
      'source[0]->windows[0]',
    );
  const watermark = (time: number): Entry => entry('watermark', time, 'windows[0]', { attempt: 1 });

  test('where one can be, what was late follows from the watermarks', () => {
    const onTime = [enter(0, 4), watermark(100), visible(sums)];
    expect(on('4min', onTime)).toBe('holds, 7 judged');
    const behind = [enter(0, 2), watermark(19), enter(2, 4), watermark(100)];
    const less = [['a', 10, 20, 1], ...sums.slice(1)];
    const dropped = visible([['a', 3, 15]], '', 'late');
    expect(on('4min', [...behind, visible(less), dropped])).toBe('holds, 8 judged');
    expect(on('4min', [...behind, visible(less)])).toMatchInlineSnapshot(`
      "violated, 7 judged, at 4
      1 of 1 rows are not visible in late, the first is (a, 3, 15)
      about late
      proved by "
    `);
    expect(on('4min', [...behind, visible(sums)])).toMatchInlineSnapshot(`
      "violated, 7 judged, at 4
      (a, 10, 20, 4) is visible in out, where no such row is due
      about out
      proved by rowsVisible 3"
    `);
  });

  test('a restore takes the watermark back', () => {
    const entries = [enter(0, 2), watermark(9), taken(1, 1, 'windows[0]'), watermark(19)];
    const back = restoring(1, 1);
    const more = [enter(2, 4), watermark(100), visible(sums)];
    expect(on('4min', [...entries, back, ...more])).toBe('holds, 7 judged');
  });
});

test('a timer of processing time that nobody has set convicts', () => {
  const fired = entry('timerFired', 9, 'sum[0]', { attempt: 1, key: blockOf(['a']), now: 9 });
  expect(verdictOn([...all, fired])).toMatchInlineSnapshot(`
    "violated, 3 judged, at 2
    a timer of the clock for 9 fires in sum[0], and none is set
    about sum[0]
    proved by timerFired 9"
  `);
});

import { expect, test } from 'vitest';

import { plainSink, streamExecutionEnvironment } from '../../src/job/data-stream.js';
import type { RunEnd } from '../../src/check/verdict.js';
import type { Entry } from '../../src/history/entry.js';
import { entered, judge, pointer, restoring, taken, told, visible } from './stage.js';

const r0 = ['a', 0, 5];
const r1 = ['a', 1, -2];
const r2 = ['b', 2, 7];
const a0 = ['a', 0, 1, 5, 5];
const a1 = ['a', 1, 2, 3, 5];
const b2 = ['b', 2, 1, 7, 7];
const all = [entered([r0, r1]), entered([r2], 'source[1]->sum[0]')];

const verdictOn = (entries: Entry[], reason: RunEnd['reason'] = 'finished') =>
  told(judge('at-least-once', entries, reason));

test('every row at least once holds, however often, and what a restore took back beside it', () => {
  const taken1 = ['a', 1, 1, -2, -2];
  const entries = [...all, visible([a0, a1, taken1]), visible([a0, b2])];
  expect(verdictOn(entries)).toBe('holds, 8 judged');
  expect(told(judge('at-least-once', [], 'finished', { topics: [] }))).toBe('holds, 0 judged');
});

test('a row or a record that is missing convicts at the end of a run that finished', () => {
  expect(verdictOn([...all, visible([a0, a0, b2])])).toMatchInlineSnapshot(`
    "violated, 6 judged, at 2
    1 of 3 rows are not visible in out, the first is (a, 1, 2, 3, 5)
    about record 1
    proved by "
  `);
  const some = [entered([r0, r1]), visible([a0, a1])];
  expect(verdictOn(some)).toMatchInlineSnapshot(`
    "violated, 4 judged, at 1
    1 of 3 rows are not let into sum by source, the first is (b, 2, 7)
    about record 2
    proved by "
  `);
  expect(verdictOn(some, 'failed')).toBe('holds, 4 judged: partial');
  const unknown = 'unknown, 4 judged: 1 of 3 rows are not let into sum by source';
  expect(verdictOn(some, 'budget')).toBe(unknown);
});

test('rows of the surviving history are due, whatever was visible of another', () => {
  const entries = [entered([r0]), taken(1), pointer(1), entered([r1]), visible([a0, a1])];
  const more = [restoring(1, 2), entered([r2], 'source[1]->sum[0]', 2)];
  const last = [entered([r1], undefined, 2), visible([b2])];
  expect(verdictOn([...entries, ...more, ...last])).toBe('holds, 6 judged');
});

test('a foreign row convicts at once where the input alone decides', () => {
  const environment = streamExecutionEnvironment('copy');
  const row = { key: 'string', record: 'int', value: 'int' } as const;
  environment.fromSource({ topic: 'in', splits: 2, row }).sinkTo(plainSink('out'));
  const job = environment.getJobGraph();
  const on = (...entries: Entry[]) => told(judge('at-least-once', entries, 'finished', { job }));
  expect(on(visible([r0, r1, r2, r1]))).toBe('holds, 4 judged');
  expect(on(visible([r0, r1, r2]), visible([['a', 0, 6]]), visible([r0]))).toMatchInlineSnapshot(`
    "violated, 4 judged, at 1
    (a, 0, 6) is visible in out, where no such row is due
    about record 0
    proved by rowsVisible 1"
  `);
  expect(on(visible([r0, r2]))).toMatchInlineSnapshot(`
    "violated, 2 judged, at 0
    1 of 3 rows are not visible in out, the first is (a, 1, -2)
    about record 1
    proved by "
  `);
});

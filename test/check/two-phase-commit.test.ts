import { expect, test } from 'vitest';

import type { RunEnd } from '../../src/check/verdict.js';
import type { Entry } from '../../src/history/entry.js';
import { entry, judge, pointer, told, visible } from './stage.js';

const producer = 'sink[0]';
const begun = (name: string, attempt = 1) =>
  entry('transactionBegun', -1, name, { producer, attempt });
const prepared = (name: string, checkpoint: number, attempt = 1) =>
  entry('transactionPrepared', checkpoint, name, { producer, attempt });
const committed = (name: string, attempt = 1) =>
  entry('transactionCommitted', -1, name, { producer, attempt, checkpoint: -1 });
const aborted = (name: string, attempt = 1) =>
  entry('transactionAborted', -1, name, { producer, attempt, wasPrepared: true });
const shown = (name: string) => visible([['a', 0, 1, 5, 5]], name);
const restoring = (checkpoint: number, attempt: number) =>
  entry('restoring', checkpoint, '', { attempt }, { process: 'job-manager-0' });

const ready = [begun('t1'), prepared('t1', 1)];
const done = [...ready, pointer(1), committed('t1'), shown('t1')];

function verdictOn(...entries: (Entry | Entry[])[]): string {
  return told(judge('two-phase-commit', entries.flat()));
}

test('transactions that are committed with their checkpoint, or rolled back, hold', () => {
  expect(verdictOn(done)).toBe('holds, 1 judged');
  const left = [begun('t2'), aborted('t2'), begun('t3'), restoring(1, 2)];
  expect(verdictOn(done, left)).toBe('holds, 2 judged');
  const rolledBack = [begun('t2'), prepared('t2', 2), restoring(1, 2), aborted('t2', 2)];
  const after = [begun('t3', 2), prepared('t3', 3, 2), pointer(3), committed('t3', 2)];
  expect(verdictOn(done, rolledBack, after)).toBe('holds, 3 judged');
  const recovered = [begun('t2'), prepared('t2', 2), pointer(2), restoring(2, 2)];
  expect(verdictOn(done, recovered, committed('t2', 2))).toBe('holds, 2 judged');
  const abortedFirst = [begun('t2'), prepared('t2', 2), aborted('t2', 2), restoring(1, 2)];
  expect(verdictOn(done, abortedFirst, pointer(3))).toBe('holds, 2 judged');
});

test('a checkpoint that subsumes an aborted one commits what was prepared for that', () => {
  const second = [begun('t2'), prepared('t2', 2), begun('t3'), prepared('t3', 3), pointer(3)];
  expect(verdictOn(done, second, committed('t2'), committed('t3'))).toBe('holds, 3 judged');
});

test('what the last attempt began and never prepared convicts at the end of a finished run', () => {
  expect(verdictOn(done, begun('t2'))).toMatchInlineSnapshot(`
    "violated, 1 judged, at 5
    t2 was begun by the last attempt and never prepared, and the job has finished
    about t2
    proved by transactionBegun -1"
  `);
  expect(verdictOn(done, restoring(1, 2), begun('t2'), begun('t3', 2))).toContain('t3 was begun');
});

test('without transactions nothing is judged', () => {
  expect(verdictOn(pointer(1), restoring(1, 2), shown(''))).toBe('holds, 0 judged');
});

test('a commit before the pointer convicts', () => {
  expect(verdictOn(ready, committed('t1'), pointer(1))).toMatchInlineSnapshot(`
    "violated, 1 judged, at 2
    t1 is committed, and checkpoint 1 has not completed
    about t1; checkpoint 1
    proved by transactionPrepared 1, transactionCommitted -1"
  `);
});

test('a commit of what a restore rolled back convicts, also when a newer one completed', () => {
  const lost = [begun('t2'), prepared('t2', 2), restoring(1, 2), pointer(3)];
  expect(verdictOn(done, lost, committed('t2', 2))).toMatchInlineSnapshot(`
    "violated, 2 judged, at 9
    t2 is committed, and checkpoint 2 that it was prepared for is lost: attempt 2
    restored checkpoint 1
    about t2; checkpoint 2
    proved by transactionPrepared 2, restoring 1, transactionCommitted -1"
  `);
  const fresh = [begun('t2'), prepared('t2', 1), restoring(0, 2), committed('t2', 2)];
  expect(verdictOn(fresh)).toContain('is lost: attempt 2\nrestored no checkpoint');
});

test('the abort of what is there to stay convicts, whichever comes first', () => {
  expect(verdictOn(ready, pointer(1), aborted('t1'))).toMatchInlineSnapshot(`
    "violated, 1 judged, at 3
    t1 is aborted, though checkpoint 1 that it was prepared for has completed
    about t1; checkpoint 1
    proved by transactionPrepared 1, transactionAborted -1"
  `);
  expect(verdictOn(ready, aborted('t1'), pointer(2))).toMatchInlineSnapshot(`
    "violated, 1 judged, at 3
    checkpoint 2 completes, though t1 prepared for checkpoint 1 was aborted
    about t1; checkpoint 2; checkpoint 1
    proved by transactionPrepared 1, transactionAborted -1, valueWritten 1"
  `);
});

test('what an earlier attempt prepared is rolled back, also when it is stated late', () => {
  const late = [begun('t2'), restoring(1, 2), prepared('t2', 2), aborted('t2', 2), pointer(3)];
  expect(verdictOn(done, late)).toBe('holds, 2 judged');
});

test('transactions go through their states in order', () => {
  expect(verdictOn(done, begun('t1'))).toContain('t1 is begun twice');
  expect(verdictOn(prepared('t1', 1))).toContain('t1 was never begun: transactionPrepared');
  expect(verdictOn(ready, prepared('t1', 2))).toContain('t1 is prepared after it was prepared');
  expect(verdictOn(begun('t1'), committed('t1'))).toContain('t1 is committed and not prepared');
  expect(verdictOn(done, committed('t1'))).toMatchInlineSnapshot(`
    "violated, 2 judged, at 5
    t1 is committed twice
    about t1
    proved by transactionPrepared 1, rowsVisible 1, transactionCommitted -1"
  `);
  expect(verdictOn(done, aborted('t1'))).toContain('t1 is aborted after it was committed');
  expect(verdictOn(begun('t1'), aborted('t1'), committed('t1'))).toContain(
    't1 is committed after it was aborted',
  );
});

test('rows of a transaction are visible after its commit, once', () => {
  expect(verdictOn(ready, pointer(1), shown('t1'))).toMatchInlineSnapshot(`
    "violated, 0 judged, at 3
    rows of t1 are visible and it is not committed
    about t1
    proved by transactionPrepared 1, rowsVisible 1"
  `);
  expect(verdictOn(done, shown('t1'))).toContain('rows of t1 are visible a second time');
  expect(verdictOn(shown('t9'))).toContain('rows of t9 are visible and it is not committed');
});

test('a job that has finished leaves nothing prepared; another may', () => {
  expect(verdictOn(done, begun('t2'), prepared('t2', 2))).toMatchInlineSnapshot(`
    "violated, 1 judged, at 6
    t2 is left prepared for checkpoint 2, neither committed nor aborted, and the job has
    finished
    about t2; checkpoint 2
    proved by transactionPrepared 2"
  `);
  for (const reason of ['failed', 'budget'] satisfies RunEnd['reason'][])
    expect(told(judge('two-phase-commit', ready, reason))).toBe('holds, 0 judged: partial');
});

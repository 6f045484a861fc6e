/** Files of a file sink before the law of two-phase commit: histories that convict and acquit. */
import { expect, test } from 'vitest';

import type { RunEnd } from '../../src/check/verdict.js';
import type { Entry } from '../../src/history/entry.js';
import { blockOf } from '../../src/job/row.js';
import { context, entry, judge, pointer, told } from './stage.js';

const { job: totals } = context;
const fileSink = {
  kind: 'fileSink',
  directory: 'out',
  rollRows: undefined,
  rollOnCheckpoint: false,
} as const;

/** The small job, its sink writing files. */
function jobWith(settings: object = {}): typeof totals {
  const operator = { ...fileSink, ...settings };
  return {
    ...totals,
    vertices: totals.vertices.map((vertex) => {
      if (vertex.id !== 'sink') return vertex;
      const operators = vertex.operators.map((one) => ({ ...one, operator, uid: 'files' }));
      return { ...vertex, operators };
    }),
  };
}

const closed = (name: string, attempt = 1) =>
  entry('fileClosed', -1, name, { writer: 'files[0]', attempt });
const reopened = (name: string, attempt = 2) =>
  entry('fileReopened', 4, name, { writer: 'files[0]', attempt });
const snapshot = (checkpoint: number, attempt = 1) =>
  entry('witnessTaken', checkpoint, 'sink[0]', { attempt });
const restoring = (checkpoint: number, attempt: number) =>
  entry('restoring', checkpoint, '', { attempt }, { process: 'job-manager-0' });
const finished = (name: string) =>
  entry('rowsVisible', 1, 'out', { transaction: name, words: blockOf(['a', 0, 1, 5, 5]) });

const done = [closed('f1'), snapshot(1), pointer(1), finished('f1')];

function verdictOn(
  entries: readonly (Entry | Entry[])[],
  reason?: RunEnd['reason'],
  settings: object = {},
): string {
  return told(judge('two-phase-commit', entries.flat(), reason, { job: jobWith(settings) }));
}

test('a file with more rows than it may have, and one that should have been ended, convict', () => {
  const few = verdictOn([done], 'finished', { rollRows: 0 });
  expect(few).toContain('f1 is finished with 1 rows, and ends after 0');
  expect(verdictOn([done], 'finished', { rollRows: 1 })).toBe('holds, 1 judged');
  const again = verdictOn([done, reopened('f2')], 'finished', { rollOnCheckpoint: true });
  expect(again).toContain('f2 is opened again, and files[0] ends it at each checkpoint');
});

test('files that are finished with their checkpoint hold', () => {
  expect(verdictOn([done])).toBe('holds, 1 judged');
  const next = [closed('f2'), snapshot(2), closed('f3'), snapshot(3), pointer(3)];
  expect(verdictOn([done, next, finished('f2'), finished('f3')])).toBe('holds, 3 judged');
  const recovered = [closed('f2'), snapshot(2), pointer(2), restoring(2, 2), finished('f2')];
  expect(verdictOn([done, recovered])).toBe('holds, 2 judged');
});

test('what a restore takes back is opened again, or stays hidden', () => {
  const lost = [closed('f2'), snapshot(2), restoring(1, 2)];
  expect(verdictOn([done, lost])).toBe('holds, 1 judged');
  const again = [reopened('f2'), closed('f2', 2), snapshot(3, 2), pointer(3), finished('f2')];
  expect(verdictOn([done, lost, again])).toBe('holds, 3 judged');
  const inProgress = [snapshot(2), pointer(2), restoring(2, 2), reopened('f2')];
  expect(verdictOn([done, inProgress])).toBe('holds, 1 judged');
});

test('a file that is not closed convicts when it is finished', () => {
  expect(verdictOn([done, snapshot(2), pointer(2), finished('f2')])).toMatchInlineSnapshot(`
    "violated, 2 judged, at 6
    f2 is finished and was not closed
    about f2
    proved by rowsVisible 1"
  `);
  const opened = [closed('f2'), snapshot(2), restoring(1, 2), reopened('f2'), finished('f2')];
  expect(verdictOn([done, opened])).toContain('f2 is finished and was not closed');
  expect(verdictOn([done, finished('f1')])).toContain('f1 is finished a second time');
});

test('one whose checkpoint has not completed convicts, and one that is in no snapshot', () => {
  expect(verdictOn([closed('f1'), snapshot(1), finished('f1'), pointer(1)])).toMatchInlineSnapshot(`
    "violated, 1 judged, at 2
    f1 is finished, and checkpoint 1 has not completed
    about f1; checkpoint 1
    proved by fileClosed -1, rowsVisible 1"
  `);
  expect(verdictOn([done, closed('f2'), finished('f2')])).toContain('and no snapshot holds it');
  const ofAnother = [closed('f2', 2), snapshot(2, 3), pointer(2), finished('f2')];
  expect(verdictOn([done, ofAnother])).toContain('and no snapshot holds it');
});

test('one that was taken back convicts, also when a newer checkpoint completed', () => {
  const lost = [closed('f2'), snapshot(2), restoring(1, 2), snapshot(3, 2), pointer(3)];
  expect(verdictOn([done, lost, finished('f2')])).toMatchInlineSnapshot(`
    "violated, 2 judged, at 9
    f2 is finished, and checkpoint 2 that it belongs to is lost: attempt 2 restored
    checkpoint 1
    about f2; checkpoint 2
    proved by fileClosed -1, restoring 1, rowsVisible 1"
  `);
});

test('what is there to stay must not be opened, and is finished in the end', () => {
  const safe = [closed('f2'), snapshot(2), pointer(2)];
  expect(verdictOn([done, safe, restoring(2, 2), reopened('f2')])).toMatchInlineSnapshot(`
    "violated, 2 judged, at 8
    f2 is opened again, though checkpoint 2 that it belongs to has completed
    about f2; checkpoint 2
    proved by fileClosed -1, fileReopened 4"
  `);
  expect(verdictOn([done, safe])).toContain(
    'f2 is closed for checkpoint 2 and not finished, and the job has finished',
  );
  expect(verdictOn([done, safe], 'failed')).toBe('holds, 1 judged: partial');
});

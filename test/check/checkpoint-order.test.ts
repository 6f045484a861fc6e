import { expect, test } from 'vitest';

import type { Entry } from '../../src/history/entry.js';
import { delivered, entry, judge, pointer, pointerKey, told } from './stage.js';

const removed = (checkpoint: number) => entry('valueDeleted', 1, pointerKey(checkpoint));
const notice = (checkpoint: number) =>
  delivered('notifyCheckpointComplete', checkpoint, 'sink[0]', 1);
const granted = (holder: string, epoch = 1) =>
  entry('leaseGranted', epoch, 'job-manager', { holder: `${holder}#1` });
const restoring = (checkpoint: number, attempt: number, process = 'job-manager-0') =>
  entry('restoring', checkpoint, '', { attempt }, { process });
const deployed = (checkpoint: number, attempt: number, subtask = 'sum[0]') =>
  delivered('deployTask', checkpoint, subtask, attempt);

const triggered = (checkpoint: number, attempt: number) =>
  delivered('triggerCheckpoint', checkpoint, 'source[0]', attempt);

const begin = [
  granted('job-manager-0'),
  restoring(0, 1),
  deployed(0, 1),
  deployed(0, 1, 'sink[0]'),
];

const verdictOn = (...entries: (Entry | Entry[])[]) =>
  told(judge('checkpoint-order', entries.flat()));

test('pointers that ascend, notices after them and restores of the newest hold', () => {
  const run = [pointer(1), notice(1), pointer(3), notice(3), removed(1), notice(1)];
  expect(verdictOn(begin, run, restoring(3, 2), deployed(3, 2))).toBe('holds, 11 judged');
});

test('other values of the registry are not judged', () => {
  const counter = { ...pointer(1), about: 'checkpoint-id-counter' };
  expect(verdictOn(counter, counter, { ...removed(1), about: 'job-graph' })).toBe(
    'holds, 0 judged',
  );
  const lease = entry('leaseGranted', 1, 'other', { holder: 'x' });
  expect(verdictOn(lease, restoring(0, 1))).toBe('holds, 1 judged');
});

test('an id that does not ascend convicts, and so does a pointer that is written again', () => {
  expect(verdictOn(begin, pointer(2), pointer(1))).toMatchInlineSnapshot(`
    "violated, 5 judged, at 5
    checkpoint 1 completes after checkpoint 2
    about checkpoint 1; checkpoint 2
    proved by valueWritten 1, valueWritten 1"
  `);
  expect(verdictOn(begin, pointer(2), pointer(2, 1, 2))).toMatchInlineSnapshot(`
    "violated, 5 judged, at 5
    the pointer of checkpoint 2 is written again
    about checkpoint 2
    proved by valueWritten 1, valueWritten 1"
  `);
  expect(verdictOn(pointer(1), pointer(2), removed(1), pointer(1))).toContain(
    'checkpoint 1 completes after checkpoint 2',
  );
});

test('a notice before its pointer convicts at its delivery', () => {
  expect(verdictOn(begin, pointer(1), notice(2), pointer(2))).toMatchInlineSnapshot(`
    "violated, 5 judged, at 5
    sink[0] is told that checkpoint 2 has completed, and it has not
    about checkpoint 2; sink[0]
    proved by delivered 2"
  `);
});

test('a restore of anything but the newest that is there convicts', () => {
  expect(verdictOn(begin, pointer(1), pointer(2), restoring(1, 2))).toMatchInlineSnapshot(`
    "violated, 6 judged, at 6
    attempt 2 restores checkpoint 1, and the newest that is there is checkpoint 2
    about checkpoint 1; checkpoint 2
    proved by valueWritten 1, restoring 1"
  `);
  expect(verdictOn(begin, pointer(1), restoring(0, 2))).toContain('restores no checkpoint');
  expect(verdictOn(begin, pointer(1), pointer(2), removed(1), restoring(3, 2))).toContain(
    'restores checkpoint 3, and the newest that is there is checkpoint 2',
  );
});

test('a deposed job manager may restore what it last saw', () => {
  const deposed = [pointer(1), granted('job-manager-1', 2), pointer(2, 2), restoring(1, 2)];
  expect(verdictOn(begin, deposed, deployed(1, 2))).toBe('holds, 6 judged');
  const again = { ...granted('job-manager-0', 2), detail: { holder: 'job-manager-0#2' } };
  const former = [pointer(1), again, pointer(2, 2), restoring(1, 2)];
  expect(verdictOn(begin, former, deployed(1, 2))).toBe('holds, 6 judged');
  const latter = { ...restoring(1, 3), incarnation: 2 };
  expect(verdictOn(begin, former, latter)).toContain('attempt 3 restores checkpoint 1');
});

test('what was begun before a restore must not complete after it', () => {
  const begun = [triggered(1, 1), pointer(1), triggered(2, 1), restoring(1, 2)];
  expect(verdictOn(begin, begun, pointer(2))).toMatchInlineSnapshot(`
    "violated, 6 judged, at 8
    checkpoint 2 of attempt 1 completes after attempt 2 has restored checkpoint 1
    about checkpoint 2
    proved by restoring 1, valueWritten 1"
  `);
  expect(verdictOn(begin, begun, triggered(3, 2), pointer(3))).toBe('holds, 6 judged');
  const before = [triggered(1, 1), triggered(2, 1), pointer(2), restoring(2, 2), deployed(2, 2)];
  expect(verdictOn(begin, before)).toBe('holds, 6 judged');
});

test('the restore of a deposed job manager makes no checkpoint late', () => {
  const deposed = [granted('job-manager-1', 2), triggered(1, 1), restoring(0, 2), pointer(1)];
  expect(verdictOn(begin, deposed)).toBe('holds, 4 judged');
});

test('a deployment at another checkpoint than its attempt restores convicts', () => {
  const run = [pointer(1), restoring(1, 2), deployed(1, 2)];
  expect(verdictOn(begin, run, deployed(0, 2, 'sink[0]'))).toMatchInlineSnapshot(`
    "violated, 7 judged, at 7
    sink[0] of attempt 2 is deployed at no checkpoint; the attempt restores checkpoint 1
    about sink[0]
    proved by restoring 1, delivered 0"
  `);
  expect(verdictOn(begin, deployed(0, 2))).toContain('the attempt has restored nothing');
});

test('the newest pointer must stay', () => {
  expect(verdictOn(begin, pointer(1), pointer(2), removed(2))).toMatchInlineSnapshot(`
    "violated, 6 judged, at 6
    the pointer of checkpoint 2 is removed, and no newer one is there
    about checkpoint 2
    proved by valueWritten 1, valueDeleted 1"
  `);
});

import { expect, test } from 'vitest';

import type { Entry } from '../../src/history/entry.js';
import { delivered, entry, judge, pointer, pointerKey, told } from './stage.js';

const producer = 'sink[0]';
const granted = (epoch: number, lease = 'job-manager') =>
  entry('leaseGranted', epoch, lease, { holder: 'job-manager-0#1' });
const entered = (sender: number, attempt: number) =>
  entry('entered', 4, 'sum[0]', { channel: 'source[0]->sum[0]', count: 4, sender, attempt });
const started = (attempt: number) => entry('producerStarted', -1, producer, { attempt });
const transaction = (kind: string, attempt: number) =>
  entry(kind, 1, `sink[0]-${attempt}-1`, { producer, attempt });
const accepted = (attempt: number, more: Partial<Entry> = {}, state = 'INITIALIZING') =>
  entry('taskState', 0, 'sum[0]', { state, attempt, cause: '' }, { process: 'tm-0', ...more });

const verdictOn = (...entries: Entry[]) => told(judge('one-attempt', entries));

test('effects of the newest epoch and attempt hold', () => {
  expect(
    verdictOn(
      ...[granted(1), pointer(1), granted(2), pointer(2, 2)],
      ...[entry('valueDeleted', 2, pointerKey(1)), entered(3, 3)],
      ...[started(1), transaction('transactionBegun', 1), started(2)],
      ...[transaction('transactionCommitted', 2), accepted(1), accepted(2)],
    ),
  ).toBe('holds, 10 judged');
  expect(verdictOn(granted(1))).toBe('holds, 0 judged');
});

test('a record of another attempt in user code convicts', () => {
  expect(verdictOn(entered(2, 2), entered(2, 3))).toMatchInlineSnapshot(`
    "violated, 2 judged, at 1
    records of attempt 2 enter sum[0] of attempt 3 on source[0]->sum[0]
    about sum[0]; source[0]->sum[0]
    proved by entered 4"
  `);
});

test('a write or a removal by a deposed epoch convicts, another lease does not depose it', () => {
  expect(verdictOn(granted(1), granted(2), pointer(5, 1))).toMatchInlineSnapshot(`
    "violated, 1 judged, at 2
    epoch 1 writes checkpoints/0000000000000000005 after epoch 2 was granted
    about checkpoints/0000000000000000005
    proved by leaseGranted 2, valueWritten 1"
  `);
  const removal = entry('valueDeleted', 1, pointerKey(1));
  expect(verdictOn(granted(2), removal)).toContain('epoch 1 removes checkpoints/');
  expect(verdictOn(granted(1), granted(7, 'other'), pointer(5, 1))).toBe('holds, 1 judged');
});

test('an effect of a producer that was fenced convicts, but for an abort', () => {
  const fenced = [started(1), transaction('transactionBegun', 1), started(2)];
  expect(verdictOn(...fenced, transaction('transactionPrepared', 1))).toMatchInlineSnapshot(`
    "violated, 4 judged, at 3
    attempt 1 of sink[0] has an effect after attempt 2 started: transactionPrepared
    about sink[0]-1-1; sink[0]
    proved by producerStarted -1, transactionPrepared 1"
  `);
  expect(verdictOn(...fenced, transaction('transactionCommitted', 1))).toContain('violated');
  expect(verdictOn(...fenced, transaction('transactionAborted', 1))).toBe('holds, 3 judged');
  expect(verdictOn(...fenced, started(1))).toContain('attempt 1 starts sink[0] after attempt 2');
});

test('a task manager that accepts an older attempt convicts within one life', () => {
  expect(verdictOn(accepted(2), accepted(1))).toMatchInlineSnapshot(`
    "violated, 2 judged, at 1
    tm-0 accepts sum[0] of attempt 1 after that of attempt 2
    about sum[0]
    proved by taskState 0, taskState 0"
  `);
  expect(verdictOn(accepted(2), accepted(1, { incarnation: 2 }))).toBe('holds, 2 judged');
  expect(verdictOn(accepted(2), accepted(1, { process: 'tm-1' }))).toBe('holds, 2 judged');
  expect(verdictOn(accepted(2), accepted(1, {}, 'CANCELED'))).toBe('holds, 1 judged');
});

const given = (attempt: number, incarnation = 1): Entry => ({
  ...delivered('deployTask', 0, 'source[1]', attempt, 'tm-0'),
  incarnation,
});
const works = (attempt: number, records: number, more: Partial<Entry> = {}) =>
  entry(
    ...(['entered', records, 'sum[0]'] as const),
    { channel: 'source[0]->sum[0]', count: records, sender: attempt, attempt },
    { process: 'tm-0', ...more },
  );

test('an old task that goes on where a newer attempt was given convicts', () => {
  expect(verdictOn(given(1), works(1, 9), given(2), works(1, 1), works(1, 1)))
    .toMatchInlineSnapshot(`
    "violated, 3 judged, at 4
    records enter sum[0] of attempt 1 on tm-0, which was given source[1] of attempt 2
    about sum[0]; source[1]
    proved by delivered 0, entered 1"
  `);
  expect(verdictOn(given(2), works(1, 2))).toContain('violated');
});

test('an old task may finish its record, run elsewhere, and belong to another life', () => {
  expect(verdictOn(given(2), works(1, 1), works(2, 9))).toBe('holds, 2 judged');
  expect(verdictOn(given(2), works(1, 9, { process: 'tm-1' }))).toBe('holds, 1 judged');
  expect(verdictOn(given(2), works(1, 9, { incarnation: 2 }))).toBe('holds, 1 judged');
  expect(verdictOn(given(2), given(1, 2), works(1, 9, { incarnation: 2 }))).toBe('holds, 1 judged');
  expect(verdictOn(given(2), given(1), works(2, 9))).toBe('holds, 1 judged');
});

import { expect, test } from 'vitest';

import type { CheckpointCounts, CheckpointStats, Entry } from '../../src/history/entry.js';
import { checkpointBegun } from '../fixtures/checkpoint-stats.js';
import { delivered, entry, judge, pointer, told } from './stage.js';

const verdictOn = (...entries: readonly (Entry | readonly Entry[])[]) =>
  told(judge('honest-reporting', entries.flat()));

const manager = (at: number, kind: string, subject: number, detail?: unknown) =>
  entry(kind, subject, '', detail, { at, process: 'job-manager-0' });

/** Counts: total, in progress, completed, failed, restored. */
const counts = (...[total, in_progress, completed, failed, restored = 0]: Counts) => ({
  restored,
  ...{ total, in_progress, completed, failed },
});

type Counts = [total: number, open: number, completed: number, failed: number, restored?: number];

const one = { latest_ack_timestamp: 120, state_size: 4, num_acknowledged_subtasks: 1 };
const both = { latest_ack_timestamp: 130, state_size: 8, num_acknowledged_subtasks: 2 };
const half = { ...one, end_to_end_duration: 20 };
const collected = { ...both, end_to_end_duration: 30 };

function reported(
  at: number,
  all: CheckpointCounts,
  id = 0,
  stats: Partial<CheckpointStats> = {},
): Entry {
  const checkpoint = id === 0 ? undefined : { ...checkpointBegun, id, ...stats };
  const restored = all.restored === 0 ? undefined : { id: 1, restore_timestamp: 3 };
  return manager(at, 'checkpointsReported', id, { counts: all, checkpoint, restored });
}

const begins = (id: number, ...all: Counts) => reported(1, counts(...all), id);
const completes = (id: number, all: Counts, stats: Partial<CheckpointStats> = {}) =>
  reported(5, counts(...all), id, { status: 'COMPLETED', ...collected, ...stats });
const fails = (id: number, all: Counts, stats: Partial<CheckpointStats> = both) =>
  reported(5, counts(...all), id, {
    ...{ status: 'FAILED', failure_timestamp: 150, failure_message: 'it expired' },
    ...{ end_to_end_duration: 50, ...stats },
  });

const triggers = (id: number) => [
  delivered('triggerCheckpoint', id, 'source[0]', 1),
  delivered('triggerCheckpoint', id, 'source[1]', 1),
];
const acknowledged = (id: number, subtask: string, attempt = 1) =>
  delivered('checkpointAcknowledged', id, subtask, attempt, 'job-manager-0');
/** Both subtasks have acknowledged, and each is reported. */
const collects = (id: number, ...all: Counts) => [
  acknowledged(id, 'source[0]'),
  reported(2, counts(...all), id, half),
  acknowledged(id, 'source[1]'),
  reported(3, counts(...all), id, collected),
];
const refused = (at: number, reason: string) =>
  manager(at, 'requestRefused', 0, { reason, by: 'periodic' });
const restoring = (at: number, checkpoint: number) =>
  manager(at, 'restoring', checkpoint, { attempt: 2 });
const status = (at: number, name: string) => manager(at, 'jobStatus', 1, { status: name });
const crashed = entry('processCrashed', 1, '', { cause: 'x' }, { process: 'job-manager-0' });

const first = [begins(1, 1, 1, 0, 0), triggers(1), collects(1, 1, 1, 0, 0)].flat();
const second = begins(2, 2, 2, 0, 0);

test('checkpoints that begin, complete and fail as they are seen hold', () => {
  const done = [first, pointer(1), completes(1, [1, 0, 1, 0])];
  const two = [begins(2, 2, 1, 1, 0), triggers(2), acknowledged(2, 'source[1]')];
  const lost = [reported(4, counts(2, 1, 1, 0), 2, half), fails(2, [2, 0, 1, 1], one)];
  expect(verdictOn(...done.flat(), ...two.flat(), ...lost, status(9, 'FINISHED'))).toBe(
    'holds, 13 judged',
  );
});

test('counts that do not add up convict', () => {
  expect(verdictOn(begins(1, 2, 1, 0, 0))).toMatchInlineSnapshot(`
    "violated, 1 judged, at 0
    the counts do not add up: 2 in all, 1 in progress, 0 completed, 0 failed, 0 restored
    about 
    proved by checkpointsReported 1"
  `);
});

test('counts change by what is reported, and by nothing else', () => {
  expect(verdictOn(first, pointer(1), completes(1, [1, 1, 0, 0]))).toMatchInlineSnapshot(`
    "violated, 7 judged, at 8
    checkpoint 1 COMPLETED is reported, and the counts go from 1 in all, 1 in progress, 0
    completed, 0 failed, 0 restored to 1 in all, 1 in progress, 0 completed, 0 failed, 0
    restored
    about checkpoint 1
    proved by checkpointsReported 1"
  `);
  expect(verdictOn(first, pointer(1), completes(1, [2, 0, 2, 0]))).toContain('the counts go from');
  expect(verdictOn(first, fails(1, [1, 0, 1, 0]))).toContain('checkpoint 1 FAILED is reported');
  expect(verdictOn(first, begins(2, 1, 1, 0, 0))).toContain('the counts go from');
  expect(verdictOn(reported(1, counts(0, 0, 0, 0)))).toContain('no checkpoint is reported');
  expect(verdictOn(first, reported(2, counts(0, 0, 0, 0)))).toContain('the counts go from');
});

test('a checkpoint is reported before any task is told to begin it', () => {
  expect(verdictOn(triggers(1), begins(1, 1, 1, 0, 0))).toMatchInlineSnapshot(`
    "violated, 1 judged, at 0
    source[0] is told to begin checkpoint 1, which job-manager-0#1 has not reported
    about checkpoint 1; source[0]
    proved by delivered 1"
  `);
  const other = { ...begins(1, 1, 1, 0, 0), process: 'job-manager-1' };
  expect(verdictOn(other, triggers(1))).toContain('which job-manager-0#1 has not reported');
  const late = [first, fails(1, [1, 0, 0, 1]), crashed, triggers(1)];
  expect(verdictOn(...late)).toBe('holds, 8 judged');
});

test('a checkpoint begins once and ends once', () => {
  expect(verdictOn(first, begins(1, 2, 2, 0, 0))).toContain(
    'is reported IN_PROGRESS a second time',
  );
  const failed = [first, second, fails(1, [2, 1, 0, 1])];
  expect(verdictOn(...failed, fails(1, [2, 0, 0, 2]))).toContain('FAILED after its end');
  expect(verdictOn(...failed, completes(1, [2, 0, 1, 1]))).toMatchInlineSnapshot(`
    "violated, 8 judged, at 9
    checkpoint 1 is reported COMPLETED after its end
    about checkpoint 1
    proved by checkpointsReported 1, checkpointsReported 1, checkpointsReported 1"
  `);
  expect(verdictOn(second, fails(3, [1, 0, 0, 1]))).toContain('the counts go from');
  expect(verdictOn(first, fails(3, [1, 0, 0, 1]))).toContain('FAILED and has not begun');
});

test('COMPLETED without a pointer convicts, and so does FAILED with one', () => {
  expect(verdictOn(first, completes(1, [1, 0, 1, 0]), pointer(1))).toMatchInlineSnapshot(`
    "violated, 6 judged, at 7
    checkpoint 1 is reported COMPLETED before its pointer is written
    about checkpoint 1
    proved by checkpointsReported 1, checkpointsReported 1, checkpointsReported 1"
  `);
  expect(verdictOn(first, pointer(1), fails(1, [1, 0, 0, 1]))).toContain(
    'checkpoint 1 is reported FAILED after its pointer is written',
  );
  expect(verdictOn(first, fails(1, [1, 0, 0, 1]), pointer(1))).toMatchInlineSnapshot(`
    "violated, 7 judged, at 8
    the pointer of checkpoint 1 is written, and it was reported FAILED
    about checkpoint 1
    proved by checkpointsReported 1, valueWritten 1"
  `);
});

test('COMPLETED is with all subtasks, as many as were seen on the wire', () => {
  expect(verdictOn(first, pointer(1), completes(1, [1, 0, 1, 0], half))).toContain(
    'checkpoint 1 is reported COMPLETED with 1 of 2 acknowledgements',
  );
  const again = collects(1, 1, 1, 0, 0).map((it) => ({ ...it, about: 'source[1]' }));
  expect(verdictOn(begins(1, 1, 1, 0, 0), again)).toMatchInlineSnapshot(`
    "violated, 3 judged, at 4
    checkpoint 1 is reported IN_PROGRESS with 2 acknowledgements, and those of 1 subtasks
    have come
    about checkpoint 1
    proved by checkpointsReported 1, checkpointsReported 1, checkpointsReported 1"
  `);
  const more = [first, acknowledged(1, 'sink[0]'), pointer(1), completes(1, [1, 0, 1, 0])];
  expect(verdictOn(...more)).toContain('2 acknowledgements, and those of 3 subtasks');
});

test('acknowledgements that are of no use do not contradict a failure, and missing ones do', () => {
  const none = [begins(1, 1, 1, 0, 0), acknowledged(1, 'source[0]')];
  expect(verdictOn(none, fails(1, [1, 0, 0, 1], {}))).toBe('holds, 2 judged');
  expect(verdictOn(none, fails(1, [1, 0, 0, 1]))).toContain('those of 1 subtasks');
  const others = [acknowledged(7, 'source[0]'), { ...acknowledged(1, 'sum[0]'), incarnation: 2 }];
  expect(verdictOn(first, others, pointer(1), completes(1, [1, 0, 1, 0]))).toContain('holds');
});

test('each report of progress shows one acknowledgement more, and its state', () => {
  const open = [begins(1, 1, 1, 0, 0), acknowledged(1, 'source[0]'), acknowledged(1, 'source[1]')];
  const progress = (stats: Partial<CheckpointStats>) => reported(3, counts(1, 1, 0, 0), 1, stats);
  expect(verdictOn(open, progress(half), progress(collected))).toBe('holds, 3 judged');
  expect(verdictOn(open, progress(collected))).toMatchInlineSnapshot(`
    "violated, 2 judged, at 3
    checkpoint 1 is reported IN_PROGRESS with 2 acknowledgements, where 1 is right
    about checkpoint 1
    proved by checkpointsReported 1, checkpointsReported 1"
  `);
  expect(verdictOn(open, progress(half), progress(half))).toContain(
    'IN_PROGRESS with 1 acknowledgements, where 2 is right',
  );
  expect(verdictOn(open, progress(half), progress({ ...collected, state_size: 3 }))).toContain(
    'IN_PROGRESS with 3 bytes after 4',
  );
  expect(verdictOn(open, progress({ ...half, num_subtasks: 3 }))).toContain('another beginning');
  expect(verdictOn(open.slice(1), progress(half))).toContain('the counts go from');
  expect(verdictOn(open, reported(3, counts(2, 2, 0, 0), 1, half))).toContain('the counts go from');
  const over = [first, fails(1, [1, 0, 0, 1])];
  const late = reported(6, counts(1, 0, 0, 1), 1, half);
  expect(verdictOn(...over, late)).toContain('checkpoint 1 is reported IN_PROGRESS after its end');
});

test('an end shows the acknowledgements that were shown before it', () => {
  const end = (stats: Partial<CheckpointStats>) =>
    verdictOn(first, pointer(1), completes(1, [1, 0, 1, 0], stats));
  expect(end({ state_size: 12 })).toContain('COMPLETED with 12 bytes after 8');
  expect(end({ latest_ack_timestamp: 140, end_to_end_duration: 40 })).toContain(
    'COMPLETED with another time of the latest acknowledgement',
  );
  expect(verdictOn(first, fails(1, [1, 0, 0, 1], one))).toContain(
    'FAILED with 1 acknowledgements, where 2 is right',
  );
});

test('failures without a checkpoint are the refusals that count', () => {
  for (const reason of [
    'NOT_ALL_REQUIRED_TASKS_RUNNING',
    'PERIODIC_SCHEDULER_SHUTDOWN',
    'TRIGGER_CHECKPOINT_FAILURE',
  ]) {
    const refusal = [reported(3, counts(1, 0, 0, 1)), refused(3, reason)];
    expect(verdictOn(refusal, status(9, 'RUNNING'))).toBe('holds, 3 judged');
    expect(verdictOn(refused(3, reason))).toContain('a request is refused, and not counted');
  }
  for (const reason of ['CHECKPOINT_COORDINATOR_SUSPEND', 'TOO_MANY_CHECKPOINT_REQUESTS']) {
    expect(verdictOn(refused(3, reason))).toBe('holds, 1 judged');
    const refusal = [reported(3, counts(1, 0, 0, 1)), refused(3, reason)];
    expect(verdictOn(refusal, status(9, 'RUNNING'))).toMatchInlineSnapshot(`
      "violated, 3 judged, at 2
      a failure without a checkpoint is counted, and no request is refused
      about 
      proved by checkpointsReported 0, jobStatus 1"
    `);
  }
});

test('restored counts the restores from a checkpoint', () => {
  const restored = reported(3, counts(0, 0, 0, 0, 1));
  expect(verdictOn(restoring(3, 1), restored, restoring(7, 0))).toBe('holds, 3 judged');
  expect(verdictOn(restoring(3, 1), status(4, 'RUNNING'))).toMatchInlineSnapshot(`
    "violated, 2 judged, at 1
    a checkpoint is restored, and not counted
    about 
    proved by restoring 1, jobStatus 1"
  `);
  const twice = [restored, reported(4, counts(0, 0, 0, 0, 2)), status(9, 'RUNNING')];
  expect(verdictOn(restoring(3, 1), ...twice)).toContain('a restore is counted, and no checkpoint');
});

test('the newest restore that is shown is the newest that was', () => {
  const restored = reported(3, counts(0, 0, 0, 0, 1));
  expect(verdictOn(restoring(3, 2), restored)).toMatchInlineSnapshot(`
    "violated, 2 judged, at 1
    the newest restore is shown as checkpoint 1; it is checkpoint 2
    about 
    proved by restoring 2, checkpointsReported 0"
  `);
  expect(verdictOn(restoring(3, 0), restored)).toContain('shown as checkpoint 1; it is none');
  const none = manager(3, 'checkpointsReported', 0, { counts: counts(0, 0, 0, 0, 1) });
  expect(verdictOn(restoring(3, 1), none)).toContain('shown as none; it is checkpoint 1');
  const later = reported(8, counts(1, 1, 0, 0, 1), 2);
  expect(verdictOn(restoring(3, 1), restored, later)).toBe('holds, 3 judged');
});

test('what a step tells twice may be cut by a pause or a crash', () => {
  const paused = manager(3, 'processPaused', 0);
  const resumed = manager(50, 'processResumed', 0);
  const failure = reported(3, counts(1, 0, 0, 1));
  expect(verdictOn(failure, paused)).toBe('holds, 1 judged');
  const late = refused(50, 'TRIGGER_CHECKPOINT_FAILURE');
  expect(verdictOn(failure, paused, resumed, late)).toBe('holds, 2 judged');
  expect(verdictOn(failure, crashed, { ...status(9, 'CREATED'), incarnation: 2 })).toContain('hol');
});

test('each life of a job manager counts for itself', () => {
  const other = { ...reported(9, counts(1, 1, 0, 0), 2), incarnation: 2 };
  expect(verdictOn(first, crashed, other)).toBe('holds, 6 judged');
  const carried = { ...reported(9, counts(2, 1, 0, 1), 2), incarnation: 2 };
  expect(verdictOn(first, crashed, carried)).toContain('0 in all, 0 in progress');
});

test('a duration is from the trigger to the latest acknowledgement or the failure', () => {
  const end = (stats: Partial<CheckpointStats>) =>
    verdictOn(first, pointer(1), completes(1, [1, 0, 1, 0], stats));
  expect(end({ end_to_end_duration: 31 })).toMatchInlineSnapshot(`
    "violated, 7 judged, at 8
    checkpoint 1 is reported COMPLETED with a duration of 31 ms, where 30 is right
    about checkpoint 1
    proved by valueWritten 1, checkpointsReported 1, checkpointsReported 1,
    checkpointsReported 1"
  `);
  expect(end({ end_to_end_duration: -1 })).toContain('with a duration of -1 ms, where 30 is right');
  const late = (stats: Partial<CheckpointStats>) =>
    verdictOn(first, fails(1, [1, 0, 0, 1], { ...both, ...stats }));
  expect(late({ end_to_end_duration: 30 })).toContain('a duration of 30 ms, where 50 is right');
  expect(late({ latest_ack_timestamp: -1 })).toContain('FAILED with another time');
});

test('a clock that was set back gives no negative duration', () => {
  const back = { ...half, latest_ack_timestamp: 90, end_to_end_duration: 0 };
  const open = [begins(1, 1, 1, 0, 0), acknowledged(1, 'source[0]')];
  const progress = (stats: Partial<CheckpointStats>) => reported(3, counts(1, 1, 0, 0), 1, stats);
  expect(verdictOn(open, progress(back))).toBe('holds, 2 judged');
  expect(verdictOn(open, progress({ ...back, end_to_end_duration: -10 }))).toContain('where 0 is');
});

test('the time of the latest acknowledgement is there just when there is one', () => {
  const begin = (stats: Partial<CheckpointStats>) =>
    verdictOn(reported(1, counts(1, 1, 0, 0), 1, stats));
  expect(begin({ latest_ack_timestamp: 120 })).toContain(
    'without an acknowledgement, and with its',
  );
  expect(begin({ state_size: 4 })).toContain('without an acknowledgement, and with state');
  expect(begin({ end_to_end_duration: 0 })).toContain('a duration of 0 ms, where -1 is right');
  const open = [begins(1, 1, 1, 0, 0), acknowledged(1, 'source[0]')];
  const timeless = { ...one, latest_ack_timestamp: -1 };
  expect(verdictOn(open, reported(3, counts(1, 1, 0, 0), 1, timeless))).toContain(
    'checkpoint 1 is reported IN_PROGRESS without the time of the latest',
  );
});

test('an end is of what began, and has a failure just when it failed', () => {
  const end = (stats: Partial<CheckpointStats>) =>
    verdictOn(first, pointer(1), completes(1, [1, 0, 1, 0], stats));
  const times = { trigger_timestamp: 110, end_to_end_duration: 20 };
  expect(end(times)).toContain('checkpoint 1 is reported COMPLETED with another beginning');
  expect(end({ failure_timestamp: 9, failure_message: 'x' })).toContain('COMPLETED with a failure');
  expect(verdictOn(first, fails(1, [1, 0, 0, 1], { ...both, failure_message: null }))).toContain(
    'checkpoint 1 is reported FAILED without a failure',
  );
});

test('when the job has ended nothing stays in progress but the pointer that is under way', () => {
  const open = [begins(1, 1, 1, 0, 0), triggers(1), acknowledged(1, 'source[0]')].flat();
  expect(verdictOn(open, status(9, 'FINISHED'))).toMatchInlineSnapshot(`
    "violated, 4 judged, at 4
    the job is FINISHED, and checkpoint 1 is still in progress
    about checkpoint 1
    proved by checkpointsReported 1, jobStatus 1"
  `);
  expect(verdictOn(open, status(9, 'RESTARTING'))).toContain('holds');
  expect(verdictOn(first, status(9, 'FAILED'))).toBe('holds, 6 judged');
  const two = [...first, second, ...collects(2, 2, 2, 0, 0)];
  expect(verdictOn(two, status(9, 'FINISHED'))).toContain('checkpoint 2 is still in progress');
});

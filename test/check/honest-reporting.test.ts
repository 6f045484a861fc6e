import { expect, test } from 'vitest';

import type { CheckpointCounts, CheckpointStats, Entry } from '../../src/history/entry.js';
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

const began: Omit<CheckpointStats, 'id'> = {
  status: 'IN_PROGRESS',
  trigger_timestamp: 100,
  latest_ack_timestamp: -1,
  end_to_end_duration: -1,
  state_size: 0,
  num_subtasks: 2,
  num_acknowledged_subtasks: 0,
  failure_timestamp: null,
  failure_message: null,
};
const collected = {
  latest_ack_timestamp: 130,
  end_to_end_duration: 30,
  state_size: 8,
  num_acknowledged_subtasks: 2,
};

function reported(
  at: number,
  all: CheckpointCounts,
  id = 0,
  stats: Partial<CheckpointStats> = {},
): Entry {
  const checkpoint = id === 0 ? undefined : { ...began, id, ...stats };
  return manager(at, 'checkpointsReported', id, { counts: all, checkpoint });
}

const begins = (id: number, ...all: Counts) => reported(1, counts(...all), id);
const completes = (id: number, all: Counts, stats: Partial<CheckpointStats> = {}) =>
  reported(5, counts(...all), id, { status: 'COMPLETED', ...collected, ...stats });
const fails = (id: number, all: Counts, stats: Partial<CheckpointStats> = {}) =>
  reported(5, counts(...all), id, {
    ...{ status: 'FAILED', failure_timestamp: 150, failure_message: 'it expired', ...stats },
  });

const triggers = (id: number) => [
  delivered('triggerCheckpoint', id, 'source[0]', 1),
  delivered('triggerCheckpoint', id, 'source[1]', 1),
];
const acknowledged = (id: number, subtask: string, attempt = 1) =>
  delivered('checkpointAcknowledged', id, subtask, attempt, 'job-manager-0');
const acknowledgements = (id: number) => [
  acknowledged(id, 'source[0]'),
  acknowledged(id, 'source[1]'),
];
const refused = (at: number, reason: string) =>
  manager(at, 'requestRefused', 0, { reason, by: 'periodic' });
const restoring = (at: number, checkpoint: number) =>
  manager(at, 'restoring', checkpoint, { attempt: 2 });
const status = (at: number, name: string) => manager(at, 'jobStatus', 1, { status: name });
const crashed = entry('processCrashed', 1, '', { cause: 'x' }, { process: 'job-manager-0' });

const first = [begins(1, 1, 1, 0, 0), triggers(1), acknowledgements(1)].flat();
const second = begins(2, 2, 2, 0, 0);

test('checkpoints that begin, complete and fail as they are seen hold', () => {
  const one = [first, pointer(1), completes(1, [1, 0, 1, 0])];
  const two = [begins(2, 2, 1, 1, 0), triggers(2), acknowledged(2, 'source[1]')];
  const lost = fails(2, [2, 0, 1, 1], { ...collected, num_acknowledged_subtasks: 1 });
  expect(verdictOn(...one.flat(), ...two.flat(), lost, status(9, 'FINISHED'))).toBe(
    'holds, 10 judged',
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
    "violated, 5 judged, at 6
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
  expect(verdictOn(...late)).toBe('holds, 6 judged');
});

test('a checkpoint begins once and ends once', () => {
  expect(verdictOn(first, begins(1, 2, 2, 0, 0))).toContain(
    'is reported IN_PROGRESS a second time',
  );
  const failed = [first, second, fails(1, [2, 1, 0, 1])];
  expect(verdictOn(...failed, fails(1, [2, 0, 0, 2]))).toContain('FAILED after its end');
  expect(verdictOn(...failed, completes(1, [2, 0, 1, 1]))).toMatchInlineSnapshot(`
    "violated, 6 judged, at 7
    checkpoint 1 is reported COMPLETED after its end
    about checkpoint 1
    proved by checkpointsReported 1, checkpointsReported 1, checkpointsReported 1"
  `);
  expect(verdictOn(second, fails(3, [1, 0, 0, 1]))).toContain('the counts go from');
  expect(verdictOn(first, fails(3, [1, 0, 0, 1]))).toContain('and was not IN_PROGRESS');
});

test('COMPLETED without a pointer convicts, and so does FAILED with one', () => {
  expect(verdictOn(first, completes(1, [1, 0, 1, 0]), pointer(1))).toMatchInlineSnapshot(`
    "violated, 4 judged, at 5
    checkpoint 1 is reported COMPLETED before its pointer is written
    about checkpoint 1
    proved by checkpointsReported 1, checkpointsReported 1"
  `);
  expect(verdictOn(first, pointer(1), fails(1, [1, 0, 0, 1]))).toContain(
    'checkpoint 1 is reported FAILED after its pointer is written',
  );
  expect(verdictOn(first, fails(1, [1, 0, 0, 1]), pointer(1))).toMatchInlineSnapshot(`
    "violated, 5 judged, at 6
    the pointer of checkpoint 1 is written, and it was reported FAILED
    about checkpoint 1
    proved by checkpointsReported 1, valueWritten 1"
  `);
});

test('COMPLETED is with all subtasks, as many as were seen on the wire', () => {
  const half = { num_acknowledged_subtasks: 1 };
  expect(verdictOn(first, pointer(1), completes(1, [1, 0, 1, 0], half))).toContain(
    'checkpoint 1 is reported COMPLETED with 1 of 2 acknowledgements',
  );
  const [, ...rest] = acknowledgements(1);
  const some = [begins(1, 1, 1, 0, 0), ...rest, ...rest, pointer(1)];
  expect(verdictOn(some, completes(1, [1, 0, 1, 0]))).toMatchInlineSnapshot(`
    "violated, 3 judged, at 4
    checkpoint 1 is reported COMPLETED with 2 acknowledgements, and those of 1 subtasks
    have come
    about checkpoint 1
    proved by valueWritten 1, checkpointsReported 1, checkpointsReported 1"
  `);
  const more = [first, acknowledged(1, 'sink[0]'), pointer(1), completes(1, [1, 0, 1, 0])];
  expect(verdictOn(...more)).toContain('2 acknowledgements, and those of 3 subtasks');
});

test('acknowledgements that are of no use do not contradict a failure, and missing ones do', () => {
  expect(verdictOn(first, fails(1, [1, 0, 0, 1]))).toBe('holds, 4 judged');
  const both = [begins(1, 1, 1, 0, 0), acknowledged(1, 'source[0]')];
  expect(verdictOn(both, fails(1, [1, 0, 0, 1], collected))).toContain('those of 1 subtasks');
  const others = [acknowledged(7, 'source[0]'), { ...acknowledged(1, 'sum[0]'), incarnation: 2 }];
  expect(verdictOn(first, others, pointer(1), completes(1, [1, 0, 1, 0]))).toContain('holds');
});

test('failures without a checkpoint are the refusals that count', () => {
  for (const reason of [
    'NOT_ALL_REQUIRED_TASKS_RUNNING',
    'PERIODIC_SCHEDULER_SHUTDOWN',
    'TRIGGER_CHECKPOINT_FAILURE',
  ]) {
    const one = [reported(3, counts(1, 0, 0, 1)), refused(3, reason)];
    expect(verdictOn(one, status(9, 'RUNNING'))).toBe('holds, 3 judged');
    expect(verdictOn(refused(3, reason))).toContain('a request is refused, and not counted');
  }
  for (const reason of ['CHECKPOINT_COORDINATOR_SUSPEND', 'TOO_MANY_CHECKPOINT_REQUESTS']) {
    expect(verdictOn(refused(3, reason))).toBe('holds, 1 judged');
    const one = [reported(3, counts(1, 0, 0, 1)), refused(3, reason)];
    expect(verdictOn(one, status(9, 'RUNNING'))).toMatchInlineSnapshot(`
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
  expect(verdictOn(restoring(3, 0), restored)).toContain('a restore is counted, and no checkpoint');
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
  expect(verdictOn(first, crashed, other)).toBe('holds, 4 judged');
  const carried = { ...reported(9, counts(2, 1, 0, 1), 2), incarnation: 2 };
  expect(verdictOn(first, crashed, carried)).toContain('0 in all, 0 in progress');
});

test('the duration is from the trigger to the latest acknowledgement, and never negative', () => {
  const end = (stats: Partial<CheckpointStats>) =>
    verdictOn(first, pointer(1), completes(1, [1, 0, 1, 0], stats));
  expect(end({ end_to_end_duration: 31 })).toMatchInlineSnapshot(`
    "violated, 5 judged, at 6
    checkpoint 1 is reported COMPLETED with a duration of 31 ms, where 30 is right
    about checkpoint 1
    proved by valueWritten 1, checkpointsReported 1, checkpointsReported 1"
  `);
  expect(end({ end_to_end_duration: -1 })).toContain('with a duration of -1 ms, where 30 is right');
  expect(end({ latest_ack_timestamp: 90, end_to_end_duration: 0 })).toBe('holds, 5 judged');
  expect(end({ latest_ack_timestamp: 90, end_to_end_duration: -10 })).toContain('where 0 is right');
  expect(end({ latest_ack_timestamp: -1 })).toContain('COMPLETED without the time');
  const never = { num_acknowledged_subtasks: 0, latest_ack_timestamp: 120 };
  expect(verdictOn(first, fails(1, [1, 0, 0, 1], never))).toContain('without an acknowledgement');
  expect(verdictOn(first, fails(1, [1, 0, 0, 1], { end_to_end_duration: 0 }))).toContain('-1 is');
});

test('an end is of what began, and has a failure just when it failed', () => {
  const end = (stats: Partial<CheckpointStats>) =>
    verdictOn(first, pointer(1), completes(1, [1, 0, 1, 0], stats));
  const times = { trigger_timestamp: 110, end_to_end_duration: 20 };
  expect(end(times)).toContain('checkpoint 1 is reported COMPLETED with another beginning');
  expect(end({ failure_timestamp: 9, failure_message: 'x' })).toContain('COMPLETED with a failure');
  expect(verdictOn(first, fails(1, [1, 0, 0, 1], { failure_message: null }))).toContain(
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
  expect(verdictOn(first, status(9, 'FAILED'))).toBe('holds, 4 judged');
  const both = [...first, second, ...acknowledgements(2)];
  expect(verdictOn(both, status(9, 'FINISHED'))).toContain('checkpoint 2 is still in progress');
  expect(verdictOn(status(9, 'FINISHED'), begins(1, 1, 1, 0, 0))).toContain(
    'checkpoint 1 is reported IN_PROGRESS after the end of the job',
  );
});

import { expect, test } from 'vitest';

import type { RunEnd } from '../../src/check/verdict.js';
import type { Configuration } from '../../src/flink/configuration.js';
import type { Entry } from '../../src/history/entry.js';
import { textBlock } from '../../src/kernel/words.js';
import { context, entry, judge, told } from './stage.js';

const configuration: Configuration = {
  ...context.configuration,
  tolerableFailedCheckpoints: 1,
  restartAttempts: 2,
  restartDelayMicros: 100,
};

type Entries = readonly (Entry | readonly Entry[])[];

const verdictOn = (...entries: Entries) => verdictAt('finished', ...entries);

function verdictAt(reason: RunEnd['reason'], ...entries: Entries): string {
  return told(judge('restart-policy', entries.flat(), reason, { configuration }));
}

const manager = (at: number, kind: string, subject: number, detail?: unknown, incarnation = 1) =>
  entry(kind, subject, '', detail, { at, process: 'job-manager-0', incarnation });

const status = (at: number, name: string, incarnation = 1) =>
  manager(at, 'jobStatus', 0, { status: name }, incarnation);
const deploying = (at: number, attempt: number, incarnation = 1) => [
  status(at, 'RUNNING', incarnation),
  manager(at, 'deploying', attempt, undefined, incarnation),
];
const failure = (at: number, attempt: number, cause = 'lost task-manager-0') =>
  manager(at, 'failure', 0, { cause, attempt });
const failing = (at: number, attempt: number, cause?: string) => [
  failure(at, attempt, cause),
  status(at, 'RESTARTING'),
];
const aborted = (at: number, checkpoint: number, reason = 'CHECKPOINT_EXPIRED') =>
  manager(at, 'aborted', checkpoint, { reason });
const completed = (at: number, checkpoint: number) => manager(at, 'completed', checkpoint);
const paused = (at: number) => manager(at, 'processPaused', 0);
const resumed = (at: number) => manager(at, 'processResumed', 0);
const crashed = (at: number) => manager(at, 'processCrashed', 1, { cause: 'a fault' });
const finished = (...subtasks: string[]) =>
  subtasks.map((name) => entry('taskState', 0, name, { state: 'FINISHED', attempt: 5, cause: '' }));

const begin = [status(0, 'CREATED'), ...deploying(0, 5)];
const all = ['source[0]', 'source[1]', 'sum[0]', 'sink[0]'];

test('a run without a failure is judged, and holds', () => {
  const run = [completed(10, 1), completed(20, 2), finished(...all), status(30, 'FINISHED')];
  expect(verdictOn(begin, ...run)).toBe('holds, 6 judged');
});

test('a job fails when more checkpoints in succession have failed than are tolerable', () => {
  const two = [aborted(10, 1), aborted(20, 2, 'IO_EXCEPTION')];
  expect(verdictOn(begin, two, failing(20, 5, 'IO_EXCEPTION'), deploying(120, 6))).toBe(
    'holds, 9 judged',
  );
  expect(verdictOn(begin, two, completed(30, 3))).toMatchInlineSnapshot(`
    "violated, 6 judged, at 5
    checkpoint 2 fails with IO_EXCEPTION, so more than the tolerable 1 have failed, and
    the job does not
    about checkpoint 2
    proved by aborted 2, completed 3"
  `);
  expect(verdictOn(begin, two, failing(20, 5))).toContain('so more than the tolerable 1');
  expect(verdictOn(begin, two, failing(20, 5, 'CHECKPOINT_EXPIRED'))).toContain(
    'so more than the tolerable 1',
  );
  expect(verdictOn(begin, two, failing(21, 5, 'IO_EXCEPTION'))).toContain(
    'so more than the tolerable 1',
  );
  expect(verdictOn(begin, two)).toMatchInlineSnapshot(`
    "violated, 5 judged, at 4
    checkpoint 2 fails with IO_EXCEPTION, so more than the tolerable 1 have failed, and
    the job does not
    about checkpoint 2
    proved by aborted 2"
  `);
});

test('each reason that counts does, and no other', () => {
  for (const reason of [
    'CHECKPOINT_ASYNC_EXCEPTION',
    'CHECKPOINT_DECLINED',
    'CHECKPOINT_EXPIRED',
    'FINALIZE_CHECKPOINT_FAILURE',
    'IO_EXCEPTION',
  ])
    expect(verdictOn(begin, aborted(10, 1), aborted(20, 2, reason))).toContain(reason);
  for (const reason of [
    'CHECKPOINT_COORDINATOR_SUSPEND',
    'CHECKPOINT_DECLINED_TASK_CLOSING',
    'CHECKPOINT_DECLINED_TASK_NOT_READY',
    'CHECKPOINT_SUBSUMED',
    'TASK_CHECKPOINT_FAILURE',
    'TRIGGER_CHECKPOINT_FAILURE',
  ]) {
    const two = [aborted(10, 1), aborted(20, 2, reason)];
    expect(verdictOn(begin, two)).toBe('holds, 5 judged');
    expect(verdictOn(begin, two, failing(20, 5, reason))).toContain('the job fails by ' + reason);
  }
});

test('a success makes the count begin anew, and one of an older checkpoint does not', () => {
  const cleared = [aborted(10, 1), completed(20, 2), aborted(30, 3)];
  expect(verdictOn(begin, cleared)).toBe('holds, 6 judged');
  expect(verdictOn(begin, cleared, failing(30, 5, 'CHECKPOINT_EXPIRED'))).toMatchInlineSnapshot(`
    "violated, 7 judged, at 6
    the job fails by CHECKPOINT_EXPIRED; failed checkpoints that count: 1, tolerable: 1
    about checkpoint 3
    proved by aborted 3, failure 0"
  `);
  const older = [completed(10, 4), aborted(20, 5), completed(30, 3), aborted(40, 6)];
  expect(verdictOn(begin, older)).toContain('checkpoint 6 fails with CHECKPOINT_EXPIRED');
  const failed = [aborted(10, 1), aborted(20, 2), failing(20, 5, 'CHECKPOINT_EXPIRED')];
  const anew = [...deploying(200, 6), aborted(210, 3)];
  expect(verdictOn(begin, ...failed, anew)).toBe('holds, 10 judged');
});

test('late failures, and further ones of a checkpoint, fail no job (FLINK-18336)', () => {
  const late = [completed(10, 2), aborted(20, 1), aborted(30, 3)];
  expect(verdictOn(begin, late)).toBe('holds, 6 judged');
  expect(verdictOn(begin, late, failing(30, 5, 'CHECKPOINT_EXPIRED'))).toContain(
    'the job fails by CHECKPOINT_EXPIRED; failed checkpoints that count: 1, tolerable: 1',
  );
  const twice = [aborted(10, 1), aborted(20, 1)];
  expect(verdictOn(begin, twice)).toBe('holds, 5 judged');
  expect(verdictOn(begin, twice, failing(20, 5, 'CHECKPOINT_EXPIRED'))).toContain('tolerable: 1');
});

test('while the job is not RUNNING it may fail by a checkpoint, and need not', () => {
  const two = [aborted(20, 1), failing(30, 5), aborted(150, 2, 'FINALIZE_CHECKPOINT_FAILURE')];
  expect(verdictOn(begin, ...two, deploying(160, 6))).toBe('holds, 9 judged');
  const fails = failing(150, 6, 'FINALIZE_CHECKPOINT_FAILURE');
  expect(verdictOn(begin, ...two, fails, deploying(250, 7))).toBe('holds, 11 judged');
  expect(verdictOn(begin, ...two, deploying(160, 6), aborted(170, 3))).toBe('holds, 10 judged');
  const over = [finished(...all), aborted(20, 1), aborted(30, 2), status(40, 'FINISHED')];
  expect(verdictOn(begin, ...over)).toBe('holds, 6 judged');
  const some = [finished('sink[0]', 'sum[0]'), aborted(20, 1), aborted(30, 2), completed(40, 3)];
  expect(verdictOn(begin, ...some)).toContain('so more than the tolerable 1');
});

test('each failure is followed by a restart while one is left, and then by the end', () => {
  const one = [failing(10, 5), deploying(110, 6)];
  const two = [...one, failing(200, 6), deploying(300, 7)];
  const three = [...two, failure(400, 7)];
  const ended = [status(400, 'FAILING'), status(410, 'FAILED')];
  expect(verdictAt('failed', begin, ...three, ended)).toBe('holds, 14 judged');
  expect(verdictOn(begin, ...three, status(400, 'RESTARTING'))).toMatchInlineSnapshot(`
    "violated, 13 judged, at 12
    the job is not FAILING after failure 3 of this life; 2 restarts are allowed
    about 
    proved by failure 0, jobStatus 0"
  `);
  expect(verdictOn(begin, ...one, failure(200, 6), ended)).toContain('is not RESTARTING after');
  expect(verdictOn(begin, ...one, failure(200, 6))).toContain('is not RESTARTING after failure 2');
  expect(verdictOn(begin, ...three, status(400, 'FAILING'), deploying(600, 8))).toContain(
    'the job is RUNNING after FAILING',
  );
});

test('an end state comes only from the status before it', () => {
  expect(verdictOn(begin, status(9, 'FAILED'))).toMatchInlineSnapshot(`
    "violated, 4 judged, at 3
    the job is FAILED after RUNNING
    about 
    proved by jobStatus 0"
  `);
  expect(verdictOn(begin, failing(9, 5), status(10, 'FINISHED'))).toContain(
    'the job is FINISHED after RESTARTING',
  );
  expect(verdictOn(status(0, 'FINISHED'))).toContain('FINISHED after the beginning of a life');
  const result = entry('valueWritten', 1, 'job-result', {
    words: textBlock('FINISHED'),
    version: 1,
    by: 'job-manager-0',
  });
  expect(verdictOn(begin, result, crashed(10), status(20, 'FINISHED', 2))).toBe('holds, 4 judged');
  expect(verdictOn(begin, result, crashed(10), status(20, 'FAILED', 2))).toContain('FAILED after');
});

test('nothing restarts without a failure', () => {
  expect(verdictOn(begin, status(9, 'RESTARTING'))).toContain('RESTARTING after RUNNING');
  expect(verdictOn(begin, manager(9, 'deploying', 6))).toMatchInlineSnapshot(`
    "violated, 4 judged, at 3
    attempt 6 is deployed, and nothing has failed since the one before
    about 
    proved by deploying 5, deploying 6"
  `);
});

test('the delay lies between a failure and the next deployment', () => {
  expect(verdictOn(begin, failing(10, 5), deploying(110, 6))).toBe('holds, 7 judged');
  expect(verdictOn(begin, failing(10, 5), deploying(109, 6))).toMatchInlineSnapshot(`
    "violated, 7 judged, at 6
    attempt 6 is deployed 0.000099 s after the failure, before the delay of 0.000100 s
    about 
    proved by failure 0, deploying 6"
  `);
});

test('each failure ends one attempt', () => {
  expect(verdictOn(begin, failing(10, 5), deploying(110, 7))).toMatchInlineSnapshot(`
    "violated, 7 judged, at 6
    deploying of attempt 7, where the attempt is 6; failures in this life: 1
    about 
    proved by failure 0, deploying 7"
  `);
  expect(verdictOn(begin, failing(10, 5), deploying(110, 5))).toContain('the attempt is 6');
  expect(verdictOn(begin, failing(10, 4))).toContain(
    'failure of attempt 4, where the attempt is 5',
  );
  const twice = [failing(10, 5), failing(150, 6), deploying(250, 7)];
  expect(verdictOn(begin, ...twice)).toBe('holds, 9 judged');
});

test('each life of a job manager counts for itself', () => {
  const first = [aborted(10, 1), ...failing(20, 5), ...deploying(120, 6), ...failing(130, 6)];
  const second = [status(200, 'CREATED', 2), ...deploying(210, 100, 2)];
  const late = [{ ...aborted(220, 2), incarnation: 2 }];
  expect(verdictOn(begin, first, crashed(140), second, late)).toBe('holds, 14 judged');
});

test('a crash ends what is due, and a pause puts it off', () => {
  const two = [aborted(10, 1), aborted(20, 2)];
  expect(verdictOn(begin, two, crashed(20), status(90, 'CREATED', 2))).toBe('holds, 6 judged');
  expect(verdictOn(begin, two, paused(20))).toBe('holds, 5 judged');
  const later = failing(70, 5, 'CHECKPOINT_EXPIRED');
  expect(verdictOn(begin, two, paused(20), resumed(70), later)).toBe('holds, 7 judged');
  expect(verdictOn(begin, two, paused(20), paused(30), resumed(70), later)).toContain('holds');
  expect(verdictOn(begin, two, paused(20), resumed(60), later)).toContain(
    'so more than the tolerable 1',
  );
});

test('the delay counts from the pause that held the word of the failure back', () => {
  const cut = [paused(20), resumed(60), paused(60), resumed(90), failing(90, 5)];
  expect(verdictOn(begin, ...cut, deploying(120, 6))).toBe('holds, 7 judged');
  expect(verdictOn(begin, ...cut, deploying(119, 6))).toContain('before the delay');
  const before = [paused(20), resumed(60), failing(61, 5)];
  expect(verdictOn(begin, ...before, deploying(160, 6))).toContain('is deployed 0.000099 s after');
});

/**
 * Goal: trigger-policy convicts a checkpoint by hand that nobody has asked for, that comes behind
 * those of a schedule, or of which the client is told something else, or nothing. Method: histories
 * by hand.
 */
import { describe, expect, test } from 'vitest';

import type { Entry } from '../../src/history/entry.js';
import { context, entry, judge, told } from './stage.js';

const at = (time: number, kind: string, subject = 0, detail?: unknown): Entry =>
  entry(kind, subject, '', detail, { at: time, process: 'job-manager-0' });
const asked = (time: number, number = 1): Entry =>
  entry('checkpointAsked', number, '', undefined, { at: time, process: 'client' });
const answered = (time: number, detail: object, number = 1): Entry =>
  entry('checkpointAnswered', number, '', detail, { at: time, process: 'client' });
const came = (time: number, number = 1) => at(time, 'requested', number, { by: 'manual' });
const refused = (time: number, reason: string, number = 1) =>
  at(time, 'requestRefused', 0, { by: 'manual', number, reason });
const triggered = (time: number, id: number, by = 'manual', number = 1) =>
  at(time, 'triggered', id, { by, number });
const stored = (time: number, id: number) => at(time, 'stored', id);
const crashed = (time: number) => at(time, 'processCrashed');

const begun = [at(0, 'jobStatus', 1, { status: 'RUNNING' }), at(10, 'running', 1)];

function verdictOn(...entries: Entry[]): string {
  const configuration = { ...context.configuration, checkpointMinPauseMicros: 500 };
  const more = { configuration };
  return told(judge('trigger-policy', [...begun, ...entries], 'finished', more));
}

const done = { status: 'completed', checkpoint: 4 };

test('one that was asked for begins whatever the schedule, and is answered', () => {
  const first = [asked(20), came(30), triggered(40, 3), stored(50, 3)];
  const second = [asked(60, 2), came(70, 2), triggered(80, 4, 'manual', 2), stored(90, 4)];
  expect(verdictOn(...first, ...second, answered(95, done, 2))).toBe('holds, 5 judged');
  const unheard = [answered(95, { status: 'unavailable' }), answered(96, { status: 'unknown' }, 2)];
  expect(verdictOn(...first, ...second, ...unheard)).toBe('holds, 6 judged');
});

test('what nobody has asked for, or what comes twice, convicts', () => {
  expect(verdictOn(came(30))).toMatchInlineSnapshot(`
    "violated, 1 judged, at 2
    request 1 has come, and no client has asked
    about 
    proved by requested 1"
  `);
  expect(verdictOn(asked(20), came(30), came(40))).toContain('request 1 comes a second time');
  const restarted = { ...came(60), incarnation: 2 };
  expect(verdictOn(asked(20), came(30), crashed(40), restarted)).toBe('holds, 2 judged');
});

test('a checkpoint for a request that does not wait convicts', () => {
  const once = [asked(20), came(30), triggered(40, 3), stored(50, 3)];
  expect(verdictOn(...once, triggered(60, 4))).toMatchInlineSnapshot(`
    "violated, 3 judged, at 6
    checkpoint 4 begins for request 1, which does not wait
    about 
    proved by triggered 4"
  `);
  expect(verdictOn(asked(20), came(30), refused(35, ''), triggered(40, 3))).toContain('not wait');
});

test('a request that reaches the job manager of a job that is RUNNING comes', () => {
  const reached = at(30, 'delivered', 1, { message: 'checkpointAsked', from: 'client' });
  expect(verdictOn(asked(20), reached, triggered(700, 3, 'periodic'))).toContain(
    'request 1 has reached the job manager, which asks for nothing',
  );
  expect(verdictOn(asked(20), reached, came(30), reached, stored(50, 4))).toContain('holds');
  const crashed = at(30, 'processCrashed', 1, { cause: 'fault' });
  expect(verdictOn(asked(20), reached, crashed, asked(90))).toContain('holds');
  const paused = at(25, 'processPaused');
  expect(verdictOn(asked(20), paused, reached, at(90, 'processResumed'))).toContain('holds');
  const stopped = at(25, 'jobStatus', 1, { status: 'RESTARTING' });
  expect(verdictOn(asked(20), stopped, reached, asked(90))).toContain('holds');
});

test('two of a schedule while a request waits convict', () => {
  const periodic = (time: number, id: number) => [
    triggered(time, id, 'periodic'),
    stored(time, id),
  ];
  const run = [asked(590), came(600), ...periodic(700, 3), ...periodic(2_000, 4)];
  expect(verdictOn(...run)).toMatchInlineSnapshot(`
    "violated, 3 judged, at 6
    checkpoint 3 and checkpoint 4 of a schedule begin before request 1
    about 
    proved by requested 1, triggered 4"
  `);
  expect(verdictOn(...run.slice(0, 4), triggered(1_900, 4))).toContain('holds');
});

test('a minimum pause is no reason to refuse it', () => {
  const reason = 'MINIMUM_TIME_BETWEEN_CHECKPOINTS';
  expect(verdictOn(asked(20), came(30), refused(35, reason))).toContain('need not heed');
  expect(verdictOn(asked(20), came(30), refused(35, 'IO_EXCEPTION'))).toContain('holds');
});

describe('a client that asks when its request has come to something', () => {
  const question = (time: number, message = 'checkpointStatusAsked', incarnation = 1): Entry => {
    const detail = { message, from: 'client', fromIncarnation: 1, attempt: undefined };
    return { ...at(time, 'delivered', 1, detail), incarnation };
  };
  const heard = (time: number, status = 'inProgress') => answered(time, { status });
  const run = [asked(20), question(30, 'checkpointAsked'), came(30), triggered(40, 4)];
  const over = [...run, heard(45), stored(50, 4)];

  test('is told so, or it convicts', () => {
    expect(verdictOn(...over, question(60), answered(70, done))).toMatch(/^holds/);
    expect(verdictOn(...over, question(60), heard(70))).toMatchInlineSnapshot(`
      "violated, 4 judged, at 9
      request 1 is answered with inProgress, and had come to checkpoint 4
      about 
      proved by stored 4, checkpointAnswered 1"
    `);
    expect(verdictOn(...over, question(60), heard(70, 'unknown'))).toContain('with unknown');
    expect(verdictOn(...over, question(60), heard(70, 'unavailable'))).toContain('had come to');
    const aborted = at(50, 'aborted', 4, { reason: 'CHECKPOINT_DECLINED' });
    expect(verdictOn(...run, heard(45), aborted, question(60), heard(70))).toContain(
      'had come to CHECKPOINT_DECLINED',
    );
    const refusal = [heard(45), refused(50, 'IO_EXCEPTION'), question(60), heard(70)];
    expect(verdictOn(...run.slice(0, 3), ...refusal)).toContain('had come to IO_EXCEPTION');
  });

  test('may hear an answer from before', () => {
    expect(verdictOn(...over, heard(70))).toMatch(/^holds/);
    expect(verdictOn(...run, heard(45), question(48), stored(50, 4), heard(70))).toMatch(/^holds/);
    const early = [...run, heard(45), question(48), stored(50, 4), question(60), heard(70)];
    expect(verdictOn(...early)).toMatch(/^holds/);
    expect(verdictOn(...early, question(80), heard(90))).toContain('had come to checkpoint 4');
  });

  test('may be answered by a life that knows nothing of it, or not at all', () => {
    const next = question(60, 'checkpointStatusAsked', 2);
    expect(verdictOn(...over, crashed(55), next, heard(70, 'unknown'))).toMatch(/^holds/);
    expect(verdictOn(...over, question(60), heard(70, 'gaveUp'))).toMatch(/^holds/);
  });
});

test('the answer is what came of it', () => {
  const run = [asked(20), came(30), triggered(40, 4)];
  expect(verdictOn(...run, answered(60, done))).toMatchInlineSnapshot(`
    "violated, 3 judged, at 5
    request 1 is answered with checkpoint 4, which it did not come to
    about 
    proved by checkpointAnswered 1"
  `);
  expect(verdictOn(...run, stored(50, 4), answered(60, done))).toContain('holds');
  const failed = { status: 'failed', reason: 'IO_EXCEPTION' };
  const aborted = at(50, 'aborted', 4, { reason: 'IO_EXCEPTION' });
  expect(verdictOn(...run, aborted, answered(60, failed))).toContain('holds');
  expect(
    verdictOn(asked(20), came(30), refused(40, 'IO_EXCEPTION'), answered(60, failed)),
  ).toContain('holds');
  expect(verdictOn(...run, stored(50, 4), answered(60, failed))).toContain('is answered with');
});

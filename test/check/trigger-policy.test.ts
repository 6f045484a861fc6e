/**
 * Goal: checkpoints that begin too early, too many or too often convict, and those that end too
 * early or too late; what heeds no schedule, and what a pause makes late, acquits. Method:
 * histories by hand; the interval is 1,000 microseconds, the timeout 2,000.
 */
import { expect, test } from 'vitest';

import type { Configuration } from '../../src/flink/configuration.js';
import type { Entry } from '../../src/history/entry.js';
import { context, entry, judge, told } from './stage.js';

const at = (time: number, kind: string, subject = 0, detail?: unknown): Entry =>
  entry(kind, subject, '', detail, { at: time, process: 'job-manager-0' });
const running = (time: number) => [
  at(time, 'jobStatus', 0, { status: 'RUNNING' }),
  at(time + 10, 'running', 1),
];
const stopped = (time: number) => at(time, 'jobStatus', 0, { status: 'RESTARTING' });
const triggered = (time: number, id: number, by = 'periodic') => at(time, 'triggered', id, { by });
const gathered = (time: number, id: number) => at(time, 'lastAcknowledged', id);
const stored = (time: number, id: number) => at(time, 'stored', id);
const aborted = (time: number, id: number, reason = 'CHECKPOINT_EXPIRED') =>
  at(time, 'aborted', id, { reason });
const whole = (time: number, id: number) => [
  triggered(time, id),
  gathered(time + 200, id),
  stored(time + 300, id),
];

function verdictOn(more: Partial<Configuration>, ...entries: (Entry | Entry[])[]): string {
  const configuration = { ...context.configuration, ...more };
  return told(judge('trigger-policy', entries.flat(), 'finished', { configuration }));
}

test('at the rate, one after the other, each in time', () => {
  const run = [running(0), whole(400, 1), whole(1_400, 2), triggered(2_400, 3)];
  expect(verdictOn({}, ...run, aborted(4_400, 3), whole(4_400, 4), whole(5_000, 5))).toBe(
    'holds, 5 judged',
  );
});

test('one more than may be pending convicts', () => {
  const run = [running(0), triggered(400, 1), triggered(1_400, 2)];
  expect(verdictOn({}, ...run)).toMatchInlineSnapshot(`
    "violated, 2 judged, at 3
    checkpoint 2 begins while checkpoint 1 pending; at once may be 1
    about checkpoint 2; checkpoint 1
    proved by triggered 1, triggered 2"
  `);
  expect(verdictOn({ concurrentCheckpoints: 2 }, ...run)).toBe('holds, 2 judged');
  const paused = { concurrentCheckpoints: 2, checkpointMinPauseMicros: 10 };
  expect(verdictOn(paused, ...run)).toContain('at once may be 1');
});

test('before its turn at the rate convicts, but for what all tasks at their end ask for', () => {
  const early = [running(0), whole(0, 1), triggered(900, 2)];
  expect(verdictOn({}, ...early)).toMatchInlineSnapshot(`
    "violated, 2 judged, at 5
    checkpoint 2 is no. 2 of the schedule 0.000900 s after RUNNING; the interval is
    0.001000 s
    about checkpoint 2
    proved by jobStatus 0, triggered 2"
  `);
  const [start, one] = early as [Entry[], Entry[]];
  const last = triggered(900, 2, 'final');
  expect(verdictOn({}, start, one, at(800, 'allEnded'), last)).toBe('holds, 2 judged');
  expect(verdictOn({}, start, one, last)).toContain('begins, by request (final), and none is left');
  const again = [running(0), whole(500, 1), stopped(900), running(950), triggered(1_000, 2)];
  expect(verdictOn({}, ...again)).toBe('holds, 2 judged');
});

test('within the minimum pause convicts', () => {
  const pause = { checkpointMinPauseMicros: 1_500 };
  const run = [running(0), whole(1_500, 1)];
  expect(verdictOn(pause, ...run, triggered(3_200, 2))).toMatchInlineSnapshot(`
    "violated, 2 judged, at 5
    checkpoint 2 begins 0.001400 s after a completion; the minimum pause is 0.001500 s
    about checkpoint 2
    proved by stored 1, triggered 2"
  `);
  expect(verdictOn(pause, ...run, triggered(3_300, 2))).toBe('holds, 2 judged');
});

test('before every task is RUNNING convicts, and when the job is not', () => {
  const [status] = running(0) as [Entry];
  expect(verdictOn({}, status, triggered(500, 1))).toContain('begins before every task is RUNNING');
  expect(verdictOn({}, running(0), stopped(300), triggered(500, 1))).toContain('before every task');
});

test('an end too early or too late convicts, unless the job manager was paused', () => {
  const begun = [running(0), triggered(400, 1)];
  expect(verdictOn({}, ...begun, aborted(1_400, 1))).toMatchInlineSnapshot(`
    "violated, 1 judged, at 3
    checkpoint 1 expires after 0.001000 s; it may be pending for 0.002000 s
    about checkpoint 1
    proved by triggered 1, aborted 1"
  `);
  expect(verdictOn({}, ...begun, gathered(2_500, 1))).toMatchInlineSnapshot(`
    "violated, 1 judged, at 3
    checkpoint 1 was pending for 0.002100 s; it may be for 0.002000 s
    about checkpoint 1
    proved by triggered 1, lastAcknowledged 1"
  `);
  const declined = aborted(2_500, 1, 'CHECKPOINT_DECLINED');
  expect(verdictOn({}, ...begun, declined)).toContain('was pending for');
  const pause = at(900, 'processPaused');
  expect(verdictOn({}, ...begun, pause, gathered(2_500, 1))).toBe('holds, 1 judged');
  expect(verdictOn({}, ...begun, gathered(2_000, 1), stored(9_000, 1))).toBe('holds, 1 judged');
});

test('another life knows nothing of what was pending', () => {
  const crash = [running(0), triggered(400, 1), at(500, 'processCrashed')];
  const next = [...running(900), triggered(1_000, 2)].map((one) => ({ ...one, incarnation: 2 }));
  expect(verdictOn({}, ...crash, next)).toBe('holds, 2 judged');
});

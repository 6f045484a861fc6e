/**
 * Goal: a stall without a reason convicts, a finalization without an end, a restore that is older
 * than what happened since explains, and records read again that lie before the checkpoint; what
 * has a name acquits. Method: histories by hand; the interval is 1,000 microseconds, the timeout
 * 2,000, a request is asked for 2 times 50.
 */
import { expect, test } from 'vitest';

import type { Configuration } from '../../src/flink/configuration.js';
import type { Entry } from '../../src/history/entry.js';
import { context, entry, judge, told } from './stage.js';

const at = (time: number, kind: string, subject = 0, detail?: unknown, about = ''): Entry =>
  entry(kind, subject, about, detail, { at: time, process: 'job-manager-0' });
const running = (time: number) => at(time, 'jobStatus', 0, { status: 'RUNNING' });
const stopped = (time: number) => at(time, 'jobStatus', 0, { status: 'RESTARTING' });
const restoring = (time: number, id: number, attempt: number) =>
  at(time, 'restoring', id, { attempt });
const triggered = (time: number, id: number) => at(time, 'triggered', id);
const stored = (time: number, id: number) => at(time, 'stored', id);
const aborted = (time: number, id: number) => at(time, 'aborted', id, { reason: 'X' });
const refused = (time: number) =>
  at(time, 'requestRefused', 0, { reason: 'NOT_ALL_REQUIRED_TASKS_RUNNING', by: 'periodic' });
const read = (time: number, offset: number, attempt = 1) =>
  at(time, 'splitRead', offset, { attempt }, 'in/0');
const begin = [restoring(0, 0, 1), running(0)];

function verdictOn(entries: readonly Entry[], more: Partial<Configuration> = {}): string {
  const configuration = { ...context.configuration, ...more };
  return told(judge('fault-window', [...begin, ...entries], 'finished', { configuration }));
}

test('checkpoints that follow each other, and requests that are refused, explain the time', () => {
  const run = [triggered(900, 1), stored(1_200, 1), refused(2_200), triggered(3_200, 2)];
  expect(verdictOn([...run, stored(3_300, 2), read(4_000, 5)])).toBe('holds, 3 judged');
});

test('no checkpoint for longer than the interval, and nothing that says why, convicts', () => {
  expect(verdictOn([triggered(900, 1), stored(1_200, 1), read(2_300, 5)])).toMatchInlineSnapshot(`
    "violated, 1 judged, at 4
    no checkpoint has begun, and nothing says why within 0.001050 s of stored
    about 
    proved by stored 1, splitRead 5"
  `);
  expect(verdictOn([triggered(1_100, 1)])).toContain('no checkpoint has begun');
  expect(verdictOn([triggered(900, 1), stored(1_200, 1), read(2_200, 5)])).toContain('holds');
});

test('a pause and a restart of the job explain it too', () => {
  const paused = [at(500, 'processPaused'), at(3_000, 'processResumed'), triggered(4_000, 1)];
  expect(verdictOn(paused)).toBe('holds, 1 judged');
  expect(verdictOn([stopped(500), running(5_000), triggered(6_000, 1)])).toBe('holds, 1 judged');
  expect(verdictOn([at(500, 'processCrashed'), read(9_000, 5)])).toBe('holds, 1 judged');
});

test('one that keeps its place keeps the next waiting; a free place does not for long', () => {
  const two = { concurrentCheckpoints: 2 };
  expect(verdictOn([triggered(900, 1), aborted(2_900, 1)])).toBe('holds, 1 judged');
  expect(verdictOn([triggered(900, 1), aborted(3_900, 1)], two)).toBe('holds, 1 judged');
  expect(verdictOn([triggered(900, 1), aborted(4_000, 1)], two)).toContain('no checkpoint has');
});

test('one that lacks nothing ends in its time', () => {
  const whole = [triggered(900, 1), at(1_000, 'lastAcknowledged', 1)];
  expect(verdictOn([...whole, stored(1_300, 1)])).toBe('holds, 1 judged');
  expect(verdictOn([...whole, stored(1_400, 1)])).toMatchInlineSnapshot(`
    "violated, 1 judged, at 4
    checkpoint 1 has not ended within 0.000300 s of lastAcknowledged
    about 
    proved by lastAcknowledged 1, stored 1"
  `);
  const late = 'checkpoint 1 has not ended within';
  expect(verdictOn([...whole, stopped(1_100), stored(1_400, 1)])).toContain(late);
  const paused = [at(1_100, 'processPaused'), at(9_000, 'processResumed')];
  expect(verdictOn([...whole, ...paused, stored(9_200, 1)])).toBe('holds, 1 judged');
  expect(verdictOn([...whole, at(1_100, 'processCrashed'), read(9_000, 5)])).toContain('holds');
});

test('a restore is as old as what was begun since explains, beside the time of no work', () => {
  const one = [triggered(500, 1), stored(600, 1)];
  const others = [2, 3].flatMap((id) => [triggered(id * 700, id), aborted(id * 700 + 100, id)]);
  const young = [...one, ...others, stopped(3_000), restoring(99_000, 1, 2)];
  expect(verdictOn(young)).toBe('holds, 4 judged');
  const since = Array.from({ length: 30 }, (_, place) => refused(1_500 + 1_000 * place));
  expect(verdictOn([...one, ...since, stopped(31_000), restoring(31_500, 1, 2)]))
    .toMatchInlineSnapshot(`
    "violated, 2 judged, at 35
    checkpoint 1 is 0.030500 s of running old when it is restored, and 0 begun since
    explain 0.007300 s
    about checkpoint 1
    proved by triggered 1, restoring 1"
  `);
});

test('what was read before the checkpoint is not read again', () => {
  const lost = [read(100, 4), triggered(500, 1), read(550, 7), stored(600, 1), stopped(700)];
  const again = (offset: number) => [...lost, restoring(800, 1, 2), read(900, offset, 2)];
  expect(verdictOn(again(5))).toBe('holds, 5 judged');
  expect(verdictOn(again(3))).toMatchInlineSnapshot(`
    "violated, 5 judged, at 8
    in/0 is read again from 3; when checkpoint 1 was asked for it was read up to 4
    about in/0; checkpoint 1
    proved by triggered 1, splitRead 3"
  `);
  expect(verdictOn([...again(5), read(950, 3, 1)])).toBe('holds, 5 judged');
  expect(verdictOn([...lost, restoring(800, 0, 2), read(900, 0, 2)])).toBe('holds, 4 judged');
});

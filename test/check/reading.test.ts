/**
 * Goal: trigger-policy allows as many requests by data as the sources have read for, each when so
 * much more was reported; it convicts one more, one too early, and one that does not come. Method:
 * histories by hand; word of a task manager may take 400 microseconds, the time-out of heartbeats.
 */
import { expect, test } from 'vitest';

import type { DataTrigger } from '../../src/flink/configuration.js';
import type { Entry } from '../../src/history/entry.js';
import { context, entry, judge, told as toldOf } from './stage.js';

const at = (time: number, kind: string, subject = 0, detail?: unknown): Entry =>
  entry(kind, subject, '', detail, { at: time, process: 'job-manager-0' });
const status = (time: number, name: string, attempt = 1) =>
  at(time, 'jobStatus', attempt, { status: name });
const read = (time: number, offset: number, attempt = 1, split = 'in/0') =>
  entry('splitRead', offset, split, { attempt }, { at: time, process: 'task-manager-0' });
/** The job manager is told how much the source's subtask has read. */
const told = (time: number, amount: number, attempt = 1, subtask = 'source[0]') => {
  const detail = { message: 'dataRead', from: 'task-manager-0', fromIncarnation: 1, attempt };
  return entry('delivered', amount, subtask, detail, { at: time, process: 'job-manager-0' });
};
const requested = (time: number) => at(time, 'requested', 0, { by: 'data' });
const triggered = (time: number, id: number) => at(time, 'triggered', id, { by: 'data' });
const stored = (time: number, id: number) => at(time, 'stored', id);
const refused = (time: number) => at(time, 'requestRefused', 0, { by: 'data', reason: '' });

/** All tasks run, and both splits are given out. */
const begun = [status(0, 'RUNNING'), at(10, 'running', 1), read(20, 0), read(20, 0, 1, 'in/1')];

const records = (every: number): DataTrigger => ({ unit: 'records', every });

function verdictOn(dataTrigger: DataTrigger | undefined, ...entries: Entry[]): string {
  const configuration = { ...context.configuration, dataTrigger };
  return toldOf(judge('trigger-policy', [...begun, ...entries], 'finished', { configuration }));
}

test('so much more read allows one more request, and no other', () => {
  const one = [read(30, 1), told(35, 1), read(40, 1, 1, 'in/1'), told(45, 1, 1, 'source[1]')];
  const first = [...one, requested(50), triggered(60, 1), stored(70, 1)];
  const run = [...first, read(80, 3), told(85, 3), requested(90), triggered(95, 2)];
  expect(verdictOn(records(2), ...run)).toBe('holds, 4 judged');
  expect(verdictOn(records(3), ...run)).toMatchInlineSnapshot(`
    "violated, 1 judged, at 8
    data asks for checkpoint no. 1 of the attempt after 2 records; each takes 3
    about 
    proved by jobStatus 1, requested 0"
  `);
  expect(verdictOn(undefined, ...run)).toContain('none is configured to');
});

test('a request counts from the last one, whatever was read beyond its amount', () => {
  const run = [read(30, 5), told(35, 5), requested(35), read(60, 8), told(65, 8)];
  expect(verdictOn(records(4), ...run, requested(65))).toMatchInlineSnapshot(`
    "violated, 2 judged, at 9
    data asks again when 3 records more are reported; each takes 4
    about 
    proved by jobStatus 1, requested 0"
  `);
  const later = [...run, read(70, 9), told(75, 9), requested(75)];
  expect(verdictOn(records(4), ...later)).toBe('holds, 2 judged');
});

test('what is reported to one who is paused, or whose job does not run, may count later', () => {
  const pause = [at(35, 'processPaused'), told(36, 5), told(37, 8), at(50, 'processResumed')];
  const asked = [requested(50), requested(51)];
  expect(verdictOn(records(4), read(30, 8), ...pause, ...asked)).toBe('holds, 2 judged');
  const other = [told(30, 1), told(40, 1, 2), status(45, 'RUNNING', 2), at(50, 'running', 2)];
  const run = [read(60, 0, 2), read(70, 9, 2), told(80, 5, 2), requested(80), told(81, 9, 2)];
  expect(verdictOn(records(4), ...other, ...run, requested(81))).toBe('holds, 2 judged');
  expect(verdictOn(records(5), ...other, ...run, requested(81))).toContain('no. 2 of the attempt');
});

test('a request begins one checkpoint at most, and none when it is refused', () => {
  const asked = [read(30, 2), told(40, 2), requested(50)];
  const twice = [triggered(60, 1), stored(70, 1), triggered(80, 2)];
  expect(verdictOn(records(2), ...asked, ...twice)).toMatchInlineSnapshot(`
    "violated, 3 judged, at 9
    checkpoint 2 begins, by request (data), and none is left
    about checkpoint 2
    proved by jobStatus 1, triggered 2"
  `);
  expect(verdictOn(records(2), ...asked, refused(55), triggered(60, 1))).toContain('none is left');
});

test('what another attempt read counts for nothing', () => {
  const restarted = [status(100, 'RESTARTING', 1), status(200, 'RUNNING', 2)];
  const ran = [at(210, 'running', 2), read(220, 1, 2), read(230, 2, 2), read(240, 9, 1)];
  const run = [read(30, 1), ...restarted, ...ran];
  expect(verdictOn(records(2), ...run, requested(250))).toContain('after 1 records');
  const more = [read(245, 3, 2), told(246, 2, 2), requested(250)];
  expect(verdictOn(records(2), ...run, ...more)).toBe('holds, 1 judged');
});

test('bytes are those of the rows and of their lengths', () => {
  const bytes = (every: number): DataTrigger => ({ unit: 'bytes', every });
  const run = [read(30, 1), read(40, 1, 1, 'in/1'), told(45, 40), requested(50)];
  expect(verdictOn(bytes(40), ...run)).toBe('holds, 1 judged');
  expect(verdictOn(bytes(41), ...run)).toContain('after 40 bytes; each takes 41');
});

test('a request that does not come convicts, also at the end', () => {
  const late = [read(30, 2), at(431, 'aborted', 1, { reason: '' })];
  expect(verdictOn(records(2), ...late)).toMatchInlineSnapshot(`
    "violated, 0 judged, at 5
    2 records are read since data asked for a checkpoint last, and it asks for none
    within 0.000400 s
    about 
    proved by splitRead 2, aborted 1"
  `);
  expect(verdictOn(records(2), read(30, 2), read(400, 3), at(500, 'leader'))).toContain(
    '3 records',
  );
  const asked = [read(30, 2), told(40, 2), requested(430)];
  expect(verdictOn(records(2), ...asked, read(431, 3))).toContain('holds');
});

test('none is due while the job does not run, or its job manager is paused', () => {
  const [pause, resume] = [at(100, 'processPaused'), at(900, 'processResumed')];
  const paused = [read(30, 2), pause, told(200, 2), resume];
  expect(verdictOn(records(2), ...paused, requested(1_200))).toContain('holds');
  expect(verdictOn(records(2), ...paused, requested(1_301))).toContain('are read');
  const stopped = [status(100, 'RESTARTING'), status(900, 'RUNNING', 2), read(1_900, 1, 2)];
  expect(verdictOn(records(2), read(30, 2), ...stopped)).toContain('holds');
});

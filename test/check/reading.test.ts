/**
 * Goal: trigger-policy allows as many requests by data as the sources have read for, convicts one
 * more, and one that does not come. Method: histories by hand; word of a task manager may take 400
 * microseconds, the time-out of heartbeats.
 */
import { expect, test } from 'vitest';

import type { DataTrigger } from '../../src/flink/configuration.js';
import type { Entry } from '../../src/history/entry.js';
import { context, entry, judge, told } from './stage.js';

const at = (time: number, kind: string, subject = 0, detail?: unknown): Entry =>
  entry(kind, subject, '', detail, { at: time, process: 'job-manager-0' });
const status = (time: number, name: string, attempt = 1) =>
  at(time, 'jobStatus', attempt, { status: name });
const read = (time: number, offset: number, attempt = 1, split = 'in/0') =>
  entry('splitRead', offset, split, { attempt }, { at: time, process: 'task-manager-0' });
const requested = (time: number) => at(time, 'requested', 0, { by: 'data' });
const triggered = (time: number, id: number) => at(time, 'triggered', id, { by: 'data' });
const stored = (time: number, id: number) => at(time, 'stored', id);
const refused = (time: number) => at(time, 'requestRefused', 0, { by: 'data', reason: '' });

/** All tasks run, and both splits are given out. */
const begun = [status(0, 'RUNNING'), at(10, 'running', 1), read(20, 0), read(20, 0, 1, 'in/1')];

const records = (every: number): DataTrigger => ({ unit: 'records', every });

function verdictOn(dataTrigger: DataTrigger | undefined, ...entries: Entry[]): string {
  const configuration = { ...context.configuration, dataTrigger };
  return told(judge('trigger-policy', [...begun, ...entries], 'finished', { configuration }));
}

test('so much more read allows one more request, and no other', () => {
  const first = [read(30, 1), read(40, 1, 1, 'in/1'), requested(50), triggered(60, 1)];
  const run = [...first, stored(70, 1), read(80, 3), requested(90), triggered(95, 2)];
  expect(verdictOn(records(2), ...run)).toBe('holds, 4 judged');
  expect(verdictOn(records(3), ...run)).toMatchInlineSnapshot(`
    "violated, 1 judged, at 6
    data asks for checkpoint no. 1 of the attempt after 2 records; each takes 3
    about 
    proved by jobStatus 1, requested 0"
  `);
  expect(verdictOn(undefined, ...run)).toContain('none is configured to');
});

test('a request begins one checkpoint at most, and none when it is refused', () => {
  const asked = [read(30, 2), requested(50)];
  const twice = [triggered(60, 1), stored(70, 1), triggered(80, 2)];
  expect(verdictOn(records(2), ...asked, ...twice)).toMatchInlineSnapshot(`
    "violated, 3 judged, at 8
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
  expect(verdictOn(records(2), ...run, read(245, 3, 2), requested(250))).toBe('holds, 1 judged');
});

test('bytes are those of the rows and of their lengths', () => {
  const bytes = (every: number): DataTrigger => ({ unit: 'bytes', every });
  const run = [read(30, 1), read(40, 1, 1, 'in/1'), requested(50)];
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
  expect(verdictOn(records(2), read(30, 2), requested(430), read(431, 3))).toContain('holds');
});

test('none is due while the job does not run, or its job manager is paused', () => {
  const [pause, resume] = [at(100, 'processPaused'), at(900, 'processResumed')];
  expect(verdictOn(records(2), read(30, 2), pause, resume, requested(1_200))).toContain('holds');
  expect(verdictOn(records(2), read(30, 2), pause, resume, requested(1_301))).toContain('are read');
  const stopped = [status(100, 'RESTARTING'), status(900, 'RUNNING', 2), read(1_900, 1, 2)];
  expect(verdictOn(records(2), read(30, 2), ...stopped)).toContain('holds');
});

import { expect, test } from 'vitest';

import type { RunEnd } from '../../src/check/verdict.js';
import type { Entry } from '../../src/history/entry.js';
import { suiteOf } from '../../src/check/suite.js';
import { planOf } from '../../src/run/plan.js';
import { contextOf } from '../../src/run/run.js';
import { flights, smallScenario } from '../fixtures/flights.js';
import { context, entry, judge, pointer, told } from './stage.js';

/*
 * The bounds of the stage: ask 100, round 100 + 400 + 100 + 50 + 500 = 1,150, alignment 2,200.
 * A leader by 2 x 375 + 400 = 1,150, running by 1,150 + 3,450 = 4,600, completed by
 * 4,600 + 2,000 + 1,150 + 1,000 + 2,200 = 10,950, finished by
 * 10,950 + 20,000 + 1,000 + 2,200 + 1,150 = 35,300.
 */
const LEADS = 1_150;
const RUNS = 4_600;
const COMPLETES = 10_950;
const FINISHES = 35_300;

const timed = (at: number, one: Entry): Entry => ({ ...one, at });
const master = { process: 'job-manager-0' };
const healed = (at: number) => timed(at, entry('allHealed', 0, ''));
const fault = (at: number) => timed(at, entry('faultBegan', 0, 'crash', { fault: 'crash' }));
const leader = (at: number) => timed(at, entry('leader', 1, '', undefined, master));
const granted = (at: number, lease = 'job-manager') =>
  timed(at, entry('leaseGranted', 1, lease, { holder: 'job-manager-0#1' }));
const running = (at: number) => timed(at, entry('running', 1, '', undefined, master));
const completed = (at: number, checkpoint = 1) => timed(at, pointer(checkpoint));
const status = (at: number, text: string) =>
  timed(at, entry('jobStatus', 1, '', { status: text }, master));
const crashed = (at: number) =>
  timed(at, entry('processCrashed', 1, '', { cause: 'fault' }, master));
const task = (at: number, subtask: string, state: string, attempt = 1) =>
  timed(at, entry('taskState', 0, subtask, { state, attempt, cause: '' }));
const other = (at: number) => timed(at, entry('triggered', 1, '', undefined, master));

const good = [healed(0), granted(10), leader(20), running(400), completed(1_500)];

const verdictOn = (entries: Entry[], reason: RunEnd['reason'] = 'budget', drain?: number) =>
  told(judge('progress', entries, reason, drain === undefined ? {} : { drainMicros: undefined }));

test('a job that does everything in time holds', () => {
  expect(verdictOn([...good, status(9_000, 'FINISHED')], 'finished')).toBe('holds, 4 judged');
  expect(verdictOn([healed(0), status(LEADS, 'FINISHED')], 'finished')).toBe('holds, 4 judged');
  expect(verdictOn(good, 'budget', 0)).toBe('holds, 3 judged');
});

test('while a fault is in force nothing is due', () => {
  const faulty = [healed(0), fault(500), leader(RUNS), status(99_000, 'FINISHED')];
  expect(verdictOn(faulty, 'finished')).toBe('holds, 0 judged');
  expect(verdictOn([healed(0), fault(500), leader(99_000)])).toBe(
    'unknown, 0 judged: a fault was in force at the end',
  );
});

test('a heal starts the clock anew, and what is the case counts', () => {
  const again = [...good, fault(2_000), healed(50_000), other(50_000 + COMPLETES)];
  expect(verdictOn(again)).toContain('unknown, 5 judged');
  const down = [...good, fault(2_000), crashed(2_000), healed(50_000), other(50_000 + LEADS + 1)];
  expect(verdictOn(down)).toContain('no job manager leads within 0.001150 s');
  const idle = [...good.slice(0, 3), fault(30), healed(50_000), other(50_000 + RUNS + 1)];
  expect(verdictOn(idle)).toContain('the job does not run within 0.004600 s of the heal');
});

test('each bound that passes convicts at the first entry after it', () => {
  const at = (after: number, entries: Entry[]) => verdictOn([...entries, other(after + 1)]);
  expect(at(LEADS, [healed(0), granted(5, 'other')])).toMatchInlineSnapshot(`
    "violated, 1 judged, at 2
    no job manager leads within 0.001150 s of the heal at 0.000000 s; nobody leads; the
    job has no status; not RUNNING: source[0] not deployed, source[1] not deployed,
    sum[0] not deployed, sink[0] not deployed
    about source[0]; source[1]; sum[0]; sink[0]
    proved by allHealed 0, triggered 1"
  `);
  const tasks = [task(30, 'source[0]', 'RUNNING'), task(40, 'sum[0]', 'FAILED', 2)];
  const stale = [task(50, 'sum[0]', 'RUNNING'), task(50, 'x[0]', 'RUNNING')];
  const cause = timed(60, entry('failure', 1, '', { cause: 'lost task-manager-1', attempt: 2 }));
  const stuck = [healed(0), leader(20), status(25, 'RESTARTING'), ...tasks, ...stale, cause];
  expect(at(RUNS, stuck)).toMatchInlineSnapshot(`
    "violated, 2 judged, at 8
    the job does not run within 0.004600 s of the heal at 0.000000 s; job-manager-0
    leads; the job is RESTARTING; not RUNNING: source[1] not deployed, sum[0] FAILED,
    sink[0] not deployed; the last failure was: lost task-manager-1
    about source[1]; sum[0]; sink[0]
    proved by allHealed 0, jobStatus 1, failure 1, triggered 1"
  `);
  expect(at(FINISHES, good)).toContain('the job has not finished within 0.035300 s of the heal');
});

test('a checkpoint that hangs is told with what it waits for', () => {
  const states = ['source[0]', 'source[1]', 'sum[0]', 'sink[0]'];
  const hung = [
    ...good.slice(0, 3),
    ...states.map((subtask) => task(300, subtask, 'RUNNING')),
    status(350, 'RUNNING'),
    running(400),
    timed(500, entry('triggered', 7, '', undefined, master)),
    timed(600, entry('acknowledged', 7, 'source[0]', undefined, master)),
    timed(600, entry('acknowledged', 6, 'source[1]', undefined, master)),
    timed(600, entry('acknowledged', 7, 'sum[0]', undefined, master)),
    timed(600, entry('aborted', 6, '', { reason: 'CHECKPOINT_EXPIRED' }, master)),
    timed(COMPLETES, entry('valueWritten', 1, 'checkpoint-id-counter', pointer(1).detail)),
  ];
  expect(verdictOn([...hung, completed(COMPLETES + 1)])).toMatchInlineSnapshot(`
    "violated, 3 judged, at 15
    no checkpoint has completed within 0.010950 s of the heal at 0.000000 s;
    job-manager-0 leads; the job is RUNNING; checkpoint 7 waits for source[1], sink[0]
    about checkpoint 7; source[1]; sink[0]
    proved by allHealed 0, jobStatus 1, valueWritten 1"
  `);
  const stored = [...hung.slice(0, 8), completed(700, 7), running(COMPLETES + 1)];
  expect(verdictOn(stored)).toContain('unknown, 3 judged');
});

test('a run that ends early is unknown, one that ends late is not', () => {
  expect(verdictOn(good)).toMatchInlineSnapshot(
    `"unknown, 3 judged: the run ended before 0.035300 s: the job has not finished so far"`,
  );
  const suite = suiteOf(['progress'], context);
  for (const one of good) suite.see(one);
  const end = { at: FINISHES + 1, reason: 'budget', entries: suite.entries() } as const;
  expect(suite.close(end).map(told).join()).toMatchInlineSnapshot(`
    "violated, 4 judged, at 4
    the job has not finished within 0.035300 s of the heal at 0.000000 s; job-manager-0
    leads; the job has no status; not RUNNING: source[0] not deployed, source[1] not
    deployed, sum[0] not deployed, sink[0] not deployed
    about source[0]; source[1]; sum[0]; sink[0]
    proved by allHealed 0"
  `);
});

test('a job that FAILED is left to its restart strategy', () => {
  const note = 'the job FAILED; restart-policy says whether it may';
  const failed = [healed(0), leader(5), status(10, 'FAILED'), healed(20), other(99_000)];
  expect(verdictOn(failed, 'failed')).toBe(`holds, 1 judged: ${note}`);
});

/*
 * The bounds of the small job, in milliseconds. What no configuration bounds is settled in 100 (a
 * connection is given up) + 90 (a restart) + 30 (a hundred messages) = 220. With ask 450 and round
 * 400 + 50 + 20 + 220 + 2,250 = 2,940 and alignment 400 + 900 = 1,300: a leader by 2 * 5/4 * 400 +
 * 4 * 670 = 3,680, running by 3,680 + 3 * 2,940 = 12,500, completed by 12,500 + 400 + 2,940 + 170 +
 * 1,300 = 17,310, finished by 17,310 + 2,000 + 170 + 1,300 + 2,940 = 23,720.
 */
test.each([
  ['no job manager leads', 3_680_000, [], leader],
  ['the job does not run', 12_500_000, [leader], running],
  ['no checkpoint has completed', 17_310_000, [leader, running], completed],
  [
    'the job has not finished',
    23_720_000,
    [leader, running, completed],
    (at: number) => status(at, 'FINISHED'),
  ],
])('in the small job, %s convicts just after its bound', (text, bound, before, met) => {
  const small = contextOf(planOf(smallScenario(), '0'), flights());
  expect(small.settleMicros).toBe(220_000);
  const heal = 700_000;
  const start = [healed(heal), ...before.map((one, index) => one(heal + index + 1))];
  const outcomeAt = (at: number) => judge('progress', [...start, met(at)], 'budget', small);
  expect(outcomeAt(heal + bound).violation).toBeUndefined();
  const late = outcomeAt(heal + bound + 1).violation;
  expect(late?.message).toContain(`${text} within ${(bound / 1e6).toFixed(6)} s of the heal`);
  expect(late?.at).toBe(heal + bound + 1);
});

/** The phases of recoveries, on histories written by hand; times in milliseconds. */
import { expect, test } from 'vitest';

import {
  closeRecoveries,
  hearRecovery,
  noRecoveries,
  recoveryKinds,
} from '../../src/analysis/recovery-phases.js';
import type { Entry } from '../../src/history/entry.js';

type Said = readonly [at: number, kind: string, given?: Partial<Entry>];

/** Record n of every split comes at 10 n; a split has 100 of them. */
const lagOf = (_split: string, offset: number, at: number): number =>
  offset >= 100 ? 0 : Math.max(0, at - 10 * offset);

const SILENCE = 50;

/** Recoveries and failovers of a history, and how many of each are unfinished. */
function phasesOf(...said: readonly Said[]) {
  const phases = noRecoveries(lagOf, SILENCE);
  for (const [at, kind, given] of said) {
    expect(recoveryKinds).toContain(kind);
    const entry = { at, process: 'job-manager', incarnation: 1, subject: 0, about: '' };
    hearRecovery(phases, { ...entry, detail: undefined, ...given, kind });
  }
  const { recovery, failover } = closeRecoveries(phases);
  const { complete: restarts, unfinished } = recovery;
  return { restarts, unfinished, failovers: failover.complete, lost: failover.unfinished };
}

const task = (at: number, name: string, state: string, attempt = 1, process = 'tm-1'): Said => [
  at,
  'taskState',
  { about: name, process, detail: { state, attempt, cause: '' } },
];
const read = (at: number, offset: number, attempt = 1, about = 'in/0'): Said => [
  at,
  'splitRead',
  { subject: offset, about, detail: { attempt } },
];
const failure = (at: number, attempt = 1): Said => [at, 'failure', { detail: { attempt } }];
const status = (at: number, name: string): Said => [at, 'jobStatus', { detail: { status: name } }];
const crash = (at: number, process: string): Said => [at, 'processCrashed', { process }];
const deployed = (at: number, attempt: number): Said[] => [
  [at, 'slotsReady', { subject: attempt }],
  [at, 'deploying', { subject: attempt }],
];
const runs = (at: number, attempt: number): Said => [at, 'running', { subject: attempt }];

/** An attempt with a source and a sink on two task managers, at offset 10 when it is 101. */
const calm: readonly Said[] = [
  [0, 'leader', {}],
  ...deployed(10, 1),
  task(20, 'source', 'RUNNING', 1, 'tm-1'),
  task(20, 'sink', 'RUNNING', 1, 'tm-2'),
  runs(21, 1),
  read(101, 10),
];

/** The second attempt, from 200 on: it restores offset 5, and has caught up at 300. */
const second: readonly Said[] = [
  ...deployed(200, 2),
  read(215, 5, 2),
  runs(220, 2),
  read(240, 10, 2),
  read(300, 30, 2),
];

test('each phase ends where the next begins', () => {
  const crashed: Said[] = [crash(110, 'tm-1'), task(113, 'sink', 'FAILED', 1, 'tm-2')];
  const lost: Said = [140, 'taskManagerLost', { about: 'tm-1' }];
  const said = [...calm, ...crashed, failure(115), lost, ...second];
  expect(phasesOf(...said)).toEqual({
    restarts: [[5, 25, 60, 20, 20, 60, 190]],
    unfinished: 0,
    failovers: [],
    lost: 0,
  });
});

test('without a crash it begins with the first task that is FAILED', () => {
  const said = [task(112, 'source', 'FAILED'), failure(115), task(119, 'sink', 'CANCELED')];
  expect(phasesOf(...calm, ...said, ...second).restarts).toEqual([[3, 4, 81, 20, 20, 60, 188]]);
});

test('a crash of a process that has no task of the job begins nothing', () => {
  const said = [crash(105, 'tm-3'), task(112, 'source', 'FAILED'), failure(115)];
  expect(phasesOf(...calm, ...said, ...second).restarts[0]?.[0]).toBe(3);
});

test('tasks that nobody hears of are over at the latest when there are slots again', () => {
  const said = [task(112, 'source', 'FAILED'), failure(115)];
  expect(phasesOf(...calm, ...said, ...second).restarts[0]?.slice(0, 3)).toEqual([3, 85, 0]);
});

test('a loss that nobody sees began with what held a process', () => {
  const fault = (at: number, kind: string, about: string, subject = 0): Said => [
    at,
    kind,
    { about, subject },
  ];
  const cut = fault(105, 'faultBegan', 'partition');
  const detect = (...said: readonly Said[]) =>
    phasesOf(...calm, ...said, failure(160), ...second).restarts[0]?.[0];
  expect(detect(cut)).toBe(55);
  expect(detect(cut, fault(110, 'faultEnded', 'partition'))).toBe(55);
  expect(detect(cut, fault(109, 'faultEnded', 'partition'))).toBe(0); // too long ago
  expect(detect(cut, fault(130, 'faultBegan', 'slow', 1))).toBe(55);
  expect(detect(cut, fault(130, 'faultBegan', 'pause', 1))).toBe(30);
  expect(detect()).toBe(0);
  const early = [fault(5, 'faultBegan', 'clog'), ...calm, failure(160), ...second];
  expect(phasesOf(...early).restarts[0]?.[0]).toBe(139); // not before the attempt ran
});

test('the lag to come back to is that of the slowest split at the sign', () => {
  const other = (at: number, offset: number, attempt: number) => read(at, offset, attempt, 'in/1');
  const said = [...calm, other(104, 8, 1), crash(110, 'tm-1'), failure(115), ...second];
  const slow = [...said, other(320, 8, 2), other(345, 32, 2), other(364, 34, 2)];
  // 'in/1' lagged by 24 before; it reads up to there at 320, lags by 25 at 345, by 24 at 364.
  expect(phasesOf(...slow).restarts).toEqual([[5, 85, 0, 20, 100, 44, 254]]);
  expect(phasesOf(...slow.slice(0, -1))).toMatchObject({ restarts: [], unfinished: 1 });
});

test('a split of which everything is read does not lag', () => {
  const said = [...calm, crash(110, 'tm-1'), failure(115), ...deployed(200, 2)];
  const end: Said[] = [runs(220, 2), read(900, 50, 2), read(2_000, 100, 2)];
  expect(phasesOf(...said, ...end).restarts).toEqual([[5, 85, 0, 20, 680, 1_100, 1_890]]);
});

test('what is read again before all tasks run counts from there', () => {
  const said = [...calm, crash(110, 'tm-1'), failure(115), ...deployed(200, 2)];
  const early = [...said, read(205, 30, 2), runs(230, 2)];
  expect(phasesOf(...early).restarts).toEqual([[5, 85, 0, 30, 0, 0, 120]]);
});

test('what the failed attempt still reads is not read again', () => {
  const said = [...calm, crash(110, 'tm-1'), failure(115), read(120, 90, 1)];
  const late = [...said, ...second.slice(0, -1), read(250, 95, 1), read(300, 30, 2)];
  expect(phasesOf(...late).restarts[0]?.slice(-3)).toEqual([20, 60, 190]);
});

test('an end of the run before it has caught up leaves it unfinished', () => {
  const said = [...calm, crash(110, 'tm-1'), failure(115), ...second];
  for (let end = calm.length + 2; end < said.length; end += 1)
    expect(phasesOf(...said.slice(0, end))).toMatchObject({ restarts: [], unfinished: 1 });
});

test('a failure before the new attempt runs belongs to the same recovery', () => {
  const said = [...calm, crash(110, 'tm-1'), failure(115), ...deployed(130, 2)];
  const again = [...said, read(135, 30, 2), task(140, 'source', 'FAILED', 2), failure(142, 2)];
  const third = [...deployed(200, 3), runs(220, 3), read(240, 10, 3), read(300, 30, 3)];
  expect(phasesOf(...again, ...third)).toMatchObject({
    restarts: [[5, 15, 70, 20, 20, 60, 190]],
    unfinished: 0,
  });
});

test('a failure before it has caught up begins another one with the aims of the first', () => {
  const said = [...calm, crash(110, 'tm-1'), failure(115), ...deployed(200, 2), runs(220, 2)];
  const again = [...said, read(230, 5, 2), task(240, 'source', 'FAILED', 2), failure(243, 2)];
  const third = [...deployed(260, 3), runs(280, 3), read(285, 5, 3), read(290, 10, 3)];
  expect(phasesOf(...again, ...third, read(300, 30, 3))).toMatchObject({
    restarts: [[3, 0, 17, 20, 10, 10, 60]],
    unfinished: 1,
  });
});

test('a job that fails for good recovers from nothing', () => {
  const said = [...calm, crash(110, 'tm-1'), failure(115), status(115, 'FAILING')];
  const over = [...said, status(120, 'FAILED'), crash(130, 'job-manager')];
  expect(phasesOf(...over)).toMatchObject({ restarts: [], unfinished: 0, lost: 0 });
});

test('the crash of the leader begins a failover, which is no restart', () => {
  const crashed: Said[] = [...calm, crash(110, 'job-manager'), [150, 'leader', {}]];
  const again = [...crashed, ...second];
  expect(phasesOf(...again)).toEqual({
    restarts: [],
    unfinished: 0,
    failovers: [[40, 50, 20, 20, 60, 190]],
    lost: 0,
  });
  expect(phasesOf([0, 'leader', {}], crash(5, 'job-manager'))).toMatchObject({ lost: 0 });
});

test('a failover goes before a restart that is under way, and goes on when it fails', () => {
  const said = [...calm, crash(105, 'tm-1'), failure(108), crash(110, 'job-manager')];
  const leader = (at: number): Said => [at, 'leader', {}];
  const twice = [...said, leader(130), crash(140, 'job-manager'), leader(150)];
  const failed = [...twice, ...deployed(160, 2), failure(170, 2), status(170, 'RESTARTING')];
  const third = [...deployed(200, 3), runs(220, 3), read(240, 10, 3), read(300, 30, 3)];
  expect(phasesOf(...failed, ...third)).toEqual({
    restarts: [],
    unfinished: 1,
    failovers: [[40, 50, 20, 20, 60, 190]],
    lost: 0,
  });
});

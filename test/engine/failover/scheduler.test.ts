/**
 * Goal: a failure restarts the whole job, once its old attempt is wholly over and the delay too;
 * a word about an attempt that is gone changes nothing. Method: each case of the transition.
 */
import { describe, expect, test } from 'vitest';
import {
  schedule,
  schedulerOf,
  type Scheduler,
  type SchedulerEffect,
  type SchedulerEvent,
  type SchedulerSettings,
} from '../../../src/engine/failover/scheduler.js';
import type { TaskState } from '../../../src/engine/protocol.js';

const settings = {
  subtasks: new Map([
    ['source[0]', 0],
    ['sink[0]', 0],
    ['source[1]', 1],
  ]),
  restartDelayMicros: 500,
  restartAttempts: 1_000_000,
};

function startedFrom(given: SchedulerSettings): Scheduler {
  return schedule(schedulerOf(given, 1), { kind: 'started' })[0];
}

function after(
  events: readonly SchedulerEvent[],
  from: Scheduler = startedFrom(settings),
): { state: Scheduler; effects: readonly SchedulerEffect[] } {
  let state = from;
  let effects: readonly SchedulerEffect[] = [];
  for (const event of events) [state, effects] = schedule(state, event);
  return { state, effects };
}

const kindsOf = (effects: readonly SchedulerEffect[]) => effects.map(({ kind }) => kind);
const offered: SchedulerEvent = { kind: 'slotsOffered', slots: ['a', 'b'] };
const point = { checkpoint: 4, parts: new Map(), finished: new Map(), coordinators: new Map() };
const read: SchedulerEvent = { kind: 'restorePointRead', point };
const task = (subtask: string, state: TaskState, attempt = 1, cause = ''): SchedulerEvent => {
  return { kind: 'taskStateChanged', subtask, attempt, state, cause };
};
const lost = (manager: string): SchedulerEvent => ({ kind: 'managerLost', manager });
const backoff = (attempt = 1): SchedulerEvent => ({ kind: 'backoffElapsed', attempt });
const jobFailed: SchedulerEvent = { kind: 'jobFailed', cause: 'why' };
const every = (state: TaskState) => [...settings.subtasks.keys()].map((name) => task(name, state));

const deployed = [offered, read];
const failed = [...deployed, ...every('RUNNING'), task('source[1]', 'FAILED', 1, 'oops')];
const twoCancelled = [task('source[0]', 'CANCELED'), task('sink[0]', 'CANCELED')];

const statesOf = ({ executions }: Scheduler) =>
  Object.fromEntries([...executions].map(([subtask, { state }]) => [subtask, state]));
const allOf = (state: TaskState) => ({
  'source[0]': state,
  'sink[0]': state,
  'source[1]': state,
});

describe('deployment', () => {
  test('tasks are CREATED, and SCHEDULED when slots are asked for', () => {
    const created = schedulerOf(settings, 1);
    expect(statesOf(created)).toEqual(allOf('CREATED'));
    expect(after([offered], created).state).toEqual(created);
    const { state, effects } = after([{ kind: 'started' }], created);
    expect(effects).toEqual([{ kind: 'requestSlots' }]);
    expect(statesOf(state)).toEqual(allOf('SCHEDULED'));
    expect(after([{ kind: 'started' }], state)).toEqual({ state, effects: [] });
  });

  test('slots, then the restore point, then every task at once', () => {
    expect(after([offered]).effects).toEqual([{ kind: 'readRestorePoint' }]);
    const { state, effects } = after(deployed);
    expect(effects).toMatchObject([
      { kind: 'sayStatus', status: 'RUNNING' },
      { kind: 'deploy', attempt: 1, point, isGlobal: true },
      { kind: 'startCheckpoints', attempt: 1 },
    ]);
    expect(Object.fromEntries(state.executions)).toEqual({
      'source[0]': { state: 'DEPLOYING', manager: 'a' },
      'sink[0]': { state: 'DEPLOYING', manager: 'a' },
      'source[1]': { state: 'DEPLOYING', manager: 'b' },
    });
  });

  test('coordinators begin anew with the first attempt, and when the job itself failed', () => {
    const isGlobal = (events: readonly SchedulerEvent[]) =>
      after(events).effects.flatMap((one) => (one.kind === 'deploy' ? [one.isGlobal] : []));
    expect(isGlobal(deployed)).toEqual([true]);
    const cancelled = [...twoCancelled, task('source[1]', 'CANCELED'), backoff()];
    const again = [...cancelled, offered, read];
    expect(isGlobal([...failed, ...again])).toEqual([false]);
    expect(isGlobal([...deployed, jobFailed, ...again])).toEqual([true]);
    const cause = 'an event is lost';
    expect(isGlobal([...deployed, { kind: 'taskLost', attempt: 1, cause }, ...again])).toEqual([
      false,
    ]);
    expect(after([...deployed, { kind: 'taskLost', attempt: 9, cause }]).effects).toEqual([]);
  });

  test('of each task that runs one is told, and with the last one that all do', () => {
    const ran = (subtask: string) => ({ kind: 'taskRan', subtask });
    expect(after([...deployed, task('sink[0]', 'INITIALIZING')]).effects).toEqual([]);
    const two = after([...deployed, ...every('RUNNING').slice(0, 2)]);
    expect(two.effects).toEqual([ran('sink[0]')]);
    const all = after([...deployed, ...every('RUNNING')]);
    expect(all.effects).toEqual([ran('source[1]'), { kind: 'allRunning', attempt: 1 }]);
  });

  test('what is not its turn changes nothing', () => {
    const { state, effects } = after([...deployed, offered, read, backoff()]);
    expect(effects).toEqual([]);
    expect(state.phase).toBe('deployed');
    expect(after([read]).state.phase).toBe('waitingForSlots');
  });
});

describe('a failure', () => {
  test('says so, stops checkpoints, cancels what lives, and arms the delay', () => {
    const { state, effects } = after(failed);
    expect(effects).toEqual([
      { kind: 'sayFailure', cause: 'source[1]: oops', attempt: 1 },
      { kind: 'sayStatus', status: 'RESTARTING' },
      { kind: 'stopCheckpoints' },
      { kind: 'cancel', subtask: 'source[0]', attempt: 1, manager: 'a' },
      { kind: 'cancel', subtask: 'sink[0]', attempt: 1, manager: 'a' },
      { kind: 'armBackoff', attempt: 1, delay: 500 },
    ]);
    expect(state).toMatchObject({ status: 'RESTARTING', phase: 'cancelling', restarts: 1 });
  });

  test('restarts when every task is over and the delay too, in either order', () => {
    for (const events of [
      [...twoCancelled, backoff()],
      [backoff(), ...twoCancelled],
    ]) {
      expect(after([...failed, ...events.slice(0, 2)]).state.phase).toBe('cancelling');
      const { state, effects } = after([...failed, ...events]);
      expect(effects).toEqual([{ kind: 'requestSlots' }]);
      expect(state).toMatchObject({ phase: 'waitingForSlots', attempt: 2, slots: [] });
      expect(statesOf(state)).toEqual(allOf('SCHEDULED'));
    }
  });

  test('FINISHED and FAILED are over as CANCELED is', () => {
    const over = [task('source[0]', 'FINISHED'), task('sink[0]', 'FAILED')];
    expect(after([...failed, backoff(), ...over]).state.attempt).toBe(2);
  });

  test('a second failure meanwhile is no second restart', () => {
    const { state } = after([...failed, task('sink[0]', 'FAILED'), jobFailed]);
    expect(state.restarts).toBe(1);
  });

  test('of the job itself cancels all; before there is anything to cancel it restarts', () => {
    expect(kindsOf(after([...deployed, jobFailed]).effects)).toEqual([
      ...['sayFailure', 'sayStatus', 'stopCheckpoints'],
      ...['cancel', 'cancel', 'cancel', 'armBackoff'],
    ]);
    expect(after([jobFailed]).effects).toEqual([]);
    const undeployed = after([offered, jobFailed]);
    expect(statesOf(undeployed.state)).toEqual(allOf('CANCELED'));
    expect(kindsOf(undeployed.effects)).not.toContain('cancel');
    const { state } = after([offered, jobFailed, backoff()]);
    expect(state).toMatchObject({ phase: 'waitingForSlots', attempt: 2 });
  });

  test('a task that is over while the job runs is a failure, unless it has finished', () => {
    for (const how of ['CANCELED', 'FAILED'] as const)
      expect(after([...deployed, task('sink[0]', how)]).state.status).toBe('RESTARTING');
    expect(after([...deployed, task('sink[0]', 'FINISHED')]).state.status).toBe('RUNNING');
  });

  test('what had finished is not cancelled, and its whole attempt goes', () => {
    const one = [...deployed, task('source[0]', 'FINISHED'), task('sink[0]', 'FAILED')];
    const { state, effects } = after(one);
    expect(effects.filter(({ kind }) => kind === 'cancel')).toMatchObject([
      { subtask: 'source[1]' },
    ]);
    expect(statesOf(state)).toMatchObject({ 'source[0]': 'FINISHED' });
    const again = after([task('source[1]', 'CANCELED'), backoff()], state);
    expect(again.effects).toEqual([{ kind: 'requestSlots' }]);
    expect(statesOf(again.state)).toEqual(allOf('SCHEDULED'));
  });
});

describe('words come too late', () => {
  const second = [...failed, ...twoCancelled, backoff(), offered, read];

  test('a task of an old attempt, a delay of an old attempt, a task that was over', () => {
    const state = after(second).state;
    expect(state).toMatchObject({ attempt: 2, phase: 'deployed' });
    expect(after([task('sink[0]', 'FAILED', 1)], state).state).toEqual(state);
    const again = after([task('sink[0]', 'FAILED', 2)], state).state;
    expect(after([backoff(1)], again).state).toEqual(again);
    expect(after([task('sink[0]', 'RUNNING', 2)], again).state).toEqual(again);
    expect(after([task('unknown[0]', 'FAILED', 2)], state).state).toEqual(state);
  });

  test('a task that is being cancelled does not run again', () => {
    const cancelling = after([...deployed, jobFailed]).state;
    expect(statesOf(cancelling)).toEqual(allOf('CANCELING'));
    expect(after([task('sink[0]', 'RUNNING')], cancelling).state).toEqual(cancelling);
  });

  test('of a job that is over nothing is heard', () => {
    const { state } = after([...deployed, ...every('FINISHED'), { kind: 'resultStored' }]);
    const late = [task('sink[0]', 'FAILED'), jobFailed, offered, backoff(), lost('a')];
    expect(after(late, state).state).toMatchObject({ status: 'FINISHED', phase: 'over' });
  });
});

describe('a task manager is lost', () => {
  test('while slots are wanted, or one that gives none: nothing', () => {
    expect(after([lost('a')]).effects).toEqual([]);
    expect(after([...deployed, lost('c')]).effects).toEqual([]);
  });

  test('while the restore point is read: slots are wanted again, the attempt stays', () => {
    const { state, effects } = after([offered, lost('a')]);
    expect(effects).toEqual([{ kind: 'requestSlots' }]);
    expect(state).toMatchObject({ phase: 'waitingForSlots', attempt: 1, slots: [] });
  });

  test('while tasks run: its tasks are over, the others are cancelled', () => {
    const { effects } = after([...deployed, lost('a')]);
    expect(effects[0]).toEqual({ kind: 'sayFailure', cause: 'lost a', attempt: 1 });
    const cancels = effects.filter(({ kind }) => kind === 'cancel');
    expect(cancels).toMatchObject([{ subtask: 'source[1]', manager: 'b' }]);
  });

  test('while the result is stored: the job is done and restarts no more', () => {
    const { state, effects } = after([...deployed, ...every('FINISHED'), lost('a')]);
    expect(state).toMatchObject({ status: 'RUNNING', phase: 'finishing' });
    expect(statesOf(state)).toEqual(allOf('FINISHED'));
    expect(effects).toEqual([]);
  });

  test('where all tasks had finished: nobody needs it, and the job goes on without it', () => {
    const over = [...deployed, task('source[0]', 'FINISHED'), task('sink[0]', 'FINISHED')];
    const { state, effects } = after([...over, lost('a')]);
    expect(effects).toEqual([]);
    expect(state).toMatchObject({ status: 'RUNNING', phase: 'deployed' });
    const { effects: last } = after([task('source[1]', 'FINISHED')], state);
    expect(last.at(-1)).toEqual({ kind: 'storeResult', status: 'FINISHED' });
    expect(after([lost('b')], state).state.status).toBe('RESTARTING');
  });

  test('where some had finished: the others are lost', () => {
    const { state, effects } = after([...deployed, task('sink[0]', 'FINISHED'), lost('a')]);
    expect(effects[0]).toEqual({ kind: 'sayFailure', cause: 'lost a', attempt: 1 });
    expect(statesOf(state)).toMatchObject({ 'sink[0]': 'FINISHED', 'source[0]': 'FAILED' });
  });

  test('while tasks are cancelled: one need not wait for its tasks', () => {
    const { state } = after([...failed, backoff(), lost('a')]);
    expect(state).toMatchObject({ phase: 'waitingForSlots', attempt: 2 });
  });
});

describe('the end', () => {
  test('without a restart left: FAILING, and FAILED when every task is over', () => {
    const strict = startedFrom({ ...settings, restartAttempts: 1 });
    const once = after([...failed, ...twoCancelled, backoff(), offered, read], strict).state;
    const last = after([task('source[1]', 'FAILED', 2)], once);
    expect(last.state.status).toBe('FAILING');
    expect(kindsOf(last.effects)).not.toContain('armBackoff');
    const over = after(
      [task('source[0]', 'CANCELED', 2), task('sink[0]', 'CANCELED', 2)],
      last.state,
    );
    expect(over.effects).toEqual([{ kind: 'storeResult', status: 'FAILED' }]);
    expect(over.state).toMatchObject({ status: 'FAILING', phase: 'finishing' });
    const { state, effects } = after([{ kind: 'resultStored' }], over.state);
    expect(effects.at(-1)).toEqual({ kind: 'sayStatus', status: 'FAILED' });
    expect(state).toMatchObject({ status: 'FAILED', phase: 'over' });
  });

  test('no restart at all: with nothing to cancel FAILED is stored at once', () => {
    const strict = startedFrom({ ...settings, restartAttempts: 0 });
    const { effects } = after([offered, jobFailed], strict);
    expect(effects).toContainEqual({ kind: 'sayStatus', status: 'FAILING' });
    expect(effects.at(-1)).toEqual({ kind: 'storeResult', status: 'FAILED' });
  });

  test('an answer about the result that nobody waits for changes nothing', () => {
    const { state, effects } = after([...failed, { kind: 'resultStored' }]);
    expect(effects).toEqual([]);
    expect(state.phase).toBe('cancelling');
  });

  test('of each task that finishes one is told; with the last one the job has finished', () => {
    const told = (subtask: string) => ({ kind: 'taskFinished', subtask });
    const all = every('FINISHED');
    const some = after([...deployed, ...all.slice(0, 2)]);
    expect(some.effects).toEqual([told('sink[0]')]);
    expect(some.state).toMatchObject({ status: 'RUNNING', phase: 'deployed' });
    expect(after([...deployed, ...all.slice(0, 2), ...all.slice(0, 2)]).effects).toEqual([]);
    const { state, effects } = after([...deployed, ...all]);
    expect(effects).toEqual([told('source[1]'), { kind: 'storeResult', status: 'FINISHED' }]);
    expect(state).toMatchObject({ status: 'RUNNING', phase: 'finishing' });
  });

  test('the result is stored: checkpoints are shut down, and the job is FINISHED', () => {
    const { state, effects } = after([...deployed, ...every('FINISHED'), { kind: 'resultStored' }]);
    expect(effects).toEqual([
      { kind: 'shutCheckpointsDown' },
      { kind: 'sayStatus', status: 'FINISHED' },
    ]);
    expect(state).toMatchObject({ status: 'FINISHED', phase: 'over' });
  });
});

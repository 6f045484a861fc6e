/**
 * Goal: checkpoints are triggered at a fixed rate, from a first delay that is drawn elsewhere, one
 * request at a time, as many at once as may be, and never sooner after a completion than the
 * minimum pause allows. Method: sequences of events and the effects of the last one.
 */
import { describe, expect, test } from 'vitest';
import { REQUESTS_MAX } from '../../../src/engine/checkpoint/requests.js';
import {
  ATTEMPT,
  allTasksEnded,
  at,
  begun,
  chosen,
  cleaned,
  collected,
  completed,
  coordinatorWith,
  declined,
  elapsed,
  finalized,
  idRefused,
  idTaken,
  located,
  play,
  requested,
  running,
  standing,
  started,
  stopped,
  told,
  triggered,
  type Step,
} from './hand.js';

const kindsIn = (steps: readonly Step[]) => play(steps).state.queue.map(({ kind }) => kind);

describe('the schedule', () => {
  test('a start arms the first interval, with the delay that it is given', () => {
    const { state, effects } = play([[50, started(8, 400)]]);
    expect(effects).toEqual([{ kind: 'armInterval', delay: 400 }]);
    expect(state).toMatchObject({ active: true, attempt: 8, due: 450 });
    expect([...state.standings.values()]).toEqual(['starting', 'starting', 'starting']);
  });

  test('the interval arms the next one and asks for a checkpoint', () => {
    expect(told([...running, [400, elapsed]])).toEqual(['armInterval 1000', 'takeId']);
  });

  test('the rate is fixed: what came late is followed the sooner, or at once', () => {
    const first: Step[] = [...running, [700, elapsed]];
    expect(told(first)).toEqual(['armInterval 700', 'takeId']);
    expect(told([...first, [1_400, elapsed]])).toEqual(['armInterval 1000']);
    const late = play([...first, [5_000, elapsed]]);
    expect(late.effects).toEqual([{ kind: 'armInterval', delay: 0 }]);
    expect(late.state.due).toBe(2_400);
  });

  test('what came due while one was pending follows it back to back', () => {
    const waiting: Step[] = [...running, ...triggered(), [1_400, elapsed], [2_400, elapsed]];
    expect(kindsIn(waiting)).toEqual(['periodic', 'periodic']);
    const rest = (id: number) => [...collected(id), ...finalized(id)];
    const whole = (id: number) => [idTaken(id), located(id), ...rest(id)];
    expect(told([...waiting, ...rest(1)])).toEqual(['complete 1', 'takeId']);
    expect(told([...waiting, ...rest(1), ...whole(2)])).toEqual(['complete 2', 'takeId']);
    const last = told([...waiting, ...rest(1), ...whole(2), ...whole(3)]);
    expect(last).toEqual(['complete 3', 'subsume 1']);
  });

  test('an interval that elapses when the job does not run is none', () => {
    expect(told([elapsed])).toEqual([]);
    expect(told([...running, stopped, elapsed])).toEqual([]);
  });
});

describe('the minimum pause', () => {
  const paused = coordinatorWith({ minPauseMicros: 300 });
  const begin: Step[] = [...running, ...at(1_000, [...triggered(), ...collected()])];
  const done: Step[] = [...begin, ...at(2_000, finalized())];

  test('counts from the completion: the schedule goes on from its end', () => {
    const soon: Step[] = [...done, [2_100, elapsed]];
    const refused = 'refuse periodic: MINIMUM_TIME_BETWEEN_CHECKPOINTS';
    expect(told(soon, paused)).toEqual(['armInterval 300', refused, 'armInterval 200']);
    expect(told([...soon, [2_300, elapsed]], paused)).toEqual(['armInterval 1000', 'takeId']);
    expect(told([...done, [2_300, elapsed]], paused)).toContain('takeId');
  });

  test('refuses what came due while one was pending, when that completes', () => {
    const waited: Step[] = [...begin, [1_400, elapsed], ...at(2_000, finalized())];
    const refused = 'refuse periodic: MINIMUM_TIME_BETWEEN_CHECKPOINTS';
    expect(told(waited, paused)).toEqual(['complete 1', refused, 'armInterval 300']);
  });

  test('data that has passed heeds it as well, and leaves the schedule alone', () => {
    const refused = 'refuse data: MINIMUM_TIME_BETWEEN_CHECKPOINTS';
    expect(told([...done, [2_100, requested('data')]], paused)).toEqual([refused]);
    expect(told([...done, [2_300, requested('data')]], paused)).toEqual(['takeId']);
  });

  test('who asks without a schedule need not wait', () => {
    expect(told([...done, requested('manual')], paused)).toEqual(['takeId']);
    expect(told([...done, allTasksEnded], paused)).toEqual(['takeId']);
  });

  test('one that was aborted is followed by none', () => {
    const failed: Step[] = [...running, ...triggered(), declined(), cleaned()];
    expect(told([...failed, elapsed], paused)).toContain('takeId');
  });
});

describe('requests that wait', () => {
  const busy: Step[] = [...running, ...triggered()];

  test('those of no schedule are taken first, the older before the younger', () => {
    const asked = [elapsed, requested('data'), requested('manual'), allTasksEnded];
    const waiting: Step[] = [...busy, ...asked];
    expect(kindsIn(waiting)).toEqual(['manual', 'final', 'periodic', 'data']);
    expect(kindsIn([...waiting, declined()])).toEqual(['final', 'periodic', 'data']);
  });

  test('the queue holds 1,000: a scheduled one is driven out, and then none comes in', () => {
    const scheduled: Step[] = Array.from({ length: REQUESTS_MAX }, () => requested('data'));
    const tooMany = 'TOO_MANY_CHECKPOINT_REQUESTS';
    const full: Step[] = [...busy, ...scheduled];
    expect(told(full)).toEqual([]);
    expect(chosen([...full, elapsed])).toEqual([`refuse periodic: ${tooMany}`]);
    expect(told([...full, requested('manual')])).toEqual([`refuse data: ${tooMany}`]);
    const manual: Step[] = Array.from({ length: REQUESTS_MAX }, () => requested('manual'));
    const { state, effects } = play([...full, ...manual, allTasksEnded]);
    expect(effects).toMatchObject([{ request: { kind: 'final' }, reason: tooMany }]);
    expect(state.queue.every(({ kind }) => kind === 'manual')).toBe(true);
  });

  test('one at a time is between chosen and triggered', () => {
    const three = coordinatorWith({ concurrent: 3 });
    const twice: Step[] = [...running, elapsed, elapsed];
    expect(chosen(twice, three)).toEqual([]);
    expect(told([...twice, idTaken(1)], three)).toEqual(['begin 1']);
    const triggers = ['triggerTask 1 source[0]', 'triggerTask 1 source[1]'];
    expect(told([...twice, idTaken(1), located()], three)).toEqual([...triggers, 'takeId']);
  });

  test('and as many are pending as may be: the next one follows the first that is over', () => {
    const two = coordinatorWith({ concurrent: 2 });
    const both: Step[] = [...running, ...triggered(1), ...triggered(2)];
    expect(play(both, two).state.pending.size).toBe(2);
    expect(chosen([...both, elapsed], two)).toEqual([]);
    const waiting: Step[] = [...both, elapsed];
    expect(told([...waiting, declined(2)], two)).toContain('takeId');
    expect(told([...waiting, ...collected(1), ...finalized(1)], two)).toContain('takeId');
  });

  test('while too many are being cleaned none is triggered', () => {
    const reason = 'CHECKPOINT_DECLINED_TASK_NOT_READY';
    const once: Step[] = [...running, ...triggered(1), declined(1, reason)];
    expect(told([...once, elapsed])).toContain('takeId');
    const twice: Step[] = [...once, ...triggered(2), declined(2, reason)];
    expect([...play(twice).state.cleaning]).toEqual([1, 2]);
    expect(chosen([...twice, elapsed])).toEqual([]);
    expect(told([...twice, cleaned(2)])).toEqual([]);
    expect(told([...twice, elapsed, cleaned(2)])).toEqual(['takeId']);
    expect(told([...twice, elapsed, cleaned(9)])).toEqual([]);
    const subsumed: Step[] = [...running, ...[1, 2, 3].flatMap(completed)];
    expect([...play(subsumed).state.cleaning]).toEqual([1]);
    const full: Step[] = [...subsumed, ...triggered(4), declined(4, reason), elapsed];
    expect(chosen(full)).toEqual([]);
  });
});

describe('who takes part', () => {
  const refused = (by: string) => `refuse ${by}: NOT_ALL_REQUIRED_TASKS_RUNNING`;

  test('every task must run: until then requests are refused', () => {
    const some: Step[] = [started(), standing('source[0]', 'running')];
    expect(chosen([...some, elapsed])).toEqual([refused('periodic')]);
    expect(told([...some, requested('manual')])).toEqual([refused('manual')]);
  });

  test('those that have finished need not: sources run, or tasks behind those that do not', () => {
    const one: Step[] = [...running, standing('source[0]', 'finished')];
    expect(told([...one, ...triggered()])).toEqual(['triggerTask 1 source[1]']);
    const both: Step[] = [...one, standing('source[1]', 'finished')];
    const { state, effects } = play([...both, ...triggered()]);
    expect(effects).toMatchObject([{ kind: 'triggerTask', subtask: 'sink[0]' }]);
    expect(state.pending.get(1)?.plan).toEqual({
      triggers: ['sink[0]'],
      waits: ['sink[0]'],
      finished: ['source[0]', 'source[1]'],
    });
    expect(told([...both, standing('sink[0]', 'finished'), elapsed])).toContain(
      refused('periodic'),
    );
  });

  test('unless checkpoints after the end of tasks are not wanted', () => {
    const strict = coordinatorWith({ afterFinish: false });
    const over = standing('source[0]', 'finished');
    expect(told([...running, elapsed], strict)).toContain('takeId');
    expect(told([...running, over, elapsed], strict)).toContain(refused('periodic'));
    const waiting: Step[] = [...running, ...triggered(), over, elapsed, requested('manual')];
    expect(told([...waiting, ...collected(), ...finalized()], strict)).toEqual([
      ...['complete 1', refused('manual'), refused('periodic')],
    ]);
  });

  test('is settled when the request is chosen', () => {
    const over = standing('source[0]', 'finished');
    expect(told([...running, elapsed, over, idTaken(1), located()])).toHaveLength(2);
  });
});

describe('the id', () => {
  test('with it the checkpoint is pending, and may expire', () => {
    const { effects, state } = play([...running, elapsed, idTaken(4, 77)]);
    expect(effects).toMatchObject([
      { kind: 'begin', expiry: 5_000, pending: { id: 4, phase: 'locating', timestamp: 77 } },
    ]);
    expect([...state.pending.keys()]).toEqual([4]);
    expect(state.triggering).toMatchObject({ id: 4, attempt: ATTEMPT });
  });

  test('refused: so is the request, and the next one is chosen', () => {
    const reason = 'refuse periodic: TRIGGER_CHECKPOINT_FAILURE';
    expect(told([...running, elapsed, idRefused])).toEqual([reason]);
    expect(told([...running, elapsed, elapsed, idRefused])).toEqual([reason, 'takeId']);
  });

  test('that nobody asked for changes nothing', () => {
    for (const word of [idTaken(9), idRefused]) {
      expect(told([...running, word])).toEqual([]);
      expect(told([...running, ...begun(), word])).toEqual([]);
      expect(told([...running, ...triggered(), word])).toEqual([]);
    }
    expect(play([...running, ...begun(), idTaken(9)]).state.pending.size).toBe(1);
  });
});

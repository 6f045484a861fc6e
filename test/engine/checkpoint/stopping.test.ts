/**
 * Goal: a job that leaves RUNNING keeps no request and no pending checkpoint but the one whose
 * pointer may be stored by now; what is of an attempt that is over triggers nothing in the next;
 * the end of all data asks for one more checkpoint. Method: sequences of events and the effects of
 * the last one.
 */
import { describe, expect, test } from 'vitest';
import {
  acknowledged,
  allTasksEnded,
  begun,
  cleaned,
  collected,
  coordinated,
  coordinatorWith,
  declined,
  elapsed,
  finalized,
  idRefused,
  idTaken,
  located,
  metadataFailed,
  metadataWritten,
  play,
  requested,
  running,
  settings,
  shutDown,
  standing,
  started,
  stopped,
  stored,
  told,
  triggered,
  type Step,
} from './hand.js';

const two = coordinatorWith({ coordinators: ['flights'], concurrent: 2 });

describe('a job that is stopped', () => {
  test.each([
    [stopped, 'CHECKPOINT_COORDINATOR_SUSPEND'],
    [shutDown, 'CHECKPOINT_COORDINATOR_SHUTDOWN'],
  ] as const)('%j refuses what waits and aborts what is pending, uncounted', (end, reason) => {
    const busy: Step[] = [...running, ...triggered(), elapsed, requested('manual')];
    expect(told([...busy, end])).toEqual([
      'disarmInterval',
      `refuse manual: ${reason}`,
      `refuse periodic: ${reason}`,
      `abort 1 behind 0: ${reason}`,
    ]);
    const { state } = play([...busy, end]);
    expect(state).toMatchObject({ active: false, queue: [], pending: new Map() });
    expect(state.failures.count).toBe(0);
  });

  test.each<[string, readonly Step[]]>([
    ['its place', begun()],
    ['its coordinators', triggered()],
    ['its tasks', [...triggered(), coordinated('flights')]],
  ])('has no checkpoint that waits for %s', (_what, steps) => {
    const { state } = play([...running, ...steps, stopped], two);
    expect(state).toMatchObject({ pending: new Map(), triggering: undefined });
  });

  test('with nothing under way only has its interval disarmed', () => {
    expect(told([...running, stopped])).toEqual(['disarmInterval']);
    expect(told([stopped])).toEqual(['disarmInterval']);
  });

  const both: Step[] = [
    ...[...running, ...triggered(1), coordinated('flights', 1)],
    ...[...triggered(2), coordinated('flights', 2), ...collected(1), ...collected(2)],
  ];

  test('completes the one whose pointer may be stored, and nothing behind it', () => {
    const aborted = 'abort 2 behind 0: CHECKPOINT_COORDINATOR_SUSPEND';
    expect(told([...both, stopped], two)).toEqual(['disarmInterval', aborted]);
    expect(told([...both, stopped, metadataWritten()], two)).toEqual(['storePointer 1']);
    expect(told([...both, stopped, ...finalized()], two)).toEqual(['complete 1']);
    const { state } = play([...both, metadataWritten(), stopped, stored()], two);
    expect(state.completed.map(({ id }) => id)).toEqual([1]);
    expect(state.finalizing).toEqual([]);
  });

  test('or aborts it, when it fails', () => {
    expect(told([...both, stopped, metadataFailed()], two)).toEqual([
      'abort 1 behind 0: FINALIZE_CHECKPOINT_FAILURE',
    ]);
  });

  test('takes no request any more', () => {
    const stop: Step[] = [...running, stopped];
    expect(told([...stop, requested('data')])).toEqual([
      'refuse data: PERIODIC_SCHEDULER_SHUTDOWN',
    ]);
    const refused = ': NOT_ALL_REQUIRED_TASKS_RUNNING';
    expect(told([...stop, requested('manual')])).toEqual([`refuse manual${refused}`]);
    expect(told([...stop, allTasksEnded])).toEqual([`refuse final${refused}`]);
  });
});

describe('a trigger that is under way', () => {
  const chosen: Step[] = [...running, elapsed];
  const restarted: readonly Step[] = [
    ...[stopped, started(8)],
    ...settings.subtasks.map(({ name }) => standing(name, 'running')),
  ];
  const refused = 'refuse periodic: PERIODIC_SCHEDULER_SHUTDOWN';

  test('when the job stops comes to nothing with its id', () => {
    const late = play([...chosen, stopped, idTaken(1)]);
    expect(late.effects).toMatchObject([{ kind: 'refuse', reason: 'PERIODIC_SCHEDULER_SHUTDOWN' }]);
    expect(late.state).toMatchObject({ triggering: undefined, pending: new Map() });
    expect(told([...chosen, stopped, idRefused])).toEqual([
      'refuse periodic: TRIGGER_CHECKPOINT_FAILURE',
    ]);
  });

  test('is none of the next attempt, whose own requests wait for it', () => {
    expect(told([...chosen, ...restarted, elapsed])).not.toContain('takeId');
    expect(told([...chosen, ...restarted, idTaken(1)])).toEqual([refused]);
    expect(told([...chosen, ...restarted, elapsed, idTaken(1)])).toEqual([refused, 'takeId']);
    const next: Step[] = [...chosen, ...restarted, elapsed, idTaken(1), idTaken(2), located(2)];
    expect(play(next).effects).toMatchObject([
      { kind: 'triggerTask', id: 2, attempt: 8 },
      { kind: 'triggerTask', id: 2, attempt: 8 },
    ]);
  });

  test('behind its id is aborted, and what comes of it later changes nothing', () => {
    const stop: Step[] = [...running, ...begun(), stopped];
    for (const word of [located(), idTaken(1), coordinated('flights')])
      expect(told([...stop, word])).toEqual([]);
    expect(told([...running, ...begun(), ...restarted, cleaned(), elapsed])).toContain('takeId');
  });
});

describe('a restart', () => {
  const again: Step[] = [...running, ...triggered(), stopped, cleaned(), [20_000, started(8, 60)]];

  test('arms the interval anew, and knows nothing of tasks yet', () => {
    const { state, effects } = play(again);
    expect(effects).toEqual([{ kind: 'armInterval', delay: 60 }]);
    expect(state).toMatchObject({ active: true, attempt: 8, due: 20_060 });
    expect(told([...again, elapsed])).toContain('refuse periodic: NOT_ALL_REQUIRED_TASKS_RUNNING');
  });

  test('words of the attempt before abort and complete nothing', () => {
    const next = settings.subtasks.map(({ name }) => standing(name, 'running'));
    const pending: Step[] = [...again, ...next, ...triggered(2)];
    expect(told([...pending, declined(2)])).toEqual([]);
    expect(told([...pending, acknowledged('sink[0]', 2)])).toEqual(['discard chk-2/sink[0]']);
    const own = acknowledged('sink[0]', 2, { attempt: 8 });
    expect(told([...pending, own])).toEqual(['acknowledge 2 sink[0]']);
  });

  test('keeps what failed before it in mind', () => {
    const failed: Step[] = [
      ...running,
      ...triggered(),
      declined(),
      ...[stopped, cleaned(), started(8)],
    ];
    expect(play(failed).state.failures.count).toBe(1);
  });
});

describe('the end of all data', () => {
  test('asks for a checkpoint at once', () => {
    expect(told([...running, allTasksEnded])).toEqual(['takeId']);
  });

  test('behind the one that is under way, and before what is due', () => {
    const busy: Step[] = [...running, ...triggered(), elapsed, allTasksEnded];
    expect(told(busy)).toEqual([]);
    const done: Step[] = [...busy, ...collected(), ...finalized()];
    expect(told(done)).toEqual(['complete 1', 'takeId']);
    expect(play(done).state.triggering).toMatchObject({ request: { kind: 'final' } });
  });

  test('is not asked for again when that one is aborted: the interval does', () => {
    const failed: Step[] = [...running, allTasksEnded, idTaken(1), located(), declined()];
    expect(told(failed)).toEqual(['abort 1 behind 0: CHECKPOINT_ASYNC_EXCEPTION']);
    expect(told([...failed, elapsed])).toContain('takeId');
  });
});

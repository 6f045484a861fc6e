/**
 * Goal: a checkpoint is triggered, acknowledged, written, stored and only then told, and whatever
 * comes late, twice or from elsewhere changes nothing. Method: each case of the transition, by
 * sequences of events and the effects of the last one.
 */
import { describe, expect, test } from 'vitest';
import {
  coordinate,
  coordinatorOf,
  type Completed,
  type Coordinator,
  type CoordinatorEffect,
  type CoordinatorEvent,
  type CoordinatorSettings,
} from '../../../src/engine/checkpoint/coordinator.js';
import type { Handle } from '../../../src/engine/protocol.js';

const settings: CoordinatorSettings = {
  subtasks: ['source[0]', 'source[1]', 'sink[0]'],
  sources: ['source[0]', 'source[1]'],
  coordinators: [],
  intervalMicros: 1_000,
  minPauseMicros: 300,
  timeoutMicros: 5_000,
  tolerableFailures: 1,
  retained: 2,
};

const ATTEMPT = 7;

/** The state after the events, and the effects of the last one. */
function after(
  events: readonly CoordinatorEvent[],
  from: Coordinator = coordinatorOf(settings),
): { state: Coordinator; effects: readonly CoordinatorEffect[] } {
  let state = from;
  let effects: readonly CoordinatorEffect[] = [];
  for (const event of events) [state, effects] = coordinate(state, event);
  return { state, effects };
}

const effectsOf = (events: readonly CoordinatorEvent[], from?: Coordinator) =>
  after(events, from).effects;
const kindsOf = (effects: readonly CoordinatorEffect[]) => effects.map(({ kind }) => kind);
const handle = (subtask: string, id = 1): Handle => ({ name: `chk-${id}/${subtask}`, words: 9 });

const started: CoordinatorEvent = { kind: 'started', attempt: ATTEMPT, firstDelay: 400 };
const stopped: CoordinatorEvent = { kind: 'stopped' };
const elapsed = (now = 10_000): CoordinatorEvent => ({
  kind: 'intervalElapsed',
  attempt: ATTEMPT,
  now,
});
const idTaken = (id: number): CoordinatorEvent => ({ kind: 'idTaken', attempt: ATTEMPT, id });
const acknowledged = (subtask: string, id = 1, attempt = ATTEMPT): CoordinatorEvent => {
  return { kind: 'acknowledged', id, attempt, subtask, handle: handle(subtask, id) };
};
const declined = (id = 1, attempt = ATTEMPT): CoordinatorEvent => ({
  kind: 'declined',
  id,
  attempt,
  reason: 'CHECKPOINT_ASYNC_EXCEPTION',
});
const expired = (id = 1): CoordinatorEvent => ({ kind: 'expired', id });
const metadataWritten = (id = 1): CoordinatorEvent => ({ kind: 'metadataWritten', id });
const stored = (id = 1, now = 20_000): CoordinatorEvent => ({ kind: 'stored', id, now });
const allTasksEnded: CoordinatorEvent = { kind: 'allTasksEnded' };

const running: CoordinatorEvent[] = [started, { kind: 'tasksRan' }];
const triggered = (id = 1): CoordinatorEvent[] => [elapsed(), idTaken(id)];
const collected = (id = 1) => settings.subtasks.map((subtask) => acknowledged(subtask, id));
const completed = (id: number): CoordinatorEvent[] => [
  ...[...triggered(id), ...collected(id), metadataWritten(id), stored(id)],
];
const aborted = (id: number): CoordinatorEvent[] => [...triggered(id), declined(id)];

describe('triggering', () => {
  test('a start arms the first interval and forgets the attempt before', () => {
    const { state, effects } = after([...running, ...triggered(), started]);
    expect(effects).toEqual([{ kind: 'armInterval', attempt: ATTEMPT, delay: 400 }]);
    expect(state).toMatchObject({ active: true, tasksRunning: false, pending: undefined });
  });

  test('the interval takes an id and arms the next interval', () => {
    expect(effectsOf([...running, elapsed()])).toEqual([
      { kind: 'armInterval', attempt: ATTEMPT, delay: 1_000 },
      { kind: 'takeId', attempt: ATTEMPT },
    ]);
  });

  test('with its id every source is told, and the expiry armed before', () => {
    expect(effectsOf([...running, ...triggered()])).toEqual([
      { kind: 'armExpiry', id: 1, delay: 5_000 },
      { kind: 'triggerTask', id: 1, attempt: ATTEMPT, subtask: 'source[0]' },
      { kind: 'triggerTask', id: 1, attempt: ATTEMPT, subtask: 'source[1]' },
    ]);
  });

  test('not before every task runs', () => {
    expect(kindsOf(effectsOf([started, elapsed()]))).toEqual(['armInterval']);
  });

  test('not while one is pending, or its id is being taken', () => {
    expect(kindsOf(effectsOf([...running, ...triggered(), elapsed()]))).toEqual(['armInterval']);
    expect(kindsOf(effectsOf([...running, elapsed(), elapsed()]))).toEqual(['armInterval']);
  });

  test('not when stopped, and not for an interval of another attempt', () => {
    expect(effectsOf([...running, stopped, elapsed()])).toEqual([]);
    const other: CoordinatorEvent = { kind: 'intervalElapsed', attempt: 6, now: 10_000 };
    expect(effectsOf([...running, other])).toEqual([]);
  });

  test('within the pause after a completion it waits for the rest of the pause', () => {
    const soon = effectsOf([...running, ...completed(1), elapsed(20_100)]);
    expect(soon).toEqual([{ kind: 'armInterval', attempt: ATTEMPT, delay: 200 }]);
    const later = effectsOf([...running, ...completed(1), elapsed(20_300)]);
    expect(kindsOf(later)).toEqual(['armInterval', 'takeId']);
  });

  test('an id that comes too late triggers nothing', () => {
    expect(effectsOf([...running, elapsed(), stopped, idTaken(1)])).toEqual([]);
    const again: CoordinatorEvent = { ...started, attempt: 8 };
    const late = after([...running, elapsed(), again, { kind: 'tasksRan' }, idTaken(1)]);
    expect(late.effects).toEqual([]);
    expect(late.state.pending).toBeUndefined();
  });

  test('a refused id lets the next interval try again', () => {
    const refused: CoordinatorEvent = { kind: 'idRefused', attempt: ATTEMPT };
    const effects = effectsOf([...running, elapsed(), refused, elapsed()]);
    expect(kindsOf(effects)).toEqual(['armInterval', 'takeId']);
    const foreign: CoordinatorEvent = { kind: 'idRefused', attempt: 6 };
    expect(after([...running, elapsed(), foreign]).state.triggering).toBe(true);
  });
});

describe('operator coordinators', () => {
  const two = coordinatorOf({ ...settings, coordinators: ['flights', 'rules'] });
  const coordinated = (coordinator: string, id = 1): CoordinatorEvent => {
    return { kind: 'coordinated', id, coordinator, words: Int32Array.of(id) };
  };
  const asked = [...running, ...triggered()];

  test('come before the tasks, which are triggered when all have given their state', () => {
    expect(effectsOf(asked, two)).toEqual([
      { kind: 'armExpiry', id: 1, delay: 5_000 },
      { kind: 'coordinate', id: 1, coordinator: 'flights' },
      { kind: 'coordinate', id: 1, coordinator: 'rules' },
    ]);
    expect(effectsOf([...asked, coordinated('rules')], two)).toEqual([]);
    const both = [...asked, coordinated('rules'), coordinated('flights')];
    expect(kindsOf(effectsOf(both, two))).toEqual(['triggerTask', 'triggerTask']);
    const { pending } = after([...both, ...collected()], two).state;
    expect([...(pending?.coordinators.keys() ?? [])].sort()).toEqual(['flights', 'rules']);
  });

  test('one that fails aborts it, uncounted, and one that takes too long, counted', () => {
    const failed = after([...asked, { kind: 'coordinationFailed', id: 1 }], two);
    expect(failed.effects).toMatchObject([
      { kind: 'notifyAborted', reason: 'TRIGGER_CHECKPOINT_FAILURE' },
      { kind: 'discard', handles: [] },
    ]);
    expect(failed.state.failures).toBe(0);
    expect(after([...asked, expired()], two).state.failures).toBe(1);
  });

  test('what is of another checkpoint, or comes when tasks are triggered, changes nothing', () => {
    expect(effectsOf([...asked, coordinated('flights', 2)], two)).toEqual([]);
    const both = [...asked, coordinated('rules'), coordinated('flights')];
    expect(effectsOf([...both, coordinated('rules')], two)).toEqual([]);
    expect(effectsOf([...both, { kind: 'coordinationFailed', id: 1 }], two)).toEqual([]);
  });
});

describe('acknowledgements', () => {
  const pending = [...running, ...triggered()];

  test('one of some is told, the last one writes the metadata with all handles', () => {
    expect(effectsOf([...pending, acknowledged('sink[0]')])).toEqual([
      { kind: 'acknowledge', id: 1, subtask: 'sink[0]', last: false },
    ]);
    const handles = new Map(settings.subtasks.map((subtask) => [subtask, handle(subtask)]));
    expect(effectsOf([...pending, ...collected()])).toEqual([
      { kind: 'acknowledge', id: 1, subtask: 'sink[0]', last: true },
      { kind: 'writeMetadata', pending: expect.objectContaining({ id: 1, handles }) },
    ]);
  });

  test('a second one of the same subtask counts once', () => {
    const twice = [acknowledged('sink[0]'), acknowledged('sink[0]'), acknowledged('source[0]')];
    expect(effectsOf([...pending, ...twice.slice(0, 2)])).toEqual([]);
    expect(after([...pending, ...twice]).state.pending?.phase).toBe('collecting');
  });

  test('what comes late or from another attempt is discarded', () => {
    const discard = (id = 1) => [{ kind: 'discard', handles: [handle('sink[0]', id)] }];
    expect(effectsOf([...pending, acknowledged('sink[0]', 1, 6)])).toEqual(discard());
    expect(effectsOf([...pending, declined(), acknowledged('sink[0]')])).toEqual(discard());
    expect(effectsOf([...pending, acknowledged('sink[0]', 9)])).toEqual(discard(9));
  });

  test('but never the part of a checkpoint that is retained, or about to be', () => {
    const collectedOne = [...pending, ...collected()];
    expect(effectsOf([...collectedOne, acknowledged('sink[0]')])).toEqual([]);
    expect(effectsOf([...collectedOne, metadataWritten(), acknowledged('sink[0]')])).toEqual([]);
    expect(effectsOf([...running, ...completed(1), acknowledged('sink[0]')])).toEqual([]);
    const other = { ...acknowledged('sink[0]'), handle: handle('other') } as CoordinatorEvent;
    expect(effectsOf([...collectedOne, other])).toMatchObject([{ kind: 'discard' }]);
  });
});

describe('completion', () => {
  const collectedOne = [...running, ...triggered(), ...collected()];

  test('metadata first, then the pointer, then the notices', () => {
    expect(effectsOf([...collectedOne, metadataWritten()])).toEqual([
      { kind: 'storePointer', id: 1 },
    ]);
    expect(effectsOf([...collectedOne, metadataWritten(), stored()])).toEqual([
      { kind: 'notifyComplete', id: 1, attempt: ATTEMPT, final: false },
    ]);
  });

  test('what is not its turn changes nothing', () => {
    expect(effectsOf([...running, ...triggered(), metadataWritten()])).toEqual([]);
    expect(effectsOf([...collectedOne, stored()])).toEqual([]);
    expect(effectsOf([...collectedOne, metadataWritten(2)])).toEqual([]);
    expect(effectsOf([...collectedOne, metadataWritten(), stored(2)])).toEqual([]);
  });

  test('only so many are retained: notices before the oldest is subsumed', () => {
    const { state, effects } = after([
      ...running,
      ...completed(1),
      ...completed(2),
      ...completed(3),
    ]);
    expect(kindsOf(effects)).toEqual(['notifyComplete', 'subsume']);
    expect(effects[1]).toMatchObject({ checkpoint: { id: 1 } });
    expect(state.completed.map(({ id }) => id)).toEqual([2, 3]);
  });

  test('those recovered count among the retained', () => {
    const old: Completed[] = [3, 4].map((id) => ({ id, handles: new Map() }));
    const recovered: CoordinatorEvent = { kind: 'recovered', completed: old };
    const { state, effects } = after([recovered, ...running, ...completed(5)]);
    expect(effects).toMatchObject([{ kind: 'notifyComplete' }, { checkpoint: { id: 3 } }]);
    expect(state.completed.map(({ id }) => id)).toEqual([4, 5]);
  });

  test('stopped while the pointer is on its way: it completes, and nobody is told', () => {
    const storing = [...collectedOne, metadataWritten(), stopped];
    expect(after(storing).effects).toEqual([]);
    expect(after(storing).state.pending?.phase).toBe('storing');
    const { state, effects } = after([...storing, stored()]);
    expect(effects).toEqual([]);
    expect(state.completed.map(({ id }) => id)).toEqual([1]);
  });
});

describe('abortion', () => {
  const pending = [...running, ...triggered(), acknowledged('sink[0]')];
  const abortFor = (reason: string) => [
    { kind: 'notifyAborted', id: 1, attempt: ATTEMPT, reason },
    { kind: 'discard', handles: [handle('sink[0]')] },
  ];

  test('declined, expired, stopped', () => {
    expect(effectsOf([...pending, declined()])).toEqual(abortFor('CHECKPOINT_ASYNC_EXCEPTION'));
    expect(effectsOf([...pending, expired()])).toEqual(abortFor('CHECKPOINT_EXPIRED'));
    const suspended = abortFor('CHECKPOINT_COORDINATOR_SUSPEND');
    expect(effectsOf([...pending, stopped])).toEqual(suspended);
  });

  test('metadata or pointer that cannot be written', () => {
    const collectedOne = [...running, ...triggered(), ...collected()];
    const failed: CoordinatorEvent = { kind: 'metadataFailed', id: 1 };
    const storeFailed: CoordinatorEvent = { kind: 'storeFailed', id: 1 };
    for (const events of [
      [...collectedOne, failed],
      [...collectedOne, metadataWritten(), storeFailed],
    ])
      expect(effectsOf(events)).toMatchObject([
        { kind: 'notifyAborted', reason: 'FINALIZE_CHECKPOINT_FAILURE' },
        { kind: 'discard', handles: settings.subtasks.map((subtask) => handle(subtask)) },
      ]);
    expect(effectsOf([...collectedOne, { kind: 'metadataFailed', id: 2 }])).toEqual([]);
  });

  test('expiry only while acknowledgements are missing', () => {
    const collectedOne = [...running, ...triggered(), ...collected()];
    expect(effectsOf([...collectedOne, expired()])).toEqual([]);
    expect(effectsOf([...collectedOne, metadataWritten(), expired()])).toEqual([]);
    expect(effectsOf([...pending, expired(2)])).toEqual([]);
  });

  test('a decline that Flink does not count fails no job', () => {
    for (const reason of [
      'CHECKPOINT_DECLINED_TASK_NOT_READY',
      'CHECKPOINT_DECLINED_SUBSUMED',
    ] as const) {
      const benign: CoordinatorEvent = { kind: 'declined', id: 1, attempt: ATTEMPT, reason };
      const { state, effects } = after([...pending, benign]);
      expect(effects).toEqual(abortFor(reason));
      expect(state.failures).toBe(0);
    }
  });

  test('a word of another checkpoint or attempt aborts nothing', () => {
    expect(effectsOf([...pending, declined(2)])).toEqual([]);
    expect(effectsOf([...pending, declined(1, 6)])).toEqual([]);
    expect(effectsOf([...running, stopped])).toEqual([]);
  });

  test('what was aborted does not complete', () => {
    const late = [...running, ...triggered(), ...collected(), stopped, metadataWritten(), stored()];
    expect(after(late).state.completed).toEqual([]);
  });
});

describe('tolerable failures', () => {
  test('one more than tolerable in a row fails the job, and counts from 0 again', () => {
    const { state, effects } = after([...running, ...aborted(1), ...aborted(2)]);
    expect(effects.at(-1)).toEqual({ kind: 'failJob', reason: 'CHECKPOINT_ASYNC_EXCEPTION' });
    expect(state.failures).toBe(0);
  });

  test('a completed one in between forgives', () => {
    const effects = effectsOf([...running, ...aborted(1), ...completed(2), ...aborted(3)]);
    expect(kindsOf(effects)).toEqual(['notifyAborted', 'discard']);
  });

  test('a stop counts for nothing', () => {
    const again = [stopped, ...running];
    const three = [1, 2, 3].flatMap((id) => [...triggered(id), ...again]);
    expect(after([...running, ...three]).state.failures).toBe(0);
  });
});

describe('the final checkpoint', () => {
  test('is taken at once when all sources have ended', () => {
    const effects = effectsOf([...running, allTasksEnded]);
    expect(effects).toEqual([{ kind: 'takeId', attempt: ATTEMPT }]);
    const notice = effectsOf([
      ...[...running, allTasksEnded, idTaken(1), ...collected(), metadataWritten(), stored()],
    ]);
    expect(notice).toMatchObject([{ kind: 'notifyComplete', final: true }]);
  });

  test('one under way does not serve: the next follows it at once', () => {
    const rest = [allTasksEnded, ...collected(), metadataWritten(), stored()];
    const { state, effects } = after([...running, ...triggered(), ...rest]);
    expect(effects).toMatchObject([
      { kind: 'notifyComplete', id: 1, final: false },
      { kind: 'takeId' },
    ]);
    const { effects: triggers, state: final } = after([idTaken(2)], state);
    expect(kindsOf(triggers)).toEqual(['armExpiry', 'triggerTask', 'triggerTask']);
    expect(final.pending?.final).toBe(true);
  });

  test('one that was aborted is tried again at once, unless the job fails', () => {
    const first = [...running, allTasksEnded, idTaken(1), declined()];
    expect(kindsOf(effectsOf(first))).toEqual(['notifyAborted', 'discard', 'takeId']);
    const second = effectsOf([...first, idTaken(2), declined(2)]);
    expect(kindsOf(second)).toEqual(['notifyAborted', 'discard', 'failJob']);
  });

  test('after it none is needed', () => {
    const { effects } = after([
      ...[...running, allTasksEnded, idTaken(1), ...collected(), metadataWritten(), stored()],
    ]);
    expect(kindsOf(effects)).toEqual(['notifyComplete']);
  });
});

/**
 * A checkpoint coordinator driven by hand: events go in, each at its time, and the effects of the
 * last one are told in lines.
 */
import {
  coordinate,
  coordinatorOf,
  type Coordinator,
  type CoordinatorEffect,
  type CoordinatorEvent,
  type CoordinatorSettings,
} from '../../../src/engine/checkpoint/coordinator.js';
import type { Standing } from '../../../src/engine/checkpoint/plan.js';
import type { DeclineReason, Handle, Part, Progress } from '../../../src/engine/protocol.js';
import { unreachable } from '../../../src/kernel/invariant.js';

/** Two sources and a sink. */
export const settings: CoordinatorSettings = {
  subtasks: [
    { name: 'source[0]', upstream: [] },
    { name: 'source[1]', upstream: [] },
    { name: 'sink[0]', upstream: ['source[0]', 'source[1]'] },
  ],
  unions: [],
  coordinators: [],
  intervalMicros: 1_000,
  minPauseMicros: 0,
  timeoutMicros: 5_000,
  concurrent: 1,
  tolerableFailures: 1,
  retained: 2,
  afterFinish: true,
};

/** A coordinator of other settings. */
export function coordinatorWith(more: Partial<CoordinatorSettings>): Coordinator {
  return coordinatorOf({ ...settings, ...more });
}

/** An event, at the time of the one before unless it says another. */
export type Step = CoordinatorEvent | readonly [now: number, event: CoordinatorEvent];

/** Events, one after another, all at one time. */
export const at = (now: number, events: readonly CoordinatorEvent[]): Step[] =>
  events.map((event) => [now, event]);

/** The state after the steps, and the effects of the last one. */
export function play(
  steps: readonly Step[],
  from: Coordinator = coordinatorOf(settings),
): Readonly<{ state: Coordinator; effects: readonly CoordinatorEffect[] }> {
  let state = from;
  let effects: readonly CoordinatorEffect[] = [];
  let now = 0;
  for (const step of steps) {
    const [at, event] = 'kind' in step ? [now, step] : step;
    now = at;
    [state, effects] = coordinate(state, event, now);
  }
  return { state, effects };
}

/** The effects of the last step, each in a line. */
export function told(steps: readonly Step[], from?: Coordinator): string[] {
  return play(steps, from).effects.map(lineOf);
}

/** The same without the intervals that are armed. */
export function chosen(steps: readonly Step[], from?: Coordinator): string[] {
  return told(steps, from).filter((line) => !line.startsWith('armInterval'));
}

function lineOf(effect: CoordinatorEffect): string {
  switch (effect.kind) {
    case 'armInterval':
      return `armInterval ${effect.delay}`;
    case 'disarmInterval':
    case 'takeId':
      return effect.kind;
    case 'refuse':
      return `refuse ${effect.request.kind}: ${effect.reason}`;
    case 'begin':
    case 'writeMetadata':
    case 'complete':
      return `${effect.kind} ${effect.pending.id}`;
    case 'coordinate':
      return `coordinate ${effect.id} ${effect.coordinator}`;
    case 'triggerTask':
      return `triggerTask ${effect.id} ${effect.subtask}`;
    case 'acknowledge':
      return `acknowledge ${effect.id} ${effect.subtask}${effect.last ? ', the last' : ''}`;
    case 'storePointer':
      return `storePointer ${effect.id}`;
    case 'abort':
      return `abort ${effect.pending.id} behind ${effect.latest}: ${effect.reason}`;
    case 'subsume':
      return `subsume ${effect.checkpoint.id}`;
    case 'discard':
      return `discard ${effect.handles.map(({ name }) => name).join(' ')}`;
    case 'failJob':
      return `failJob: ${effect.reason}`;
    default:
      return unreachable(effect);
  }
}

export const ATTEMPT = 7;
const names = settings.subtasks.map(({ name }) => name);

export const started = (attempt = ATTEMPT, firstDelay = 400): CoordinatorEvent => {
  return { kind: 'started', attempt, firstDelay };
};
export const stopped: CoordinatorEvent = { kind: 'stopped' };
export const shutDown: CoordinatorEvent = { kind: 'shutDown' };
export const elapsed: CoordinatorEvent = { kind: 'intervalElapsed' };
export const allTasksEnded: CoordinatorEvent = { kind: 'allTasksEnded' };
export const requested = (by: 'data' | 'manual'): CoordinatorEvent => ({ kind: 'requested', by });
export const standing = (subtask: string, how: Standing): CoordinatorEvent => {
  return { kind: 'taskChanged', subtask, standing: how };
};
export const idTaken = (id: number, timestamp = 5): CoordinatorEvent => {
  return { kind: 'idTaken', id, timestamp };
};
export const idRefused: CoordinatorEvent = { kind: 'idRefused' };
export const located = (id = 1): CoordinatorEvent => ({ kind: 'located', id });
export const locationFailed = (id = 1): CoordinatorEvent => ({ kind: 'locationFailed', id });
export const coordinated = (coordinator: string, id = 1): CoordinatorEvent => {
  return { kind: 'coordinated', id, coordinator, words: Int32Array.of(id) };
};
export const coordinationFailed = (id = 1): CoordinatorEvent => {
  return { kind: 'coordinationFailed', id };
};

export const handle = (subtask: string, id = 1): Handle => {
  return { name: `chk-${id}/${subtask}`, words: 9 };
};
export const part = (subtask: string, id = 1, progress: Progress = 'working'): Part => {
  return { handle: handle(subtask, id), progress };
};

type Acknowledgement = Readonly<{ attempt?: number; part?: Part }>;

export const acknowledged = (
  subtask: string,
  id = 1,
  more: Acknowledgement = {},
): CoordinatorEvent => {
  const own = { attempt: ATTEMPT, part: part(subtask, id) };
  return { kind: 'acknowledged', id, subtask, ...own, ...more };
};
export const declined = (
  id = 1,
  reason: DeclineReason = 'CHECKPOINT_ASYNC_EXCEPTION',
  attempt = ATTEMPT,
): CoordinatorEvent => ({ kind: 'declined', id, attempt, reason });
export const expired = (id = 1): CoordinatorEvent => ({ kind: 'expired', id });
export const metadataWritten = (id = 1): CoordinatorEvent => ({ kind: 'metadataWritten', id });
export const metadataFailed = (id = 1): CoordinatorEvent => ({ kind: 'metadataFailed', id });
export const stored = (id = 1): CoordinatorEvent => ({ kind: 'stored', id });
export const storeFailed = (id = 1): CoordinatorEvent => ({ kind: 'storeFailed', id });
export const cleaned = (id = 1): CoordinatorEvent => ({ kind: 'cleaned', id });

/** The job runs, and so does every task. */
export const running: readonly CoordinatorEvent[] = [
  started(),
  ...names.map((name) => standing(name, 'running')),
];
/** The interval elapses, and a checkpoint is pending. */
export const begun = (id = 1): CoordinatorEvent[] => [elapsed, idTaken(id)];
/** Its tasks are triggered. */
export const triggered = (id = 1): CoordinatorEvent[] => [...begun(id), located(id)];
/** Every task has acknowledged it. */
export const collected = (id = 1): CoordinatorEvent[] =>
  names.map((name) => acknowledged(name, id));
export const finalized = (id = 1): CoordinatorEvent[] => [metadataWritten(id), stored(id)];
/** A whole checkpoint, from its interval to its pointer. */
export const completed = (id: number): CoordinatorEvent[] => [
  ...[...triggered(id), ...collected(id), ...finalized(id)],
];

/**
 * What of the small world stands in the variables of models/Coordinator.tla: everything but clock
 * readings (when an interval is due, when a request or a checkpoint began, when the last one
 * completed), numbers of requests, which decide nothing, and sizes. That a pause goes on is not
 * lost with them: it is a variable of its own.
 *
 * Every field of the coordinator and of the world is named here, those that are left out too: one
 * that is added and not named does not compile.
 */
import { bool, int, rec, seq, set, str, type Value } from 'tla-json-export';

import type {
  Completed,
  Coordinator,
  CoordinatorEffect,
  CoordinatorSettings,
  Pending,
} from '../engine/checkpoint/coordinator.js';
import type { Triggering } from '../engine/checkpoint/coordinator-state.js';
import type { Failures } from '../engine/checkpoint/failures.js';
import type { Plan, Standing } from '../engine/checkpoint/plan.js';
import type { Request } from '../engine/checkpoint/requests.js';
import type { Handle } from '../engine/protocol.js';
import { invariant, unreachable } from '../kernel/invariant.js';
import { pauseEnd, tasksOf, type Asked, type Barrier, type World } from './small-world.js';
import { wordValue } from './small-world-steps.js';

/** The variables of the model, in its order. */
export function variablesOf(world: World): ReadonlyMap<string, Value> {
  const { bounds, settings, coordinator, said, now: _, ...state } = world;
  const { job, attempt, crashes, tasks, interval, timers, asked, barriers, words, ...kept } = state;
  const { counter, pointers, metadata, restored, begun, stored, completed, aborted, ...rest } =
    kept;
  nothingIn(rest);
  return new Map(
    Object.entries({
      coordinator: coordinatorValue(coordinator, settings),
      said: saidValue(said),
      paused: bool(world.now < pauseEnd(world)),
      job: str(job),
      attempt: int(attempt),
      crashes: int(crashes),
      tasks: standingsValue(tasksOf(bounds), tasks),
      interval: bool(interval),
      timers: idSet(timers),
      asked: set(asked.map(askedValue)),
      barriers: set(barriers.map(barrierValue)),
      words: set(words.map(wordValue)),
      counter: int(counter),
      pointers: idSet(pointers),
      metadata: set([...metadata.values()].map(completedValue)),
      restored: int(restored),
      begun: idList(begun),
      stored: idList(stored),
      completed: idList(completed),
      aborted: idSet(aborted),
    }),
  );
}

/**
 * The coordinator as the model has it.
 *
 * @param known  its settings, which no transition changes
 */
function coordinatorValue(coordinator: Coordinator, known: CoordinatorSettings): Value {
  const { settings, due: _, lastCompletionAt: __, standings, ...state } = coordinator;
  const { active, attempt, queue, triggering, pending, finalizing, completed, ...kept } = state;
  const { cleaning, failures, ...rest } = kept;
  nothingIn(rest);
  invariant(settings === known, 'the settings are what they were');
  for (const [id, one] of pending) invariant(one.id === id, 'it stands under its id', id);
  return rec({
    active: bool(active),
    attempt: int(attempt),
    queue: seq(queue.map(requestValue)),
    triggering: triggeringValue(triggering),
    standings: standingsValue(
      settings.subtasks.map(({ name }) => name),
      standings,
    ),
    pending: set([...pending.values()].map(pendingValue)),
    finalizing: idList(finalizing),
    completed: seq(completed.map(completedValue)),
    cleaning: idSet(cleaning),
    failures: failuresValue(failures),
  });
}

/** Who asks; which request of a client it is decides nothing. */
function requestValue({ kind, at: _, number: __, ...rest }: Request): Value {
  nothingIn(rest);
  return str(kind);
}

function triggeringValue(triggering: Triggering | undefined): Value {
  const none = { request: undefined, plan: noPlan, attempt: 0, id: 0 };
  const { request, plan, attempt, id, ...rest } = triggering ?? none;
  nothingIn(rest);
  return rec({
    request: request === undefined ? str('none') : requestValue(request),
    plan: planValue(plan),
    attempt: int(attempt),
    id: int(id ?? 0),
  });
}

const noPlan: Plan = { triggers: [], waits: [], finished: [] };

function planValue({ triggers, waits, finished, ...rest }: Plan): Value {
  nothingIn(rest);
  return rec({ triggers: names(triggers), waits: names(waits), finished: names(finished) });
}

function pendingValue({
  timestamp: _,
  id,
  phase,
  plan,
  parts,
  coordinators,
  ...rest
}: Pending): Value {
  nothingIn(rest);
  const taken = [...parts].map(([task, { handle, progress, ...more }]) => {
    nothingIn(more);
    return rec({ task: str(task), handle: handleValue(handle), progress: str(progress) });
  });
  const given = [...coordinators].map(([of, words]) =>
    rec({ of: str(of), state: seq([...words].map(int)) }),
  );
  return rec({
    id: int(id),
    phase: str(phase),
    plan: planValue(plan),
    parts: set(taken),
    coordinators: set(given),
  });
}

function completedValue({ id, handles, ...rest }: Completed): Value {
  nothingIn(rest);
  const all = [...handles].map(([task, handle]) =>
    rec({ task: str(task), handle: handleValue(handle) }),
  );
  return rec({ id: int(id), handles: set(all) });
}

/** Whose it is, as its name says; the model cannot spell names. */
function handleValue({ name, words: _, ...rest }: Handle): Value {
  nothingIn(rest);
  const [, id, task, attempt] = /^chk-(\d+)\/(.+)-(\d+)$/.exec(name) ?? [];
  if (id === undefined || task === undefined || attempt === undefined) return str(name);
  return rec({ id: int(Number(id)), task: str(task), attempt: int(Number(attempt)) });
}

function failuresValue({ count, counted, lastSuccess, ...rest }: Failures): Value {
  nothingIn(rest);
  return rec({ count: int(count), counted: idSet(counted), lastSuccess: int(lastSuccess) });
}

function standingsValue(tasks: readonly string[], standings: ReadonlyMap<string, Standing>): Value {
  for (const task of standings.keys())
    invariant(tasks.includes(task), 'it is one of the tasks', task);
  return rec(Object.fromEntries(tasks.map((task) => [task, str(standings.get(task) ?? 'none')])));
}

function askedValue({ what, id, of, ...rest }: Asked): Value {
  nothingIn(rest);
  return rec({ what: str(what), id: int(id), of: str(of) });
}

function barrierValue({ from, to, id, attempt, ...rest }: Barrier): Value {
  nothingIn(rest);
  return rec({ from: str(from), to: str(to), id: int(id), attempt: int(attempt) });
}

/**
 * What was said, in its order. What goes to several at once, as triggers and the question to
 * operator coordinators do, stands as one with the set of those it goes to.
 */
function saidValue(said: readonly CoordinatorEffect[]): Value {
  const isFirst = (effect: CoordinatorEffect, place: number): boolean =>
    said.findIndex((other) => goTogether(effect, other)) === place;
  return seq(said.filter(isFirst).map((effect) => effectValue(effect, said)));
}

/** Whether two effects are one effect but for whom it is for. */
function goTogether(one: CoordinatorEffect, other: CoordinatorEffect): boolean {
  if (one.kind === 'coordinate') return other.kind === 'coordinate' && one.id === other.id;
  if (one.kind !== 'triggerTask' || other.kind !== 'triggerTask') return one === other;
  return one.id === other.id && one.attempt === other.attempt;
}

function effectValue(effect: CoordinatorEffect, said: readonly CoordinatorEffect[]): Value {
  return rec({ kind: str(effect.kind), ...fieldsOf(effect, said) });
}

type Fields = Readonly<Record<string, Value>>;

function fieldsOf(effect: CoordinatorEffect, said: readonly CoordinatorEffect[]): Fields {
  switch (effect.kind) {
    case 'armInterval':
    case 'disarmInterval':
    case 'takeId':
    case 'refuse':
    case 'failJob':
    case 'subsume':
    case 'discard':
      return fieldsOfOther(effect);
    case 'begin':
    case 'writeMetadata':
    case 'complete':
    case 'abort':
      return fieldsOfPending(effect);
    case 'coordinate': {
      const { kind: _, id, coordinator: __, ...rest } = effect;
      nothingIn(rest);
      const alike = said.filter((other) => goTogether(effect, other));
      const all = alike.map((one) => (one.kind === 'coordinate' ? one.coordinator : ''));
      return { id: int(id), coordinators: names(all) };
    }
    case 'triggerTask': {
      const { kind: _, id, attempt, subtask: __, timestamp: ___, ...rest } = effect;
      nothingIn(rest);
      const alike = said.filter((other) => goTogether(effect, other));
      const all = alike.map((one) => (one.kind === 'triggerTask' ? one.subtask : ''));
      return { id: int(id), attempt: int(attempt), subtasks: names(all) };
    }
    case 'acknowledge': {
      const { kind: _, id, subtask, last, words: __, ...rest } = effect;
      nothingIn(rest);
      return { id: int(id), subtask: str(subtask), last: bool(last) };
    }
    case 'storePointer': {
      const { kind: _, id, ...rest } = effect;
      nothingIn(rest);
      return { id: int(id) };
    }
    default:
      return unreachable(effect);
  }
}

type OfPending = Extract<
  CoordinatorEffect,
  { kind: 'begin' | 'writeMetadata' | 'complete' | 'abort' }
>;

/** What is said of a pending checkpoint as it is. */
function fieldsOfPending(effect: OfPending): Fields {
  const pending = pendingValue(effect.pending);
  switch (effect.kind) {
    case 'begin': {
      const { kind: _, expiry: __, pending: ___, ...rest } = effect;
      nothingIn(rest);
      return { pending };
    }
    case 'writeMetadata': {
      const { kind: _, pending: __, ...rest } = effect;
      nothingIn(rest);
      return { pending };
    }
    case 'complete': {
      const { kind: _, pending: __, attempt, ...rest } = effect;
      nothingIn(rest);
      return { pending, attempt: int(attempt) };
    }
    case 'abort': {
      const { kind: _, pending: __, attempt, reason, latest, ...rest } = effect;
      nothingIn(rest);
      return { pending, attempt: int(attempt), reason: str(reason), latest: int(latest) };
    }
    default:
      return unreachable(effect);
  }
}

type Other = Extract<
  CoordinatorEffect,
  {
    kind:
      'armInterval' | 'disarmInterval' | 'takeId' | 'refuse' | 'failJob' | 'subsume' | 'discard';
  }
>;

/** What is said of no checkpoint that is pending. */
function fieldsOfOther(effect: Other): Fields {
  switch (effect.kind) {
    case 'armInterval': {
      const { kind: _, delay: __, ...rest } = effect;
      nothingIn(rest);
      return {};
    }
    case 'disarmInterval':
    case 'takeId': {
      const { kind: _, ...rest } = effect;
      nothingIn(rest);
      return {};
    }
    case 'refuse': {
      const { kind: _, request, reason, ...rest } = effect;
      nothingIn(rest);
      return { request: requestValue(request), reason: str(reason) };
    }
    case 'failJob': {
      const { kind: _, reason, ...rest } = effect;
      nothingIn(rest);
      return { reason: str(reason) };
    }
    case 'subsume': {
      const { kind: _, checkpoint, ...rest } = effect;
      nothingIn(rest);
      return { checkpoint: completedValue(checkpoint) };
    }
    case 'discard': {
      const { kind: _, handles, ...rest } = effect;
      nothingIn(rest);
      return { handles: seq(handles.map(handleValue)) };
    }
    default:
      return unreachable(effect);
  }
}

function names(all: readonly string[]): Value {
  return set(all.map(str));
}

function idSet(ids: Iterable<number>): Value {
  return set([...ids].map(int));
}

function idList(ids: readonly number[]): Value {
  return seq(ids.map(int));
}

/** Holds, as far as types go, that every field was named. */
function nothingIn(_rest: Readonly<Record<string, never>>): void {}

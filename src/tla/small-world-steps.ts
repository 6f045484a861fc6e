/**
 * What may happen next in the small world. A step has the name and the arguments of the action of
 * models/Coordinator.tla that it is, and most steps have the name of the event that the coordinator
 * hears.
 */
import { encodeTla, int, rec, str, type Value } from 'tla-json-export';

import {
  coordinate,
  coordinatorOf,
  type CoordinatorEvent,
} from '../engine/checkpoint/coordinator.js';
import type { Standing } from '../engine/checkpoint/plan.js';
import { unreachable } from '../kernel/invariant.js';
import { heard } from './small-world-effects.js';
import { eventOf, isLastOfItsLine, snapshotsOf, zombieWordsOf } from './small-world-tasks.js';
import {
  hasFault,
  pauseEnd,
  stateFor,
  tasksOf,
  type Asked,
  type Coordinate,
  type LateWrite,
  type Word,
  type World,
} from './small-world.js';

/** A step: its name, its label with the arguments, and the world after it. */
export type Step = Readonly<{
  name: string;
  label: string;
  /** What the coordinator hears in it, if anything. */
  event: CoordinatorEvent | undefined;
  next: World;
}>;

/** What else a step changes, before the coordinator hears of it. */
type Change = Partial<Omit<World, 'bounds' | 'settings' | 'coordinator' | 'said'>>;

/** Everything that may happen next, in the order of the model. */
export function stepsOf(world: World, transition: Coordinate = coordinate): readonly Step[] {
  const hear = (name: string, args: readonly Value[], event: CoordinatorEvent, change: Change) =>
    step(name, args, heard({ ...world, ...change }, event, transition), event);
  return [
    ...jobSteps(world, hear),
    ...requestSteps(world, hear),
    ...world.asked.flatMap((asked) => answerSteps(world, asked, hear)),
    ...taskSteps(world, hear),
    ...expirySteps(world, hear),
  ];
}

type Hear = (name: string, args: readonly Value[], event: CoordinatorEvent, change: Change) => Step;

function step(
  name: string,
  args: readonly Value[],
  next: World,
  event: CoordinatorEvent | undefined,
): Step {
  const label = args.length === 0 ? name : `${name}(${args.map(encodeTla).join(', ')})`;
  return { name, label, event, next };
}

/** A step in which the coordinator hears nothing. */
function silent(name: string, args: readonly Value[], world: World, change: Change): Step {
  return step(name, args, { ...world, said: [], ...change }, undefined);
}

/** The life of the job, and of its job manager. */
function jobSteps(world: World, hear: Hear): readonly Step[] {
  const { bounds, job, attempt } = world;
  const isUnderWay = job === 'starting' || job === 'running';
  const steps: Step[] = [];
  if (mayRecover(world)) {
    const completed = [...world.metadata.values()]
      .filter(({ id }) => world.pointers.has(id))
      .sort((one, other) => one.id - other.id);
    const restored = Math.max(0, ...world.pointers);
    const event = { kind: 'recovered', completed } as const;
    const asked = world.asked.filter((one) => !isLate(one)); // the lease fences what is left
    steps.push(hear('Recovered', [], event, { job: 'deploying', restored, asked }));
  }
  if (job === 'deploying') {
    const event = { kind: 'started', attempt: attempt + 1, firstDelay: 1 } as const;
    const tasks = new Map(tasksOf(bounds).map((name): [string, Standing] => [name, 'starting']));
    steps.push(hear('Started', [], event, { job: 'running', attempt: attempt + 1, tasks }));
  }
  steps.push(...standingSteps(world, hear));
  if (job === 'doomed' || (isUnderWay && hasFault(world, 'failures')))
    steps.push(hear('Stopped', [], { kind: 'stopped' }, { job: 'starting', ...undeployed(world) }));
  if (mayShutDown(world))
    steps.push(hear('ShutDown', [], { kind: 'shutDown' }, { job: 'over', ...undeployed(world) }));
  if (world.crashes < bounds.maxCrashes && job !== 'over') steps.push(crash(world));
  return steps;
}

/** The pointers are read once nothing is under way that could change what they say. */
function mayRecover({ bounds, coordinator, job, attempt, asked }: World): boolean {
  const isSettled = coordinator.finalizing.length === 0;
  const isRemoving = asked.some(({ what }) => what === 'removal');
  return job === 'starting' && attempt < bounds.maxAttempt && isSettled && !isRemoving;
}

/** Every task has finished, or no restart is left. */
function mayShutDown({ bounds, job, attempt, tasks }: World): boolean {
  if (job === 'starting') return attempt === bounds.maxAttempt;
  return job === 'running' && [...tasks.values()].every((standing) => standing === 'finished');
}

function standingSteps(world: World, hear: Hear): readonly Step[] {
  const { tasks } = world;
  return [...tasks].flatMap(([subtask, before]) => {
    const becomes = (name: string, standing: Standing): Step => {
      const event = { kind: 'taskChanged', subtask, standing } as const;
      return hear(name, [str(subtask)], event, { tasks: new Map(tasks).set(subtask, standing) });
    };
    if (before === 'starting') return [becomes('TaskRan', 'running')];
    const mayFinish = hasFault(world, 'finishing') && isLastOfItsLine(world, subtask);
    return before === 'running' && mayFinish ? [becomes('TaskFinished', 'finished')] : [];
  });
}

/** The tasks are gone, and with them what was on its way to them. */
function undeployed(world: World): Pick<World, 'tasks' | 'barriers' | 'words'> {
  const words = hasFault(world, 'lateWords') ? world.words : [];
  return { tasks: new Map(), barriers: [], words };
}

/** The job manager loses all that it knows; its writes may still be done. */
function crash(world: World): Step {
  const next: World = {
    ...world,
    ...undeployed(world),
    coordinator: coordinatorOf(world.settings),
    said: [],
    job: 'starting',
    crashes: world.crashes + 1,
    interval: false,
    timers: new Set(),
    asked: world.asked.map(lateOf).filter(isLate),
  };
  return step('JobManagerCrashed', [], next, undefined);
}

const lateWrites: ReadonlyMap<Asked['what'], LateWrite> = new Map([
  ['id', 'lateId'],
  ['pointer', 'latePointer'],
  ['removal', 'lateRemoval'],
]);

function lateOf(asked: Asked): Asked {
  return { ...asked, what: lateWrites.get(asked.what) ?? asked.what };
}

function isLate({ what }: Asked): boolean {
  return what === 'lateId' || what === 'latePointer' || what === 'lateRemoval';
}

/** Who asks for checkpoints, as long as there are ids; and the end of the pause. */
function requestSteps(world: World, hear: Hear): readonly Step[] {
  const { bounds, coordinator, asked, counter, tasks } = world;
  const over = pauseEnd(world);
  const steps = world.now < over ? [silent('PauseOver', [], world, { now: over })] : [];
  const waiting = coordinator.queue.length;
  const due = asked.filter(({ what }) => what === 'id').length;
  if (waiting >= bounds.maxQueue || counter + waiting + due >= bounds.maxId) return steps;
  const standings = [...tasks.values()];
  const mayEnd = standings.includes('running') && !standings.includes('starting');
  for (const by of bounds.kinds) {
    if (by === 'periodic') {
      if (world.interval)
        steps.push(hear('IntervalElapsed', [], { kind: 'intervalElapsed' }, { interval: false }));
    } else if (by === 'final') {
      if (mayEnd) steps.push(hear('AllTasksEnded', [], { kind: 'allTasksEnded' }, {}));
    } else steps.push(hear('Requested', [str(by)], { kind: 'requested', by }, {}));
  }
  return steps;
}

/** How a request may be answered, or done without an answer. */
function answerSteps(world: World, one: Asked, hear: Hear): readonly Step[] {
  switch (one.what) {
    case 'id':
    case 'given':
    case 'pointer':
    case 'written':
    case 'removal':
      return registrySteps(world, { ...one, what: one.what }, hear);
    case 'place':
    case 'state':
    case 'metadata':
    case 'disposal':
      return storeSteps(world, { ...one, what: one.what }, hear);
    case 'lateId':
    case 'latePointer':
    case 'lateRemoval':
      return lateSteps(world, { ...one, what: one.what });
    default:
      return unreachable(one.what);
  }
}

/** What a request leaves behind when it is gone. */
function without({ asked }: World, one: Asked): readonly Asked[] {
  return asked.filter(({ what, id, of }) => what !== one.what || id !== one.id || of !== one.of);
}

/** The step in which a request is refused, where requests may be. */
function refusedSteps(
  world: World,
  one: Asked,
  hear: Hear,
  [name, event]: readonly [string, CoordinatorEvent],
): readonly Step[] {
  if (!hasFault(world, 'refusals')) return [];
  return [hear(name, argumentsOf(one), event, { asked: without(world, one) })];
}

function argumentsOf({ id }: Asked): readonly Value[] {
  return id === 0 ? [] : [int(id)];
}

type AskedOf<What extends Asked['what']> = Asked & Readonly<{ what: What }>;

/** The registry writes first, and then its answer is heard. */
function registrySteps(
  world: World,
  one: AskedOf<'id' | 'given' | 'pointer' | 'written' | 'removal'>,
  hear: Hear,
): readonly Step[] {
  const { id } = one;
  const asked = without(world, one);
  const args = argumentsOf(one);
  const turned = (what: Asked['what'], as = id): readonly Asked[] => [
    ...asked,
    { what, id: as, of: '' },
  ];
  switch (one.what) {
    case 'id': {
      const counter = world.counter + 1;
      const change = { counter, asked: turned('given', counter) };
      return [
        silent('CounterWritten', [], world, change),
        ...refusedSteps(world, one, hear, ['IdRefused', { kind: 'idRefused' }]),
      ];
    }
    case 'given':
      return [hear('IdTaken', args, { kind: 'idTaken', id, timestamp: world.now }, { asked })];
    case 'pointer': {
      const change = { ...storing(world, id), asked: turned('written') };
      return [
        silent('PointerWritten', args, world, change),
        ...refusedSteps(world, one, hear, ['StoreFailed', { kind: 'storeFailed', id }]),
      ];
    }
    case 'written':
      return [hear('Stored', args, { kind: 'stored', id }, { asked })];
    case 'removal': {
      const change = { ...removing(world, id), asked: turned('disposal') };
      return [
        silent('PointerRemoved', args, world, change),
        // It stays, and is found again.
        ...refusedSteps(world, one, hear, ['RemovalFailed', { kind: 'cleaned', id }]),
      ];
    }
    default:
      return unreachable(one.what);
  }
}

/** The store and the operator coordinators. */
function storeSteps(
  world: World,
  one: AskedOf<'place' | 'state' | 'metadata' | 'disposal'>,
  hear: Hear,
): readonly Step[] {
  const { id, of } = one;
  const asked = without(world, one);
  const args = argumentsOf(one);
  switch (one.what) {
    case 'place':
      return [
        hear('Located', args, { kind: 'located', id }, { asked }),
        ...refusedSteps(world, one, hear, ['LocationFailed', { kind: 'locationFailed', id }]),
      ];
    case 'state': {
      const both = [int(id), str(of)];
      const event = { kind: 'coordinated', id, coordinator: of, words: stateFor(id) } as const;
      const given = hear('Coordinated', both, event, { asked });
      if (!hasFault(world, 'failedCoordinators')) return [given];
      const failed = { kind: 'coordinationFailed', id } as const;
      return [given, hear('CoordinationFailed', both, failed, { asked })];
    }
    case 'metadata': {
      const change = { asked, metadata: withMetadata(world, id) };
      return [
        hear('MetadataWritten', args, { kind: 'metadataWritten', id }, change),
        ...refusedSteps(world, one, hear, ['MetadataFailed', { kind: 'metadataFailed', id }]),
      ];
    }
    case 'disposal': {
      const metadata = new Map([...world.metadata].filter(([other]) => other !== id));
      return [hear('Cleaned', args, { kind: 'cleaned', id }, { asked, metadata })];
    }
    default:
      return unreachable(one.what);
  }
}

/** The registry writes for a job manager that is gone. */
function lateSteps(world: World, one: AskedOf<LateWrite>): readonly Step[] {
  const asked = without(world, one);
  const args = argumentsOf(one);
  const { id } = one;
  switch (one.what) {
    case 'lateId':
      return [silent('LateIdWritten', [], world, { asked, counter: world.counter + 1 })];
    case 'latePointer':
      return [silent('LatePointerWritten', args, world, { ...storing(world, id), asked })];
    case 'lateRemoval':
      return [silent('LatePointerRemoved', args, world, { ...removing(world, id), asked })];
    default:
      return unreachable(one.what);
  }
}

function storing({ pointers, stored }: World, id: number): Pick<World, 'pointers' | 'stored'> {
  return { pointers: new Set(pointers).add(id), stored: [...stored, id] };
}

function removing({ pointers }: World, id: number): Pick<World, 'pointers'> {
  return { pointers: new Set([...pointers].filter((other) => other !== id)) };
}

/** The store, with the metadata of a checkpoint as the coordinator knows it now. */
function withMetadata({ coordinator, metadata }: World, id: number): World['metadata'] {
  const parts = [...(coordinator.pending.get(id)?.parts ?? [])];
  const handles = new Map(parts.map(([task, { handle }]) => [task, handle]));
  return new Map(metadata).set(id, { id, handles });
}

/** Tasks speak, and the coordinator hears what they said. */
function taskSteps(world: World, hear: Hear): readonly Step[] {
  const spoken = (name: string, args: readonly Value[], next: World): Step =>
    step(name, args, next, undefined);
  return [
    ...snapshotsOf(world).map(({ word, next }) => {
      const name = word.kind === 'acknowledged' ? 'SnapshotTaken' : 'SnapshotDeclined';
      return spoken(name, [str(word.task), int(word.id), str(word.how)], next);
    }),
    ...zombieWordsOf(world).map(({ word, next }) => spoken('ZombieSpoke', [str(word.task)], next)),
    ...world.words.map((word) => {
      const left = world.words.filter((other) => other !== word);
      const words = hasFault(world, 'repeatedWords') ? world.words : left;
      const name = word.kind === 'acknowledged' ? 'Acknowledged' : 'Declined';
      return hear(name, [wordValue(word)], eventOf(word), { words });
    }),
  ];
}

/** A word as the model has it. */
export function wordValue({ kind, task, id, attempt, how }: Word): Value {
  return rec({
    kind: str(kind),
    task: str(task),
    id: int(id),
    attempt: int(attempt),
    how: str(how),
  });
}

function expirySteps(world: World, hear: Hear): readonly Step[] {
  if (!hasFault(world, 'expiry')) return [];
  return [...world.timers].map((id) => {
    const timers = new Set([...world.timers].filter((other) => other !== id));
    return hear('Expired', [int(id)], { kind: 'expired', id }, { timers });
  });
}

/**
 * The actors of a job manager, and the mail between them. Each works one event at a time and shares
 * nothing with the others: a letter is put into the mailbox of its receiver and is worked as an
 * event of its own, after what is due by then, so that anything can come between. The letters of
 * one mailbox are worked in the order in which they were posted.
 *
 * There are no heartbeats between them, as there are in Flink between the resource manager and the
 * job master: they are parts of one process and crash together.
 */
import type { ConnectionId, Out, Timer } from '../kernel/actor.js';
import type { EnumeratorEvent } from './coordination/enumerator.js';
import type { HolderEvent } from './coordination/holder.js';
import type { EndStatus } from './failover/scheduler.js';

export type ActorName = 'dispatcher' | 'resourceManager' | 'jobMaster' | 'sourceCoordinators';

/** The last checkpoint id that was taken, and the version of its value in the registry. */
export type Counter = Readonly<{ value: number; version: number }>;

/** The connection of a task manager is gone, or was given up. */
type TaskManagerLost = Readonly<{
  kind: 'taskManagerLost';
  name: string;
  connection: ConnectionId;
}>;

export type ToDispatcher = Readonly<{ kind: 'jobEnded'; status: EndStatus }>;

export type ToResourceManager =
  | Readonly<{ kind: 'leadershipGranted'; epoch: number }>
  | Readonly<{ kind: 'slotsRequired'; slots: number }>
  | TaskManagerLost;

export type ToJobMaster =
  | Readonly<{ kind: 'jobStarted'; epoch: number; counter: Counter }>
  | Readonly<{ kind: 'resultStored' }>
  /** A leader before has stored its result. */
  | Readonly<{ kind: 'jobOver'; epoch: number; status: string }>
  /** A coordinator sends an event to a subtask, or gives its state. */
  | Readonly<{
      kind: 'coordinatorActed';
      source: string;
      event: Extract<HolderEvent, { kind: 'eventSent' | 'snapshotTaken' }>;
    }>
  | TaskManagerLost;

/** An event for the enumerator of a source. */
export type ToSourceCoordinators = Readonly<{ source: string; event: EnumeratorEvent }>;

type Letters = Readonly<{
  dispatcher: ToDispatcher;
  resourceManager: ToResourceManager;
  jobMaster: ToJobMaster;
  sourceCoordinators: ToSourceCoordinators;
}>;

/** The letters that are posted and not yet worked, by receiver. */
export type Mailboxes = { readonly [Name in ActorName]: Letters[Name][] };

/** A timer of one of the actors; `mail` says that a letter waits for it. */
export type ActorTimer = Timer & Readonly<{ of: ActorName }>;

/** Empty ones. */
export function mailboxes(): Mailboxes {
  return { dispatcher: [], resourceManager: [], jobMaster: [], sourceCoordinators: [] };
}

/** Puts a letter into a mailbox; it is worked in an event of its own. */
export function post<Name extends ActorName>(
  boxes: Mailboxes,
  out: Out,
  to: Name,
  letter: Letters[Name],
): void {
  const box: Letters[Name][] = boxes[to];
  box.push(letter);
  out.setTimer(0, timerOf(to, 'mail', order.indexOf(to)));
}

/** A timer that comes back to the actor that sets it. */
export function timerOf(of: ActorName, kind: string, subject: number): ActorTimer {
  return { kind, subject, of };
}

const order: readonly ActorName[] = [
  'dispatcher',
  'resourceManager',
  'jobMaster',
  'sourceCoordinators',
];

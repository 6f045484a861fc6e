/**
 * The job master's side of the operator coordinators: their events down to the tasks and up from
 * them, their part in checkpoints, and their restore. The coordinators themselves are an actor of
 * their own (`coordination/source-coordinators`); letters go there and come back.
 */
import type { ConnectionId, Out } from '../../kernel/actor.js';
import type { Coordination } from '../../job/coordination.js';
import { ask, clientOf, closeClient, type Client } from '../ask.js';
import { decodeUp } from '../coordination/source-events.js';
import { hold, type HolderEffect, type HolderEvent } from '../coordination/holder.js';
import type { EnumeratorEvent } from '../coordination/enumerator.js';
import type { RestorePoint } from '../failover/scheduler.js';
import { post } from '../mail.js';
import { named, type EventAnswer, type EventToCoordinator } from '../protocol.js';
import type { EventTag } from '../services.js';
import { tellCoordinator } from './checkpointing.js';
import type { JobMaster } from './master.js';
import { tellScheduler } from './scheduling.js';

/** Something happens to all coordinators. */
export function tellHolders(master: JobMaster, out: Out, event: HolderEvent): void {
  for (const { uid } of master.coordinations) tellHolder(master, out, uid, event);
}

/** Something happens to the coordinator of one source, and what follows is done. */
export function tellHolder(master: JobMaster, out: Out, source: string, event: HolderEvent): void {
  const before = master.holders.get(source);
  if (before === undefined) return;
  const [after, effects] = hold(before, event);
  master.holders.set(source, after);
  for (const effect of effects) perform(master, out, source, effect);
}

function perform(master: JobMaster, out: Out, source: string, effect: HolderEffect): void {
  switch (effect.kind) {
    case 'takeSnapshot':
      return tellEnumerator(master, out, source, { kind: 'snapshotAsked', id: effect.id });
    case 'sayClosed':
      return out.moment('gatewaysClosed', effect.id, source, undefined);
    case 'handOn': {
      const { id, words } = effect;
      out.moment('coordinated', id, source, undefined);
      return tellCoordinator(master, out, { kind: 'coordinated', id, coordinator: source, words });
    }
    case 'fail':
      return tellCoordinator(master, out, { kind: 'coordinationFailed', id: effect.id });
    case 'deliver':
      return deliver(master, out, source, effect);
    case 'failTarget': {
      const { subtask, attempt } = effect;
      const cause = 'an event for ' + subtask + ' is lost';
      return tellScheduler(master, out, { kind: 'taskLost', attempt, cause });
    }
  }
}

type Delivery = Extract<HolderEffect, { kind: 'deliver' }>;

/** Sends an event to the task manager of its target, over the connection for events. */
function deliver(
  master: JobMaster,
  out: Out,
  source: string,
  { subtask, attempt, event: { number, words } }: Delivery,
): void {
  if (hasFinished(master, subtask))
    return tellHolder(master, out, source, { kind: 'eventAnswered', number, isTaken: true });
  const name = master.scheduler.executions.get(subtask)?.manager ?? '';
  const about = named(subtask);
  const body = { kind: 'operatorEvent', subject: number, about, attempt, words };
  const { requestTimeoutMicros: timeoutMicros } = master.setup.configuration;
  ask(lineTo(master, name), out, body, { source, number, subtask }, { timeoutMicros, attempts: 1 });
}

/** A subtask that has finished needs no events, and misses none. */
function hasFinished({ scheduler }: JobMaster, subtask: string): boolean {
  return scheduler.executions.get(subtask)?.state === 'FINISHED';
}

function lineTo({ eventLines }: JobMaster, name: string): Client<EventTag> {
  const line = eventLines.get(name) ?? clientOf<EventTag>(name, 'events');
  eventLines.set(name, line);
  return line;
}

/** A task manager is lost, and what was said to it: its tasks have failed anyway. */
export function dropLine({ eventLines }: JobMaster, out: Out, name: string): void {
  const line = eventLines.get(name);
  if (line !== undefined) closeClient(line, out);
  eventLines.delete(name);
}

/** A task manager answered an event, or did not. */
export function eventAnswered(
  master: JobMaster,
  out: Out,
  { source, number, subtask }: EventTag,
  answer: EventAnswer | undefined,
): void {
  const isTaken = answer?.kind === 'eventTaken' || hasFinished(master, subtask);
  tellHolder(master, out, source, { kind: 'eventAnswered', number, isTaken });
}

/** A subtask says something to its coordinator; what an older attempt says is refused. */
export function hearEvent(
  master: JobMaster,
  out: Out,
  connection: ConnectionId,
  { subject, about, attempt, request, words }: EventToCoordinator,
): void {
  const subtask = about.name;
  const isCurrent = attempt === master.scheduler.attempt;
  const kind = isCurrent ? 'eventTaken' : 'eventRefused';
  out.send(connection, { kind, subject, about, attempt, ...{ request } });
  const source = sourceOfSubtask(master, subtask);
  if (!isCurrent || source === undefined) return;
  const event = decodeUp(words);
  if (event.kind === 'checkpointAcknowledged') {
    const id = event.checkpoint;
    tellHolder(master, out, source, { kind: 'subtaskAcknowledged', id, subtask, attempt });
    return;
  }
  if (event.kind === 'readerRegistered')
    out.moment('readerRegistered', event.splits.length, subtask, undefined);
  tellEnumerator(master, out, source, { kind: 'eventHeard', subtask, attempt, words });
}

function sourceOfSubtask({ coordinations }: JobMaster, subtask: string): string | undefined {
  const isOf = ({ edges }: Coordination): boolean => edges.some((edge) => edge.subtask === subtask);
  return coordinations.find(isOf)?.uid;
}

/** A checkpoint is completed: what was assigned before it is with the readers for good. */
export function tellCompleted(master: JobMaster, out: Out, id: number): void {
  for (const { uid } of master.coordinations)
    tellEnumerator(master, out, uid, { kind: 'checkpointCompleted', id });
}

/**
 * Before an attempt is deployed: the coordinators begin anew from the restore point, or hear of
 * each subtask that it does; and every subtask gets a new gateway.
 */
export function restoreCoordinators(
  master: JobMaster,
  out: Out,
  attempt: number,
  { checkpoint, coordinators }: RestorePoint,
  isGlobal: boolean,
): void {
  for (const { uid, edges } of master.coordinations) {
    const words = coordinators.get(uid);
    if (isGlobal) tellEnumerator(master, out, uid, { kind: 'reset', words });
    else
      for (const { subtask } of edges)
        tellEnumerator(master, out, uid, { kind: 'subtaskReset', subtask, checkpoint, words });
    const subtasks = edges.map(({ subtask }) => subtask);
    tellHolder(master, out, uid, { kind: 'deployed', attempt, subtasks });
  }
}

function tellEnumerator(
  { mail }: JobMaster,
  out: Out,
  source: string,
  event: EnumeratorEvent,
): void {
  post(mail, out, 'sourceCoordinators', { source, event });
}

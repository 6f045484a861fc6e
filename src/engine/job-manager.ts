/**
 * The job manager: dispatcher, resource manager and job master are parts of one process and crash
 * together. It acts only while it holds the lease, and what it knows it has read or been told.
 */
import type { Event, Out, Program, Timer } from '../kernel/actor.js';
import type { RegistryAnswer, StoreAnswer } from '../kernel/protocols.js';
import { clientStep, concerns } from './ask.js';
import type { EndStatus } from './failover/scheduler.js';
import {
  checkpointAnswered,
  commitsDone,
  metadataAnswered,
  tellCoordinator,
} from './job-master/checkpointing.js';
import { leadershipAnswered, renewLease, seekLease } from './job-master/leadership.js';
import {
  masterOf,
  subtasksOfKind,
  type JobManager,
  type JobManagerSetup,
  type MasterStoreTag,
  type RegistryTag,
} from './job-master/master.js';
import {
  hearFrom,
  heartbeat,
  peerConnected,
  peerLost,
  register,
  slotOffered,
} from './job-master/peers.js';
import { pointersAnswered, recoveryAnswered } from './job-master/recovery.js';
import { storeResult, tellScheduler } from './job-master/scheduling.js';
import type { ToJobManager } from './protocol.js';

/** The program of the job manager. */
export function jobManager(setup: JobManagerSetup): Program<JobManager> {
  return { boot: () => masterOf(setup), step };
}

function step(master: JobManager, event: Event, out: Out): void {
  if (concerns(master.registry, event)) {
    for (const { tag, answer } of clientStep<RegistryTag, RegistryAnswer>(
      master.registry,
      event,
      out,
    ))
      registryAnswered(master, out, tag, answer);
    return;
  }
  if (concerns(master.store, event)) {
    for (const { tag, answer } of clientStep<MasterStoreTag, StoreAnswer>(master.store, event, out))
      storeAnswered(master, out, tag, answer);
    return;
  }
  switch (event.kind) {
    case 'started':
      return seekLease(master, out);
    case 'accepted':
      return peerConnected(master, out, event.peer, event.connection);
    case 'disconnected':
      return peerLost(master, out, event.peer, event.connection);
    case 'received':
      return hear(master, out, event.connection, event.message as ToJobManager);
    case 'elapsed':
      return elapsed(master, out, event.timer);
    default:
      return;
  }
}

/** Without an answer the outcome is unknown, and so is whether this process still leads. */
function registryAnswered(
  master: JobManager,
  out: Out,
  tag: RegistryTag,
  answer: RegistryAnswer | undefined,
): void {
  if (answer === undefined) {
    out.exit('the registry does not answer');
    return;
  }
  switch (tag.kind) {
    case 'counter':
    case 'pointer':
    case 'remove':
      return checkpointAnswered(master, out, tag, answer);
    case 'pointers':
      return pointersAnswered(master, out, tag.reading, answer);
    case 'result':
      return resultAnswered(master, out, tag.status, answer);
    default:
      return leadershipAnswered(master, out, tag, answer);
  }
}

/** The job's end is stored, or is stored again; when it cannot be ours, nor is the job. */
function resultAnswered(
  master: JobManager,
  out: Out,
  status: EndStatus,
  answer: RegistryAnswer,
): void {
  if (answer.kind === 'valueWritten') tellScheduler(master, out, { kind: 'resultStored' });
  else if (answer.kind === 'unavailable') storeResult(master, out, status);
  else out.exit('the result is not ours: ' + answer.kind);
}

function storeAnswered(
  master: JobManager,
  out: Out,
  tag: MasterStoreTag,
  answer: StoreAnswer | undefined,
): void {
  switch (tag.kind) {
    case 'metadata':
      return metadataAnswered(master, out, tag.id, tag.tries, answer);
    case 'recover':
      return recoveryAnswered(master, out, tag, answer);
    case 'discard':
      return; // what was not deleted is found by whoever cleans the store
  }
}

/** A task manager says something. */
function hear(master: JobManager, out: Out, connection: number, message: ToJobManager): void {
  const found = [...master.peers].find(([, peer]) => peer.connection === connection);
  if (found === undefined) return;
  const [name, peer] = found;
  if (message.kind === 'registerTaskManager') {
    register(master, out, name, message.slots);
    return;
  }
  if (!master.leading) return;
  hearFrom(master, out, name, peer);
  switch (message.kind) {
    case 'slotOffered':
      return slotOffered(master, out, name, message);
    case 'heartbeatAnswered':
      return;
    case 'commitsDone':
      if (message.attempt === master.scheduler.attempt)
        commitsDone(master, out, message.about.name, message.subject);
      return;
    case 'endOfDataReached':
      return sourceEnded(master, out, message.about.name, message.attempt);
    case 'taskStateChanged':
      return tellScheduler(master, out, {
        kind: 'taskStateChanged',
        subtask: message.about.name,
        attempt: message.attempt,
        state: message.state,
        cause: message.cause,
      });
    case 'checkpointAcknowledged':
      return tellCoordinator(master, out, {
        kind: 'acknowledged',
        id: message.subject,
        attempt: message.attempt,
        subtask: message.about.name,
        handle: message.handle,
      });
    case 'checkpointDeclined':
      out.moment('declined', message.subject, message.about.name, undefined);
      return tellCoordinator(master, out, {
        kind: 'declined',
        id: message.subject,
        attempt: message.attempt,
        reason: message.reason,
      });
  }
}

/** A source is at its end; when all are, one more checkpoint makes everything durable. */
function sourceEnded(master: JobManager, out: Out, subtask: string, attempt: number): void {
  if (attempt !== master.scheduler.attempt) return;
  master.ended.add(subtask);
  if (master.ended.size < subtasksOfKind(master.setup.job, 'source').length) return;
  out.moment('allEnded', 0, '', undefined);
  tellCoordinator(master, out, { kind: 'allSourcesEnded' });
}

type PeerTimer = Timer & Readonly<{ name: string }>;

function elapsed(master: JobManager, out: Out, timer: Timer): void {
  switch (timer.kind) {
    case 'seekLease':
      return seekLease(master, out);
    case 'renewLease':
      return renewLease(master, out);
    case 'heartbeat':
      return heartbeat(master, out);
    case 'peerSilent':
      return peerLost(master, out, (timer as PeerTimer).name, timer.subject);
    case 'backoff':
      return tellScheduler(master, out, { kind: 'backoffElapsed', attempt: timer.subject });
    case 'interval':
      return tellCoordinator(master, out, {
        kind: 'intervalElapsed',
        attempt: timer.subject,
        now: out.uptime(),
      });
    case 'expiry':
      if (master.coordinator.pending?.id === timer.subject)
        out.moment('expired', timer.subject, '', undefined);
      return tellCoordinator(master, out, { kind: 'expired', id: timer.subject });
    default:
      return;
  }
}

/**
 * The job master: it runs one job, from the moment that the dispatcher starts it under its epoch.
 * What happens to it is given to its scheduler, its checkpoint coordinator or its slots.
 *
 * Source: Flink 2.x, JobMaster (section 1.1).
 */
import type { ConnectionId, Out } from '../../kernel/actor.js';
import { unreachable } from '../../kernel/invariant.js';
import type { RegistryAnswer, StoreAnswer } from '../../kernel/protocols.js';
import type { ActorTimer, ToJobMaster } from '../mail.js';
import type { LateWord } from '../checkpoint/statistics.js';
import type { CheckpointMetrics, ToJobManager } from '../protocol.js';
import type { ToResources } from '../resource/resource-manager.js';
import type { MasterStoreTag, MasterTag } from '../services.js';
import {
  beginCleanUp,
  cleanUpAgain,
  cleanUpAnswered,
  continueCleanUp,
  filesAnswered,
} from './clean-up.js';
import {
  checkpointAnswered,
  discardAnswered,
  hearLate,
  locationAnswered,
  metadataAnswered,
  tellCoordinator,
} from './checkpointing.js';
import { tellHolder } from './coordinating.js';
import { subtasksOf } from '../../job/job-graph.js';
import { freshScheduler, type JobMaster } from './master.js';
import { hearFrom, heartbeat, losePeer, peerSilent, returnSlots, slotOffered } from './peers.js';
import { pointersAnswered, recoveryAnswered } from './recovery.js';
import { tellScheduler } from './scheduling.js';
import { hearRead } from './triggers.js';

/** A letter from another actor. */
export function masterMail(master: JobMaster, out: Out, letter: ToJobMaster): void {
  switch (letter.kind) {
    case 'jobStarted':
      master.epoch = letter.epoch;
      master.counter = letter.counter;
      master.scheduler = freshScheduler(master.setup, letter.epoch);
      heartbeat(master, out);
      return tellScheduler(master, out, { kind: 'started' });
    case 'resultStored':
      tellScheduler(master, out, { kind: 'resultStored' });
      returnSlots(master, out);
      return beginCleanUp(master, out, master.scheduler.status);
    case 'jobOver':
      master.epoch = letter.epoch;
      return beginCleanUp(master, out, letter.status);
    case 'coordinatorActed':
      return tellHolder(master, out, letter.source, letter.event);
    case 'taskManagerLost':
      return losePeer(master, out, letter.name, letter.connection);
    default:
      return unreachable(letter);
  }
}

/** What a task manager says to it. */
type ToMaster =
  Exclude<ToJobManager, ToResources> | Extract<ToJobManager, { kind: 'heartbeatAnswered' }>;

/** A task manager says something. */
export function masterMessage(
  master: JobMaster,
  out: Out,
  name: string,
  connection: ConnectionId,
  message: ToMaster,
): void {
  switch (message.kind) {
    case 'slotOffered':
      if (message.epoch !== master.epoch) return;
      return slotOffered(master, out, name, connection, message.subject);
    case 'heartbeatAnswered':
      return hearFrom(master, out, name, connection);
    case 'endOfDataReached':
      return taskEnded(master, out, message.about.name, message.attempt);
    case 'dataRead':
      return hearRead(master, out, message);
    case 'taskStateChanged':
      keepWitness(master, message);
      return tellScheduler(master, out, {
        kind: 'taskStateChanged',
        subtask: message.about.name,
        attempt: message.attempt,
        state: message.state,
        cause: message.cause,
      });
    case 'checkpointAcknowledged':
      hearLate(master, out, lateWordOf(message, message.part.handle.words));
      return tellCoordinator(master, out, {
        kind: 'acknowledged',
        id: message.subject,
        attempt: message.attempt,
        subtask: message.about.name,
        part: message.part,
        metrics: message.metrics,
      });
    case 'checkpointMetricsReported':
      return hearLate(master, out, lateWordOf(message, 0));
    case 'checkpointDeclined':
      out.moment('declined', message.subject, message.about.name, { reason: message.reason });
      return tellCoordinator(master, out, {
        kind: 'declined',
        id: message.subject,
        attempt: message.attempt,
        reason: message.reason,
      });
    default:
      return unreachable(message);
  }
}

type Changed = Extract<ToMaster, { kind: 'taskStateChanged' }>;

type Measured = Extract<ToMaster, { metrics: CheckpointMetrics }>;

function lateWordOf({ subject: id, attempt, about, metrics }: Measured, words: number): LateWord {
  return { id, attempt, subtask: about.name, words, metrics };
}

/** What a task has sent and received in all, for the checkpoints that it takes no part in. */
function keepWitness(
  { scheduler, finished }: JobMaster,
  { about, attempt, witness }: Changed,
): void {
  if (witness !== undefined && attempt === scheduler.attempt) finished.set(about.name, witness);
}

/** A task is at its end; when all are, one more checkpoint makes everything durable. */
function taskEnded(master: JobMaster, out: Out, subtask: string, attempt: number): void {
  if (attempt !== master.scheduler.attempt) return;
  master.ended.add(subtask);
  if (master.ended.size < subtasksOf(master.setup.job).length) return;
  out.moment('allEnded', 0, '', undefined);
  tellCoordinator(master, out, { kind: 'allTasksEnded' });
}

/** A delay is over. */
export function masterTimer(master: JobMaster, out: Out, timer: ActorTimer): void {
  switch (timer.kind) {
    case 'heartbeat':
      return heartbeat(master, out);
    case 'peerSilent':
      return peerSilent(master, out, timer.subject);
    case 'backoff':
      return tellScheduler(master, out, { kind: 'backoffElapsed', attempt: timer.subject });
    case 'cleanUp':
      return cleanUpAgain(master, out);
    case 'interval':
      master.interval = undefined;
      return tellCoordinator(master, out, { kind: 'intervalElapsed' });
    case 'expiry':
      return tellCoordinator(master, out, { kind: 'expired', id: timer.subject });
    default:
      return;
  }
}

/** The registry answered. */
export function masterAnswered(
  master: JobMaster,
  out: Out,
  tag: MasterTag,
  answer: RegistryAnswer,
): void {
  if (tag.kind === 'pointers') pointersAnswered(master, out, tag.reading, answer);
  else if (tag.kind === 'retained' || tag.kind === 'release')
    cleanUpAnswered(master, out, tag, answer);
  else checkpointAnswered(master, out, tag, answer);
  continueCleanUp(master, out);
}

/** The object store answered, or did not. */
export function masterStoreAnswered(
  master: JobMaster,
  out: Out,
  tag: MasterStoreTag,
  answer: StoreAnswer | undefined,
): void {
  switch (tag.kind) {
    case 'location':
      locationAnswered(master, out, tag, answer);
      return continueCleanUp(master, out);
    case 'metadata':
      metadataAnswered(master, out, tag, answer);
      return continueCleanUp(master, out);
    case 'recover':
      return recoveryAnswered(master, out, tag, answer);
    case 'discard':
      discardAnswered(master, out, tag, answer);
      return continueCleanUp(master, out);
    case 'files':
    case 'file':
      return filesAnswered(master, out, tag, answer);
    default:
      return unreachable(tag);
  }
}

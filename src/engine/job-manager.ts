/**
 * The job manager: one process of actors, dispatcher, resource manager, job master and the
 * coordinators of the sources. Each
 * has a state of its own and takes one event at a time: a message or an answer that is for it, a
 * timer of its own, or a letter from another (`mail`). What they share belongs to the process: the
 * connections to its services, and one to each task manager. A crash drops all of it together.
 *
 * Source: Flink 2.x, sections 1.1 and 1.2.
 */
import type { ConnectionId, Event, Out, Program } from '../kernel/actor.js';
import { unreachable } from '../kernel/invariant.js';
import type { LogAnswer, RegistryAnswer, StoreAnswer } from '../kernel/protocols.js';
import { clientOf, clientStep, concerns, type Client } from './ask.js';
import {
  coordinatorMail,
  coordinatorTimer,
  partitionsAnswered,
  sourceCoordinatorsOf,
  type SourceCoordinators,
} from './coordination/source-coordinators.js';
import {
  dispatcherAnswered,
  dispatcherMail,
  dispatcherOf,
  dispatcherTimer,
  startDispatcher,
  type Dispatcher,
} from './dispatcher/dispatcher.js';
import {
  masterAnswered,
  masterMail,
  masterMessage,
  masterStoreAnswered,
  masterTimer,
} from './job-master/job-master.js';
import { eventAnswered, hearEvent } from './job-master/coordinating.js';
import { hearClient } from './job-master/triggers.js';
import { masterOf, type JobMaster } from './job-master/master.js';
import { closeLine, type Lines } from './lines.js';
import { mailboxes, post, type ActorName, type ActorTimer, type Mailboxes } from './mail.js';
import type { EventAnswer, EventToCoordinator, ToJobManager, ToRest } from './protocol.js';
import {
  resourceMail,
  resourceManagerOf,
  resourceMessage,
  resourceTimer,
  type ResourceManager,
} from './resource/resource-manager.js';
import type {
  DiscoveryTag,
  EventTag,
  JobManagerSetup,
  MasterStoreTag,
  RegistryTag,
} from './services.js';

export type JobManager = Readonly<{
  registry: Client<RegistryTag>;
  store: Client<MasterStoreTag>;
  log: Client<DiscoveryTag>;
  lines: Lines;
  mail: Mailboxes;
  dispatcher: Dispatcher;
  resourceManager: ResourceManager;
  jobMaster: JobMaster;
  sourceCoordinators: SourceCoordinators;
}>;

/** The program of the job manager. */
export function jobManager(setup: JobManagerSetup): Program<JobManager> {
  return { boot: () => jobManagerOf(setup), step };
}

function jobManagerOf(setup: JobManagerSetup): JobManager {
  const registry = clientOf<RegistryTag>(setup.registry, 'registry');
  const store = clientOf<MasterStoreTag>(setup.objectStore, 'store');
  const log = clientOf<DiscoveryTag>(setup.logBroker, 'log');
  const lines: Lines = new Map();
  const mail = mailboxes();
  return {
    registry,
    store,
    log,
    lines,
    mail,
    dispatcher: dispatcherOf(setup, registry, mail),
    resourceManager: resourceManagerOf(setup, lines, mail),
    jobMaster: masterOf({ setup, registry, store, lines, mail }),
    sourceCoordinators: sourceCoordinatorsOf(setup, log, mail),
  };
}

function step(process: JobManager, event: Event, out: Out): void {
  const { registry, store } = process;
  if (concerns(registry, event)) {
    for (const ended of clientStep<RegistryTag, RegistryAnswer>(registry, event, out))
      registryAnswered(process, out, ended.tag, ended.answer);
    return;
  }
  if (concerns(store, event)) {
    for (const { tag, answer } of clientStep<MasterStoreTag, StoreAnswer>(store, event, out))
      masterStoreAnswered(process.jobMaster, out, tag, answer);
    return;
  }
  if (hearServants(process, event, out)) return;
  switch (event.kind) {
    case 'started':
      return startDispatcher(process.dispatcher, out, event.incarnation);
    case 'accepted':
      if (event.channel === 'control') lineOpened(process, out, event.peer, event.connection);
      return;
    case 'disconnected':
      return lineLost(process, out, event.connection);
    case 'received':
      if (event.message.kind === 'coordinatorEvent')
        return hearEvent(
          process.jobMaster,
          out,
          event.connection,
          event.message as EventToCoordinator,
        );
      if (
        event.message.kind === 'checkpointAsked' ||
        event.message.kind === 'checkpointStatusAsked'
      )
        return hearClient(process.jobMaster, out, event.connection, event.message as ToRest);
      return hear(process, out, event.connection, event.message as ToJobManager);
    case 'elapsed':
      return elapsed(process, out, event.timer as ActorTimer);
    default:
      return;
  }
}

/** What the log broker answers, and the task managers to events. */
function hearServants(process: JobManager, event: Event, out: Out): boolean {
  const { log, jobMaster } = process;
  if (concerns(log, event)) {
    for (const { tag, answer } of clientStep<DiscoveryTag, LogAnswer>(log, event, out))
      partitionsAnswered(process.sourceCoordinators, out, tag, answer);
    return true;
  }
  for (const line of jobMaster.eventLines.values()) {
    if (!concerns(line, event)) continue;
    for (const { tag, answer } of clientStep<EventTag, EventAnswer>(line, event, out))
      eventAnswered(jobMaster, out, tag, answer);
    return true;
  }
  return false;
}

/** Without an answer the outcome is unknown, and so is whether this process still leads. */
function registryAnswered(
  { dispatcher, jobMaster }: JobManager,
  out: Out,
  tag: RegistryTag,
  answer: RegistryAnswer | undefined,
): void {
  if (answer === undefined) out.exit('the registry does not answer');
  else if (tag.of === 'dispatcher') dispatcherAnswered(dispatcher, out, tag, answer);
  else masterAnswered(jobMaster, out, tag, answer);
}

/** A task manager has connected and will register; what connection it had before is past. */
function lineOpened(process: JobManager, out: Out, name: string, connection: ConnectionId): void {
  for (const [old, peer] of process.lines) if (peer === name) lineLost(process, out, old);
  process.lines.set(connection, name);
}

/** A connection is gone: both actors that may use it are told. */
function lineLost({ lines, mail }: JobManager, out: Out, connection: ConnectionId): void {
  const name = lines.get(connection);
  if (name === undefined) return;
  closeLine(lines, out, connection);
  const letter = { kind: 'taskManagerLost', name, connection } as const;
  post(mail, out, 'resourceManager', letter);
  post(mail, out, 'jobMaster', letter);
}

/** A task manager says something to one of the actors. */
function hear(
  process: JobManager,
  out: Out,
  connection: ConnectionId,
  message: ToJobManager,
): void {
  const name = process.lines.get(connection);
  if (name === undefined) return;
  const { resourceManager, jobMaster } = process;
  switch (message.kind) {
    case 'registerTaskManager':
      return resourceMessage(resourceManager, out, name, connection, message);
    case 'heartbeatAnswered':
      if (message.to === 'resourceManager')
        return resourceMessage(resourceManager, out, name, connection, message);
      return masterMessage(jobMaster, out, name, connection, message);
    default:
      return masterMessage(jobMaster, out, name, connection, message);
  }
}

/** A delay of one of the actors is over, or a letter for it is due. */
function elapsed(process: JobManager, out: Out, timer: ActorTimer): void {
  if (timer.kind === 'mail') {
    openLetter(process, out, timer.of);
    return;
  }
  switch (timer.of) {
    case 'dispatcher':
      return dispatcherTimer(process.dispatcher, out, timer);
    case 'resourceManager':
      return resourceTimer(process.resourceManager, out, timer);
    case 'jobMaster':
      return masterTimer(process.jobMaster, out, timer);
    case 'sourceCoordinators':
      return coordinatorTimer(process.sourceCoordinators, out, timer);
    default:
      return unreachable(timer.of);
  }
}

/** The first letter of the mailbox is worked, by its receiver alone. */
function openLetter({ mail, ...actors }: JobManager, out: Out, receiver: ActorName): void {
  switch (receiver) {
    case 'dispatcher': {
      const letter = mail.dispatcher.shift();
      if (letter !== undefined) dispatcherMail(actors.dispatcher, out, letter);
      return;
    }
    case 'resourceManager': {
      const letter = mail.resourceManager.shift();
      if (letter !== undefined) resourceMail(actors.resourceManager, out, letter);
      return;
    }
    case 'jobMaster': {
      const letter = mail.jobMaster.shift();
      if (letter !== undefined) masterMail(actors.jobMaster, out, letter);
      return;
    }
    case 'sourceCoordinators': {
      const letter = mail.sourceCoordinators.shift();
      if (letter !== undefined) coordinatorMail(actors.sourceCoordinators, out, letter);
      return;
    }
    default:
      unreachable(receiver);
  }
}

/**
 * The dispatcher: how the process becomes the leader and stays it, and what is kept of the job. It
 * takes the lease, reads what its predecessors left in the registry, persists the job graph, starts
 * the other actors under its epoch, and stores the job's result. When the registry does not answer,
 * or another epoch rules, the process ends: what it knows may be out of date.
 *
 * The lease is held by one life of the process, not by its name: one that has crashed and come back
 * is another contender, and waits until the lease of its former life has run out, as behind the
 * session of ZooKeeper or the lease of Kubernetes.
 *
 * Source: Flink 2.x, Dispatcher, DefaultLeaderElectionService, JobResultStore (sections 6.1, 6.2).
 */
import type { Out } from '../../kernel/actor.js';
import { unreachable } from '../../kernel/invariant.js';
import { lifeName } from '../../kernel/life.js';
import type { RegistryAnswer, VersionedValue } from '../../kernel/protocols.js';
import { readText, textBlock } from '../../kernel/words.js';
import { ask, type Client } from '../ask.js';
import type { EndStatus } from '../failover/scheduler.js';
import { post, timerOf, type ActorTimer, type Counter, type Mailboxes } from '../mail.js';
import type { ToDispatcher } from '../mail.js';
import { named } from '../protocol.js';
import {
  COUNTER,
  JOB_GRAPH,
  LEASE,
  once,
  RESULT,
  writeOwned,
  type DispatcherTag,
  type JobManagerSetup,
  type RegistryTag,
} from '../services.js';

export type Dispatcher = {
  readonly setup: JobManagerSetup;
  readonly registry: Client<RegistryTag>;
  readonly mail: Mailboxes;
  /** Which life of the process this is. */
  incarnation: number;
  /** Epoch of the lease that it holds; 0 before. */
  epoch: number;
};

const of = 'dispatcher';
const lease = named(LEASE);

/** A dispatcher that does not lead. */
export function dispatcherOf(
  setup: JobManagerSetup,
  registry: Client<RegistryTag>,
  mail: Mailboxes,
): Dispatcher {
  return { setup, registry, mail, incarnation: 0, epoch: 0 };
}

/** The process begins a life: the dispatcher asks for the lease. */
export function startDispatcher(dispatcher: Dispatcher, out: Out, incarnation: number): void {
  dispatcher.incarnation = incarnation;
  seekLease(dispatcher, out);
}

/** A letter from another actor. */
export function dispatcherMail(dispatcher: Dispatcher, out: Out, letter: ToDispatcher): void {
  storeResult(dispatcher, out, letter.status);
}

/** A delay is over. */
export function dispatcherTimer(dispatcher: Dispatcher, out: Out, timer: ActorTimer): void {
  switch (timer.kind) {
    case 'seekLease':
      return seekLease(dispatcher, out);
    case 'renewLease':
      return renewLease(dispatcher, out);
    case 'readInventory':
      return readInventory(dispatcher, out);
    case 'writeJobGraph':
      return writeJobGraph(dispatcher, out);
    default:
      return;
  }
}

/** The registry answered. */
export function dispatcherAnswered(
  dispatcher: Dispatcher,
  out: Out,
  tag: DispatcherTag,
  answer: RegistryAnswer,
): void {
  switch (tag.kind) {
    case 'lease':
      return leaseAnswered(dispatcher, out, answer);
    case 'renewal':
      return renewalAnswered(dispatcher, out, answer);
    case 'inventory':
      return inventoryAnswered(dispatcher, out, answer);
    case 'jobGraph':
      return jobGraphAnswered(dispatcher, out, answer);
    case 'result':
      return resultAnswered(dispatcher, out, tag.status, answer);
    default:
      return unreachable(tag);
  }
}

function seekLease(dispatcher: Dispatcher, out: Out): void {
  const { name, configuration } = dispatcher.setup;
  const body = {
    kind: 'acquireLease',
    subject: -1,
    about: lease,
    lease: LEASE,
    holder: lifeName(name, dispatcher.incarnation),
    ttl: configuration.leaseDurationMicros,
  };
  ask(dispatcher.registry, out, body, { of, kind: 'lease' }, once(dispatcher));
}

function leaseAnswered(dispatcher: Dispatcher, out: Out, answer: RegistryAnswer): void {
  switch (answer.kind) {
    case 'leaseGranted':
      dispatcher.epoch = answer.epoch;
      later(dispatcher, out, 'renewLease'); // from here on, each answer arms the next renewal
      return readInventory(dispatcher, out);
    case 'leaseHeld':
    case 'unavailable':
      return later(dispatcher, out, 'seekLease');
    default:
      return notLeader(out, answer);
  }
}

/** Asks to hold it longer. */
function renewLease(dispatcher: Dispatcher, out: Out): void {
  const { epoch } = dispatcher;
  const body = { kind: 'renewLease', subject: epoch, about: lease, lease: LEASE, epoch };
  ask(dispatcher.registry, out, body, { of, kind: 'renewal' }, once(dispatcher));
}

function renewalAnswered(dispatcher: Dispatcher, out: Out, answer: RegistryAnswer): void {
  if (answer.kind === 'leaseRenewed' || answer.kind === 'unavailable')
    later(dispatcher, out, 'renewLease');
  else notLeader(out, answer);
}

/** Does it, or does it again, when a quarter of the lease is over. */
function later(
  { setup, epoch }: Dispatcher,
  out: Out,
  kind: 'seekLease' | 'renewLease' | 'readInventory' | 'writeJobGraph',
): void {
  const pause = Math.floor(setup.configuration.leaseDurationMicros / 4);
  out.setTimer(pause, timerOf(of, kind, epoch));
}

/** What predecessors left is read under the epoch of the lease. */
function readInventory(dispatcher: Dispatcher, out: Out): void {
  const body = { kind: 'listValues', subject: dispatcher.epoch, about: lease, prefix: '' };
  ask(dispatcher.registry, out, body, { of, kind: 'inventory' }, once(dispatcher));
}

/** The counter, the result and the job graph, if they are there; the job graph comes first. */
function inventoryAnswered(dispatcher: Dispatcher, out: Out, answer: RegistryAnswer): void {
  if (answer.kind === 'unavailable') return later(dispatcher, out, 'readInventory');
  if (answer.kind !== 'valuesListed') return notLeader(out, answer);
  const find = (key: string): VersionedValue | undefined =>
    answer.values.find((value) => value.key === key);
  if (find(JOB_GRAPH) === undefined) return writeJobGraph(dispatcher, out);
  const counter = find(COUNTER);
  const result = find(RESULT);
  return lead(
    dispatcher,
    out,
    { value: counter?.words[0] ?? 0, version: counter?.version ?? 0 },
    result && readText(result.words, 0),
  );
}

function writeJobGraph(dispatcher: Dispatcher, out: Out): void {
  const words = textBlock(dispatcher.setup.job.name);
  writeOwned(dispatcher, out, JOB_GRAPH, words, { of, kind: 'jobGraph' }, 0);
}

function jobGraphAnswered(dispatcher: Dispatcher, out: Out, answer: RegistryAnswer): void {
  if (answer.kind === 'valueWritten') lead(dispatcher, out, { value: 0, version: 0 }, undefined);
  else if (answer.kind === 'unavailable') later(dispatcher, out, 'writeJobGraph');
  else notLeader(out, answer);
}

/** The leader acts: task managers are accepted, and the job is started, or cleaned up if done. */
function lead(
  { epoch, mail }: Dispatcher,
  out: Out,
  counter: Counter,
  result: string | undefined,
): void {
  out.moment('leader', epoch, '', undefined);
  out.moment('jobStatus', 0, '', { status: result ?? 'CREATED' });
  post(mail, out, 'resourceManager', { kind: 'leadershipGranted', epoch });
  if (result === undefined) post(mail, out, 'jobMaster', { kind: 'jobStarted', epoch, counter });
  else post(mail, out, 'jobMaster', { kind: 'jobOver', epoch, status: result });
}

/** What the job came to; once it is in the registry, it is over for every leader. */
function storeResult(dispatcher: Dispatcher, out: Out, status: EndStatus): void {
  writeOwned(dispatcher, out, RESULT, textBlock(status), { of, kind: 'result', status }, 0);
}

/** The job's end is stored, or is stored again; when it cannot be ours, nor is the job. */
function resultAnswered(
  dispatcher: Dispatcher,
  out: Out,
  status: EndStatus,
  answer: RegistryAnswer,
): void {
  if (answer.kind === 'valueWritten')
    post(dispatcher.mail, out, 'jobMaster', { kind: 'resultStored' });
  else if (answer.kind === 'unavailable') storeResult(dispatcher, out, status);
  else out.exit('the result is not ours: ' + answer.kind);
}

function notLeader(out: Out, answer: RegistryAnswer): void {
  out.exit('not the leader any more: ' + answer.kind);
}

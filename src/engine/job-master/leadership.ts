/**
 * How a job manager becomes the leader, and stays it. It takes the lease, reads what its
 * predecessors left in the registry, and only then speaks to task managers. When the registry does
 * not answer, or another epoch rules, the process ends: what it knows may be out of date.
 */
import type { Out } from '../../kernel/actor.js';
import type { RegistryAnswer, VersionedValue } from '../../kernel/protocols.js';
import { readText, textBlock } from '../../kernel/words.js';
import { ask } from '../ask.js';
import { named } from '../protocol.js';
import {
  COUNTER,
  freshScheduler,
  JOB_GRAPH,
  LEASE,
  once,
  RESULT,
  type JobManager,
  type RegistryTag,
} from './master.js';
import { acceptPeers } from './peers.js';

const lease = named(LEASE);

/** Asks for the lease. */
export function seekLease(master: JobManager, out: Out): void {
  const { name, configuration } = master.setup;
  const body = {
    kind: 'acquireLease',
    subject: -1,
    about: lease,
    lease: LEASE,
    holder: name,
    ttl: configuration.leaseDurationMicros,
  };
  ask(master.registry, out, body, { kind: 'lease' }, once(master));
}

/** Asks to hold it longer. */
export function renewLease(master: JobManager, out: Out): void {
  const { epoch } = master;
  const body = { kind: 'renewLease', subject: epoch, about: lease, lease: LEASE, epoch };
  ask(master.registry, out, body, { kind: 'renew' }, once(master));
}

type LeadershipTag = Extract<
  RegistryTag,
  { kind: 'lease' | 'renew' | 'inventory' | 'jobGraph' | 'result' }
>;

/** The registry answered about the lease, or about what predecessors left. */
export function leadershipAnswered(
  master: JobManager,
  out: Out,
  tag: LeadershipTag,
  answer: RegistryAnswer,
): void {
  switch (answer.kind) {
    case 'leaseGranted':
      return takeOffice(master, out, answer.epoch);
    case 'leaseHeld':
    case 'unavailable':
      return tryLater(master, out, tag);
    case 'leaseRenewed':
      armRenewal(master, out);
      return;
    case 'valuesListed':
      return takeInventory(master, out, answer.values);
    case 'valueWritten':
      if (tag.kind === 'jobGraph') lead(master, out);
      return;
    default:
      return out.exit('not the leader any more: ' + answer.kind);
  }
}

function tryLater(master: JobManager, out: Out, tag: LeadershipTag): void {
  const kind = tag.kind === 'renew' ? 'renewLease' : 'seekLease';
  out.setTimer(pauseOf(master), { kind, subject: master.epoch });
}

function pauseOf(master: JobManager): number {
  return Math.floor(master.setup.configuration.leaseDurationMicros / 4);
}

function armRenewal(master: JobManager, out: Out): void {
  if (master.renewal !== undefined) out.cancelTimer(master.renewal);
  master.renewal = out.setTimer(pauseOf(master), { kind: 'renewLease', subject: master.epoch });
}

/** The lease is ours; what is there is read under its epoch. */
function takeOffice(master: JobManager, out: Out, epoch: number): void {
  master.epoch = epoch;
  master.scheduler = freshScheduler(master.setup, epoch);
  armRenewal(master, out);
  const body = { kind: 'listValues', subject: epoch, about: lease, prefix: '' };
  ask(master.registry, out, body, { kind: 'inventory' }, once(master));
}

/** The counter, the result and the job graph, if they are there. */
function takeInventory(master: JobManager, out: Out, values: readonly VersionedValue[]): void {
  const counter = values.find(({ key }) => key === COUNTER);
  if (counter !== undefined)
    master.counter = { value: counter.words[0] ?? 0, version: counter.version };
  const result = values.find(({ key }) => key === RESULT);
  master.result = result && readText(result.words, 0);
  if (values.some(({ key }) => key === JOB_GRAPH)) {
    lead(master, out);
    return;
  }
  const { epoch } = master;
  const body = {
    kind: 'writeValue',
    subject: epoch,
    about: named(JOB_GRAPH),
    key: JOB_GRAPH,
    words: textBlock(master.setup.job.name),
    lease: LEASE,
    epoch,
    expected: 0,
  };
  ask(master.registry, out, body, { kind: 'jobGraph' }, once(master));
}

/** The leader speaks: task managers are accepted, and the job, unless it is done, gets slots. */
function lead(master: JobManager, out: Out): void {
  master.leading = true;
  out.moment('leader', master.epoch, '', undefined);
  if (master.result !== undefined) {
    out.moment('jobStatus', 0, '', { status: master.result });
    return;
  }
  out.moment('jobStatus', 0, '', { status: 'CREATED' });
  acceptPeers(master, out);
}

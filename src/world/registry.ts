/**
 * The registry: leases with epochs, and versioned values that only the holder of a lease writes.
 * It stands for ZooKeeper, etcd or a ConfigMap of Kubernetes, where leaders are elected and the
 * pointers to jobs and checkpoints are kept.
 *
 * Each grant of a lease raises its epoch, and a write carries the epoch that its writer believes
 * in. A writer that was deposed, or whose lease ran out without its noticing, is refused: this is
 * the fence on which "one leader at a time" rests.
 *
 * Source: Gray and Cheriton, Leases (SOSP 1989); Burrows, Chubby (OSDI 2006), sequencers.
 */
import type { Event, Out, Program, TimerHandle, Words } from '../kernel/actor.js';
import { unreachable } from '../kernel/invariant.js';
import type { RegistryAnswer, RegistryRequest, VersionedValue } from '../kernel/protocols.js';
import type { Micros } from '../kernel/time.js';
import type { Conditions } from './conditions.js';
import {
  answer,
  attend,
  byCodeUnits,
  emptyHall,
  serviceOf,
  type Accesses,
  type BodyOf,
  type Hall,
  type Reading,
  type ServiceCosts,
  type Visit,
} from './service.js';

export type RegistryCosts = Readonly<{ requests: ServiceCosts<RegistryRequest['kind']> }>;

/** What one life of the process keeps; by number of the lease, the timer of its expiry. */
export type RegistryState = Readonly<{
  hall: Hall<RegistryRequest>;
  expiries: Map<number, TimerHandle>;
}>;

type Answer = BodyOf<RegistryAnswer>;
type Acquire = Extract<RegistryRequest, { kind: 'acquireLease' }>;
type Write = Extract<RegistryRequest, { kind: 'writeValue' }>;
type Remove = Extract<RegistryRequest, { kind: 'removeValue' }>;

type Lease = {
  readonly number: number;
  holder: string;
  /** That of the newest grant; it never falls, whoever holds the lease. */
  epoch: number;
  ttl: Micros;
  held: boolean;
};

type Records = Readonly<{
  leases: Map<string, Lease>;
  values: Map<string, Readonly<{ version: number; words: Words }>>;
}>;

const accesses: Accesses<RegistryRequest['kind']> = {
  acquireLease: 'write',
  renewLease: 'write',
  readValue: 'read',
  listValues: 'read',
  writeValue: 'write',
  removeValue: 'write',
};

/** A registry as a process of the world. */
export function registry(
  name: string,
  conditions: Conditions,
  costs: RegistryCosts,
): Program<RegistryState> {
  const service = serviceOf(name, conditions, accesses, costs.requests);
  // Made once, not in `boot`: the registry stands for a quorum of replicas, of which no single
  // crash takes a lease or a value away. What fails is its availability.
  const durable: Records = { leases: new Map(), values: new Map() };
  return {
    boot: () => ({ hall: emptyHall(), expiries: new Map() }),
    step: (state, event, out) => {
      if (event.kind === 'started') startAgain(durable, state, out);
      expire(durable, state, event);
      const visit = attend(service, state.hall, event, out, reading);
      if (visit !== undefined) answer(service, visit, serve(durable, state, visit, out), out);
    },
  };
}

/** A new leader of the quorum cannot know how old a lease is: each begins anew. */
function startAgain(durable: Records, state: RegistryState, out: Out): void {
  for (const lease of durable.leases.values()) if (lease.held) prolong(state, lease, out);
}

function expire(durable: Records, state: RegistryState, event: Event): void {
  if (event.kind !== 'elapsed' || event.timer.kind !== 'leaseExpired') return;
  for (const lease of durable.leases.values()) {
    if (lease.number !== event.timer.subject) continue;
    lease.held = false;
    state.expiries.delete(lease.number);
  }
}

function serve(
  durable: Records,
  state: RegistryState,
  visit: Visit<RegistryRequest>,
  out: Out,
): Answer {
  const { request } = visit;
  switch (request.kind) {
    case 'acquireLease':
      return acquire(durable, state, request, out);
    case 'renewLease': {
      const lease = durable.leases.get(request.lease);
      if (lease === undefined || !isHolder(lease, request.epoch)) return { kind: 'leaseLost' };
      prolong(state, lease, out);
      return { kind: 'leaseRenewed' };
    }
    case 'readValue':
      return { kind: 'valueRead', value: valueOf(durable, request.key) };
    case 'listValues':
      return { kind: 'valuesListed', values: valuesIn(durable, request.prefix) };
    case 'writeValue':
      return write(durable, request, visit.peer, out);
    case 'removeValue':
      return remove(durable, request, visit.peer, out);
    default:
      return unreachable(request);
  }
}

function acquire(durable: Records, state: RegistryState, request: Acquire, out: Out): Answer {
  const lease = leaseOf(durable, request.lease);
  if (lease.held && lease.holder !== request.holder) return { kind: 'leaseHeld', by: lease.holder };
  lease.epoch += 1;
  lease.holder = request.holder;
  lease.ttl = request.ttl;
  lease.held = true;
  prolong(state, lease, out);
  out.moment('leaseGranted', lease.epoch, request.lease, { holder: lease.holder });
  return { kind: 'leaseGranted', epoch: lease.epoch };
}

function write(durable: Records, request: Write, by: string, out: Out): Answer {
  const refusal = refusalOf(durable, request);
  if (refusal !== undefined) return refuse(durable, request, refusal, by, out);
  const version = durable.values.get(request.key)?.version ?? 0;
  const { epoch, key, words } = request;
  if (version !== request.expected) {
    out.moment('writeRefused', epoch, key, { reason: 'versionConflict', by });
    return { kind: 'versionConflict', version };
  }
  durable.values.set(key, { version: version + 1, words });
  out.moment('valueWritten', epoch, key, { words, version: version + 1, by });
  return { kind: 'valueWritten', version: version + 1 };
}

/** Removes a value; one that does not exist is removed already. */
function remove(durable: Records, request: Remove, by: string, out: Out): Answer {
  const refusal = refusalOf(durable, request);
  if (refusal !== undefined) return refuse(durable, request, refusal, by, out);
  if (durable.values.delete(request.key)) {
    out.moment('valueDeleted', request.epoch, request.key, undefined);
  }
  return { kind: 'valueRemoved' };
}

function refuse(
  durable: Records,
  request: Write | Remove,
  reason: string,
  by: string,
  out: Out,
): Answer {
  out.moment('writeRefused', request.epoch, request.key, { reason, by });
  return { kind: 'epochFenced', epoch: durable.leases.get(request.lease)?.epoch ?? 0 };
}

/** Why a writer is fenced; undefined where it holds its lease. */
function refusalOf(durable: Records, request: Write | Remove): string | undefined {
  const lease = durable.leases.get(request.lease);
  if (lease === undefined) return 'leaseUnknown';
  if (request.epoch < lease.epoch) return 'epochFenced';
  if (!lease.held) return 'leaseExpired';
  return request.epoch === lease.epoch ? undefined : 'epochUnknown';
}

function isHolder(lease: Lease, epoch: number): boolean {
  return lease.held && lease.epoch === epoch;
}

function prolong(state: RegistryState, lease: Lease, out: Out): void {
  const pending = state.expiries.get(lease.number);
  if (pending !== undefined) out.cancelTimer(pending);
  const timer = { kind: 'leaseExpired', subject: lease.number };
  state.expiries.set(lease.number, out.setTimer(lease.ttl, timer));
}

function leaseOf(durable: Records, name: string): Lease {
  const known = durable.leases.get(name);
  if (known !== undefined) return known;
  const lease = { number: durable.leases.size, holder: '', epoch: 0, ttl: 0, held: false };
  durable.leases.set(name, lease);
  return lease;
}

function valueOf(durable: Records, key: string): VersionedValue | undefined {
  const value = durable.values.get(key);
  return value === undefined ? undefined : { key, version: value.version, words: value.words };
}

function valuesIn(durable: Records, prefix: string): VersionedValue[] {
  const values: VersionedValue[] = [];
  for (const [key, { version, words }] of durable.values) {
    if (key.startsWith(prefix)) values.push({ key, version, words });
  }
  return values.sort((left, right) => byCodeUnits(left.key, right.key));
}

/** Values are small: a request costs its service time and nothing more. */
const reading: Reading<RegistryRequest> = {
  workOf: () => 0,
  objectOf: (request) => {
    if ('key' in request) return request.key;
    return 'prefix' in request ? request.prefix : request.lease;
  },
};

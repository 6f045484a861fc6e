/**
 * The world: the simulated surroundings of a set of processes. It gives them connections, clocks,
 * timers and disks, and it does to them what the plan's faults say. The engine cannot see it;
 * `run` puts the two together.
 *
 * Everything happens in the order (time, insertion) of one queue, and every draw is noise at its
 * place: the same setup gives the same bytes.
 */
import type { Fault, Misfortune } from '../faults/fault.js';
import type { Observer } from '../history/entry.js';
import type { Message, Timer } from '../kernel/actor.js';
import { guarded, installGuard } from '../kernel/guard.js';
import { invariant } from '../kernel/invariant.js';
import { pump, runLoop, type Budget, type Ending } from '../kernel/loop.js';
import type { NoiseKey } from '../kernel/noise.js';
import { mix } from '../kernel/trace.js';
import type { DiskCosts } from './disk.js';
import { hand, start, startAfter } from './life.js';
import { beginFault, endFault, sayWhenHealed } from './misfortune.js';
import { kindOf, type Link, type NetworkCosts } from './network.js';
import { diskDone, portOf, type DiskWork } from './port.js';
import { processOf, type Process, type ProcessSpec } from './process.js';
import * as op from './state.js';
import {
  kindStateOf,
  linkOf,
  type AimState,
  type Deliveries,
  type KindState,
  type World,
} from './state.js';
import { arrive, deliver, giveUp, unclogged } from './transport.js';

export { calmConditions } from './conditions.js';
export { objectStore } from './object-store.js';
export { fileSystem } from './file-system.js';
export { registry } from './registry.js';
export { remoteService } from './remote-service.js';
export { logBroker } from './log-broker.js';
export { tableStore } from './table-store.js';
export type { LogTopic } from './log-topics.js';
export type { World } from './state.js';
export type { ProcessSpec } from './process.js';
export type { NetworkCosts } from './network.js';
export type { DiskCosts } from './disk.js';

export type WorldSetup = Readonly<{
  key: NoiseKey;
  network: NetworkCosts;
  disk: DiskCosts;
  processes: readonly ProcessSpec[];
  faults: readonly Fault[];
  observer: Observer;
}>;

/** A world at time 0, in which every process is about to start. */
export function createWorld(setup: WorldSetup): World {
  const { observer, faults } = setup;
  // Filled one by one: what `map` makes has another shape before V8 compiles it than after.
  const processes: Process[] = [];
  for (const spec of setup.processes) processes.push(processOf(processes.length, spec));
  const kinds = aimedKinds(setup);
  const deliveries = deliveriesOf(kinds, observer);
  kinds.set('delivered', deliveries);
  const world: World = {
    pump: pump(),
    key: setup.key,
    network: setup.network,
    disk: setup.disk,
    processes,
    byName: new Map(processes.map((process) => [process.spec.name, process])),
    links: new Array<Link | undefined>(processes.length ** 2).fill(undefined),
    ends: [undefined, undefined],
    obstructions: 0,
    faults,
    began: faults.map(() => 0),
    inForce: 0,
    timedFaultsLeft: 0,
    kinds,
    deliveries,
    observer,
    current: undefined,
    strike,
    out: undefined as unknown as World['out'],
  };
  world.out = portOf(world);
  invariant(world.byName.size === processes.length, 'names of processes are distinct');
  for (const process of processes) startAfter(world, process, 0);
  faults.forEach((fault, index) => {
    if (!('at' in fault.when)) return;
    world.timedFaultsLeft += 1;
    world.pump.queue.push(fault.when.at, op.FAULT_BEGINS, index, 0, undefined);
  });
  return world;
}

/** The kinds that some fault is aimed at, with those faults. */
function aimedKinds({ faults, observer }: WorldSetup): Map<string, KindState> {
  const aims = new Map<string, AimState[]>();
  faults.forEach(({ when }, fault) => {
    if (!('aim' in when)) return;
    const { moment } = when.aim;
    aims.set(moment, [...(aims.get(moment) ?? []), { fault, seen: 0, struck: false }]);
  });
  return new Map([...aims].map(([kind, list]) => [kind, kindStateOf(observer, kind, list)]));
}

function deliveriesOf(kinds: ReadonlyMap<string, KindState>, observer: Observer): Deliveries {
  const known = kinds.get('delivered') ?? kindStateOf(observer, 'delivered', []);
  const { kind, hash, count, isWanted, aims } = known;
  const isWatched = isWanted || aims.length > 0 || observer.messages.length > 0;
  return { kind, hash, count, isWanted, aims, isWatched };
}

/** An aimed fault has found its moment. */
function strike(world: World, index: number, self: Process): void {
  const { when } = world.faults[index] as Fault;
  if ('at' in when) return;
  if (when.after === 0) {
    beginFault(world, index, self);
    return;
  }
  const { queue } = world.pump;
  queue.push(queue.now + when.after, op.FAULT_BEGINS, index, 1, self);
}

/**
 * Runs until nothing is left to happen, something stops it, or the budget is spent. While it runs,
 * clocks and random sources of the program throw.
 */
export function runWorld(world: World, budget: Budget): Ending {
  installGuard();
  const dispatch = (kind: number, a: number, b: number, ref: unknown): void => {
    if (kind === op.DELIVER) deliver(world, a, ref as Message, hand);
    else happen(world, kind, a, b, ref);
  };
  return guarded(() => {
    if (world.pump.events === 0) sayWhenHealed(world);
    return runLoop(world.pump, budget, dispatch);
  });
}

/** Ends the run after the event that is worked now. */
export function stopWorld(world: World): void {
  world.pump.stopped = true;
}

function happen(world: World, kind: number, a: number, b: number, ref: unknown): void {
  switch (kind) {
    case op.SYN:
    case op.ACCEPT:
    case op.DISCONNECT:
    case op.RESET:
      return arrive(world, kind, a, ref as Message, hand);
    case op.UNCLOG:
      return unclogged(world, linkOf(world, processAt(world, a), processAt(world, b)), hand);
    case op.GIVE_UP:
      return giveUp(world, a, hand);
    case op.ELAPSE:
      return elapse(world, a, b, ref as Timer);
    case op.DISK:
      return diskDone(world, a, b, ref as DiskWork);
    case op.START:
      return start(world, processAt(world, a));
    case op.FAULT_BEGINS:
      return faultDue(world, a, b === 1 ? (ref as Process) : undefined);
    case op.FAULT_ENDS:
      return endFault(world, a, ref as Misfortune);
    default:
      invariant(false, 'an operation of the world is known', kind);
  }
}

function processAt(world: World, index: number): Process {
  return world.processes[index] as Process;
}

function faultDue(world: World, index: number, self: Process | undefined): void {
  const { when } = world.faults[index] as Fault;
  if ('at' in when) world.timedFaultsLeft -= 1;
  beginFault(world, index, self);
}

function elapse(world: World, index: number, incarnation: number, timer: Timer): void {
  const process = processAt(world, index);
  if (!process.alive || process.incarnation !== incarnation) return;
  mix(world.pump.fingerprint, kindOf(timer.kind).hash);
  mix(world.pump.fingerprint, timer.subject | 0);
  hand(world, process, { kind: 'elapsed', timer });
}

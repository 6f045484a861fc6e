/**
 * The state of a world, and how it states moments. Everything that a run changes outside the
 * processes' own states hangs here.
 */
import { type Fault } from '../faults/fault.js';
import type { Observer } from '../history/entry.js';
import type { Out } from '../kernel/actor.js';
import { invariant } from '../kernel/invariant.js';
import type { Pump } from '../kernel/loop.js';
import type { NoiseKey } from '../kernel/noise.js';
import { mix } from '../kernel/trace.js';
import type { DiskCosts } from './disk.js';
import { kindOf, linkBetween, type End, type Link, type NetworkCosts } from './network.js';
import type { Process } from './process.js';

/** Operations of the queue. */
export const START = 1;
export const DELIVER = 2;
export const ELAPSE = 3;
export const SYN = 4;
export const ACCEPT = 5;
export const GIVE_UP = 6;
export const DISCONNECT = 7;
export const DISK = 8;
export const FAULT_BEGINS = 9;
export const FAULT_ENDS = 10;
export const RESET = 11;
export const UNCLOG = 12;

/** A fault that waits for its moment. */
export type AimState = { readonly fault: number; seen: number; struck: boolean };

/** What is known of one kind of entry. */
export type KindState = {
  readonly kind: string;
  /** Its word in the fingerprint. */
  readonly hash: number;
  count: number;
  readonly isWanted: boolean;
  readonly aims: readonly AimState[];
};

/** Deliveries: stated too often to be looked up. */
export type Deliveries = KindState & { readonly isWatched: boolean };

export type World = {
  readonly pump: Pump;
  readonly key: NoiseKey;
  readonly network: NetworkCosts;
  readonly disk: DiskCosts;
  readonly processes: readonly Process[];
  readonly byName: ReadonlyMap<string, Process>;
  readonly links: (Link | undefined)[];
  /** By their ways; undefined when the connection is over for both. */
  readonly ends: (End | undefined)[];
  /** How many links were clogged or cut so far; before the first, none needs to be looked at. */
  obstructions: number;
  readonly faults: readonly Fault[];
  /** How often each fault began, and which are in force. */
  readonly began: number[];
  inForce: number;
  timedFaultsLeft: number;
  readonly kinds: Map<string, KindState>;
  readonly deliveries: Deliveries;
  readonly observer: Observer;
  /** The process whose step runs now. */
  current: Process | undefined;
  /** Strikes the fault of this number at the moment that a process states. */
  readonly strike: (world: World, fault: number, self: Process) => void;
  out: Out;
};

/** States a moment: counts it, shows it, and strikes what was aimed at it. */
export function state(
  world: World,
  process: Process,
  kind: string,
  subject: number,
  about: string,
  detail: unknown,
): void {
  let known = world.kinds.get(kind);
  if (known === undefined) {
    known = kindStateOf(world.observer, kind, []);
    world.kinds.set(kind, known);
  }
  known.count += 1;
  mix(world.pump.fingerprint, known.hash);
  mix(world.pump.fingerprint, subject | 0);
  stateKnown(world, process, known, known.isWanted, subject, about, detail);
}

/** States a moment that was counted: shows it if it is wanted, and strikes. */
export function stateKnown(
  world: World,
  process: Process,
  { kind, aims }: KindState,
  isWanted: boolean,
  subject: number,
  about: string,
  detail: unknown,
): void {
  if (isWanted) {
    const { name } = process.spec;
    const at = world.pump.queue.now;
    const { incarnation } = process;
    world.observer.see({ at, process: name, incarnation, kind, subject, about, detail });
  }
  if (aims.length > 0) takeAim(world, process, aims, about);
}

/** A kind of entry that was not stated yet. */
export function kindStateOf(
  observer: Observer,
  kind: string,
  aims: readonly AimState[],
): KindState {
  const isWanted = observer.sees === 'all' || observer.sees.includes(kind);
  return { kind, hash: kindOf(kind).hash, count: 0, isWanted, aims };
}

function takeAim(world: World, process: Process, aims: readonly AimState[], about: string): void {
  for (const state of aims) {
    const fault = world.faults[state.fault];
    invariant(fault !== undefined && 'aim' in fault.when, 'an aim belongs to an aimed fault');
    const { aim } = fault.when;
    if (state.struck || !matches(aim.process, process.spec.name)) continue;
    if (aim.about !== undefined && aim.about !== about) continue;
    state.seen += 1;
    if (state.seen !== aim.occurrence) continue;
    state.struck = true;
    world.strike(world, state.fault, process);
  }
}

/** Whether a name is the wanted one, or one of the wanted role. */
function matches(wanted: string | undefined, name: string): boolean {
  return wanted === undefined || name === wanted || name.startsWith(wanted + '-');
}

/** The link from one process to another, made when it is first used. */
export function linkOf(world: World, from: Process, to: Process): Link {
  const index = from.index * world.processes.length + to.index;
  let link = world.links[index];
  if (link === undefined) world.links[index] = link = linkBetween(from, to);
  return link;
}

/** The process of that name. */
export function processNamed(world: World, name: string): Process {
  const process = world.byName.get(name);
  invariant(process !== undefined, 'a process must exist to be named', name);
  return process;
}

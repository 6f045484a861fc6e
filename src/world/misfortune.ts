/**
 * How faults begin and end. Overlapping faults add up and heal one by one: a process that crashes
 * while it is down stays down until both restarts are due.
 */
import {
  describeFault,
  durationOf,
  objectsPattern,
  type Fault,
  type Misfortune,
  type SomeRequests,
} from '../faults/fault.js';
import { unreachable } from '../kernel/invariant.js';
import type { Conditions, Trouble } from './conditions.js';
import { crash, resume, startAfter } from './life.js';
import type { Process } from './process.js';
import { FAULT_ENDS, linkOf, processNamed, state, type World } from './state.js';
import { breakBetween, heal, release } from './transport.js';

/** Stands for the process at whose moment an aimed fault strikes. */
const SELF = 'self';

/** A fault strikes; `self` is the process at whose moment it was aimed. */
export function beginFault(world: World, index: number, self: Process | undefined): void {
  world.began[index] = (world.began[index] as number) + 1;
  const { what } = world.faults[index] as Fault;
  const target = resolved(what, self?.spec.name ?? SELF);
  const anchor = world.processes[0] as Process;
  state(world, anchor, 'faultBegan', index, target.kind, { fault: describeFault(target) });
  world.inForce += 1;
  begin(world, target);
  const { queue } = world.pump;
  queue.push(queue.now + durationOf(target), FAULT_ENDS, index, 0, target);
}

/** Its time is over. */
export function endFault(world: World, index: number, what: Misfortune): void {
  end(world, what);
  world.inForce -= 1;
  const anchor = world.processes[0] as Process;
  state(world, anchor, 'faultEnded', index, what.kind, { fault: describeFault(what) });
  sayWhenHealed(world);
}

/** States that no fault is in force and none is due; aimed ones may still come. */
export function sayWhenHealed(world: World): void {
  if (world.inForce > 0 || world.timedFaultsLeft > 0) return;
  state(world, world.processes[0] as Process, 'allHealed', 0, '', undefined);
}

/** The same misfortune with `self` replaced by a name. */
function resolved(what: Misfortune, self: string): Misfortune {
  const named = (name: string): string => (name === SELF ? self : name);
  switch (what.kind) {
    case 'partition':
      return { ...what, from: what.from.map(named), to: what.to.map(named) };
    case 'clog':
      return { ...what, from: named(what.from), to: named(what.to) };
    case 'break':
      return { ...what, between: [named(what.between[0]), named(what.between[1])] };
    default:
      return { ...what, process: named(what.process) };
  }
}

function begin(world: World, what: Misfortune): void {
  switch (what.kind) {
    case 'crash':
      crash(world, processNamed(world, what.process), what.silent, 'fault');
      return startAfter(world, processNamed(world, what.process), what.restartAfter);
    case 'pause':
      return pause(world, processNamed(world, what.process));
    case 'partition':
      world.obstructions += 1;
      return eachLink(world, what, (from, to) => (linkOf(world, from, to).cuts += 1));
    case 'clog':
      world.obstructions += 1;
      return eachLink(world, what, (from, to) => (linkOf(world, from, to).clogs += 1));
    case 'break': {
      const [one, other] = what.between;
      return breakBetween(world, processNamed(world, one), processNamed(world, other));
    }
    default:
      return impair(conditionsOf(world, what.process), what, 1);
  }
}

function end(world: World, what: Misfortune): void {
  switch (what.kind) {
    case 'crash':
    case 'break':
      return; // a crash ended with the start that was due, a break at once
    case 'pause':
      return unpause(world, processNamed(world, what.process));
    case 'partition':
      return healPartition(world, what);
    case 'clog':
      return eachLink(world, what, (from, to) => {
        const link = linkOf(world, from, to);
        link.clogs -= 1;
        if (link.clogs === 0) release(world, link);
      });
    default:
      return impair(conditionsOf(world, what.process), what, -1);
  }
}

type Local = Exclude<Misfortune, { kind: 'crash' | 'pause' | 'partition' | 'clog' | 'break' }>;

/** A condition of one process comes (1) or goes (-1). */
function impair(conditions: Conditions, what: Local, sign: 1 | -1): void {
  switch (what.kind) {
    case 'slow':
      return trouble(conditions.slow, what.factor, what, sign);
    case 'failing':
      return trouble(conditions.failing, what.perMille, what, sign);
    case 'unanswered':
      return trouble(conditions.unanswered, what.perMille, what, sign);
    case 'slowDisk':
      return change(conditions.diskSlow, what.factor, sign);
    case 'failingDisk':
      conditions.diskFailing += sign;
      return;
    case 'clockSkew':
      conditions.skew += sign * what.by;
      return;
    default:
      return unreachable(what);
  }
}

function change(list: number[], value: number, sign: 1 | -1): void {
  if (sign === 1) list.push(value);
  else list.splice(list.indexOf(value), 1);
}

/** Trouble for some requests or all comes or goes; of equal ones any may go. */
function trouble(list: Trouble[], size: number, of: SomeRequests, sign: 1 | -1): void {
  const { access } = of;
  const objects = of.objects === undefined ? undefined : objectsPattern(of.objects);
  const isSame = (one: Trouble): boolean =>
    one.size === size && one.access === access && one.objects?.source === objects?.source;
  if (sign === 1) list.push({ size, objects, access });
  else list.splice(list.findIndex(isSame), 1);
}

function conditionsOf(world: World, name: string): Conditions {
  return processNamed(world, name).spec.conditions;
}

function pause(world: World, process: Process): void {
  if (process.pauses === 0) process.pausedAt = world.pump.queue.now;
  process.pauses += 1;
  state(world, process, 'processPaused', 0, '', undefined);
}

function unpause(world: World, process: Process): void {
  process.pauses -= 1;
  if (process.pauses > 0) return;
  process.pausedMicros += world.pump.queue.now - process.pausedAt;
  state(world, process, 'processResumed', 0, '', undefined);
  resume(world, process);
}

type Ways = Extract<Misfortune, { kind: 'partition' | 'clog' }>;

/** Visits each ordered pair of processes that a partition or a clog concerns. */
function eachLink(world: World, what: Ways, visit: (from: Process, to: Process) => void): void {
  const sources = what.kind === 'clog' ? [what.from] : what.from;
  const targets = what.kind === 'clog' ? [what.to] : what.to;
  for (const source of sources)
    for (const target of targets) {
      if (source === target) continue;
      const from = processNamed(world, source);
      const to = processNamed(world, target);
      visit(from, to);
      if (what.kind === 'partition' && what.bothWays) visit(to, from);
    }
}

function healPartition(world: World, what: Extract<Misfortune, { kind: 'partition' }>): void {
  eachLink(world, what, (from, to) => (linkOf(world, from, to).cuts -= 1));
  eachLink(world, what, (from, to) => heal(world, from, to));
}

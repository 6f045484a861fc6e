/**
 * How processes begin, take events, pause and die.
 */
import type { Event, TimerHandle } from '../kernel/actor.js';
import { noise, purposeOf, within } from '../kernel/noise.js';
import type { Micros } from '../kernel/time.js';
import { tearDisk } from './disk.js';
import type { Process } from './process.js';
import { START, state, type World } from './state.js';
import { dropConnections } from './transport.js';

const TEAR = purposeOf('diskTear');

/** A start is due: the process begins its next life, unless it lives. */
export function start(world: World, process: Process): void {
  process.starts -= 1;
  if (process.alive || process.starts > 0) return;
  process.alive = true;
  process.silent = false;
  process.incarnation += 1;
  process.state = process.program.boot();
  state(world, process, 'processStarted', process.incarnation, '', undefined);
  hand(world, process, { kind: 'started', incarnation: process.incarnation });
}

/**
 * An event reaches a process: it is worked now, or waits while the process is paused. A fault that
 * was aimed at the event itself may have ended the process just before.
 */
export function hand(world: World, process: Process, event: Event): void {
  if (!process.alive) return;
  if (process.pauses > 0) {
    process.backlog.push({ event, handle: world.pump.queue.handle });
    return;
  }
  step(world, process, event);
}

function step(world: World, process: Process, event: Event): void {
  world.current = process;
  process.program.step(process.state, event, world.out);
  world.current = undefined;
  if (process.dying) die(world, process);
}

/**
 * The pause is over: effects that it cut off leave, then the backlog is worked in order. Either
 * may meet a fault that pauses or ends the process again; a crash leaves nothing to go on with.
 */
export function resume(world: World, process: Process): void {
  world.current = process;
  while (process.withheld.length > 0 && process.pauses === 0 && !process.dying)
    process.withheld.shift()?.();
  world.current = undefined;
  if (process.dying) die(world, process);
  while (process.backlog.length > 0 && process.pauses === 0) {
    const next = process.backlog.shift();
    if (next !== undefined) step(world, process, next.event);
  }
}

/** A timer that was due within a pause is taken back. */
export function forget(process: Process, handle: TimerHandle): void {
  const index = process.backlog.findIndex(
    (waiting) => waiting.handle === handle && waiting.event.kind === 'elapsed',
  );
  if (index >= 0) process.backlog.splice(index, 1);
}

/** A process crashes, at once; within its own step what it does next is nothing. */
export function crash(world: World, process: Process, silent: boolean, cause: string): void {
  if (!process.alive || process.dying) return;
  process.silent = silent;
  process.dying = true;
  state(world, process, 'processCrashed', process.incarnation, '', { cause });
  if (world.current !== process) die(world, process);
}

/** Everything that the process held is gone. */
function die(world: World, process: Process): void {
  process.dying = false;
  process.alive = false;
  process.state = undefined;
  process.backlog = [];
  process.withheld = [];
  dropConnections(world, process, process.silent);
  if (process.silent)
    tearDisk(process.disk, (file, unsynced) => {
      const draw = noise(world.key, TEAR, file, unsynced, process.incarnation);
      return within(draw, 0, unsynced);
    });
}

/** The process is started again after so long. */
export function startAfter(world: World, process: Process, delay: Micros): void {
  process.starts += 1;
  const { queue } = world.pump;
  queue.push(queue.now + delay, START, process.index, 0, undefined);
}

/**
 * The port through which a step's effects leave: the world's side of `Out`. After the process has
 * died within the step the verbs do nothing; after it was paused within the step they wait.
 */
import type { Out } from '../kernel/actor.js';
import { invariant } from '../kernel/invariant.js';
import { noise, purposeOf, within } from '../kernel/noise.js';
import { factorOf } from './conditions.js';
import { appendTo, contentOf, fileOn, syncedUpTo } from './disk.js';
import { crash, forget, hand, startAfter } from './life.js';
import type { Process } from './process.js';
import { DISK, ELAPSE, processNamed, state, type World } from './state.js';
import { closeEnd, connect, connectionOf, dial, send } from './transport.js';

const SYNC = purposeOf('diskSync');

/** One request to a disk, under way. */
export type DiskWork = Readonly<{
  what: 'append' | 'sync' | 'read';
  file: string;
  token: number;
  /** For a sync: how much of the file it makes durable. */
  length: number;
  failed: boolean;
}>;

/**
 * The port of a world; it acts for whichever process is in its step. It is one literal, without
 * spreads, so that the ports of all worlds have one shape and programs reach them at one cost.
 */
export function portOf(world: World): Out {
  const { now, uptime, workTime, setTimer, cancelTimer, noise } = clockVerbs(world);
  const { connect, send, close } = connectionVerbs(world);
  const { append, sync, read } = diskVerbs(world);
  const moment: Out['moment'] = (kind, subject, about, detail) => {
    const process = acting(world);
    if (isFree(process)) state(world, process, kind, subject, about, detail);
    else withhold(process, () => state(world, process, kind, subject, about, detail));
  };
  const exit: Out['exit'] = (reason) => {
    effect(world, (process) => {
      crash(world, process, false, reason);
      startAfter(world, process, process.spec.restartDelayMicros);
    });
  };
  return {
    now,
    uptime,
    workTime,
    connect,
    send,
    close,
    setTimer,
    cancelTimer,
    append,
    sync,
    read,
    noise,
    moment,
    exit,
  };
}

type ClockVerbs = Pick<Out, 'now' | 'uptime' | 'workTime' | 'setTimer' | 'cancelTimer' | 'noise'>;

function clockVerbs(world: World): ClockVerbs {
  const { queue } = world.pump;
  return {
    now: () => {
      const { spec } = acting(world);
      return queue.now + spec.clockOffsetMicros + spec.conditions.skew;
    },
    uptime: () => queue.now,
    workTime: () => {
      const { pauses, pausedAt, pausedMicros } = acting(world);
      return (pauses > 0 ? pausedAt : queue.now) - pausedMicros;
    },
    setTimer: (delay, timer) => {
      const process = acting(world);
      invariant(delay >= 0, 'a timer is set forward', timer, delay);
      if (process.dying) return 0;
      return queue.push(queue.now + delay, ELAPSE, process.index, process.incarnation, timer);
    },
    cancelTimer: (handle) => {
      if (queue.cancel(handle)) return;
      const process = acting(world);
      if (process.backlog.length > 0) forget(process, handle);
    },
    noise: (purpose, entity, n, life) => noise(world.key, purpose, entity, n, life),
  };
}

function connectionVerbs(world: World): Pick<Out, 'connect' | 'send' | 'close'> {
  return {
    connect: (peer, channel) => {
      const process = acting(world);
      if (process.dying) return 0;
      const opener = connect(world, process, processNamed(world, peer), channel);
      effect(world, () => dial(world, opener));
      return connectionOf(opener);
    },
    send: (connection, message) => {
      const process = acting(world);
      if (isFree(process)) send(world, process, connection, message);
      else withhold(process, () => send(world, process, connection, message));
    },
    close: (connection) => {
      effect(world, (process) => closeEnd(world, process, connection));
    },
  };
}

function diskVerbs(world: World): Pick<Out, 'append' | 'sync' | 'read'> {
  return {
    append: (file, words, token) => {
      effect(world, (process) => {
        const failed = process.spec.conditions.diskFailing > 0;
        if (!failed) appendTo(process.disk, file, words);
        work(world, process, { what: 'append', file, token, length: 0, failed });
      });
    },
    sync: (file, token) => {
      effect(world, (process) => {
        const failed = process.spec.conditions.diskFailing > 0;
        const { length } = fileOn(process.disk, file);
        work(world, process, { what: 'sync', file, token, length, failed });
      });
    },
    read: (file, token) => {
      effect(world, (process) => {
        work(world, process, { what: 'read', file, token, length: 0, failed: false });
      });
    },
  };
}

function acting(world: World): Process {
  if (world.current === undefined) invariant(false, 'effects leave within a step');
  return world.current;
}

/** Does it now; never, when the process is dead; when it goes on, if it is paused. */
function effect(world: World, act: (process: Process) => void): void {
  const process = acting(world);
  if (isFree(process)) act(process);
  else withhold(process, () => act(process));
}

/** Neither dead nor paused within its step: what it does next happens at once. */
function isFree(process: Process): boolean {
  return !process.dying && process.pauses === 0;
}

function withhold(process: Process, act: () => void): void {
  if (!process.dying) process.withheld.push(act);
}

function work(world: World, process: Process, what: DiskWork): void {
  const { queue } = world.pump;
  const delay = Math.ceil(takes(world, process, what) * factorOf(process.spec.conditions.diskSlow));
  queue.push(queue.now + delay, DISK, process.index, process.incarnation, what);
}

function takes(world: World, process: Process, what: DiskWork): number {
  const costs = world.disk;
  if (what.what === 'append') return costs.appendMicros;
  if (what.what === 'read') return costs.readMicros;
  const { entity } = fileOn(process.disk, what.file);
  const draw = noise(world.key, SYNC, entity, what.length, process.incarnation);
  return within(draw, costs.syncMicrosMin, costs.syncMicrosMax);
}

/** The disk has done what it was asked. */
export function diskDone(world: World, index: number, incarnation: number, what: DiskWork): void {
  const process = world.processes[index] as Process;
  if (!process.alive || process.incarnation !== incarnation) return;
  if (what.what === 'sync' && !what.failed) syncedUpTo(process.disk, what.file, what.length);
  hand(world, process, {
    kind: 'diskAnswered',
    token: what.token,
    outcome: what.failed ? 'failed' : 'done',
    words: what.what === 'read' ? contentOf(process.disk, what.file) : undefined,
  });
}

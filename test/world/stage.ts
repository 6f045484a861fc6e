/**
 * A stage for tests of the world: processes are plain functions, what each of them hears is written
 * down as one line, and unless a test says otherwise every message takes 1,000 µs.
 */
import type { Fault, Misfortune } from '../../src/faults/fault.js';
import type { Entry, Observer } from '../../src/history/entry.js';
import type { Event, Message, Out } from '../../src/kernel/actor.js';
import type { Budget, Ending } from '../../src/kernel/loop.js';
import { hexOfFingerprint } from '../../src/kernel/trace.js';
import {
  calmConditions,
  createWorld,
  runWorld,
  type DiskCosts,
  type NetworkCosts,
  type World,
} from '../../src/world/world.js';

/** What a process does when it hears an event; `memory` is new in each of its lives. */
export type Actor = (event: Event, out: Out, memory: Map<string, number>) => void;

/** What one process heard, and when. */
export type Heard = Readonly<{ at: number; process: string; event: Event }>;

export type Play = Readonly<{
  actors: Readonly<Record<string, Actor>>;
  faults?: readonly Fault[];
  network?: Partial<NetworkCosts>;
  disk?: Partial<DiskCosts>;
  clocks?: Readonly<Record<string, number>>;
  restartDelayMicros?: number;
  observer?: Observer;
  key?: number;
}>;

/** A play that is on stage: its world, and what was heard and stated so far. */
export type Stage = Readonly<{ world: World; heard: Heard[]; entries: Entry[] }>;

export type Played = Stage & Readonly<{ ending: Ending; fingerprint: string }>;

const NO_END: Budget = { events: Infinity, until: Infinity };

/** Somebody who hears everything and does nothing. */
export const idle: Actor = () => undefined;

/** Sets a world up without running it. */
export function stage(play: Play): Stage {
  const heard: Heard[] = [];
  const entries: Entry[] = [];
  const observer = play.observer ?? {
    sees: 'all',
    messages: [],
    see: (entry) => void entries.push(entry),
  };
  const processes = Object.entries(play.actors).map(([name, actor]) => ({
    name,
    program: {
      boot: () => new Map<string, number>(),
      step: (state: unknown, event: Event, out: Out) => {
        heard.push({ at: world.pump.queue.now, process: name, event });
        actor(event, out, state as Map<string, number>);
      },
    },
    conditions: calmConditions(),
    restartDelayMicros: play.restartDelayMicros ?? 50_000,
    clockOffsetMicros: play.clocks?.[name] ?? 0,
  }));
  const world = createWorld({
    key: { high: play.key ?? 1, low: 2 },
    network: {
      latencyMicrosMin: 1_000,
      latencyMicrosMax: 1_000,
      tailMicrosMean: 0,
      connectTimeoutMicros: 30_000,
      ...play.network,
    },
    disk: {
      appendMicros: 10,
      syncMicrosMin: 500,
      syncMicrosMax: 500,
      readMicros: 100,
      ...play.disk,
    },
    processes,
    faults: play.faults ?? [],
    observer,
  });
  return { world, heard, entries };
}

/** Runs a play until nothing is left to happen, or the budget is spent. */
export function run(play: Play, budget: Budget = NO_END): Played {
  const set = stage(play);
  const ending = runWorld(set.world, budget);
  return { ...set, ending, fingerprint: hexOfFingerprint(set.world.pump.fingerprint) };
}

/** What a process heard, a line each, as in '2000 received ping 3'. */
export function linesOf(played: Stage, process: string): string[] {
  return wordsOf(played, process).map(({ at, text }) => `${at} ${text}`);
}

/** What a process heard, without the times. */
export function textsOf(played: Stage, process: string): string[] {
  return wordsOf(played, process).map(({ text }) => text);
}

/** The entries of some kinds, a line each, as in '2000 a processCrashed 1'. */
export function statedBy(played: Stage, ...kinds: readonly string[]): string[] {
  return played.entries
    .filter(({ kind }) => kinds.includes(kind))
    .map(({ at, process, kind, subject }) => `${at} ${process} ${kind} ${subject}`);
}

function wordsOf({ heard }: Stage, process: string): { at: number; text: string }[] {
  return heard
    .filter((line) => line.process === process)
    .map(({ at, event }) => ({ at, text: textOf(event) }));
}

function textOf(event: Event): string {
  switch (event.kind) {
    case 'started':
      return `started ${event.incarnation}`;
    case 'accepted':
    case 'connected':
    case 'disconnected':
      return `${event.kind} ${event.peer}/${event.channel}`;
    case 'received':
      return `received ${event.message.kind} ${event.message.subject}`;
    case 'elapsed':
      return `elapsed ${event.timer.kind} ${event.timer.subject}`;
    case 'diskAnswered':
      return `disk ${event.token} ${event.outcome}`;
  }
}

/** A message that says no more than its kind and subject. */
export function message(kind: string, subject: number): Message {
  return { kind, subject };
}

/** The numbers from ..< to. */
export function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, index) => from + index);
}

/** A fault at a time. */
export function at(time: number, what: Misfortune): Fault {
  return { when: { at: time }, what };
}

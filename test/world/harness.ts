/**
 * A world in small for one service: a queue of events ordered by (time, insertion), one disk, and
 * clients that keep what was sent to them. It can end the service at any step or moment.
 */
import type {
  ConnectionId,
  Event,
  Message,
  Out,
  Program,
  TimerHandle,
  Words,
} from '../../src/kernel/actor.js';
import type { Entity } from '../../src/kernel/ids.js';
import { noise } from '../../src/kernel/noise.js';
import { blockOf } from '../../src/job/row.js';
import type { Trouble } from '../../src/world/conditions.js';

export type Sent = Readonly<{ at: number; connection: ConnectionId; message: Message }>;
export type Stated = Readonly<{ kind: string; subject: number; about: string; detail: unknown }>;
/** What is left of what was not synced: all of it, or so many words of each file. */
export type Tear = 'nothing' | Readonly<{ keep: number }>;

type Due = { at: number; event: Event; cancelled: boolean };
type File = { words: number[]; synced: number };

const SYNC_MICROS = 200;

/** Starts the service and waits until it has nothing to do. */
export function harness<State>(program: Program<State>, restartMicros = 1_000) {
  const disk = new Map<string, File>();
  const open = new Map<ConnectionId, string>();
  const sent: Sent[] = [];
  const stated: Stated[] = [];
  const exits: string[] = [];
  const draws: { purpose: number; entity: Entity; n: number; life: number }[] = [];
  const world = {
    now: 0,
    skew: 0,
    steps: 0,
    incarnation: 0,
    diskFailing: false,
    appendMicros: 10,
    readMicros: 50,
    /** Ends the service at the moment of this index, counted from 0. */
    crashAtMoment: -1,
    /** Ends it after the step of this number, counted from 1. */
    crashAfterStep: -1,
    tear: 'nothing' as Tear,
  };
  let queue: Due[] = [];
  let connections = 0;
  let dead = false;
  let state = program.boot();

  const push = (delay: number, event: Event) =>
    queue.push({ at: world.now + delay, event, cancelled: false });
  const file = (name: string) => {
    const known = disk.get(name) ?? { words: [], synced: 0 };
    disk.set(name, known);
    return known;
  };
  const answered = (token: number, failed: boolean, words?: Words): Event => {
    return { kind: 'diskAnswered', token, outcome: failed ? 'failed' : 'done', words };
  };
  const timers = new Map<TimerHandle, Due>();
  const whileAlive = (act: () => void) => {
    if (!dead) act();
  };

  const out: Out = {
    uptime: () => world.now,
    workTime: () => world.now,
    now: () => world.now + world.skew,
    connect: () => 0,
    send: (connection, message) =>
      whileAlive(() => {
        if (open.has(connection)) sent.push({ at: world.now, connection, message });
      }),
    close: (connection) => whileAlive(() => open.delete(connection)),
    setTimer: (delay, timer) => {
      const due = { at: world.now + delay, event: { kind: 'elapsed', timer }, cancelled: false };
      const handle = timers.size + 1;
      timers.set(handle, due as Due);
      whileAlive(() => queue.push(due as Due));
      return handle;
    },
    cancelTimer: (handle) => {
      const due = timers.get(handle);
      if (due !== undefined) due.cancelled = true;
    },
    append: (name, words, token) =>
      whileAlive(() => {
        if (!world.diskFailing) file(name).words.push(...words);
        push(world.appendMicros, answered(token, world.diskFailing));
      }),
    sync: (name, token) =>
      whileAlive(() => {
        const { length } = file(name).words;
        const failed = world.diskFailing;
        const due: Event = answered(token, failed);
        syncs.set(due, () => {
          if (!failed) file(name).synced = Math.max(file(name).synced, length);
        });
        push(SYNC_MICROS, due);
      }),
    read: (name, token) =>
      whileAlive(() =>
        push(world.readMicros, answered(token, false, Int32Array.from(file(name).words))),
      ),
    noise: (purpose, entity, n, life) => {
      draws.push({ purpose, entity, n, life });
      return noise({ high: 7, low: 11 }, purpose, entity, n, life);
    },
    moment: (kind, subject, about, detail) =>
      whileAlive(() => {
        stated.push({ kind, subject, about, detail });
        if (stated.length - 1 === world.crashAtMoment) dead = true;
      }),
    exit: (reason) =>
      whileAlive(() => {
        exits.push(reason);
        dead = true;
      }),
  };
  const syncs = new Map<Event, () => void>();

  /** Everything that the process held is gone; it begins again a while later. */
  const crash = (tear: Tear = world.tear) => {
    for (const { words, synced } of disk.values()) {
      if (tear !== 'nothing') words.length = Math.min(words.length, synced + tear.keep);
    }
    if (tear !== 'nothing') for (const known of disk.values()) known.synced = known.words.length;
    queue = [];
    open.clear();
    dead = false;
    state = program.boot();
    world.incarnation += 1;
    push(restartMicros, { kind: 'started', incarnation: world.incarnation });
  };

  const step = (event: Event) => {
    syncs.get(event)?.();
    world.steps += 1;
    program.step(state, event, out);
    if (dead || world.steps === world.crashAfterStep) crash();
  };

  /** Works what is due until then; all there is, if no time is given. */
  const run = (until = Number.POSITIVE_INFINITY) => {
    for (;;) {
      let next: Due | undefined;
      for (const due of queue) if (next === undefined || due.at < next.at) next = due;
      if (next === undefined || next.at > until) break;
      queue.splice(queue.indexOf(next), 1);
      if (next.cancelled) continue;
      world.now = next.at;
      step(next.event);
    }
    if (Number.isFinite(until)) world.now = Math.max(world.now, until);
  };

  const connect = (peer: string): ConnectionId => {
    connections += 1;
    open.set(connections, peer);
    step({ kind: 'accepted', connection: connections, peer, channel: 'any' });
    return connections;
  };
  const disconnect = (connection: ConnectionId) => {
    const peer = open.get(connection) ?? '';
    open.delete(connection);
    step({ kind: 'disconnected', connection, peer, channel: 'any' });
  };
  /** Delivers a request; its answer is found in `sent`. */
  const tell = (connection: ConnectionId, message: Message) => {
    if (open.has(connection)) step({ kind: 'received', connection, message });
  };
  let requests = 0;
  /** Delivers a request and runs until it is answered, or nothing is left to do. */
  const ask = (connection: ConnectionId, body: object): Record<string, unknown> | undefined => {
    requests += 1;
    const request = requests;
    tell(connection, { subject: -1, request, ...body } as unknown as Message);
    const from = sent.length;
    for (;;) {
      const found = sent.slice(from).find(({ message }) => isAnswer(message, request));
      if (found !== undefined) return found.message;
      const live = queue.filter((due) => !due.cancelled && !isDistant(due.event));
      if (live.length === 0 || !open.has(connection)) return undefined;
      run(Math.min(...live.map((due) => due.at)));
    }
  };

  push(0, { kind: 'started', incarnation: 1 });
  world.incarnation = 1;
  run(world.readMicros);
  const controls = {
    run,
    crash,
    connect,
    disconnect,
    tell,
    ask,
    isOpen: (id: number) => open.has(id),
  };
  return Object.assign(world, { disk, sent, stated, exits, draws }, controls);
}

/** A factor or a share of all requests, or of some. */
export function trouble(size: number, of: Partial<Trouble> = {}): Trouble {
  return { size, objects: undefined, access: undefined, ...of };
}

/** Costs of one time for all kinds of requests. */
export function evenCosts<Kind extends string>(
  kinds: readonly Kind[],
  micros: number,
): Record<Kind, { microsMin: number; microsMax: number }> {
  const costs = {} as Record<Kind, { microsMin: number; microsMax: number }>;
  for (const kind of kinds) costs[kind] = { microsMin: micros, microsMax: micros };
  return costs;
}

/** Rows of one integer each, as a block. */
export function rowsOf(...values: readonly number[]): Words {
  return Int32Array.from(values.flatMap((value) => [...blockOf([value])]));
}

function isAnswer(message: Message, request: number): boolean {
  return (message as unknown as { request: number }).request === request;
}

/** Timers that are far off and that no answer waits for. */
function isDistant(event: Event): boolean {
  if (event.kind !== 'elapsed') return false;
  return event.timer.kind === 'leaseExpired' || event.timer.kind === 'transactionTimedOut';
}

/**
 * Connections as TCP gives them: in order, without duplicates, and a message is lost only with its
 * connection. Latency is noise at the message's place (ends, channel, kind, subject, entity,
 * attempt, incarnations), so taking a fault away changes no latency elsewhere.
 *
 * A clog holds back what arrives and lets it go, in order, when it ends. A partition loses it: the
 * connection is severed in that direction, nobody is told, and when the partition heals the first
 * retransmission finds it dead and both ends learn it.
 */
import type { Message, TimerHandle } from '../kernel/actor.js';
import { entityOf, joined, type Entity, type Lanes } from '../kernel/ids.js';
import {
  exponential,
  noise,
  purposeOf,
  within,
  type NoiseKey,
  type Purpose,
} from '../kernel/noise.js';
import type { Micros } from '../kernel/time.js';
import type { Process } from './process.js';

/** Latency of a message: uniform in min..max, plus an exponential tail of this mean. */
export type NetworkCosts = Readonly<{
  latencyMicrosMin: Micros;
  latencyMicrosMax: Micros;
  tailMicrosMean: Micros;
  connectTimeoutMicros: Micros;
}>;

/** Something that a clog holds back: an operation of the world, as it stood in the queue. */
export type Held = Readonly<{ op: number; way: number; message: Message }>;

/** The way from one process to another. */
export type Link = {
  readonly from: Process;
  readonly to: Process;
  readonly place: Lanes;
  clogs: number;
  cuts: number;
  /** What a clog held and what came behind it; nothing overtakes it. */
  readonly held: Held[];
  /** By channel, each of the newest life that sent on it. */
  readonly routes: Route[];
};

/** What one process sends to another on one channel in one life; place of its noise. */
export type Route = {
  readonly channel: string;
  readonly place: Lanes;
  readonly incarnation: number;
  /** By kind; few, so that a search is quicker than a hash. */
  readonly lanes: Lane[];
};

/** The messages of one kind on a route: what is the same for all of them. */
export type Lane = Lanes & {
  readonly kind: string;
  readonly hash: number;
  readonly latency: Purpose;
  /** How many of them had no subject of their own. */
  count: number;
};

/** An end that hears nothing of its connection, one that waits for the other, one that may send. */
export const CLOSED = 0;
export const OPENING = 1;
export const OPEN = 2;

/**
 * One end of a connection. What a message needs is here, even where that says a thing twice: each
 * further object on its way costs 2 % of a run, since some hundred ends and all that they name do
 * not fit the first cache.
 */
export type End = {
  phase: typeof CLOSED | typeof OPENING | typeof OPEN;
  /** Something that this end sent was lost: nothing that it sends arrives any more. */
  severed: boolean;
  /** The same of the other end: nothing arrives here any more. */
  deaf: boolean;
  /** Names the direction towards this end: twice the connection's id, 1 more for the acceptor. */
  readonly way: number;
  readonly process: Process;
  /** The other end. */
  readonly peer: End;
  /** The lane that was used last. */
  lane: Lane;
  /** Incarnations of opener and acceptor as one word: a part of the place of what is sent. */
  life: number;
  /** Arrival of the last thing that this end sent; the next comes no earlier. */
  lastArrival: Micros;
  route: Route;
  readonly link: Link;
  /** When the opener gives up waiting; 0 before it waits, and at the acceptor. */
  deadline: TimerHandle;
};

type Kind = Readonly<{ hash: number; latency: Purpose }>;

const channels = new Map<string, Entity>();
const kinds = new Map<string, Kind>();
const TAIL = purposeOf('latencyTail');

/** A link on which nothing is under way. */
export function linkBetween(from: Process, to: Process): Link {
  const place = joined(from.entity, to.entity);
  return { from, to, place, clogs: 0, cuts: 0, held: [], routes: [] };
}

/** The entity of a channel, hashed once in the life of the program. */
function channelOf(name: string): Entity {
  let known = channels.get(name);
  if (known === undefined) channels.set(name, (known = entityOf(name)));
  return known;
}

/** The route of the present life of the sender. */
export function routeOf({ from, place: ends, routes }: Link, channel: string): Route {
  let index = 0;
  while (index < routes.length && routes[index]?.channel !== channel) index += 1;
  const known = routes[index];
  const { incarnation } = from;
  if (known !== undefined && known.incarnation === incarnation) return known;
  const place = joined(ends, channelOf(channel));
  return (routes[index] = { channel, place, incarnation, lanes: [] });
}

/** What a kind of message or timer counts for: a word in the fingerprint, a purpose of noise. */
export function kindOf(kind: string): Kind {
  let known = kinds.get(kind);
  if (known === undefined) {
    known = { hash: entityOf(kind).low, latency: purposeOf('latency/' + kind) };
    kinds.set(kind, known);
  }
  return known;
}

/** The lane of a kind; usually the one that was used last, which saves the search. */
export function laneOf(end: End, kind: string): Lane {
  if (end.lane.kind === kind) return end.lane;
  end.lane = laneIn(end.route, kind);
  return end.lane;
}

/** The lane of a kind on a route, made where there is none. */
export function laneIn({ place, lanes }: Route, kind: string): Lane {
  for (const lane of lanes) if (lane.kind === kind) return lane;
  const { hash, latency } = kindOf(kind);
  const { high, low } = place; // a spread would put the rest into a second object
  const lane = { kind, hash, latency, high, low, count: 0 };
  lanes.push(lane);
  return lane;
}

/** Subject of a message at its place: its own, or how many of its kind went before. */
export function subjectIn(lane: Lane, message: Message): number {
  if (message.subject >= 0) return message.subject;
  lane.count += 1;
  return lane.count - 1;
}

/** What of a message goes into the fingerprint: its kind and its subject. */
export function wordOf(lane: Lane, message: Message): number {
  return lane.hash ^ Math.imul(message.subject, 0x9e3779b1);
}

/** How long a message is under way, before order and clogs. */
export function latencyOf(
  key: NoiseKey,
  costs: NetworkCosts,
  lane: Lane,
  life: number,
  message: Message,
  subject: number,
): Micros {
  const place = placeLife(life, message);
  const draw = noise(key, lane.latency, lane, subject, place);
  const base = within(draw, costs.latencyMicrosMin, costs.latencyMicrosMax);
  if (costs.tailMicrosMean === 0) return base;
  const tail = noise(key, (lane.latency ^ TAIL) | 0, lane, subject, place);
  return base + exponential(tail, costs.tailMicrosMean);
}

/** Incarnations, attempt and entity of a message as one word of its place. */
function placeLife(life: number, message: Message): number {
  let place = life;
  const { attempt, about } = message;
  if (attempt !== undefined) place = Math.imul(place ^ (attempt % 2 ** 31), 0x85ebca6b) | 0;
  if (about !== undefined) place = Math.imul(place ^ about.low, 0xc2b2ae35) ^ about.high;
  return place;
}

/** The incarnations of both ends as one word. */
export function lifeOf(from: number, to: number): number {
  return (Math.imul(from, 0x9e3779b1) ^ to) | 0;
}

/**
 * How connections are opened, used and ended. See `network.ts` for what they promise.
 */
import type { ConnectionId, Event, Message, Words } from '../kernel/actor.js';
import { invariant } from '../kernel/invariant.js';
import { mix, mixWords } from '../kernel/trace.js';
import {
  CLOSED,
  laneIn,
  laneOf,
  latencyOf,
  lifeOf,
  OPEN,
  OPENING,
  routeOf,
  subjectIn,
  wordOf,
  type End,
  type Link,
} from './network.js';
import type { Process } from './process.js';
import {
  ACCEPT,
  DELIVER,
  DISCONNECT,
  GIVE_UP,
  linkOf,
  RESET,
  stateKnown,
  SYN,
  UNCLOG,
  type World,
} from './state.js';

/** Hands an event to a process: works it now, or keeps it while the process is paused. */
export type Hand = (world: World, process: Process, event: Event) => void;

const handshake: Message = { kind: 'connect', subject: -1 };
const reset: Message = { kind: 'disconnect', subject: -1 };

/** Makes a connection, on which nothing is under way before it is dialled; returns its opener. */
export function connect(world: World, from: Process, to: Process, channel: string): End {
  invariant(from !== to, 'a process does not connect to itself', from.spec.name);
  const { ends } = world;
  const opener = endOf(linkOf(world, from, to), channel, ends.length);
  const acceptor = endOf(linkOf(world, to, from), channel, ends.length + 1);
  opener.peer = acceptor;
  acceptor.peer = opener;
  opener.phase = OPENING;
  opener.life = acceptor.life = lifeOf(from.incarnation, to.incarnation);
  ends.push(opener, acceptor);
  return opener;
}

type Unpaired = { -readonly [Key in keyof End]: End[Key] };

function endOf(link: Link, channel: string, way: number): Unpaired {
  const route = routeOf(link, channel);
  return {
    phase: CLOSED,
    severed: false,
    deaf: false,
    way,
    process: link.from,
    peer: undefined as unknown as End,
    lane: laneIn(route, handshake.kind),
    life: 0,
    lastArrival: 0,
    route,
    link,
    deadline: 0,
  };
}

/** The connection that an end belongs to. */
export function connectionOf({ way }: End): ConnectionId {
  return way >> 1;
}

/** Asks the far process to take the connection; the opener learns later how that went. */
export function dial(world: World, opener: End): void {
  if (opener.phase === CLOSED) return;
  const { queue } = world.pump;
  const deadline = queue.now + world.network.connectTimeoutMicros;
  opener.deadline = queue.push(deadline, GIVE_UP, opener.way, 0, undefined);
  transmit(world, opener, SYN, handshake);
}

/** The end of a process that the connection has; undefined when it is over for both. */
function endIn(world: World, process: Process, id: ConnectionId): End | undefined {
  const opener = world.ends[2 * id];
  return opener === undefined || opener.process === process ? opener : opener.peer;
}

/** Sends a message of the process over the connection; nothing happens when it is broken. */
export function send(world: World, from: Process, id: ConnectionId, message: Message): void {
  const end = endIn(world, from, id);
  if (end === undefined || end.phase === CLOSED) return;
  if (end.phase === OPENING) invariant(false, 'wait for connected before sending', id, message);
  transmit(world, end, DELIVER, message);
}

/** Ends the connection from one side, which hears no more of it; the other learns it in order. */
export function closeEnd(world: World, process: Process, id: ConnectionId): void {
  if (process.backlog.length > 0)
    process.backlog = process.backlog.filter(
      ({ event }) => !('connection' in event) || event.connection !== id,
    );
  const end = endIn(world, process, id);
  if (end === undefined || end.phase === CLOSED) return;
  shut(world, end);
  tell(world, end);
}

/** An end hears no more of its connection. */
function shut(world: World, end: End): void {
  end.phase = CLOSED;
  world.pump.queue.cancel(end.deadline);
}

/** Puts something on its way, behind what was sent before, unless it is lost. */
function transmit(world: World, from: End, op: number, message: Message): void {
  const lane = laneOf(from, message.kind);
  const subject = subjectIn(lane, message);
  if ((world.obstructions > 0 && isCut(from)) || from.severed) return;
  const { queue } = world.pump;
  let arrival = queue.now + latencyOf(world.key, world.network, lane, from.life, message, subject);
  if (arrival < from.lastArrival) arrival = from.lastArrival;
  from.lastArrival = arrival;
  queue.push(arrival, op, from.way ^ 1, wordOf(lane, message), message);
}

/** Whether a partition takes what this end sends now; from the first that it takes, all is lost. */
function isCut(from: End): boolean {
  if (from.link.cuts > 0) sever(from, true);
  return from.link.cuts > 0;
}

function sever(from: End, severed: boolean): void {
  from.severed = severed;
  from.peer.deaf = severed;
}

/** A message arrives; most of a run is this, so what cannot be in its way is not asked about. */
export function deliver(world: World, way: number, message: Message, hand: Hand): void {
  const to = world.ends[way];
  if (to === undefined) return;
  if (to.phase !== CLOSED && !to.deaf && world.obstructions === 0)
    receive(world, to, message, hand);
  else arriveAt(world, DELIVER, to, message, hand);
}

/** Something else than a message arrives. */
export function arrive(world: World, op: number, way: number, message: Message, hand: Hand): void {
  const to = world.ends[way];
  if (to !== undefined) arriveAt(world, op, to, message, hand);
}

/** Something arrives at a process, unless a clog or a partition is in the way. */
function arriveAt(world: World, op: number, to: End, message: Message, hand: Hand): void {
  if (isClogged(to.peer.link)) hold(world, op, to, message);
  else land(world, op, to, message, hand);
}

function isClogged(link: Link): boolean {
  return link.clogs > 0 || link.held.length > 0;
}

function hold(world: World, op: number, to: End, message: Message): void {
  const { link } = to.peer;
  link.held.push({ op, way: to.way, message });
  if (link.clogs === 0) unclogOne(world, link);
}

function unclogOne(world: World, link: Link): void {
  const { queue } = world.pump;
  queue.push(queue.now, UNCLOG, link.from.index, link.to.index, undefined);
}

/** A clog is over: what it held goes on, in order, before anything else may pass. */
export function release(world: World, link: Link): void {
  for (let held = link.held.length; held > 0; held -= 1) unclogOne(world, link);
}

/** The first thing that a clog held goes on, unless there is a clog again. */
export function unclogged(world: World, link: Link, hand: Hand): void {
  if (link.clogs > 0) return;
  const next = link.held.shift();
  const end = next === undefined ? undefined : world.ends[next.way];
  if (next !== undefined && end !== undefined) land(world, next.op, end, next.message, hand);
}

function land(world: World, op: number, to: End, message: Message, hand: Hand): void {
  if (op === RESET) {
    // A reset that a new partition takes is lost; the end of that one sends another.
    if (to.peer.link.cuts === 0) endConnection(world, to, hand);
  } else if (isCut(to.peer) || to.deaf) return;
  else if (op === DISCONNECT) endConnection(world, to, hand);
  else if (op === SYN) arriveSyn(world, to, hand);
  else if (to.phase === CLOSED) refuse(world, to);
  else if (op === ACCEPT) arriveAccept(world, to, hand);
  else receive(world, to, message, hand);
}

/** An end gets a message of the other. */
function receive(world: World, to: End, message: Message, hand: Hand): void {
  const { deliveries } = world;
  deliveries.count += 1;
  mixContent(world, message);
  if (deliveries.isWatched) stateDelivery(world, to, message);
  hand(world, to.process, { kind: 'received', connection: connectionOf(to), message });
}

/** What a message carries is part of the run: its attempt, and the bytes where it has some. */
function mixContent({ pump }: World, message: Message): void {
  const { attempt, words } = message as Message & Readonly<{ words?: Words }>;
  if (attempt !== undefined) mix(pump.fingerprint, attempt | 0);
  if (words !== undefined) mixWords(pump.fingerprint, words);
}

function stateDelivery(world: World, { process, peer }: End, message: Message): void {
  const { deliveries, observer } = world;
  const isWanted = deliveries.isWanted || observer.messages.includes(message.kind);
  const { subject, about, attempt } = message;
  const { incarnation: fromIncarnation } = peer.route;
  const detail = { message: message.kind, from: peer.process.spec.name, fromIncarnation, attempt };
  stateKnown(world, process, deliveries, isWanted, subject, about?.name ?? '', detail);
}

/** A request to connect arrives: taken by whoever lives there, refused by a machine that stands. */
function arriveSyn(world: World, acceptor: End, hand: Hand): void {
  const { peer: opener, process } = acceptor;
  if (opener.phase === CLOSED) return forget(world, opener);
  if (!process.alive) {
    if (!process.silent) tell(world, acceptor);
    return;
  }
  acceptor.phase = OPEN;
  acceptor.route = routeOf(acceptor.link, acceptor.route.channel);
  acceptor.lane = laneIn(acceptor.route, handshake.kind);
  opener.life = acceptor.life = lifeOf(opener.route.incarnation, process.incarnation);
  transmit(world, acceptor, ACCEPT, handshake);
  hand(world, process, eventAt(acceptor, 'accepted'));
}

/** The opener learns that its connection stands. */
function arriveAccept(world: World, opener: End, hand: Hand): void {
  opener.phase = OPEN;
  world.pump.queue.cancel(opener.deadline);
  hand(world, opener.process, eventAt(opener, 'connected'));
}

/** The time for connecting is over: the opener gives up what does not stand by now. */
export function giveUp(world: World, way: number, hand: Hand): void {
  const opener = world.ends[way];
  if (opener === undefined || opener.phase !== OPENING) return;
  closeEnd(world, opener.process, connectionOf(opener));
  hand(world, opener.process, eventAt(opener, 'disconnected'));
}

/** Whoever lives there answers for an end of an earlier life, or one that it closed. */
function refuse(world: World, end: End): void {
  if (end.process.alive) tell(world, end);
}

/** The far side is told that this end is none. */
function tell(world: World, end: End): void {
  transmit(world, end, DISCONNECT, reset);
}

/** A connection is over for one end: its process hears it, in order with what was sent before. */
function endConnection(world: World, end: End, hand: Hand): void {
  const wasOpen = end.phase !== CLOSED;
  if (wasOpen) shut(world, end);
  if (end.peer.phase === CLOSED) forget(world, end);
  if (wasOpen) hand(world, end.process, eventAt(end, 'disconnected'));
}

/** The connection is over for both ends; whatever is still under way on it arrives nowhere. */
function forget(world: World, { way, peer }: End): void {
  world.ends[way] = undefined;
  world.ends[peer.way] = undefined;
}

function eventAt(end: End, kind: 'accepted' | 'connected' | 'disconnected'): Event {
  const { peer, route } = end;
  const { channel } = route;
  return { kind, connection: connectionOf(end), peer: peer.process.spec.name, channel };
}

/** A process is gone: its ends are closed; its peers are told unless the machine is gone too. */
export function dropConnections(world: World, process: Process, silent: boolean): void {
  for (const end of world.ends) {
    if (end === undefined || end.process !== process || end.phase === CLOSED) continue;
    shut(world, end);
    if (!silent) tell(world, end);
  }
}

/** Breaks every connection between two processes; both ends learn it. */
export function breakBetween(world: World, one: Process, other: Process): void {
  for (const end of endsBetween(world, one, other)) breakConnection(world, end);
}

/** One end of each connection between two processes, in the order in which they were made. */
function endsBetween(world: World, one: Process, other: Process): End[] {
  return world.ends.filter((end) => end?.process === one && end.peer.process === other) as End[];
}

/** What is under way is lost, and nothing but the news of it follows. */
function breakConnection(world: World, one: End): void {
  for (const end of [one, one.peer]) {
    sever(end, false);
    transmit(world, end, RESET, reset);
    sever(end, true);
  }
}

/** A partition is over: connections that lost something in it are found dead by both ends. */
export function heal(world: World, one: Process, other: Process): void {
  if (linkOf(world, one, other).cuts + linkOf(world, other, one).cuts > 0) return;
  for (const end of endsBetween(world, one, other))
    if (end.severed || end.deaf) breakConnection(world, end);
}

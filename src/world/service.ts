/**
 * What the services of the world share (object store, registry, log broker): requests are worked
 * on side by side, each for a time drawn by its place, and answered when that time is over.
 *
 * A service may be slow; it may refuse a request (nothing of it is done); and it may do a request
 * and stay silent. Real stores have these three outcomes, and the third is what most recovery bugs
 * need. A request that was received is done even if its connection breaks meanwhile: the answer
 * alone is lost. What a service never does is crash on a message that it does not know.
 */
import type { ConnectionId, Event, Message, Out, Words } from '../kernel/actor.js';
import { entityOf, type Entity } from '../kernel/ids.js';
import { invariant, unreachable } from '../kernel/invariant.js';
import { purposeOf, within, type Purpose } from '../kernel/noise.js';
import type { Micros } from '../kernel/time.js';
import { sizeOf, type Access, type Conditions, type Errand, type Trouble } from './conditions.js';

/** How long a request is worked on; drawn evenly, both ends included. */
export type ServiceTime = Readonly<{ microsMin: Micros; microsMax: Micros }>;

/** The service times of a service, by kind of request. */
export type ServiceCosts<Kind extends string> = Readonly<Record<Kind, ServiceTime>>;

/** What every request has. */
export type ServiceRequest = Message & Readonly<{ request: number }>;

/** An answer without what it repeats of its request; one that fences names the newer attempt. */
export type BodyOf<Answer> = Answer extends ServiceRequest
  ? Omit<Answer, 'subject' | 'about' | 'request'>
  : never;

/** What is fixed about a service. */
export type Service = Readonly<{
  entity: Entity;
  conditions: Conditions;
  /** By kind of request; a message of another kind is none for this service. */
  desks: ReadonlyMap<string, Desk>;
}>;

/** What each kind of request does. */
export type Accesses<Kind extends string> = Readonly<Record<Kind, Access | undefined>>;

type Desk = Readonly<{
  access: Access | undefined;
  time: ServiceTime;
  serviceTime: Purpose;
  refused: Purpose;
  unanswered: Purpose;
}>;

/** A request and where its answer goes. */
export type Visit<Request extends ServiceRequest> = Readonly<{
  connection: ConnectionId;
  /** Name of the process that asked; known even if the connection is gone. */
  peer: string;
  errand: Errand;
  request: Request;
}>;

/** What a service can tell of a request before it works on it. */
export type Reading<Request extends ServiceRequest> = Readonly<{
  /** What it costs above its service time, by its weight. */
  workOf(request: Request): Micros;
  /** Name of what it is about, by which a fault may choose its requests. */
  objectOf(request: Request): string | undefined;
}>;

/** What one life of a service keeps: who is connected, and which requests are in work. */
export type Hall<Request extends ServiceRequest> = {
  readonly peers: Map<ConnectionId, string>;
  readonly inWork: Map<number, Visit<Request>>;
  tickets: number;
};

/** A service of that name, for requests of these kinds. */
export function serviceOf<Kind extends string>(
  name: string,
  conditions: Conditions,
  accesses: Accesses<Kind>,
  costs: ServiceCosts<Kind>,
): Service {
  const desks = new Map<string, Desk>();
  for (const kind of Object.keys(accesses) as Kind[]) {
    desks.set(kind, {
      access: accesses[kind],
      time: costs[kind],
      serviceTime: purposeOf('serviceTime/' + kind),
      refused: purposeOf('refused/' + kind),
      unanswered: purposeOf('unanswered/' + kind),
    });
  }
  return { entity: entityOf(name), conditions, desks };
}

/** A life that begins: nobody is connected. */
export function emptyHall<Request extends ServiceRequest>(): Hall<Request> {
  return { peers: new Map(), inWork: new Map(), tickets: 0 };
}

/**
 * Takes the events that concern connections and requests in work.
 *
 * @returns  the request whose time is over and that is to be done and answered now
 */
export function attend<Request extends ServiceRequest>(
  service: Service,
  hall: Hall<Request>,
  event: Event,
  out: Out,
  reading: Reading<Request>,
): Visit<Request> | undefined {
  switch (event.kind) {
    case 'accepted':
      hall.peers.set(event.connection, event.peer);
      return undefined;
    case 'disconnected':
      hall.peers.delete(event.connection);
      return undefined;
    case 'received':
      receive(service, hall, event.connection, event.message, out, reading);
      return undefined;
    case 'elapsed':
      return event.timer.kind === 'served' ? finish(service, hall, event.timer, out) : undefined;
    case 'started':
    case 'connected':
    case 'diskAnswered':
      return undefined;
    default:
      return unreachable(event);
  }
}

/** Sends the answer to a request that was done, unless it is one of those that get none. */
export function answer<Request extends ServiceRequest>(
  service: Service,
  visit: Visit<Request>,
  body: Readonly<{ kind: string }>,
  out: Out,
): void {
  const { unanswered } = deskOf(service, visit.request);
  if (strikes(service, unanswered, service.conditions.unanswered, visit, out)) return;
  send(visit, body, out);
}

/** Order of texts by their UTF-16 code units. */
export function byCodeUnits(left: string, right: string): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}

/** Blocks one after the other, as one block. */
export function joined(blocks: readonly Words[]): Words {
  if (blocks.length === 1) return blocks[0] as Words;
  let length = 0;
  for (const block of blocks) length += block.length;
  const words = new Int32Array(length);
  let at = 0;
  for (const block of blocks) {
    words.set(block, at);
    at += block.length;
  }
  return words;
}

/** Number of rows in a block. */
export function rowsIn(words: Words): number {
  let rows = 0;
  let at = 0;
  while (at < words.length) {
    const length = words[at] as number;
    invariant(length >= 0, 'a row is preceded by its length', length);
    at += 1 + length;
    rows += 1;
  }
  invariant(at === words.length, 'a block ends with its last row', at, words.length);
  return rows;
}

function receive<Request extends ServiceRequest>(
  service: Service,
  hall: Hall<Request>,
  connection: ConnectionId,
  message: Message,
  out: Out,
  reading: Reading<Request>,
): void {
  const desk = service.desks.get(message.kind);
  if (desk === undefined) return; // not for this service
  const request = message as Request; // its kind is one of this service's
  const draw = drawFor(service, desk.serviceTime, request, out);
  const time = within(draw, desk.time.microsMin, desk.time.microsMax) + reading.workOf(request);
  const ticket = (hall.tickets += 1);
  const errand: Errand = { object: reading.objectOf(request), access: desk.access };
  hall.inWork.set(ticket, { connection, peer: hall.peers.get(connection) ?? '', errand, request });
  const delay = Math.round(time * Math.max(1, sizeOf(service.conditions.slow, errand)));
  out.setTimer(delay, { kind: 'served', subject: ticket });
}

function finish<Request extends ServiceRequest>(
  service: Service,
  hall: Hall<Request>,
  timer: Readonly<{ subject: number }>,
  out: Out,
): Visit<Request> | undefined {
  const visit = hall.inWork.get(timer.subject);
  if (visit === undefined) return undefined;
  hall.inWork.delete(timer.subject);
  const { refused } = deskOf(service, visit.request);
  if (!strikes(service, refused, service.conditions.failing, visit, out)) return visit;
  send(visit, { kind: 'unavailable' }, out);
  return undefined;
}

function send<Request extends ServiceRequest>(
  visit: Visit<Request>,
  body: Readonly<{ kind: string }>,
  out: Out,
): void {
  const { subject, about, attempt, request } = visit.request;
  const message: ServiceRequest = { subject, about, attempt, request, ...body };
  out.send(visit.connection, message);
}

/** Whether this request is among the share that a fault strikes. */
function strikes(
  service: Service,
  purpose: Purpose,
  troubles: readonly Trouble[],
  { request, errand }: Visit<ServiceRequest>,
  out: Out,
): boolean {
  const share = sizeOf(troubles, errand);
  if (share === 0) return false;
  return within(drawFor(service, purpose, request, out), 0, 999) < share;
}

/** Noise at the place of a request. Its number is part of the place: trying again draws anew. */
function drawFor(service: Service, purpose: Purpose, request: ServiceRequest, out: Out): number {
  const entity = request.about ?? service.entity;
  const n = request.subject >= 0 ? request.subject : request.request;
  const life = Math.imul(request.attempt ?? 0, 0x9e3779b1) ^ request.request;
  return out.noise(purpose, entity, n, life);
}

function deskOf(service: Service, request: ServiceRequest): Desk {
  return service.desks.get(request.kind) as Desk; // looked up when the request was received
}

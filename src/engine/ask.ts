/**
 * A client of one service: it keeps a connection, numbers its requests, waits for each answer a
 * bounded time, and asks again a bounded number of times. A service may have done what it never
 * answered, so only requests that may be done twice are asked twice.
 */
import type { ConnectionId, Event, Message, Out, Timer, TimerHandle } from '../kernel/actor.js';
import type { Micros } from '../kernel/time.js';

/** What a client asks and how often. */
export type AskPolicy = Readonly<{ timeoutMicros: Micros; attempts: number }>;

/** One question under way; `tag` is what the asker remembers of it. */
type Ask<Tag> = {
  readonly body: Message;
  readonly tag: Tag;
  readonly policy: AskPolicy;
  triesLeft: number;
  timer: TimerHandle;
};

export type Client<Tag> = {
  readonly service: string;
  readonly channel: string;
  connection: ConnectionId | undefined;
  established: boolean;
  requests: number;
  readonly asks: Map<number, Ask<Tag>>;
};

/** How a question ended: with an answer, or without one (`undefined`). */
export type Answered<Tag, Answer> = Readonly<{ tag: Tag; answer: Answer | undefined }>;

type AskTimer = Timer & Readonly<{ request: number; service: string }>;

/** A client that has asked nothing yet. */
export function clientOf<Tag>(service: string, channel: string): Client<Tag> {
  return {
    service,
    channel,
    connection: undefined,
    established: false,
    requests: 0,
    asks: new Map(),
  };
}

/**
 * Asks the service; the answer comes out of `clientStep`.
 *
 * @param body  the request, without its number
 */
export function ask<Tag>(
  client: Client<Tag>,
  out: Out,
  body: Message,
  tag: Tag,
  policy: AskPolicy,
): void {
  const request = (client.requests += 1);
  const numbered = { ...body, request };
  const timer = out.setTimer(policy.timeoutMicros, timerOf(client, request));
  client.asks.set(request, {
    body: numbered,
    tag,
    policy,
    triesLeft: policy.attempts - 1,
    timer,
  });
  if (client.connection === undefined) open(client, out);
  else if (client.established) out.send(client.connection, numbered);
}

function timerOf<Tag>(client: Client<Tag>, request: number): AskTimer {
  return { kind: 'askTimedOut', subject: request, request, service: client.service };
}

function open<Tag>(client: Client<Tag>, out: Out): void {
  client.established = false;
  client.connection = out.connect(client.service, client.channel);
}

/** Whether an event may concern some client. */
export function mayConcern(event: Event): boolean {
  return event.kind === 'elapsed' ? event.timer.kind === 'askTimedOut' : 'connection' in event;
}

/** Whether an event concerns this client. */
export function concerns<Tag>(client: Client<Tag>, event: Event): boolean {
  if (event.kind === 'elapsed')
    return (
      event.timer.kind === 'askTimedOut' && (event.timer as AskTimer).service === client.service
    );
  return 'connection' in event && event.connection === client.connection;
}

/**
 * Works an event that concerns the client.
 *
 * @returns the questions that ended with it; several when a connection broke
 */
export function clientStep<Tag, Answer extends Message & Readonly<{ request: number }>>(
  client: Client<Tag>,
  event: Event,
  out: Out,
): Answered<Tag, Answer>[] {
  switch (event.kind) {
    case 'connected':
      client.established = true;
      for (const { body } of client.asks.values()) out.send(event.connection, body);
      return [];
    case 'received':
      return answered(client, out, event.message as Answer);
    case 'elapsed':
      return timedOut(client, out, (event.timer as AskTimer).request);
    case 'disconnected':
      client.connection = undefined;
      return broken(client, out);
    default:
      return [];
  }
}

function answered<Tag, Answer extends Message & Readonly<{ request: number }>>(
  client: Client<Tag>,
  out: Out,
  answer: Answer,
): Answered<Tag, Answer>[] {
  const asked = client.asks.get(answer.request);
  if (asked === undefined) return [];
  out.cancelTimer(asked.timer);
  client.asks.delete(answer.request);
  return [{ tag: asked.tag, answer }];
}

function timedOut<Tag, Answer>(
  client: Client<Tag>,
  out: Out,
  request: number,
): Answered<Tag, Answer>[] {
  const asked = client.asks.get(request);
  if (asked === undefined) return [];
  if (asked.triesLeft === 0) {
    client.asks.delete(request);
    return [{ tag: asked.tag, answer: undefined }];
  }
  asked.triesLeft -= 1;
  asked.timer = out.setTimer(asked.policy.timeoutMicros, timerOf(client, request));
  if (client.connection === undefined) open(client, out);
  else if (client.established) out.send(client.connection, asked.body);
  return [];
}

/** What may not be asked twice ends unanswered; the rest waits for its time-out and goes again. */
function broken<Tag, Answer>(client: Client<Tag>, out: Out): Answered<Tag, Answer>[] {
  const ended: Answered<Tag, Answer>[] = [];
  for (const [request, asked] of client.asks) {
    if (asked.triesLeft > 0) continue;
    out.cancelTimer(asked.timer);
    client.asks.delete(request);
    ended.push({ tag: asked.tag, answer: undefined });
  }
  return ended;
}

/** Forgets a client's questions and ends its connection. */
export function closeClient<Tag>(client: Client<Tag>, out: Out): void {
  for (const { timer } of client.asks.values()) out.cancelTimer(timer);
  client.asks.clear();
  if (client.connection !== undefined) out.close(client.connection);
  client.connection = undefined;
}

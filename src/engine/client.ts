/**
 * A client: at certain times a person asks for a checkpoint, whatever the schedule, and looks until
 * it hears what came of it. It asks again where the connection fails, no answer comes or nobody
 * leads, so often and no more; a job manager that has come up since knows nothing of the request.
 *
 * Source: Flink 2.x, RestClusterClient.triggerCheckpoint, ExponentialWaitStrategy.
 */
import type { Event, Out, Program, Timer } from '../kernel/actor.js';
import type { Configuration } from '../flink/configuration.js';
import type { Micros } from '../kernel/time.js';
import { ask, clientOf, clientStep, concerns, type Client as RestClient } from './ask.js';
import type { AskStatus, RestAnswer, ToRest } from './protocol.js';

export type ClientSetup = Readonly<{
  jobManager: string;
  configuration: Configuration;
  /** When it asks, by its own clock. */
  millis: readonly number[];
}>;

/** What it knows of a request. */
type Request = {
  readonly number: number;
  /** When it asks for it, by its own clock. */
  readonly due: Micros;
  /** What it asks now: for a checkpoint, or what came of it. */
  kind: ToRest['kind'];
  retriesLeft: number;
  /** How long it waits before it looks again. */
  pause: Micros;
};

export type Client = Readonly<{ setup: ClientSetup; rest: RestClient<Request> }>;

type ClientTimer = Timer & Readonly<{ request: Request }>;

const FIRST_PAUSE: Micros = 10_000;
const LAST_PAUSE: Micros = 2_000_000;

/** The program of a client. */
export function client(setup: ClientSetup): Program<Client> {
  return { boot: () => ({ setup, rest: clientOf(setup.jobManager, 'rest') }), step };
}

function step(client: Client, event: Event, out: Out): void {
  if (concerns(client.rest, event)) {
    for (const { tag, answer } of clientStep<Request, RestAnswer>(client.rest, event, out))
      if (answer === undefined) askAgain(client, out, tag);
      else answered(client, out, tag, answer.outcome);
    return;
  }
  if (event.kind === 'started') plan(client, out);
  else if (event.kind === 'elapsed') elapsed(client, out, event.timer as ClientTimer);
}

/** What is still to come; after a crash nobody knows of earlier requests. */
function plan({ setup }: Client, out: Out): void {
  const { millis, configuration } = setup;
  for (const [index, time] of millis.entries()) {
    const due = time * 1_000;
    const delay = due - out.now();
    if (delay < 0) continue;
    const request: Request = {
      ...{ number: index + 1, due },
      kind: 'checkpointAsked',
      retriesLeft: configuration.restRetries,
      pause: FIRST_PAUSE,
    };
    out.setTimer(delay, timerOf('begin', request));
  }
}

function timerOf(kind: string, request: Request): ClientTimer {
  return { kind, subject: request.number, request };
}

function elapsed(client: Client, out: Out, { kind, request }: ClientTimer): void {
  if (kind === 'begin') {
    const early = request.due - out.now(); // the clock may have been set back meanwhile
    if (early > 0) return void out.setTimer(early, timerOf('begin', request));
    out.moment('checkpointAsked', request.number, '', undefined);
  }
  const body = { kind: request.kind, subject: request.number };
  const { requestTimeoutMicros: timeoutMicros } = client.setup.configuration;
  ask(client.rest, out, body, request, { timeoutMicros, attempts: 1 });
}

function answered(client: Client, out: Out, request: Request, outcome: AskStatus): void {
  out.moment('checkpointAnswered', request.number, '', outcome);
  if (outcome.status === 'unavailable') return askAgain(client, out, request);
  if (outcome.status !== 'inProgress') return;
  request.kind = 'checkpointStatusAsked';
  out.setTimer(request.pause, timerOf('look', request));
  request.pause = Math.min(LAST_PAUSE, 2 * request.pause);
}

/** Nobody answers, or nobody leads: the same again, or it gives up. */
function askAgain({ setup }: Client, out: Out, request: Request): void {
  if (request.retriesLeft === 0)
    return out.moment('checkpointAnswered', request.number, '', { status: 'gaveUp' });
  request.retriesLeft -= 1;
  out.setTimer(setup.configuration.restRetryDelayMicros, timerOf('retry', request));
}

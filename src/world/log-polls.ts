/**
 * The long polls of the log broker: a fetch waits until enough rows are there, or until its time
 * is over. Rows of an input topic come with the clock, those of an output topic with a writer.
 *
 * Source: Kafka's fetch (`fetch.min.bytes`, `fetch.max.wait.ms`) and its purgatory.
 */
import type { ConnectionId, Out, TimerHandle, Words } from '../kernel/actor.js';
import type { LogRequest } from '../kernel/protocols.js';
import type { Micros } from '../kernel/time.js';
import { fetch, publish, shelfOf, untilReady, type LogTopics, type Output } from './log-topics.js';
import { answer, type Service, type Visit } from './service.js';

/** What there is to read in one life of the broker, and who waits to read it. */
export type Readers = {
  readonly outputs: Map<string, Output>;
  /** By number. */
  readonly polls: Map<number, Poll>;
  pollsMade: number;
};

type FetchRequest = Extract<LogRequest, { kind: 'fetchRows' }>;

type Poll = Readonly<{
  visit: Visit<FetchRequest>;
  /** How long it may still wait after its timer. */
  waitLeft: Micros;
  timer: TimerHandle;
}>;

type Source = Readonly<{ service: Service; topics: LogTopics }>;

export function noReaders(): Readers {
  return { outputs: new Map(), polls: new Map(), pollsMade: 0 };
}

/** Answers a fetch, or lets it wait. */
export function poll(source: Source, readers: Readers, visit: Visit<FetchRequest>, out: Out): void {
  readers.pollsMade += 1;
  waitForRows(source, readers, readers.pollsMade, visit, visit.request.waitMax, out);
}

/** The timer of a poll has elapsed. */
export function pollAgain(source: Source, readers: Readers, number: number, out: Out): void {
  const due = readers.polls.get(number);
  if (due !== undefined) waitForRows(source, readers, number, due.visit, due.waitLeft, out);
}

/** The connection is gone, and with it whoever polled over it. */
export function dropPolls(readers: Readers, connection: ConnectionId, out: Out): void {
  for (const [number, { visit, timer }] of readers.polls) {
    if (visit.connection !== connection) continue;
    out.cancelTimer(timer);
    readers.polls.delete(number);
  }
}

/** Makes rows visible in an output topic, and answers who waited for them. */
export function show(source: Source, readers: Readers, topic: string, rows: Words, out: Out): void {
  publish(readers.outputs, topic, rows);
  for (const [number, { visit, timer }] of readers.polls) {
    if (visit.request.topic !== topic || untilDue(source, readers, visit, out) !== 0) continue;
    out.cancelTimer(timer);
    answerPoll(source, readers, number, visit, out);
  }
}

/** The clock may jump while the poll waits, so when its rows are due it looks again. */
function waitForRows(
  source: Source,
  readers: Readers,
  number: number,
  visit: Visit<FetchRequest>,
  waitLeft: Micros,
  out: Out,
): void {
  const due = untilDue(source, readers, visit, out);
  if (due === 0 || waitLeft <= 0) {
    answerPoll(source, readers, number, visit, out);
    return;
  }
  const delay = due === undefined ? waitLeft : Math.min(due, waitLeft);
  const timer = out.setTimer(delay, { kind: 'rowsDue', subject: number });
  readers.polls.set(number, { visit, waitLeft: waitLeft - delay, timer });
}

function answerPoll(
  source: Source,
  readers: Readers,
  number: number,
  visit: Visit<FetchRequest>,
  out: Out,
): void {
  readers.polls.delete(number);
  const { topic, partition, offset, rowsMax } = visit.request;
  const shelf = shelfOf(source.topics, readers.outputs, topic, partition);
  answer(source.service, visit, fetch(shelf, offset, rowsMax, out.now()), out);
}

function untilDue(
  source: Source,
  readers: Readers,
  visit: Visit<FetchRequest>,
  out: Out,
): Micros | undefined {
  const { topic, partition, offset, rowsMin } = visit.request;
  const shelf = shelfOf(source.topics, readers.outputs, topic, partition);
  return untilReady(shelf, offset, rowsMin, out.now());
}

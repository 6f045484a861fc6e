/**
 * The log broker: bounded input topics, and output topics with transactions. Unlike the other
 * services it is one process with one disk, and everything it promises rests on its journal:
 *
 *   decided   a change is applied to the books and appended to the journal
 *   durable   a sync that began after the append was done is done; one serves all that came by then
 *   settled   the moments are stated, rows are visible, the answer is sent: in order of the journal
 *
 * Answers that rest on a change which is not durable yet wait for it, also if they changed nothing.
 * A disk that fails ends the process: what is on the disk then is known only to who reads it.
 *
 * Each moment of a change is stated once, whenever the process dies. A crash may be aimed at a
 * moment and ends the step there, unnoticed by the rest of the step, so a step states at most one
 * moment of a change, as the first that can end it, and counts it before; the next life states
 * what its journal holds beyond that count. The count is not on the disk: no write there could be
 * atomic with the statement. It belongs to the world, as the observer of the history does, which is
 * no process and loses nothing; the broker's behaviour towards its clients does not depend on it.
 *
 * Source: Kafka's broker and transaction coordinator (KIP-98, KIP-939); group commit as in Gray and
 * Reuter, Transaction Processing.
 */
import type { DiskAnswer, Out, Program, Timer, TimerHandle } from '../kernel/actor.js';
import type { LogRequest } from '../kernel/protocols.js';
import type { Micros } from '../kernel/time.js';
import type { Conditions } from './conditions.js';
import {
  apply,
  decide,
  emptyBook,
  isPending,
  timeoutOf,
  type Answer,
  type Book,
  type BookRequest,
  type Consequence,
  type Transaction,
} from './log-book.js';
import { changesIn, recordOf, type Change } from './log-journal.js';
import { noReaders, dropPolls, poll, pollAgain, show, type Readers } from './log-polls.js';
import { partitionsOf, type LogTopics } from './log-topics.js';
import {
  answer,
  attend,
  emptyHall,
  serviceOf,
  type Accesses,
  type Hall,
  type Reading,
  type Service,
  type ServiceCosts,
  type Visit,
} from './service.js';

export type LogBrokerCosts = Readonly<{
  requests: ServiceCosts<LogRequest['kind']>;
  /** A transaction that is neither committed nor aborted so long after its begin is aborted. */
  transactionTimeout: Micros;
}>;

/** What one life of the broker keeps. */
export type LogBrokerState = {
  readonly hall: Hall<LogRequest>;
  readonly book: Book;
  readonly readers: Readers;
  /** Requests that wait until the journal is read; undefined once it is. */
  early: Visit<LogRequest>[] | undefined;
  /** Numbers of journal records: the last one appended, those that the disk has not taken yet. */
  appended: number;
  readonly unwritten: Set<number>;
  /** The last ones that the sync in work covers, and that are durable. */
  syncing: number | undefined;
  durable: number;
  /** What is decided and not settled, in order of the journal. */
  readonly owed: Owed[];
  /** How many moments of changes this life has settled. */
  settled: number;
  resuming: boolean;
  /** Timers of pending transactions, by number of the transaction. */
  readonly timeouts: Map<number, TimerHandle>;
};

type Owed = {
  /** The journal record that must be durable before. */
  readonly record: number;
  readonly consequences: readonly Consequence[];
  /** Whether the consequences stand in the journal, so that every life meets them. */
  readonly journaled: boolean;
  settled: number;
  readonly reply: Readonly<{ visit: Visit<BookRequest>; body: Answer }> | undefined;
};

type Broker = {
  readonly service: Service;
  readonly costs: LogBrokerCosts;
  readonly topics: LogTopics;
  /** How many moments of changes were ever stated: the world's memory (see above). */
  stated: number;
};

const JOURNAL = 'journal';
/** Tokens; that of an append is the number of its record, from 1. */
const READ = -1;
const SYNC = -2;

const accesses: Accesses<LogRequest['kind']> = {
  fetchRows: 'read',
  listPartitions: 'read',
  startProducer: 'write',
  beginTransaction: 'write',
  writeRows: 'write',
  prepareTransaction: 'write',
  commitTransaction: 'write',
  abortTransaction: 'write',
  appendRows: 'write',
};

/** A log broker as a process of the world. */
export function logBroker(
  name: string,
  conditions: Conditions,
  costs: LogBrokerCosts,
  topics: LogTopics,
): Program<LogBrokerState> {
  const service = serviceOf(name, conditions, accesses, costs.requests);
  const broker: Broker = { service, costs, topics, stated: 0 };
  return {
    boot: emptyState,
    step: (state, event, out) => {
      const visit = attend(service, state.hall, event, out, reading);
      if (visit !== undefined) admit(broker, state, visit, out);
      else if (event.kind === 'started') out.read(JOURNAL, READ);
      else if (event.kind === 'diskAnswered') takeFromDisk(broker, state, event, out);
      else if (event.kind === 'elapsed') takeTimer(broker, state, event.timer, out);
      else if (event.kind === 'disconnected') dropPolls(state.readers, event.connection, out);
    },
  };
}

function emptyState(): LogBrokerState {
  return {
    hall: emptyHall(),
    book: emptyBook(),
    readers: noReaders(),
    early: [],
    appended: 0,
    unwritten: new Set(),
    syncing: undefined,
    durable: 0,
    owed: [],
    settled: 0,
    resuming: false,
    timeouts: new Map(),
  };
}

function takeFromDisk(broker: Broker, state: LogBrokerState, event: DiskAnswer, out: Out): void {
  if (event.outcome === 'failed') {
    out.exit('the disk failed');
    return;
  }
  if (event.token === READ) recover(broker, state, event, out);
  else if (event.token === SYNC) {
    state.durable = state.syncing ?? state.durable;
    state.syncing = undefined;
  } else state.unwritten.delete(event.token);
  sync(state, out);
  settle(broker, state, out);
}

function takeTimer(broker: Broker, state: LogBrokerState, timer: Timer, out: Out): void {
  if (timer.kind === 'rowsDue') pollAgain(broker, state.readers, timer.subject, out);
  if (timer.kind === 'settlingDue') {
    state.resuming = false;
    settle(broker, state, out);
  }
  if (timer.kind !== 'transactionTimedOut') return;
  state.timeouts.delete(timer.subject);
  for (const transaction of state.book.transactions.values()) {
    if (transaction.number !== timer.subject || !isPending(transaction)) continue;
    const change = timeoutOf(transaction, out.now());
    owe(state, change, record(broker, state, change, out), undefined);
  }
}

/** Rebuilds the books. What is read need not be durable yet: nothing rests on it before a sync. */
function recover(broker: Broker, state: LogBrokerState, event: DiskAnswer, out: Out): void {
  for (const change of changesIn(event.words ?? new Int32Array(0))) {
    state.appended += 1;
    owe(state, change, apply(state.book, change, state.appended), undefined);
  }
  for (const transaction of state.book.transactions.values()) {
    if (isPending(transaction)) armTimeout(broker, state, transaction, out);
  }
  const early = state.early ?? [];
  state.early = undefined;
  for (const visit of early) admit(broker, state, visit, out);
}

function admit(broker: Broker, state: LogBrokerState, visit: Visit<LogRequest>, out: Out): void {
  const { connection, peer, errand, request } = visit;
  if (state.early !== undefined) state.early.push(visit);
  else if (request.kind === 'fetchRows') {
    const isGone = !state.hall.peers.has(connection); // nobody waits for it any more
    if (!isGone) poll(broker, state.readers, { connection, peer, errand, request }, out);
  } else if (request.kind === 'listPartitions') {
    const listed = partitionsOf(broker.topics, request.topic, out.now());
    answer(broker.service, visit, listed, out);
  } else {
    serve(broker, state, { connection, peer, errand, request }, out);
    settle(broker, state, out);
  }
}

function serve(broker: Broker, state: LogBrokerState, visit: Visit<BookRequest>, out: Out): void {
  const { request } = visit;
  const isForInput = 'topic' in request && broker.topics.some(({ name }) => name === request.topic);
  if (isForInput) {
    answer(broker.service, visit, { kind: 'unavailable' }, out); // what is given is not written
    return;
  }
  const { answer: body, change, fenced } = decide(state.book, request, out.now());
  const reply = { visit, body };
  if (change !== undefined) owe(state, change, record(broker, state, change, out), reply);
  else owe(state, undefined, fenced === undefined ? [] : [fenced], reply);
}

/** Applies a change and appends it to the journal. */
function record(broker: Broker, state: LogBrokerState, change: Change, out: Out): Consequence[] {
  state.appended += 1;
  state.unwritten.add(state.appended);
  out.append(JOURNAL, recordOf(state.appended, change), state.appended);
  const consequences = apply(state.book, change, state.appended);
  const transaction = state.book.transactions.get(change.transaction);
  if (transaction === undefined) return consequences;
  if (change.kind === 'transactionBegun') armTimeout(broker, state, transaction, out);
  if (!isPending(transaction)) disarmTimeout(state, transaction, out);
  return consequences;
}

function owe(
  state: LogBrokerState,
  change: Change | undefined,
  consequences: readonly Consequence[],
  reply: Owed['reply'],
): void {
  const journaled = change !== undefined;
  state.owed.push({ record: state.appended, consequences, journaled, settled: 0, reply });
}

/**
 * Begins to make durable what the disk has taken, unless a sync is in work: the next serves all.
 * An append may fail and the sync after it succeed, so what was not taken yet is not counted.
 */
function sync(state: LogBrokerState, out: Out): void {
  const [missing = state.appended + 1] = state.unwritten;
  if (state.syncing !== undefined || state.durable >= missing - 1) return;
  state.syncing = missing - 1;
  out.sync(JOURNAL, SYNC);
}

/** Settles what is durable, in order, up to the second moment: that needs a step of its own. */
function settle(broker: Broker, state: LogBrokerState, out: Out): void {
  let hasStated = false;
  for (let owed = state.owed[0]; owed !== undefined; owed = state.owed[0]) {
    if (owed.record > state.durable) return;
    const consequence = owed.consequences[owed.settled];
    if (consequence === undefined) {
      state.owed.shift();
      if (owed.reply !== undefined) answer(broker.service, owed.reply.visit, owed.reply.body, out);
      continue;
    }
    const wasStated = owed.journaled && state.settled < broker.stated;
    if (!wasStated && hasStated) {
      if (!state.resuming) out.setTimer(0, { kind: 'settlingDue', subject: -1 });
      state.resuming = true;
      return;
    }
    owed.settled += 1;
    if (owed.journaled) state.settled += 1;
    if (!wasStated) {
      hasStated = true;
      broker.stated = Math.max(broker.stated, state.settled);
      const { moment, subject, about, detail } = consequence;
      out.moment(moment, subject, about, detail);
    }
    if (consequence.rows !== undefined) {
      show(broker, state.readers, consequence.about, consequence.rows, out);
    }
  }
}

function armTimeout(
  broker: Broker,
  state: LogBrokerState,
  transaction: Transaction,
  out: Out,
): void {
  const { number, begunAt } = transaction;
  const delay = Math.max(0, begunAt + broker.costs.transactionTimeout - out.now());
  const timer = out.setTimer(delay, { kind: 'transactionTimedOut', subject: number });
  state.timeouts.set(number, timer);
}

function disarmTimeout(state: LogBrokerState, transaction: Transaction, out: Out): void {
  const timer = state.timeouts.get(transaction.number);
  if (timer !== undefined) out.cancelTimer(timer);
  state.timeouts.delete(transaction.number);
}

/** Fetches and writes cost their service time and nothing more: the disk has its own. */
const reading: Reading<LogRequest> = {
  workOf: () => 0,
  objectOf: (request) => {
    if ('transaction' in request) return request.transaction;
    return 'topic' in request ? request.topic : request.producer;
  },
};

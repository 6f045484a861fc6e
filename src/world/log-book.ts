/**
 * The books of the log broker: its producers and transactions, what a request means for them, and
 * what follows from each change. Both are pure of time and disk; the broker writes each change to
 * its journal first, and applies the same changes again when it is rebuilt from there.
 *
 * A transaction is open, then prepared, then committed or aborted; an open one may be aborted, and
 * a committed one stays so. Any producer may commit or abort any transaction that it knows by name
 * (after rescaling they change hands); to write and to prepare is for the attempt that began it.
 *
 * Source: Kafka's transaction coordinator (KIP-98), with the prepared state of KIP-939.
 */
import type { Words } from '../kernel/actor.js';
import { invariant, unreachable } from '../kernel/invariant.js';
import type { LogAnswer, LogRequest, OpenTransaction } from '../kernel/protocols.js';
import type { Micros } from '../kernel/time.js';
import type { Change } from './log-journal.js';
import { joined, rowsIn, type BodyOf } from './service.js';

export type Transaction = {
  /** Number of the journal record that began it. */
  readonly number: number;
  readonly name: string;
  readonly topic: string;
  readonly producer: string;
  readonly attempt: number;
  readonly begunAt: Micros;
  state: 'open' | 'prepared' | 'committed' | 'aborted';
  /** The checkpoint that it was prepared for; -1 before. */
  checkpoint: number;
  rows: Words[];
};

export type Book = Readonly<{
  /** By producer: the attempt that started it last. */
  producers: Map<string, number>;
  transactions: Map<string, Transaction>;
}>;

/** A moment that a change brings about. */
export type Consequence = Readonly<{
  moment: string;
  subject: number;
  about: string;
  detail: unknown;
  /** Rows that are visible in topic `about` from this moment on. */
  rows: Words | undefined;
}>;

export type Answer = BodyOf<LogAnswer>;

/** What a request comes to: an answer, and perhaps a change, or the word that it was fenced. */
export type Decision = Readonly<{ answer: Answer; change?: Change; fenced?: Consequence }>;

/** Requests that concern the books: all but fetches. */
export type BookRequest = Exclude<LogRequest, { kind: 'fetchRows' | 'listPartitions' }>;
type ProducerRequest = Exclude<BookRequest, { kind: 'appendRows' }>;
type TransactionRequest = Exclude<ProducerRequest, { kind: 'startProducer' }>;

const unknown: Decision = { answer: { kind: 'transactionUnknown' } };
const nothing: Words = new Int32Array(0);

export function emptyBook(): Book {
  return { producers: new Map(), transactions: new Map() };
}

/** What a request comes to; changes nothing. */
export function decide(book: Book, request: BookRequest, now: Micros): Decision {
  if (request.kind === 'appendRows') {
    const { topic, words } = request;
    const change = { ...blank, kind: 'rowsAppended', at: now, topic, words } as const;
    return { answer: { kind: 'rowsAppended' }, change };
  }
  const newest = book.producers.get(request.producer);
  if (newest !== undefined && request.attempt < newest) return fence(request, newest);
  if (request.kind !== 'startProducer') return decideTransaction(book, request, now);
  const { producer, attempt } = request;
  const answer: Answer = { kind: 'producerStarted', open: openOf(book, producer) };
  if (attempt === newest) return { answer }; // asked again
  return { answer, change: { ...blank, kind: 'producerStarted', at: now, producer, attempt } };
}

function fence(request: ProducerRequest, newest: number): Decision {
  const detail = { attempt: request.attempt, request: request.kind };
  const moment = 'producerFenced';
  const fenced = { moment, subject: -1, about: request.producer, detail, rows: undefined };
  return { answer: { kind: 'producerFenced', attempt: newest }, fenced };
}

/** A request that was done already is answered as the first time, and changes nothing. */
function decideTransaction(book: Book, request: TransactionRequest, now: Micros): Decision {
  const transaction = book.transactions.get(request.transaction);
  if (request.kind === 'beginTransaction') {
    const answer: Answer = { kind: 'transactionBegun' };
    const { topic } = request;
    if (transaction === undefined) {
      return { answer, change: changeBy(request, 'transactionBegun', now) };
    }
    return isOpenTo(transaction, request) && transaction.topic === topic ? { answer } : unknown;
  }
  if (transaction === undefined) return unknown;
  switch (request.kind) {
    case 'writeRows': {
      if (!isOpenTo(transaction, request)) return unknown;
      const change = changeBy(request, 'rowsWritten', now);
      return { answer: { kind: 'rowsWritten' }, change };
    }
    case 'prepareTransaction': {
      const answer: Answer = { kind: 'transactionPrepared' };
      const { checkpoint } = request;
      if (isOpenTo(transaction, request)) {
        return { answer, change: changeBy(request, 'transactionPrepared', now) };
      }
      const isDone = transaction.state === 'prepared' && transaction.checkpoint === checkpoint;
      return isDone ? { answer } : unknown;
    }
    case 'commitTransaction': {
      const answer: Answer = { kind: 'transactionCommitted' };
      if (transaction.state === 'committed') return { answer };
      if (transaction.state !== 'prepared') return unknown;
      return { answer, change: changeBy(request, 'transactionCommitted', now) };
    }
    case 'abortTransaction': {
      const answer: Answer = { kind: 'transactionAborted' };
      if (transaction.state === 'aborted') return { answer };
      if (transaction.state === 'committed') return unknown;
      return { answer, change: changeBy(request, 'transactionAborted', now) };
    }
    default:
      return unreachable(request);
  }
}

/** The change that a request brings about; field by field, for there are many. */
function changeBy(request: TransactionRequest, kind: Change['kind'], now: Micros): Change {
  const { producer, attempt, transaction } = request;
  const topic = request.kind === 'beginTransaction' ? request.topic : '';
  const checkpoint = request.kind === 'prepareTransaction' ? request.checkpoint : -1;
  const words = request.kind === 'writeRows' ? request.words : nothing;
  return { kind, at: now, producer, attempt, transaction, topic, checkpoint, words };
}

/** The change by which the broker itself aborts a transaction that took too long. */
export function timeoutOf(transaction: Transaction, now: Micros): Change {
  const { name, producer, attempt } = transaction;
  return { ...blank, kind: 'transactionAborted', at: now, producer, attempt, transaction: name };
}

/**
 * Applies a change that was decided.
 *
 * @param number  that of its journal record
 * @returns       what follows once the record is durable
 */
export function apply(book: Book, change: Change, number: number): Consequence[] {
  const { kind, producer, attempt, topic, words } = change;
  if (kind === 'producerStarted') {
    book.producers.set(producer, attempt);
    return [consequence(kind, -1, producer, { attempt })];
  }
  if (kind === 'rowsAppended') return visible(topic, '', words);
  if (kind === 'transactionBegun') return begin(book, change, number);

  const transaction = book.transactions.get(change.transaction);
  invariant(transaction !== undefined, 'a change of a transaction that never began', kind);
  switch (kind) {
    case 'rowsWritten':
      transaction.rows.push(words);
      return [];
    case 'transactionPrepared':
      transaction.state = 'prepared';
      transaction.checkpoint = change.checkpoint;
      return [consequence(kind, change.checkpoint, transaction.name, { producer, attempt })];
    case 'transactionCommitted': {
      const { name, checkpoint } = transaction;
      const rows = joined(transaction.rows);
      end(transaction, 'committed');
      const committed = consequence(kind, -1, name, { producer, attempt, checkpoint });
      return [committed, ...visible(transaction.topic, name, rows)];
    }
    case 'transactionAborted': {
      const wasPrepared = transaction.state === 'prepared';
      end(transaction, 'aborted');
      return [consequence(kind, -1, transaction.name, { producer, attempt, wasPrepared })];
    }
    default:
      return unreachable(kind);
  }
}

function begin(book: Book, change: Change, number: number): Consequence[] {
  const { kind, producer, attempt, topic } = change;
  const name = change.transaction;
  const who = { number, name, topic, producer, attempt, begunAt: change.at };
  book.transactions.set(name, { ...who, state: 'open', checkpoint: -1, rows: [] });
  return [consequence(kind, -1, name, { producer, attempt })];
}

function end(transaction: Transaction, state: 'committed' | 'aborted'): void {
  transaction.state = state;
  transaction.rows = [];
}

function visible(topic: string, transaction: string, rows: Words): Consequence[] {
  const count = rowsIn(rows);
  if (count === 0) return [];
  const detail = { transaction, words: rows };
  return [{ moment: 'rowsVisible', subject: count, about: topic, detail, rows }];
}

function consequence(moment: string, subject: number, about: string, detail: unknown): Consequence {
  return { moment, subject, about, detail, rows: undefined };
}

/** Whether the transaction is open or prepared, so that its time runs. */
export function isPending(transaction: Transaction): boolean {
  return transaction.state === 'open' || transaction.state === 'prepared';
}

function openOf(book: Book, producer: string): OpenTransaction[] {
  const open: OpenTransaction[] = [];
  for (const transaction of book.transactions.values()) {
    if (transaction.producer !== producer || !isPending(transaction)) continue;
    const { name, state, checkpoint } = transaction;
    open.push({ transaction: name, prepared: state === 'prepared', checkpoint });
  }
  return open;
}

function isOpenTo(transaction: Transaction, request: TransactionRequest): boolean {
  const { producer, attempt, state } = transaction;
  return state === 'open' && producer === request.producer && attempt === request.attempt;
}

const blank = {
  at: 0,
  producer: '',
  attempt: -1,
  transaction: '',
  topic: '',
  checkpoint: -1,
  words: nothing,
} as const;

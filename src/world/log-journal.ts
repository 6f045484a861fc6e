/**
 * The journal of the log broker: every change as a record of words, so that a life of the broker
 * can be rebuilt from what its disk kept.
 *
 *   mark, number of words of the record, number of the record, checksum, then the change
 *
 * A crash may tear the tail, and a disk cannot cut it off: later records then stand behind the
 * torn one. So the reader looks for the next mark after anything that is not whole, and takes a
 * record only if its checksum fits and it is the next in number; what was torn is skipped for good.
 *
 * Source: Gray and Reuter, Transaction Processing, chapter 9 (the log); Kafka's record batches.
 */
import type { Words } from '../kernel/actor.js';
import type { Micros } from '../kernel/time.js';
import { readText, textWordsAt, wordsOfText, writeText } from '../kernel/words.js';

const changeKinds = [
  'producerStarted',
  'transactionBegun',
  'rowsWritten',
  'transactionPrepared',
  'transactionCommitted',
  'transactionAborted',
  'rowsAppended',
] as const;

/** One change of the broker's books; what a kind does not need is '', -1 or empty. */
export type Change = Readonly<{
  kind: (typeof changeKinds)[number];
  /** When it was decided, on the broker's clock. */
  at: Micros;
  /** Who asked for it. */
  producer: string;
  attempt: number;
  transaction: string;
  topic: string;
  checkpoint: number;
  words: Words;
}>;

const MARK = 0x4c_4f_47_31;
const HEAD = 4;
/** Kind, and three numbers of two words each. */
const NUMBERS = 7;
const LOW_BASE = 2 ** 26;

/** The record of a change, the number-th of its journal, from 1. */
export function recordOf(number: number, change: Change): Words {
  const { producer, transaction, topic } = change;
  const texts = wordsOfText(producer) + wordsOfText(transaction) + wordsOfText(topic);
  const record = new Int32Array(HEAD + NUMBERS + texts + change.words.length);
  record[0] = MARK;
  record[1] = record.length;
  record[2] = number;
  record[HEAD] = changeKinds.indexOf(change.kind);
  writeNumber(change.at, record, HEAD + 1);
  writeNumber(change.attempt, record, HEAD + 3);
  writeNumber(change.checkpoint, record, HEAD + 5);
  let at = writeText(producer, record, HEAD + NUMBERS);
  at = writeText(transaction, record, at);
  at = writeText(topic, record, at);
  record.set(change.words, at);
  record[3] = checksumOf(record, 0, record.length);
  return record;
}

/** The changes that a journal holds, in order; the first is that of record 1. */
export function changesIn(journal: Words): Change[] {
  const changes: Change[] = [];
  let at = journal.indexOf(MARK);
  while (at >= 0) {
    const isNext = isWhole(journal, at) && journal[at + 2] === changes.length + 1;
    if (isNext) changes.push(changeAt(journal, at));
    at = journal.indexOf(MARK, isNext ? at + (journal[at + 1] as number) : at + 1);
  }
  return changes;
}

function isWhole(journal: Words, at: number): boolean {
  const length = journal[at + 1];
  if (length === undefined || length < HEAD + NUMBERS || at + length > journal.length) return false;
  return checksumOf(journal, at, at + length) === journal[at + 3];
}

function changeAt(journal: Words, start: number): Change {
  const from = start + HEAD;
  const producerAt = from + NUMBERS;
  const transactionAt = producerAt + textWordsAt(journal, producerAt);
  const topicAt = transactionAt + textWordsAt(journal, transactionAt);
  const wordsAt = topicAt + textWordsAt(journal, topicAt);
  return {
    kind: changeKinds[journal[from] as number] as Change['kind'],
    at: readNumber(journal, from + 1),
    attempt: readNumber(journal, from + 3),
    checkpoint: readNumber(journal, from + 5),
    producer: readText(journal, producerAt),
    transaction: readText(journal, transactionAt),
    topic: readText(journal, topicAt),
    words: journal.slice(wordsAt, start + (journal[start + 1] as number)),
  };
}

/** Hash of the words `start ..< end`, the word of the checksum itself taken as 0. */
function checksumOf(words: Words, start: number, end: number): number {
  let sum = 0x9e3779b9 | 0;
  for (let at = start; at < end; at += 1) {
    const word = at === start + 3 ? 0 : (words[at] as number);
    sum = Math.imul(sum ^ word, 0x5bd1e995);
    sum ^= sum >>> 15;
  }
  return sum;
}

/** Writes an integer of at most 53 bits as two words. */
function writeNumber(value: number, into: Words, at: number): void {
  const high = Math.floor(value / LOW_BASE);
  into[at] = high;
  into[at + 1] = value - high * LOW_BASE;
}

function readNumber(from: Words, at: number): number {
  return (from[at] as number) * LOW_BASE + (from[at + 1] as number);
}

/**
 * A source over the partitions of a topic: it fetches ahead, one request a split, and remembers for
 * each split the offset of the next record to emit. That offset is its state; what was fetched and
 * not emitted is not. Source: the reader half of FLIP-27, with splits assigned by index.
 */
import type { Words } from '../../kernel/actor.js';
import type { Micros } from '../../kernel/time.js';
import type { SourceOperator } from '../../job/job-graph.js';
import { named } from '../protocol.js';
import {
  GO_ON,
  NOTHING,
  type ConnectorOutcome,
  type ConnectorPort,
  type ConnectorTag,
  type LogAnswer,
} from './port.js';

export type Split = {
  readonly index: number;
  readonly name: string;
  /** Offset of the next record to emit. */
  offset: number;
  /** Offset of the next record to fetch. */
  fetched: number;
  fetching: boolean;
  /** Everything was fetched. */
  ended: boolean;
  /** Blocks that wait to be emitted. */
  blocks: number;
  /** Largest time of a record that was emitted in this life of the task. */
  timeMax: number;
  /** Records emitted, as many as there were when idleness was last looked at, and since when. */
  records: number;
  recordsSeen: number;
  quietSince: Micros;
};

/** Fetched rows that wait to be emitted; the first one's offset. */
export type Block = { readonly split: Split; readonly words: Words; readonly rows: number };

export type SourceInstance = {
  readonly kind: 'source';
  readonly operator: SourceOperator;
  readonly splits: readonly Split[];
  readonly blocks: Block[];
  endReported: boolean;
};

/** Blocks of one split that may wait at once. */
const BLOCKS_AHEAD = 2;

export function sourceOf(
  operator: SourceOperator,
  subtask: number,
  parallelism: number,
): SourceInstance {
  const splits: Split[] = [];
  for (let index = subtask; index < operator.partitions; index += parallelism)
    splits.push({
      index,
      name: operator.topic + '/' + String(index),
      offset: 0,
      fetched: 0,
      fetching: false,
      ended: false,
      blocks: 0,
      timeMax: -Infinity,
      records: 0,
      recordsSeen: -1,
      quietSince: 0,
    });
  return { kind: 'source', operator, splits, blocks: [], endReported: false };
}

/** Asks for the next rows of every split that has room for them. */
export function fetchMore(
  source: SourceInstance,
  port: ConnectorPort,
  limits: Readonly<{ rowsMin: number; rowsMax: number; waitMax: number }>,
): void {
  for (const split of source.splits) {
    if (split.fetching || split.ended || split.blocks >= BLOCKS_AHEAD) continue;
    split.fetching = true;
    const body = {
      kind: 'fetchRows',
      subject: split.fetched,
      about: named(split.name),
      topic: source.operator.topic,
      partition: split.index,
      offset: split.fetched,
      ...limits,
    };
    port.ask(body, { what: 'fetch', number: split.index, name: split.name, tries: 0 }, true);
  }
}

/** Rows came, or the broker did not answer. */
export function fetchAnswered(
  source: SourceInstance,
  tag: ConnectorTag,
  answer: LogAnswer | undefined,
): ConnectorOutcome {
  const split = source.splits.find((candidate) => candidate.index === tag.number);
  if (split === undefined) return NOTHING;
  split.fetching = false;
  if (answer === undefined) return { kind: 'failed', cause: 'the log broker does not answer' };
  if (answer.kind !== 'rowsFetched') return GO_ON;
  if (answer.offset !== split.fetched) return GO_ON;
  split.fetched += answer.rows;
  split.ended = answer.ended;
  if (answer.rows > 0) {
    split.blocks += 1;
    source.blocks.push({ split, words: answer.words, rows: answer.rows });
  }
  return GO_ON;
}

/** Whether every record of every split was emitted. */
export function isExhausted(source: SourceInstance): boolean {
  return source.splits.every((split) => split.ended && split.offset === split.fetched);
}

/** Offsets as bytes. */
export function splitsState(source: SourceInstance): Words {
  return Int32Array.from(source.splits.flatMap((split) => [split.index, split.offset]));
}

/** Takes the offsets that a snapshot holds. */
export function restoreSplits(source: SourceInstance, words: Words): void {
  for (let at = 0; at + 1 < words.length; at += 2) {
    const split = source.splits.find((candidate) => candidate.index === words[at]);
    if (split === undefined) continue;
    split.offset = words[at + 1] as number;
    split.fetched = split.offset;
  }
}

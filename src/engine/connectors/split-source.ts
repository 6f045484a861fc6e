/**
 * A source over partitions of a topic: its enumerator gives it splits, it fetches ahead, one
 * request a split, and remembers for each split the offset of the next record to emit. Those
 * offsets are its state; what was fetched and not emitted is not. It never forgets a split that it
 * has finished: the enumerator may not have heard of it when the checkpoint was taken. Source: the
 * reader half of FLIP-27 (section 7.7).
 */
import { custodyIn, encodeCustody, type HeldSplit } from '../../history/custody.js';
import { frameOf, framesIn, tallyOf, withEvent, type Tally } from '../../history/witness.js';
import type { EventEdge } from '../../job/coordination.js';
import type { Words } from '../../kernel/actor.js';
import { unreachable } from '../../kernel/invariant.js';
import type { Micros } from '../../kernel/time.js';
import type { SourceOperator } from '../../job/job-graph.js';
import { decodeDown, encodeUp, type EventUp } from '../coordination/source-events.js';
import { named } from '../protocol.js';
import { joinSections } from '../state/snapshot.js';
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
  /** The enumerator was told that everything was emitted. */
  reported: boolean;
  /** Blocks that wait to be emitted. */
  blocks: number;
  /** Largest time of a record that was emitted in this life of the task. */
  timeMax: number;
  /** Records emitted, as many as there were when idleness was last looked at, and since when. */
  records: number;
  recordsSeen: number;
  quietSince: Micros;
  /** Its watermark is beyond what its group allows: it waits. Not part of the state. */
  paused: boolean;
};

/** Fetched rows that wait to be emitted; the first one's offset. */
export type Block = { readonly split: Split; readonly words: Words; readonly rows: number };

export type SourceInstance = {
  readonly kind: 'source';
  readonly operator: SourceOperator;
  readonly edge: EventEdge;
  readonly attempt: number;
  readonly splits: Split[];
  readonly blocks: Block[];
  /** Records, or bytes, of the blocks that were emitted, where that is reported. */
  read: number;
  /** What passed between it and its enumerator. */
  heard: Tally;
  said: Tally;
  noMoreSplits: boolean;
  endReported: boolean;
  /** Watermark up to which splits may go on, as its group said last; not part of the state. */
  allowed: number;
};

/** Blocks of one split that may wait at once. */
const BLOCKS_AHEAD = 2;

/** A reader that has no splits. */
export function sourceOf(
  operator: SourceOperator,
  edge: EventEdge,
  attempt: number,
): SourceInstance {
  return {
    kind: 'source',
    ...{ operator, edge, attempt },
    splits: [],
    blocks: [],
    read: 0,
    heard: tallyOf(edge.down),
    said: tallyOf(edge.up),
    noMoreSplits: false,
    endReported: false,
    allowed: Infinity,
  };
}

function splitOf({ topic }: SourceOperator, index: number, offset: number, over: boolean): Split {
  return {
    index,
    name: topic + '/' + String(index),
    ...{ offset, fetched: offset, ended: over, reported: over },
    fetching: false,
    blocks: 0,
    timeMax: -Infinity,
    records: 0,
    recordsSeen: -1,
    quietSince: 0,
    paused: false,
  };
}

/** The enumerator says something. */
export function hearEnumerator(source: SourceInstance, words: Words): void {
  source.heard = withEvent(source.heard, words);
  const event = decodeDown(words);
  switch (event.kind) {
    case 'noMoreSplits':
      source.noMoreSplits = true;
      return;
    case 'watermarkAllowed':
      source.allowed = event.watermark;
      return;
    case 'addSplits':
      for (const index of event.splits)
        source.splits.push(splitOf(source.operator, index, 0, false));
      return;
    default:
      unreachable(event);
  }
}

/** Takes the first block that waits, but for those of splits that are paused. */
export function takeNextBlock({ blocks }: SourceInstance): Block | undefined {
  const at = blocks.findIndex(({ split }) => !split.paused);
  return at < 0 ? undefined : blocks.splice(at, 1)[0];
}

/** An event for the enumerator, as words; it counts as sent. */
export function sayToEnumerator(source: SourceInstance, event: EventUp): Words {
  const words = encodeUp(event);
  source.said = withEvent(source.said, words);
  return words;
}

/** What a reader says first: that it is there, and what it restored. */
export function registration({ splits }: SourceInstance): EventUp {
  const known = splits.map((split) => ({ split: split.index, isFinished: isOver(split) }));
  return { kind: 'readerRegistered', splits: known };
}

/** Splits whose last record was emitted and of which the enumerator does not know it. */
export function finishedSplits({ splits }: SourceInstance): number[] {
  const finished: number[] = [];
  for (const split of splits) {
    if (split.reported || !isOver(split)) continue;
    split.reported = true;
    finished.push(split.index);
  }
  return finished;
}

/** Whether the reader has nothing to read and wants to be given something. */
export function wantsSplit({ operator, splits, noMoreSplits }: SourceInstance): boolean {
  return operator.splitAssignment === 'request' && !noMoreSplits && splits.every(isOver);
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

/** Whether every record of the split was emitted. */
export function isOver({ ended, offset, fetched }: Split): boolean {
  return ended && offset === fetched;
}

/** Whether every record of every split was emitted, and no split will come. */
export function isExhausted({ splits, noMoreSplits }: SourceInstance): boolean {
  return noMoreSplits && splits.every(isOver);
}

/** Its splits and the witness of its events, as bytes. */
export function splitsState(source: SourceInstance, checkpoint: number): Words {
  const { edge, attempt, heard, said } = source;
  const splits = source.splits.map((split): HeldSplit => ({
    split: split.index,
    state: isOver(split) ? 'finished' : 'held',
    offset: split.offset,
  }));
  const witness = { subtask: edge.reader, attempt, inputs: [heard], outputs: [said] };
  const custody = encodeCustody({ holder: edge.reader, checkpoint, splits });
  return joinSections([frameOf(witness, checkpoint), custody]);
}

/** Takes how many events it has heard and said. */
export function restoreTallies(
  source: SourceInstance,
  [heard]: readonly Tally[],
  [said]: readonly Tally[],
): void {
  source.heard = heard ?? source.heard;
  source.said = said ?? source.said;
}

/** Takes the splits that a snapshot holds. */
export function restoreSplits(source: SourceInstance, words: Words): void {
  const [witness] = framesIn(words);
  const [custody] = custodyIn(words);
  if (witness !== undefined) restoreTallies(source, witness.inputs, witness.outputs);
  for (const { split, state, offset } of custody?.splits ?? [])
    source.splits.push(splitOf(source.operator, split, offset, state === 'finished'));
}

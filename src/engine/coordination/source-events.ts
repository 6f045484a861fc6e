/**
 * What an enumerator and its readers say to each other, as the words of operator events. A checker
 * compares those words at both ends, and knows nothing of what they mean.
 *
 * Source: Flink 2.x, AddSplitEvent, NoMoreSplitsEvent, ReaderRegistrationEvent, RequestSplitEvent,
 * AcknowledgeCheckpointEvent, ReportedWatermarkEvent, WatermarkAlignmentEvent.
 */
import type { Words } from '../../kernel/actor.js';
import { invariant } from '../../kernel/invariant.js';

/** From the enumerator to a reader. */
export type EventDown =
  | Readonly<{ kind: 'addSplits'; splits: readonly number[] }>
  | Readonly<{ kind: 'noMoreSplits' }>
  /** How far the sources of its group may go. */
  | Readonly<{ kind: 'watermarkAllowed'; watermark: number }>;

/** A split that a reader knows of. */
export type KnownSplit = Readonly<{ split: number; isFinished: boolean }>;

/** From a reader to the enumerator; an acknowledgement is for the gateway of the subtask. */
export type EventUp =
  | Readonly<{ kind: 'readerRegistered'; splits: readonly KnownSplit[] }>
  | Readonly<{ kind: 'splitRequested' }>
  | Readonly<{ kind: 'splitFinished'; split: number }>
  /** How far it is; the largest there is if it holds nobody back. */
  | Readonly<{ kind: 'watermarkReported'; watermark: number }>
  | Readonly<{ kind: 'checkpointAcknowledged'; checkpoint: number }>;

const [ADD_SPLITS, NO_MORE_SPLITS, ALLOWED] = [1, 2, 3];
const [REGISTERED, REQUESTED, FINISHED, ACKNOWLEDGED, REPORTED] = [1, 2, 3, 4, 5];

export function encodeDown(event: EventDown): Words {
  switch (event.kind) {
    case 'addSplits':
      return Int32Array.of(ADD_SPLITS, ...event.splits);
    case 'noMoreSplits':
      return Int32Array.of(NO_MORE_SPLITS);
    case 'watermarkAllowed':
      return Int32Array.of(ALLOWED, event.watermark);
  }
}

export function decodeDown(words: Words): EventDown {
  const [kind, subject = 0] = words;
  if (kind === NO_MORE_SPLITS) return { kind: 'noMoreSplits' };
  if (kind === ALLOWED) return { kind: 'watermarkAllowed', watermark: subject };
  invariant(kind === ADD_SPLITS, 'an enumerator says what its readers know', kind);
  return { kind: 'addSplits', splits: [...words.subarray(1)] };
}

export function encodeUp(event: EventUp): Words {
  switch (event.kind) {
    case 'readerRegistered': {
      const known = event.splits.flatMap(({ split, isFinished }) => [split, isFinished ? 1 : 0]);
      return Int32Array.of(REGISTERED, ...known);
    }
    case 'splitRequested':
      return Int32Array.of(REQUESTED);
    case 'splitFinished':
      return Int32Array.of(FINISHED, event.split);
    case 'checkpointAcknowledged':
      return Int32Array.of(ACKNOWLEDGED, event.checkpoint);
    case 'watermarkReported':
      return Int32Array.of(REPORTED, event.watermark);
  }
}

export function decodeUp(words: Words): EventUp {
  const [kind, subject = 0] = words;
  if (kind === REQUESTED) return { kind: 'splitRequested' };
  if (kind === FINISHED) return { kind: 'splitFinished', split: subject };
  if (kind === ACKNOWLEDGED) return { kind: 'checkpointAcknowledged', checkpoint: subject };
  if (kind === REPORTED) return { kind: 'watermarkReported', watermark: subject };
  invariant(kind === REGISTERED, 'a reader says what its enumerator knows', kind);
  const splits: KnownSplit[] = [];
  for (let at = 1; at < words.length; at += 2)
    splits.push({ split: words[at] as number, isFinished: words[at + 1] === 1 });
  return { kind: 'readerRegistered', splits };
}

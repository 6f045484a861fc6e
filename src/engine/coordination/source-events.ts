/**
 * What an enumerator and its readers say to each other, as the words of operator events. A checker
 * compares those words at both ends, and knows nothing of what they mean.
 *
 * Source: Flink 2.x, AddSplitEvent, NoMoreSplitsEvent, ReaderRegistrationEvent, RequestSplitEvent,
 * AcknowledgeCheckpointEvent.
 */
import type { Words } from '../../kernel/actor.js';
import { invariant } from '../../kernel/invariant.js';

/** From the enumerator to a reader. */
export type EventDown =
  Readonly<{ kind: 'addSplits'; splits: readonly number[] }> | Readonly<{ kind: 'noMoreSplits' }>;

/** A split that a reader knows of. */
export type KnownSplit = Readonly<{ split: number; isFinished: boolean }>;

/** From a reader to the enumerator; the last is for the gateway of the subtask. */
export type EventUp =
  | Readonly<{ kind: 'readerRegistered'; splits: readonly KnownSplit[] }>
  | Readonly<{ kind: 'splitRequested' }>
  | Readonly<{ kind: 'splitFinished'; split: number }>
  | Readonly<{ kind: 'checkpointAcknowledged'; checkpoint: number }>;

const [ADD_SPLITS, NO_MORE_SPLITS] = [1, 2];
const [REGISTERED, REQUESTED, FINISHED, ACKNOWLEDGED] = [1, 2, 3, 4];

export function encodeDown(event: EventDown): Words {
  return event.kind === 'addSplits'
    ? Int32Array.of(ADD_SPLITS, ...event.splits)
    : Int32Array.of(NO_MORE_SPLITS);
}

export function decodeDown(words: Words): EventDown {
  if (words[0] === NO_MORE_SPLITS) return { kind: 'noMoreSplits' };
  invariant(words[0] === ADD_SPLITS, 'an enumerator says what its readers know', words[0]);
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
  }
}

export function decodeUp(words: Words): EventUp {
  const [kind, subject = 0] = words;
  if (kind === REQUESTED) return { kind: 'splitRequested' };
  if (kind === FINISHED) return { kind: 'splitFinished', split: subject };
  if (kind === ACKNOWLEDGED) return { kind: 'checkpointAcknowledged', checkpoint: subject };
  invariant(kind === REGISTERED, 'a reader says what its enumerator knows', kind);
  const splits: KnownSplit[] = [];
  for (let at = 1; at < words.length; at += 2)
    splits.push({ split: words[at] as number, isFinished: words[at + 1] === 1 });
  return { kind: 'readerRegistered', splits };
}

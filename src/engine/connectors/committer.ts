/**
 * The committer of a sink: it makes visible what the writer has prepared, once the checkpoint that
 * it was prepared for has completed. What waits is part of the sink's state; restoring from a
 * checkpoint proves that it completed, so all that its snapshot holds is committed before the
 * writer takes a row.
 *
 * A notice commits everything up to its checkpoint, one request after the other, oldest first. A
 * request that was refused, or whose answer did not come, is made again up to ten times; then, or
 * when the service knows of no such thing, the task fails. Source: Flink, Sink V2:
 * CommitterOperator, CommitRequestImpl, `sink.committer.retries`.
 */
import type { Words } from '../../kernel/actor.js';
import { invariant } from '../../kernel/invariant.js';
import { readText, textWordsAt, wordsOfText, writeText } from '../../kernel/words.js';
import { NOTHING, type ConnectorOutcome, type ConnectorPort, type ConnectorTag } from './port.js';

/** A transaction or file that waits for its checkpoint; `size` is the length of a file. */
export type Committable = Readonly<{ checkpoint: number; name: string; size: number }>;

export type Committer = {
  /** Oldest first. */
  pending: readonly Committable[];
  /** The newest checkpoint that is known to have completed. */
  completed: number;
  phase: 'idle' | 'recovering' | 'committing';
};

/** What an answer says of a request: done, to be made again, or never to be done. */
export type CommitState = 'committed' | 'retry' | 'failed';

/** Asks the service to commit. */
export type AskCommit = (committable: Committable, tag: ConnectorTag) => void;

const RETRIES = 10;

export function committerOf(): Committer {
  return { pending: [], completed: 0, phase: 'idle' };
}

/** What waits, as bytes. */
export function committerState({ pending }: Committer): Words {
  let words = 1;
  for (const { name } of pending) words += 2 + wordsOfText(name);
  const state = new Int32Array(words);
  state[0] = pending.length;
  let at = 1;
  for (const { checkpoint, size, name } of pending) {
    state[at] = checkpoint;
    state[at + 1] = size;
    at = writeText(name, state, at + 2);
  }
  return state;
}

/** Takes what a snapshot holds; returns the position behind it. */
export function restoreCommitter(committer: Committer, words: Words): number {
  const pending: Committable[] = [];
  let at = 1;
  for (let index = 0; index < (words[0] ?? 0); index += 1) {
    const checkpoint = words[at] as number;
    pending.push({ checkpoint, size: words[at + 1] as number, name: readText(words, at + 2) });
    at += 2 + textWordsAt(words, at + 2);
  }
  committer.pending = pending;
  return at;
}

/** The writer has prepared something. */
export function addCommittable(committer: Committer, committable: Committable): void {
  committer.pending = [...committer.pending, committable];
}

/** Commits all that a restored state holds; false if that is nothing. */
export function commitRestored(committer: Committer, port: ConnectorPort, ask: AskCommit): boolean {
  port.out.moment('recovered', committer.pending.length, port.subtask, undefined);
  const newest = committer.pending.at(-1);
  if (newest === undefined) return false;
  committer.completed = newest.checkpoint;
  committer.phase = 'recovering';
  askNext(committer, port, ask);
  return true;
}

/** A checkpoint has completed: everything pending up to it is committed, in order. */
export function commitUpTo(
  committer: Committer,
  port: ConnectorPort,
  checkpoint: number,
  ask: AskCommit,
): ConnectorOutcome {
  committer.completed = Math.max(committer.completed, checkpoint);
  if (committer.phase !== 'idle') return NOTHING; // it goes on up to here
  committer.phase = 'committing';
  if (askNext(committer, port, ask)) return NOTHING;
  committer.phase = 'idle';
  return { kind: 'committed', checkpoint };
}

/** Asks for the oldest that is due; false if none is. */
function askNext(committer: Committer, port: ConnectorPort, ask: AskCommit): boolean {
  const next = committer.pending.find(({ checkpoint }) => checkpoint <= committer.completed);
  if (next === undefined) return false;
  const { checkpoint: number, name } = next;
  if (committer.phase === 'committing')
    port.out.moment('commitSent', number, port.subtask, undefined);
  ask(next, { what: 'commit', number, name, tries: 0 });
  return true;
}

/** The service has answered a commit, or has not. */
export function commitAnswered(
  committer: Committer,
  port: ConnectorPort,
  tag: ConnectorTag,
  state: CommitState,
  ask: AskCommit,
): ConnectorOutcome {
  const { tries, name } = tag;
  if (state === 'failed' || (state === 'retry' && tries >= RETRIES))
    return { kind: 'failed', cause: (state === 'failed' ? 'unknown' : 'refused') + ': ' + name };
  if (state === 'retry') {
    const same = committer.pending.find((pending) => pending.name === name);
    invariant(same !== undefined, 'what is not committed yet is pending', name);
    ask(same, { ...tag, tries: tries + 1 });
    return NOTHING;
  }
  committer.pending = committer.pending.filter((pending) => pending.name !== name);
  if (committer.phase === 'committing')
    port.out.moment('committed', tag.number, port.subtask, undefined);
  if (askNext(committer, port, ask)) return NOTHING;
  const wasRecovering = committer.phase === 'recovering';
  committer.phase = 'idle';
  return wasRecovering ? { kind: 'ready' } : { kind: 'committed', checkpoint: committer.completed };
}

/** The committer: order, retries, and what survives in the state. */
import { expect, test } from 'vitest';
import {
  addCommittable,
  commitAnswered,
  committerOf,
  committerState,
  commitRestored,
  commitUpTo,
  restoreCommitter,
  type CommitState,
  type Committable,
} from '../../../src/engine/connectors/committer.js';
import type { ConnectorTag } from '../../../src/engine/connectors/port.js';
import { portByHand } from './hand.js';

function committerByHand(...pending: Committable[]) {
  const committer = committerOf();
  for (const one of pending) addCommittable(committer, one);
  const port = portByHand();
  const asked: string[] = [];
  let last: ConnectorTag | undefined;
  const ask = ({ name }: Committable, tag: ConnectorTag) => {
    asked.push(name);
    last = tag;
  };
  return {
    ...{ committer, port, asked },
    commit: (checkpoint: number) => commitUpTo(committer, port, checkpoint, ask),
    restore: () => commitRestored(committer, port, ask),
    answer: (state: CommitState) =>
      commitAnswered(committer, port, last as ConnectorTag, state, ask),
  };
}

const a = { checkpoint: 1, name: 'a', size: 0 };
const b = { checkpoint: 1, name: 'b', size: 7 };
const c = { checkpoint: 3, name: 'c', size: 2 ** 20 };

test('all up to the notice is committed, one after the other, oldest first', () => {
  const { commit, answer, asked, port } = committerByHand(a, b, c);
  expect(commit(2)).toEqual({ kind: 'nothing' });
  expect(asked).toEqual(['a']);
  expect(answer('committed')).toEqual({ kind: 'nothing' });
  expect(answer('committed')).toEqual({ kind: 'committed', checkpoint: 2 });
  expect(asked).toEqual(['a', 'b']);
  expect(port.moments).toEqual(['commitSent 1', 'committed 1', 'commitSent 1', 'committed 1']);
});

test('a notice that comes meanwhile is served by the round under way', () => {
  const { commit, answer, asked } = committerByHand(a, c);
  commit(1);
  expect(commit(3)).toEqual({ kind: 'nothing' });
  answer('committed');
  expect(answer('committed')).toEqual({ kind: 'committed', checkpoint: 3 });
  expect(asked).toEqual(['a', 'c']);
});

test('a notice without anything due is done at once', () => {
  expect(committerByHand(c).commit(2)).toEqual({ kind: 'committed', checkpoint: 2 });
});

test('a retry comes ten times, then the task fails; so it does at once for what is unknown', () => {
  const { commit, answer, asked } = committerByHand(a);
  commit(1);
  for (let retry = 0; retry < 10; retry += 1) expect(answer('retry')).toEqual({ kind: 'nothing' });
  expect(answer('retry')).toEqual({ kind: 'failed', cause: 'refused: a' });
  expect(asked).toHaveLength(11);
  const unknown = committerByHand(a);
  unknown.commit(1);
  expect(unknown.answer('failed')).toEqual({ kind: 'failed', cause: 'unknown: a' });
});

test('what a snapshot holds is committed whole, and then the sink is ready', () => {
  const { committer } = committerByHand(a, b, c);
  const words = committerState(committer);
  const { committer: restored, restore, answer, asked, port } = committerByHand();
  expect(restoreCommitter(restored, words)).toBe(words.length);
  expect(restored.pending).toEqual([a, b, c]);
  expect(restore()).toBe(true);
  for (const kind of ['nothing', 'nothing', 'ready']) expect(answer('committed').kind).toBe(kind);
  expect(asked).toEqual(['a', 'b', 'c']);
  expect(port.moments).toEqual(['recovered 3']);
  expect(committerByHand().restore()).toBe(false);
});

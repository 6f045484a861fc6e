/**
 * Goal: the clean-up of a job that is over waits for what the store is still asked to do, and
 * removes what could not be removed before. Method: a job master by hand.
 */
import { expect, test } from 'vitest';
import { tellCoordinator } from '../../../src/engine/job-master/checkpointing.js';
import {
  masterAnswered,
  masterMail,
  masterStoreAnswered,
} from '../../../src/engine/job-master/job-master.js';
import { masterOf } from '../../../src/engine/job-master/master.js';
import { unmeasured } from '../checkpoint/hand.js';
import { means, portByHand } from '../stage.js';

const name = 'chk-9/sink[0]-1';

/** One that has been told of a file which no checkpoint holds, and then that the job is over. */
function overByHand() {
  const master = masterOf(means());
  const { out, moments } = portByHand();
  const part = { handle: { name, words: 1 }, progress: 'working' } as const;
  const late = { id: 9, attempt: 1, subtask: 'sink[0]', part, metrics: unmeasured };
  tellCoordinator(master, out, { kind: 'acknowledged', ...late });
  const over = () => {
    masterMail(master, out, { kind: 'jobOver', epoch: 3, status: 'FINISHED' });
  };
  const gone = { kind: 'objectGone', subject: 0, request: 1 } as const;
  const answered = (kind: 'discard' | 'file', isGone: boolean) => {
    const tag = kind === 'file' ? { kind, name } : { kind, id: undefined, name };
    masterStoreAnswered(master, out, tag, isGone ? gone : undefined);
  };
  const listed = () => {
    const answer = { kind: 'valuesListed', subject: 0, request: 1, values: [] } as const;
    masterAnswered(master, out, { of: 'jobMaster', kind: 'retained' }, answer);
  };
  const asked = () => [...master.registry.asks.values()].map(({ body }) => body.kind);
  return { over, answered, listed, asked, moments };
}

test('it waits for a deletion of no checkpoint in particular', () => {
  const { over, answered, asked, listed, moments } = overByHand();
  over();
  expect(asked()).toEqual([]);
  answered('discard', true);
  expect(asked()).toEqual(['listValues']);
  listed();
  expect(moments).toEqual(['checkpointsCleaned 3']);
});

test('what could not be deleted is tried again', () => {
  const { over, answered, listed, moments } = overByHand();
  answered('discard', false);
  over();
  listed();
  expect(moments).toEqual([]);
  answered('file', true);
  expect(moments).toEqual(['checkpointsCleaned 3']);
});

/** Letters wait in the mailbox of their receiver, in order, each for an event of its own. */
import { expect, test } from 'vitest';
import { mailboxes, post } from '../../src/engine/mail.js';
import { portByHand } from './stage.js';

test('a letter is put into the mailbox, and an event of its own is due for it', () => {
  const [boxes, port] = [mailboxes(), portByHand()];
  post(boxes, port.out, 'jobMaster', { kind: 'resultStored' });
  post(boxes, port.out, 'resourceManager', { kind: 'slotsRequired', slots: 1 });
  post(boxes, port.out, 'resourceManager', { kind: 'slotsRequired', slots: 2 });
  expect(boxes.jobMaster).toEqual([{ kind: 'resultStored' }]);
  expect(boxes.resourceManager.map((letter) => 'slots' in letter && letter.slots)).toEqual([1, 2]);
  expect(port.armed()).toEqual(['mail 0', 'mail 0', 'mail 0']);
  expect([...port.timers.values()].map(({ timer }) => timer)).toMatchObject([
    ...[{ of: 'jobMaster' }, { of: 'resourceManager' }, { of: 'resourceManager' }],
  ]);
});

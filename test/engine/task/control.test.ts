/**
 * Goal: a task manager answers the heartbeat of whoever asked, and counts one silence for the whole
 * job manager: any word of it counts anew, a word of an older epoch does not; and it declines a
 * checkpoint for a task that cannot begin it. Method: by hand.
 */
import { expect, test } from 'vitest';
import { hearControl, hearLeaderless } from '../../../src/engine/task/control.js';
import { managerOf } from '../../../src/engine/task/manager.js';
import type { ToTaskManager } from '../../../src/engine/protocol.js';
import { portByHand, setup } from '../stage.js';
import { taskManagerByHand } from './hand.js';

const { heartbeatTimeoutMicros } = setup.configuration;

function managerByHand() {
  const port = portByHand();
  const services = { objectStore: 'object-store', logBroker: 'log-broker' };
  const { job, configuration, name } = setup;
  const manager = managerOf({ name: 'a', job, configuration, jobManager: name, ...services });
  manager.control.connection = 1;
  hearLeaderless(manager, port.out);
  const hear = (message: ToTaskManager) => {
    hearControl(manager, message, port.out);
  };
  hear({ kind: 'taskManagerAccepted', subject: 3, epoch: 3 });
  port.sent.splice(0);
  return { manager, port, hear, silence: () => manager.control.silence };
}

const heartbeat = (by: 'resourceManager' | 'jobMaster', epoch = 3): ToTaskManager => {
  return { kind: 'heartbeatRequested', subject: -1, epoch, by };
};

test('the answer to a heartbeat is for whoever asked', () => {
  const { port, hear } = managerByHand();
  hear(heartbeat('resourceManager'));
  hear(heartbeat('jobMaster'));
  expect(port.sent).toEqual([
    [1, { kind: 'heartbeatAnswered', subject: -1, to: 'resourceManager' }],
    [1, { kind: 'heartbeatAnswered', subject: -1, to: 'jobMaster' }],
  ]);
});

test('one silence is counted, and any word of the job manager begins it anew', () => {
  const { port, hear, silence } = managerByHand();
  const words = [
    heartbeat('resourceManager'),
    heartbeat('jobMaster'),
    { kind: 'slotRequested', subject: 1, epoch: 3 } as const,
  ];
  for (const word of words) {
    const before = silence();
    hear(word);
    expect(silence()).not.toBe(before);
    expect(port.armed()).toEqual([`jobManagerSilent ${heartbeatTimeoutMicros}`]);
  }
  const before = silence();
  hear(heartbeat('jobMaster', 2));
  expect(silence()).toBe(before);
});

test('a checkpoint is declined for a task that does not run yet, or is not here', () => {
  const manager = taskManagerByHand();
  manager.deploy('sink', 0); // its transactions are still to be recovered
  manager.sent.length = 0;
  manager.tell('triggerCheckpoint', 3, 'sink[0]');
  manager.tell('triggerCheckpoint', 3, 'totals[0]');
  manager.tell('triggerCheckpoint', 3, 'sink[0]', { attempt: 6 });
  expect(manager.sent).toEqual([
    'checkpointDeclined 3 sink[0] CHECKPOINT_DECLINED_TASK_NOT_READY',
    'checkpointDeclined 3 totals[0] TASK_CHECKPOINT_FAILURE',
    'checkpointDeclined 3 sink[0] TASK_CHECKPOINT_FAILURE',
  ]);
});

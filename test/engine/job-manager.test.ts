/**
 * Goal: an event goes to the one actor that it is for, a letter is worked in an event of its own,
 * and a crash drops all three actors together. Method: the process by hand.
 */
import { expect, test } from 'vitest';
import { jobManager, type JobManager } from '../../src/engine/job-manager.js';
import type { Event, Message } from '../../src/kernel/actor.js';
import { portByHand, setup } from './stage.js';

const peer = 'task-manager-0';
const channel = 'control';

function processByHand() {
  const port = portByHand();
  const program = jobManager(setup);
  const process: JobManager = program.boot();
  const step = (event: Event) => {
    program.step(process, event, port.out);
  };
  return {
    ...{ process, port, step, program },
    accept: (connection: number) => {
      step({ kind: 'accepted', connection, peer, channel });
    },
    hear: (connection: number, message: Message & Readonly<Record<string, unknown>>) => {
      step({ kind: 'received', connection, message });
    },
    elapse: (kind: string) => {
      const timer = port.elapse(kind);
      if (timer === undefined) throw new Error(`no timer ${kind}`);
      step({ kind: 'elapsed', timer });
    },
  };
}

const registered = { kind: 'registerTaskManager', subject: -1, slots: 2 };

/** It leads in epoch 3, and a task manager over connection 1 has registered and offered a slot. */
function leading() {
  const hand = processByHand();
  hand.step({ kind: 'started', incarnation: 1 });
  const registry = hand.process.registry.connection ?? -1;
  const answer = (kind: string, rest: object) => {
    const request = [...hand.process.registry.asks.keys()].at(-1);
    hand.hear(registry, { kind, subject: 0, request, ...rest });
  };
  answer('leaseGranted', { epoch: 3 });
  answer('valuesListed', { values: [] });
  answer('valueWritten', { version: 1 });
  hand.accept(1);
  hand.hear(1, registered);
  return hand;
}

test('what one actor posts, the other works in an event of its own', () => {
  const { process, port, elapse } = leading();
  expect([process.resourceManager.epoch, process.jobMaster.epoch]).toEqual([0, 0]);
  elapse('mail');
  expect([process.resourceManager.epoch, process.jobMaster.epoch]).toEqual([3, 0]);
  elapse('mail');
  expect([process.resourceManager.epoch, process.jobMaster.epoch]).toEqual([3, 3]);
  expect(process.resourceManager.inventory.required).toBe(0);
  elapse('mail');
  expect(process.resourceManager.inventory.required).toBe(2);
  expect(port.armed()).not.toContain('mail 0');
});

test('the answer to a heartbeat goes to whoever asked', () => {
  const { process, port, elapse, hear } = leading();
  for (let letters = 0; letters < 3; letters += 1) elapse('mail');
  hear(1, { kind: 'slotOffered', subject: 1, epoch: 3 });
  const silences = () => [
    process.resourceManager.registrations.get(peer)?.silence,
    process.jobMaster.peers.get(peer)?.silence,
  ];
  const [atResources, atMaster] = silences();
  hear(1, { kind: 'heartbeatAnswered', subject: -1, to: 'jobMaster' });
  expect(silences()[0]).toBe(atResources);
  expect(silences()[1]).not.toBe(atMaster);
  const after = silences()[1];
  hear(1, { kind: 'heartbeatAnswered', subject: -1, to: 'resourceManager' });
  expect(silences()[0]).not.toBe(atResources);
  expect(silences()[1]).toBe(after);
  expect(port.exits).toEqual([]);
});

test('a connection that is gone is told to both, and heard no more', () => {
  const { process, elapse, hear, step, accept } = leading();
  for (let letters = 0; letters < 3; letters += 1) elapse('mail');
  hear(1, { kind: 'slotOffered', subject: 1, epoch: 3 });
  step({ kind: 'disconnected', connection: 1, peer, channel });
  step({ kind: 'disconnected', connection: 9, peer, channel });
  const letter = { kind: 'taskManagerLost', name: peer, connection: 1 };
  expect(process.mail).toMatchObject({ resourceManager: [letter], jobMaster: [letter] });
  hear(1, registered);
  elapse('mail');
  elapse('mail');
  expect([process.resourceManager.registrations.size, process.jobMaster.peers.size]).toEqual([
    ...[0, 0],
  ]);
  accept(2);
  accept(3);
  expect([...process.lines]).toEqual([[3, peer]]);
});

test('without an answer of the registry the process ends', () => {
  const hand = processByHand();
  hand.step({ kind: 'started', incarnation: 1 });
  hand.elapse('askTimedOut');
  expect(hand.port.exits).toEqual(['the registry does not answer']);
});

test('a new life knows nothing: what each actor held went with the process', () => {
  const { process, program } = leading();
  const next = program.boot();
  expect(next.dispatcher.epoch).toBe(0);
  expect(next.resourceManager.registrations.size).toBe(0);
  expect(next.mail).toEqual({
    ...{ dispatcher: [], resourceManager: [], jobMaster: [], sourceCoordinators: [] },
  });
  expect(process.mail.resourceManager).toHaveLength(1);
  expect(next.lines.size).toBe(0);
});

/**
 * Goal: the resource manager asks for what the job master needs, from who is registered and lives,
 * and tells the job master of each that is lost. Method: one by hand.
 */
import { describe, expect, test } from 'vitest';
import {
  resourceMail,
  resourceManagerOf,
  resourceMessage,
  resourceTimer,
} from '../../../src/engine/resource/resource-manager.js';
import type { ActorTimer, ToResourceManager } from '../../../src/engine/mail.js';
import { means, portByHand, setup } from '../stage.js';

const { heartbeatIntervalMicros, heartbeatTimeoutMicros } = setup.configuration;

function resourcesByHand() {
  const { lines, mail } = means();
  const port = portByHand();
  const manager = resourceManagerOf(setup, lines, mail);
  const hear = (connection: number, name: string, kind: 'registerTaskManager', slots: number) => {
    lines.set(connection, name);
    resourceMessage(manager, port.out, name, connection, { kind, subject: -1, slots });
  };
  return {
    ...{ manager, mail, lines, port },
    register: (connection: number, name: string, slots = 1) => {
      hear(connection, name, 'registerTaskManager', slots);
    },
    answer: (connection: number, name: string) => {
      const to = 'resourceManager';
      const message = { kind: 'heartbeatAnswered', subject: -1, to } as const;
      resourceMessage(manager, port.out, name, connection, message);
    },
    letter: (letter: ToResourceManager) => {
      resourceMail(manager, port.out, letter);
    },
    elapse: (timer: string) => {
      resourceTimer(manager, port.out, port.elapse(timer) as ActorTimer);
    },
  };
}

const granted = { kind: 'leadershipGranted', epoch: 3 } as const;
const required = (slots: number) => ({ kind: 'slotsRequired', slots }) as const;

/** A leader whose job needs two slots, with two task managers of one slot. */
function leader() {
  const hand = resourcesByHand();
  hand.letter(granted);
  hand.letter(required(2));
  hand.register(1, 'a');
  hand.register(2, 'b');
  return hand;
}

describe('registration', () => {
  test('before there is a leader it waits, and is accepted then', () => {
    const hand = resourcesByHand();
    hand.register(1, 'a');
    expect([hand.port.said(), hand.port.armed()]).toEqual([[], []]);
    hand.letter(granted);
    expect(hand.port.said()).toEqual(['1: taskManagerAccepted 3', '1: heartbeatRequested -1']);
    expect(hand.port.moments).toEqual(['taskManagerRegistered 3 a']);
  });

  test('over a new connection the old one is past', () => {
    const hand = leader();
    hand.port.said();
    hand.register(7, 'a');
    expect(hand.port.moments.slice(2)).toEqual([
      ...['taskManagerLost 3 a', 'taskManagerRegistered 3 a'],
    ]);
    expect(hand.port.said()).toEqual(['7: taskManagerAccepted 3', '7: slotRequested 3']);
    hand.letter({ kind: 'taskManagerLost', name: 'a', connection: 1 });
    expect([...hand.manager.registrations.keys()]).toEqual(['b', 'a']);
  });

  test('twice over one connection is once', () => {
    const hand = leader();
    hand.register(2, 'b');
    expect(hand.port.moments).toHaveLength(2);
  });
});

describe('slots', () => {
  test('are asked for as the job needs them, each once', () => {
    const hand = leader();
    expect(hand.port.said().filter((line) => line.includes('slot'))).toEqual([
      ...['1: slotRequested 1', '2: slotRequested 2'],
    ]);
    hand.letter(required(2));
    expect(hand.port.said()).toEqual([]);
  });

  test('that are lost are asked for elsewhere, and a job that is over needs none', () => {
    const hand = leader();
    hand.register(3, 'c');
    hand.port.said();
    hand.letter({ kind: 'taskManagerLost', name: 'a', connection: 1 });
    expect(hand.port.said()).toEqual(['3: slotRequested 3']);
    hand.letter(required(0));
    hand.letter({ kind: 'taskManagerLost', name: 'b', connection: 2 });
    expect(hand.port.said()).toEqual([]);
  });
});

describe('a task manager', () => {
  test('is asked in every interval whether it lives', () => {
    const hand = leader();
    expect(hand.port.armed()).toContain(`heartbeat ${heartbeatIntervalMicros}`);
    hand.port.sent.splice(0);
    hand.elapse('heartbeat');
    expect(hand.port.sent).toEqual(
      [1, 2].map((connection) => [
        connection,
        { kind: 'heartbeatRequested', subject: -1, epoch: 3, by: 'resourceManager' },
      ]),
    );
    expect(hand.port.armed()).toContain(`heartbeat ${heartbeatIntervalMicros}`);
  });

  test('that is silent is lost: its line is closed, and the job master is told', () => {
    const hand = leader();
    hand.answer(1, 'a'); // the silence of a counts anew, after that of b
    const silent = `taskManagerSilent ${heartbeatTimeoutMicros}`;
    expect(hand.port.armed().filter((line) => line === silent)).toHaveLength(2);
    hand.elapse('taskManagerSilent');
    expect([...hand.lines.keys()]).toEqual([1]);
    expect(hand.port.closed).toEqual([2]);
    expect(hand.mail.jobMaster).toEqual([{ kind: 'taskManagerLost', name: 'b', connection: 2 }]);
    expect(hand.port.moments.at(-1)).toBe('taskManagerLost 3 b');
  });

  test('that was lost before there was a leader is not spoken of', () => {
    const hand = resourcesByHand();
    hand.register(1, 'a');
    hand.letter({ kind: 'taskManagerLost', name: 'a', connection: 1 });
    hand.letter({ kind: 'taskManagerLost', name: 'b', connection: 2 });
    hand.answer(1, 'a');
    expect([hand.port.moments, hand.mail.jobMaster]).toEqual([[], []]);
    hand.letter(granted);
    expect(hand.port.said()).toEqual([]);
  });
});

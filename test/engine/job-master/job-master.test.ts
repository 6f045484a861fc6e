/**
 * Goal: the job master takes slots from whoever offers them, watches those task managers alone, and
 * with each that is lost its slots go and the job restarts; it takes each checkpoint's id once.
 * Method: one by hand.
 */
import { describe, expect, test } from 'vitest';
import { tellCoordinator } from '../../../src/engine/job-master/checkpointing.js';
import {
  masterAnswered,
  masterMail,
  masterMessage,
  masterTimer,
} from '../../../src/engine/job-master/job-master.js';
import { masterOf } from '../../../src/engine/job-master/master.js';
import type { ActorTimer, ToJobMaster } from '../../../src/engine/mail.js';
import { ATTEMPTS_PER_EPOCH, named, type TaskState } from '../../../src/engine/protocol.js';
import type { RegistryAnswer } from '../../../src/kernel/protocols.js';
import { means, portByHand, setup } from '../stage.js';

const { heartbeatTimeoutMicros } = setup.configuration;
const ATTEMPT = 3 * ATTEMPTS_PER_EPOCH + 1;
const counter = { value: 5, version: 2 };
const needed = { kind: 'slotsRequired', slots: 2 };

function masterByHand() {
  const process = means();
  const port = portByHand();
  const master = masterOf(process);
  const letter = (one: ToJobMaster) => {
    masterMail(master, port.out, one);
  };
  letter({ kind: 'jobStarted', epoch: 3, counter });
  return {
    ...{ master, letter, port, lines: process.lines, mail: process.mail },
    offer: (connection: number, name: string, allocation: number, epoch = 3) => {
      process.lines.set(connection, name);
      const message = { kind: 'slotOffered', subject: allocation, epoch } as const;
      masterMessage(master, port.out, name, connection, message);
    },
    answer: (connection: number, name: string) => {
      const message = { kind: 'heartbeatAnswered', subject: -1, to: 'jobMaster' } as const;
      masterMessage(master, port.out, name, connection, message);
    },
    /** No checkpoint has completed yet. */
    nothingToRestore: () => {
      const answer: RegistryAnswer = { kind: 'valuesListed', subject: 0, request: 1, values: [] };
      const tag = { of: 'jobMaster', kind: 'pointers', reading: master.readings } as const;
      masterAnswered(master, port.out, tag, answer);
    },
    report: (subtask: string, state: TaskState) => {
      const about = named(subtask);
      const message = { kind: 'taskStateChanged', subject: 0, about, state, cause: '' } as const;
      const more = { attempt: ATTEMPT, witness: undefined };
      masterMessage(master, port.out, 'a', 1, { ...message, ...more });
    },
    elapse: (timer: string) => {
      masterTimer(master, port.out, port.elapse(timer) as ActorTimer);
    },
  };
}

/** Its tasks are deployed to a, over connection 1, and to b, over connection 2. */
function deployed() {
  const hand = masterByHand();
  hand.offer(2, 'b', 2);
  hand.offer(1, 'a', 1);
  hand.nothingToRestore();
  return hand;
}

describe('a job that is started', () => {
  test('is under the epoch that the dispatcher gives, and declares what it needs', () => {
    const { master, mail, port } = masterByHand();
    expect(master).toMatchObject({ epoch: 3, counter });
    expect(master.scheduler).toMatchObject({ attempt: ATTEMPT, phase: 'waitingForSlots' });
    expect(mail.resourceManager).toEqual([needed]);
    expect(port.said()).toEqual([]);
  });

  test('is deployed when all slots are offered, to places in the order of allocations', () => {
    const hand = masterByHand();
    hand.offer(2, 'b', 2);
    hand.offer(2, 'b', 3, 2); // of an older epoch
    expect(hand.master.scheduler.phase).toBe('waitingForSlots');
    hand.offer(1, 'a', 1);
    expect(hand.port.moments).toEqual([`slotsReady ${ATTEMPT}`]);
    hand.nothingToRestore();
    const deployments = hand.port.said();
    expect(deployments).toEqual(['1', '2', '1', '1'].map((to) => `${to}: deployTask 0`));
  });

  test('is over when its result is stored: then it needs no slots', () => {
    const hand = deployed();
    hand.master.scheduler = { ...hand.master.scheduler, phase: 'finishing' };
    hand.letter({ kind: 'resultStored' });
    expect(hand.master.scheduler).toMatchObject({ phase: 'over', status: 'FINISHED' });
    expect(hand.mail.resourceManager.at(-1)).toEqual({ ...needed, slots: 0 });
  });
});

describe('task managers', () => {
  test('are watched when they give slots, and only those', () => {
    const hand = masterByHand();
    hand.elapse('heartbeat');
    expect(hand.port.said()).toEqual([]);
    hand.offer(1, 'a', 1);
    hand.elapse('heartbeat');
    const by = 'jobMaster';
    const request = { kind: 'heartbeatRequested', subject: -1, epoch: 3, by };
    expect(hand.port.sent).toEqual([[1, request]]);
  });

  test('that are silent are given up: slots go, tasks fail, the resource manager is told', () => {
    const hand = deployed();
    hand.answer(2, 'b'); // the silence of b counts anew, after that of a
    const silent = `peerSilent ${heartbeatTimeoutMicros}`;
    expect(hand.port.armed().filter((line) => line === silent)).toHaveLength(2);
    hand.elapse('peerSilent');
    expect(hand.port.closed).toEqual([1]);
    expect([...hand.lines.keys()]).toEqual([2]);
    const lost = { kind: 'taskManagerLost', name: 'a', connection: 1 };
    expect(hand.mail.resourceManager.at(-1)).toEqual(lost);
    expect(hand.master.pool.places.map((slot) => slot?.manager)).toEqual([undefined, 'b']);
    expect(hand.master.scheduler).toMatchObject({ status: 'RESTARTING' });
    expect(hand.master.scheduler.executions.get('source[0]')?.state).toBe('FAILED');
  });

  test('that the resource manager has lost are lost; what it says of another line is past', () => {
    const hand = deployed();
    hand.letter({ kind: 'taskManagerLost', name: 'a', connection: 9 });
    hand.letter({ kind: 'taskManagerLost', name: 'c', connection: 1 });
    expect(hand.master.scheduler.status).toBe('RUNNING');
    hand.letter({ kind: 'taskManagerLost', name: 'a', connection: 1 });
    expect(hand.master.scheduler.status).toBe('RESTARTING');
    expect(hand.mail.resourceManager).toEqual([needed]);
  });

  test('that offer over a new connection have lost the old one, and what they ran', () => {
    const hand = deployed();
    hand.offer(7, 'a', 3);
    expect(hand.master.scheduler.status).toBe('RESTARTING');
    expect(hand.master.peers.get('a')?.connection).toBe(7);
    hand.answer(1, 'a');
    expect(hand.port.closed).toEqual([1]);
  });

  test('a restart takes the slots that are still here, and asks for the others', () => {
    const hand = deployed();
    hand.letter({ kind: 'taskManagerLost', name: 'a', connection: 1 });
    hand.report('source[1]', 'CANCELED');
    hand.elapse('backoff');
    expect(hand.master.scheduler).toMatchObject({ attempt: ATTEMPT + 1, phase: 'waitingForSlots' });
    expect(hand.mail.resourceManager).toEqual([needed, needed]);
    hand.offer(3, 'c', 3);
    expect(hand.master.scheduler).toMatchObject({ phase: 'restoring', slots: ['c', 'b'] });
  });
});

describe('the id of a checkpoint', () => {
  /** A job whose tasks all run, and that has asked for the next id. */
  const asking = () => {
    const hand = deployed();
    for (const name of hand.master.scheduler.executions.keys()) hand.report(name, 'RUNNING');
    hand.port.moments.length = 0;
    hand.elapse('interval');
    const answer = (id: number, reply: RegistryAnswer) => {
      const tag = { of: 'jobMaster', kind: 'counter', id, timestamp: 5 } as const;
      masterAnswered(hand.master, hand.port.out, tag, reply);
    };
    return { ...hand, answer };
  };
  const written = (version: number): RegistryAnswer => {
    return { kind: 'valueWritten', subject: 0, request: 1, version };
  };
  const isOfCheckpoint = (line: string) => /^(triggered|aborted|requestRefused)/.test(line);

  test('is the next one, and taken for good, also when the checkpoint comes to nothing', () => {
    const { answer, elapse, master, port } = asking();
    answer(6, written(3));
    const reason = 'TASK_CHECKPOINT_FAILURE';
    tellCoordinator(master, port.out, { kind: 'declined', id: 6, attempt: ATTEMPT, reason });
    expect(master.counter).toEqual({ value: 6, version: 3 });
    elapse('interval');
    answer(7, written(4));
    expect(port.moments.filter(isOfCheckpoint)).toEqual([
      'triggered 6',
      'aborted 6',
      'triggered 7',
    ]);
  });

  test('also when the job has left RUNNING meanwhile', () => {
    const { answer, letter, master, port } = asking();
    letter({ kind: 'taskManagerLost', name: 'a', connection: 1 });
    answer(6, written(3));
    expect(port.moments.filter(isOfCheckpoint)).toEqual(['requestRefused 0']);
    expect(master.counter).toEqual({ value: 6, version: 3 });
  });

  test('that the registry has refused is taken by nobody', () => {
    const { answer, master, port } = asking();
    answer(6, { kind: 'unavailable', subject: 0, request: 1 });
    expect(port.moments.filter(isOfCheckpoint)).toEqual(['requestRefused 0']);
    expect(master.counter).toEqual(counter);
  });
});

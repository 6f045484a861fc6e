/**
 * Goal: the dispatcher leads only under a lease of its own life, starts the others under its epoch,
 * renews the lease in one loop, and stores the result before anyone is told. Method: a dispatcher
 * by hand, and any sequence of answers of the registry.
 */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  dispatcherAnswered,
  dispatcherMail,
  dispatcherOf,
  dispatcherTimer,
  startDispatcher,
} from '../../../src/engine/dispatcher/dispatcher.js';
import type { ActorTimer } from '../../../src/engine/mail.js';
import type { DispatcherTag, RegistryTag } from '../../../src/engine/services.js';
import type { RegistryAnswer } from '../../../src/kernel/protocols.js';
import { textBlock } from '../../../src/kernel/words.js';
import { means, portByHand, setup, type Sent } from '../stage.js';

type Kind = DispatcherTag['kind'];

function dispatcherByHand(incarnation = 1) {
  const { registry, mail } = means();
  const port = portByHand();
  const dispatcher = dispatcherOf(setup, registry, mail);
  startDispatcher(dispatcher, port.out, incarnation);
  const asks = () => [...registry.asks].map(([number, { tag, body }]) => ({ number, tag, body }));
  const tagged = (kind: RegistryTag['kind']) => asks().filter(({ tag }) => tag.kind === kind);
  return {
    ...{ dispatcher, mail, port, asks, tagged },
    /** The body of the one question of this kind that is open. */
    asked: (kind: Kind) => tagged(kind)[0]?.body as Sent | undefined,
    answer: (kind: Kind, answer: RegistryAnswer['kind'], rest: object = {}) => {
      const ask = tagged(kind)[0];
      if (ask === undefined) throw new Error(`nobody asked for ${kind}`);
      registry.asks.delete(ask.number);
      const full = { kind: answer, subject: 0, request: ask.number, ...rest } as RegistryAnswer;
      dispatcherAnswered(dispatcher, port.out, ask.tag as DispatcherTag, full);
    },
    elapse: (kind: string) => {
      const timer = port.elapse(kind);
      if (timer === undefined) throw new Error(`no timer ${kind}`);
      dispatcherTimer(dispatcher, port.out, timer as ActorTimer);
    },
    /** Timers of its own, without those of the questions. */
    waits: () => port.armed().filter((line) => !/^(?:mail|askTimedOut) /.test(line)),
  };
}

const value = (key: string, words: Int32Array) => ({ key, version: 7, words });
const graph = value('job-graph', textBlock('by-hand'));
const listed = (...values: ReturnType<typeof value>[]) => ({ values });

/** One that leads in epoch 3. */
function leader() {
  const hand = dispatcherByHand();
  hand.answer('lease', 'leaseGranted', { epoch: 3 });
  hand.answer('inventory', 'valuesListed', listed(graph));
  return hand;
}

describe('the lease', () => {
  test('is asked for by this life of the process: a former life is another holder', () => {
    const [first, second] = [1, 2].map((life) => dispatcherByHand(life).asked('lease'));
    expect(first).toMatchObject({ kind: 'acquireLease', holder: 'job-manager-0#1', ttl: 4_000 });
    expect(second).toMatchObject({ holder: 'job-manager-0#2' });
  });

  test('that is held, or cannot be had now, is asked for again after a quarter of it', () => {
    const hand = dispatcherByHand();
    for (const refusal of ['leaseHeld', 'unavailable'] as const) {
      hand.answer('lease', refusal);
      expect([hand.waits(), hand.dispatcher.epoch]).toEqual([['seekLease 1000'], 0]);
      hand.elapse('seekLease');
    }
    expect(hand.tagged('lease')).toHaveLength(1);
  });

  test.each(['leaseLost', 'epochFenced'] as const)('%s ends the process', (kind) => {
    const hand = leader();
    hand.elapse('renewLease');
    hand.answer('renewal', kind);
    expect(hand.port.exits).toEqual([`not the leader any more: ${kind}`]);
  });
});

describe('the renewal', () => {
  const answers: Readonly<Record<Kind, readonly RegistryAnswer['kind'][]>> = {
    lease: ['leaseGranted', 'leaseHeld', 'unavailable'],
    renewal: ['leaseRenewed', 'unavailable'],
    inventory: ['valuesListed', 'unavailable'],
    jobGraph: ['valueWritten', 'unavailable'],
    result: ['valueWritten', 'unavailable'],
  };

  /** A question is answered, or a timer elapses, as the numbers say. */
  function advance(hand: ReturnType<typeof dispatcherByHand>, pick: number, how: number): void {
    const timers = hand.waits().map((line) => line.split(' ')[0] as string);
    const asks = hand.asks().map(({ tag }) => tag.kind as Kind);
    const index = pick % (timers.length + asks.length);
    const timer = timers[index];
    if (timer !== undefined) {
      hand.elapse(timer);
      return;
    }
    const kind = asks[index - timers.length] as Kind;
    const kinds = answers[kind];
    const answer = kinds[how % kinds.length] as RegistryAnswer['kind'];
    hand.answer(kind, answer, { epoch: 3, values: how % 4 < 2 ? [graph] : [] });
  }

  test('is one loop, whatever the registry answers: one delay or one question, never two', () => {
    const step = fc.tuple(fc.nat(50), fc.nat(50));
    const steps = fc.array(step, { minLength: 1, maxLength: 40 });
    let granted = 0;
    fc.assert(
      fc.property(steps, (moves) => {
        const hand = dispatcherByHand();
        for (const [pick, how] of moves) {
          advance(hand, pick, how);
          const delays = hand.waits().filter((line) => line.startsWith('renewLease')).length;
          const open = hand.tagged('renewal').length;
          expect(delays + open).toBe(hand.dispatcher.epoch === 0 ? 0 : 1);
          expect(hand.waits().length + hand.asks().length).toBeLessThanOrEqual(2);
          if (hand.dispatcher.epoch > 0) granted += 1;
        }
      }),
      { numRuns: 500, seed: 1 },
    );
    expect(granted).toBeGreaterThan(1_000);
  });
});

describe('what predecessors left', () => {
  test('nothing: the job graph is stored before anyone acts', () => {
    const hand = dispatcherByHand();
    hand.answer('lease', 'leaseGranted', { epoch: 3 });
    hand.answer('inventory', 'unavailable');
    hand.elapse('readInventory');
    hand.answer('inventory', 'valuesListed', listed());
    expect(hand.asked('jobGraph')).toMatchObject({ key: 'job-graph', epoch: 3, expected: 0 });
    hand.answer('jobGraph', 'unavailable');
    expect([hand.mail.resourceManager, hand.mail.jobMaster]).toEqual([[], []]);
    hand.elapse('writeJobGraph');
    hand.answer('jobGraph', 'valueWritten');
    const counter = { value: 0, version: 0 };
    expect(hand.mail.jobMaster).toEqual([{ kind: 'jobStarted', epoch: 3, counter }]);
    expect(hand.port.moments).toEqual(['leader 3', 'jobStatus 0']);
  });

  test('a job: the others are started under the epoch, with the counter as it is', () => {
    const hand = dispatcherByHand();
    hand.answer('lease', 'leaseGranted', { epoch: 3 });
    const counter = value('checkpoint-id-counter', Int32Array.of(41));
    hand.answer('inventory', 'valuesListed', listed(counter, graph));
    expect(hand.mail.resourceManager).toEqual([{ kind: 'leadershipGranted', epoch: 3 }]);
    expect(hand.mail.jobMaster).toEqual([
      { kind: 'jobStarted', epoch: 3, counter: { value: 41, version: 7 } },
    ]);
    expect(hand.port.armed().filter((line) => line.startsWith('mail'))).toEqual([
      ...['mail 0', 'mail 0'],
    ]);
  });

  test('a result: the job is not run again, and what is left of it is cleaned up', () => {
    const hand = dispatcherByHand();
    hand.answer('lease', 'leaseGranted', { epoch: 3 });
    const result = value('job-result', textBlock('FAILED'));
    hand.answer('inventory', 'valuesListed', listed(graph, result));
    expect(hand.port.moments).toEqual(['leader 3', 'jobStatus 0']);
    expect(hand.mail.resourceManager).toHaveLength(1);
    expect(hand.mail.jobMaster).toEqual([{ kind: 'jobOver', epoch: 3, status: 'FAILED' }]);
  });

  test('a job graph that somebody else has written meanwhile: another epoch rules', () => {
    const hand = dispatcherByHand();
    hand.answer('lease', 'leaseGranted', { epoch: 3 });
    hand.answer('inventory', 'valuesListed', listed());
    hand.answer('jobGraph', 'versionConflict');
    expect(hand.port.exits).toEqual(['not the leader any more: versionConflict']);
  });
});

describe('the result', () => {
  test('is stored until it is, and only then the job master hears of it', () => {
    const hand = leader();
    hand.mail.jobMaster.length = 0;
    dispatcherMail(hand.dispatcher, hand.port.out, { kind: 'jobEnded', status: 'FINISHED' });
    expect(hand.asked('result')).toMatchObject({ key: 'job-result', epoch: 3, expected: 0 });
    hand.answer('result', 'unavailable');
    expect(hand.mail.jobMaster).toEqual([]);
    hand.answer('result', 'valueWritten');
    expect(hand.mail.jobMaster).toEqual([{ kind: 'resultStored' }]);
  });

  test('that is not ours ends the process', () => {
    const hand = leader();
    dispatcherMail(hand.dispatcher, hand.port.out, { kind: 'jobEnded', status: 'FAILED' });
    hand.answer('result', 'epochFenced');
    expect(hand.port.exits).toEqual(['the result is not ours: epochFenced']);
  });
});

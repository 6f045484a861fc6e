/**
 * Goal: a client asks a bounded number of times, hears each answer once, and never asks twice what
 * may not be done twice. Method: a client by hand, with its connection and its timers.
 */
import { describe, expect, test } from 'vitest';
import type { Event, Message, Out, Timer } from '../../src/kernel/actor.js';
import {
  ask,
  clientOf,
  clientStep,
  closeClient,
  concerns,
  type Client,
} from '../../src/engine/ask.js';

type Answer = Message & Readonly<{ request: number; what: string }>;

function clientByHand() {
  const client: Client<string> = clientOf('service', 'channel');
  const sent: string[] = [];
  const timers = new Map<number, Timer>();
  const closed: number[] = [];
  let opened = 0;
  const out = {
    connect: () => (opened += 1),
    send: (connection: number, message: Message & { request?: number }) =>
      void sent.push(`${connection}: ${message.kind} ${String(message.request)}`),
    close: (connection: number) => void closed.push(connection),
    setTimer: (_delay: number, timer: Timer) => {
      timers.set(timers.size + 1, timer);
      return timers.size;
    },
    cancelTimer: (handle: number) => void timers.set(handle, { kind: 'cancelled', subject: 0 }),
  } as unknown as Out; // a client uses no other verb
  const step = (event: Event) => clientStep<string, Answer>(client, event, out);
  const about = (kind: 'connected' | 'disconnected', connection = opened): Event => {
    return { kind, connection, peer: 'service', channel: 'channel' };
  };
  return {
    ...{ client, sent, timers, closed, out },
    ask: (tag: string, attempts: number) =>
      ask(client, out, { kind: tag, subject: 0 }, tag, { timeoutMicros: 100, attempts }),
    connected: () => step(about('connected')),
    disconnected: () => step(about('disconnected')),
    answer: (request: number) => {
      const message: Answer = { kind: 'answer', subject: 0, request, what: 'yes' };
      return step({ kind: 'received', connection: opened, message });
    },
    timeOut: (request: number) => {
      const timer = [...timers.values()]
        .filter((one) => one.kind === 'askTimedOut' && one.subject === request)
        .at(-1);
      return timer === undefined ? [] : step({ kind: 'elapsed', timer });
    },
    concernsTimerOf: (service: string) => {
      const timer = { kind: 'askTimedOut', subject: 1, request: 1, service };
      return concerns(client, { kind: 'elapsed', timer });
    },
    concernsConnection: (connection: number) =>
      concerns(client, {
        ...{ kind: 'disconnected', connection, peer: 'any', channel: 'any' },
      }),
    opened: () => opened,
  };
}

describe('asking', () => {
  test('what is asked before the connection stands is sent when it does, in order', () => {
    const hand = clientByHand();
    hand.ask('a', 1);
    hand.ask('b', 1);
    expect([hand.opened(), hand.sent]).toEqual([1, []]);
    expect(hand.connected()).toEqual([]);
    hand.ask('c', 1);
    expect(hand.sent).toEqual(['1: a 1', '1: b 2', '1: c 3']);
  });

  test('an answer is heard once, with its tag, and stops the timer', () => {
    const hand = clientByHand();
    hand.ask('a', 3);
    hand.connected();
    expect(hand.answer(1)).toMatchObject([{ tag: 'a', answer: { what: 'yes' } }]);
    expect(hand.answer(1)).toEqual([]);
    expect([...hand.timers.values()].map(({ kind }) => kind)).toEqual(['cancelled']);
    expect(hand.answer(7)).toEqual([]);
  });
});

describe('silence', () => {
  test('asks again so often, and then ends without an answer', () => {
    const hand = clientByHand();
    hand.ask('a', 3);
    hand.connected();
    expect([hand.timeOut(1), hand.timeOut(1)]).toEqual([[], []]);
    expect(hand.sent).toEqual(['1: a 1', '1: a 1', '1: a 1']);
    expect(hand.timeOut(1)).toEqual([{ tag: 'a', answer: undefined }]);
    expect(hand.timeOut(1)).toEqual([]);
  });

  test('an answer to the first try serves the second', () => {
    const hand = clientByHand();
    hand.ask('a', 2);
    hand.connected();
    hand.timeOut(1);
    expect(hand.answer(1)).toHaveLength(1);
    expect(hand.answer(1)).toEqual([]);
  });

  test('what may be asked once is sent once, even when the connection comes late', () => {
    const hand = clientByHand();
    hand.ask('a', 1);
    expect(hand.timeOut(1)).toEqual([{ tag: 'a', answer: undefined }]);
    hand.connected();
    expect(hand.sent).toEqual([]);
  });
});

describe('a broken connection', () => {
  test('ends what may not be asked twice, and the rest goes again after its time-out', () => {
    const hand = clientByHand();
    hand.ask('once', 1);
    hand.ask('often', 3);
    hand.connected();
    expect(hand.disconnected()).toEqual([{ tag: 'once', answer: undefined }]);
    expect(hand.opened()).toBe(1);
    expect(hand.timeOut(2)).toEqual([]);
    expect(hand.opened()).toBe(2);
    hand.connected();
    expect(hand.sent.at(-1)).toBe('2: often 2');
  });

  test('a question asked meanwhile opens the next connection, for all that wait', () => {
    const hand = clientByHand();
    hand.ask('a', 2);
    hand.connected();
    hand.disconnected();
    hand.ask('b', 2);
    expect(hand.opened()).toBe(2);
    hand.connected();
    expect(hand.sent).toEqual(['1: a 1', '2: a 1', '2: b 2']);
  });

  test('the last try is a last one: a break ends it', () => {
    const hand = clientByHand();
    hand.ask('a', 2);
    hand.connected();
    hand.timeOut(1);
    expect(hand.disconnected()).toEqual([{ tag: 'a', answer: undefined }]);
  });
});

test('only its own connection and its own timers concern a client', () => {
  const hand = clientByHand();
  hand.ask('a', 1);
  expect([hand.concernsConnection(1), hand.concernsConnection(2)]).toEqual([true, false]);
  expect(hand.concernsTimerOf('service')).toBe(true);
  expect(hand.concernsTimerOf('another')).toBe(false);
  expect(concerns(hand.client, { kind: 'started', incarnation: 1 })).toBe(false);
});

test('a closed client has forgotten everything', () => {
  const hand = clientByHand();
  hand.ask('a', 3);
  hand.connected();
  closeClient(hand.client, hand.out);
  expect(hand.closed).toEqual([1]);
  expect(hand.client.asks.size).toBe(0);
  expect([...hand.timers.values()].map(({ kind }) => kind)).toEqual(['cancelled']);
});

/**
 * Goal: a gateway keeps what a coordinator sends behind the cut, and loses and turns round nothing.
 * Method: the sentences of section 2.7, each by hand; then the gateway against a model that knows
 * of each event only under which checkpoint it waits, over sequences that a coordinator may make.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  close,
  gatewayOf,
  mark,
  reopen,
  send,
  type Gateway,
  type SentEvent,
} from '../../../src/engine/coordination/gateway.js';

const event = (number: number): SentEvent => ({ number, words: Int32Array.of(number) });

/** A gateway, and the numbers of the events that have passed it. */
function hand() {
  let gateway = gatewayOf(7);
  const passed: number[] = [];
  const take = ([after, events]: readonly [Gateway, readonly SentEvent[]]): void => {
    gateway = after;
    passed.push(...events.map(({ number }) => number));
  };
  return {
    passed,
    gateway: () => gateway,
    mark: (id: number) => void (gateway = mark(gateway, id)),
    close: (id: number): boolean => {
      const closed = close(gateway, id);
      gateway = closed ?? gateway;
      return closed !== undefined;
    },
    send: (number: number) => take(send(gateway, event(number))),
    reopen: (id: number) => take(reopen(gateway, id)),
  };
}

describe('a gateway', () => {
  test('lets events pass while it is only marked', () => {
    const { passed, ...gateway } = hand();
    gateway.send(1);
    gateway.mark(1);
    gateway.send(2);
    expect(passed).toEqual([1, 2]);
  });

  test('keeps what is sent while it is closed, and gives it in order when it opens', () => {
    const { passed, ...gateway } = hand();
    gateway.mark(1);
    expect(gateway.close(1)).toBe(true);
    gateway.send(1);
    gateway.send(2);
    expect(passed).toEqual([]);
    gateway.reopen(1);
    gateway.send(3);
    expect(passed).toEqual([1, 2, 3]);
  });

  test('does not close for what it is not marked with: a failed trigger, another attempt', () => {
    const gateway = hand();
    expect(gateway.close(1)).toBe(false);
    gateway.mark(1);
    gateway.reopen(1);
    expect(gateway.close(1)).toBe(false);
  });

  test('is marked with ids that increase', () => {
    const gateway = hand();
    gateway.mark(4);
    expect(() => gateway.mark(4)).toThrow('ids of checkpoints increase');
  });

  test('closed for several, opens the oldest by giving what waits under it alone', () => {
    const { passed, ...gateway } = hand();
    for (const id of [1, 2]) {
      gateway.mark(id);
      gateway.close(id);
      gateway.send(id);
    }
    gateway.reopen(1);
    expect(passed).toEqual([1]);
    gateway.send(3);
    gateway.reopen(2);
    expect(passed).toEqual([1, 2, 3]);
  });

  test('opened for a later one, keeps what waits under it for the one before', () => {
    const { passed, ...gateway } = hand();
    for (const id of [1, 2, 3]) {
      gateway.mark(id);
      gateway.close(id);
      gateway.send(id);
    }
    gateway.reopen(2);
    expect(passed).toEqual([]);
    gateway.reopen(1);
    expect(passed).toEqual([1, 2]);
    gateway.reopen(3);
    expect(passed).toEqual([1, 2, 3]);
  });
});

type Step = 'send' | 'mark' | 'close' | Readonly<{ reopen: number }>;

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.constantFrom<Step>('send', 'send', 'mark', 'close'),
  fc.nat(5).map((back) => ({ reopen: back })),
);

test('no event is lost, doubled, turned round, or passes while what it waits for is closed', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const { passed, ...gateway } = hand();
      const closed: number[] = [];
      let [ids, events] = [0, 0];
      for (const one of steps) {
        const before = passed.length;
        if (one === 'send') {
          gateway.send((events += 1));
          expect(passed.length - before).toBe(closed.length === 0 ? 1 : 0);
        } else if (one === 'mark') gateway.mark((ids += 1));
        else if (one === 'close') {
          if (gateway.close(ids)) closed.push(ids);
        } else {
          const at = closed.indexOf(ids - one.reopen);
          gateway.reopen(ids - one.reopen);
          if (at !== 0) expect(passed).toHaveLength(before);
          if (at >= 0) closed.splice(at, 1);
        }
      }
      for (const id of closed) gateway.reopen(id);
      expect(passed).toEqual(Array.from({ length: events }, (_, index) => index + 1));
      expect(gateway.gateway().closed).toEqual([]);
    }),
  );
});

/**
 * Goal: a sender never has more credit than its consumer has buffers, and none is ever lost.
 * Method: senders and one gate under random traffic; each buffer that was worked comes back as
 * credit, or as a floating buffer of the gate.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  creditForBacklog,
  creditForRecycled,
  enqueue,
  noteBarrierAt,
  storeInFlight,
  takeFreeBuffer,
  takeNext,
  type Element,
  type Gate,
  type InputChannel,
} from '../../../src/engine/task/gate.js';
import { named } from '../../../src/engine/protocol.js';

const EXCLUSIVE = 2;
const FLOATING = 5;

function gateOf(channels: number): Gate {
  return {
    channels: Array.from({ length: channels }, (_, index) => channelOf(index)),
    ready: [],
    floatingFree: FLOATING,
  };
}

function channelOf(index: number): InputChannel {
  return {
    index,
    input: 0,
    place: index,
    entity: named(`channel ${index}`),
    attempt: 1,
    producer: '',
    producerManager: '',
    queue: [],
    arrived: 0,
    barrier: { id: 0, place: 0 },
    recording: undefined,
    expected: 0,
    borrowed: 0,
    free: EXCLUSIVE,
    backlog: 0,
    grants: 0,
    waiting: false,
    ended: false,
  };
}

const records = (at: number): Element => ({
  kind: 'records',
  words: new Int32Array(0),
  at,
  sender: 1,
  recovered: false,
});

describe('turns', () => {
  const positions = (gate: Gate, count: number) =>
    Array.from({ length: count }, () => {
      const next = takeNext(gate);
      return (
        next && `${next.channel.index}:${next.element.kind === 'records' ? next.element.at : '|'}`
      );
    });

  test('channels with something are served one after the other', () => {
    const gate = gateOf(2);
    const [one, other] = gate.channels as [InputChannel, InputChannel];
    for (const at of [0, 1, 2]) enqueue(gate, one, records(at));
    for (const at of [0, 1]) enqueue(gate, other, records(at));
    expect(positions(gate, 6)).toEqual(['0:0', '1:0', '0:1', '1:1', '0:2', undefined]);
  });

  test('events keep their place in their channel', () => {
    const gate = gateOf(1);
    const [one] = gate.channels as [InputChannel];
    enqueue(gate, one, records(0));
    enqueue(gate, one, { kind: 'barrier', id: 1, timestamp: 5 });
    enqueue(gate, one, records(1));
    expect(positions(gate, 3)).toEqual(['0:0', '0:|', '0:1']);
  });
});

describe('credits', () => {
  type Step = Readonly<{ channel: number; act: 'write' | 'send' | 'work' }>;

  const step: fc.Arbitrary<Step> = fc.record({
    channel: fc.nat(2),
    act: fc.constantFrom('write', 'send', 'work'),
  });

  test('never more than buffers; what was worked comes back; nothing waits for ever', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const gate = gateOf(3);
        const senders = gate.channels.map(() => ({ credit: EXCLUSIVE, queued: 0 }));
        const play = ({ channel: index, act }: Step) => {
          const channel = gate.channels[index] as InputChannel;
          const sender = senders[index] as { credit: number; queued: number };
          if (act === 'write') sender.queued += 1;
          if (act === 'send' && sender.queued > 0 && sender.credit > 0) {
            sender.queued -= 1;
            sender.credit -= 1;
            expect(takeFreeBuffer(channel)).toBe(true);
            enqueue(gate, channel, records(0));
            sender.credit += creditForBacklog(gate, channel, sender.queued);
          }
          if (act === 'work' && channel.queue.length > 0) {
            channel.queue.shift();
            sender.credit += creditForRecycled(gate, channel);
          }
          const borrowed = gate.channels.reduce((sum, { borrowed: own }) => sum + own, 0);
          const isLent = borrowed + gate.floatingFree === FLOATING && gate.floatingFree >= 0;
          const isCounted = gate.channels.every(
            ({ queue, borrowed: own, free }, at) =>
              queue.length + free === EXCLUSIVE + own && free === senders[at]?.credit,
          );
          if (!isLent || !isCounted) expect.fail(JSON.stringify({ gate, senders }));
        };
        for (const one of steps) play(one);
        const sendAndWork = [0, 1, 2].flatMap((channel): Step[] => [
          { channel, act: 'send' },
          { channel, act: 'work' },
        ]);
        for (let round = 0; round < 200; round += 1) for (const one of sendAndWork) play(one);
        expect(senders.every(({ queued }) => queued === 0)).toBe(true);
        expect(gate.channels.every(({ queue }) => queue.length === 0)).toBe(true);
      }),
    );
  });

  test('floating buffers are lent for a backlog and come back when it is gone', () => {
    const gate = gateOf(2);
    const [one, other] = gate.channels as [InputChannel, InputChannel];
    expect(creditForBacklog(gate, one, 4)).toBe(4);
    expect(creditForBacklog(gate, other, 4)).toBe(1);
    expect(creditForBacklog(gate, one, 0)).toBe(0);
    expect(Array.from({ length: 5 }, () => creditForRecycled(gate, one))).toEqual([0, 0, 0, 0, 1]);
    expect(gate.floatingFree).toBe(4);
    expect(creditForRecycled(gate, other)).toBe(1);
  });

  test('a sender with credit that was given twice finds no free buffer', () => {
    const gate = gateOf(1);
    const [one] = gate.channels as [InputChannel];
    const given = EXCLUSIVE + 2 * creditForBacklog(gate, one, 1);
    const taken = Array.from({ length: given }, () => takeFreeBuffer(one));
    expect(taken).toEqual([true, true, true, false]);
  });
});

describe('what is on a channel when barriers overtake', () => {
  const buffer = (value: number): Element => ({
    ...{ kind: 'records', words: Int32Array.of(1, value), at: 0, sender: 1, recovered: false },
  });
  const channelWith = (...values: number[]) => {
    const gate = gateOf(1);
    const [channel] = gate.channels as [InputChannel];
    for (const value of values) enqueue(gate, channel, buffer(value));
    return { gate, channel };
  };
  const valuesIn = (stored: ReturnType<typeof storeInFlight>) =>
    stored.map((one) => (one.kind === 'records' ? one.words[1] : one.kind));

  test('before its barrier has come: all of it, and what comes up to the barrier', () => {
    const { gate, channel } = channelWith(1, 2);
    takeNext(gate);
    const stored = storeInFlight(channel, 7, undefined);
    enqueue(gate, channel, { kind: 'watermark', watermark: 3 });
    enqueue(gate, channel, { kind: 'endOfData' });
    noteBarrierAt(channel, 6);
    enqueue(gate, channel, buffer(4));
    noteBarrierAt(channel, 7);
    enqueue(gate, channel, buffer(5));
    expect(valuesIn(stored)).toEqual([2, 'watermark', 4]);
  });

  test('once it has come: what stands before it, whatever has come since', () => {
    const { gate, channel } = channelWith(1, 2);
    noteBarrierAt(channel, 7);
    enqueue(gate, channel, buffer(3));
    expect(valuesIn(storeInFlight(channel, 7, undefined))).toEqual([1, 2]);
    expect(channel.recording).toBeUndefined();
    takeNext(gate);
    expect(valuesIn(storeInFlight(channel, 7, Int32Array.of(1, 9)))).toEqual([9, 2]);
  });

  test('a barrier of an older checkpoint bounds nothing', () => {
    const { gate, channel } = channelWith(1);
    noteBarrierAt(channel, 6);
    enqueue(gate, channel, buffer(2));
    expect(valuesIn(storeInFlight(channel, 7, new Int32Array(0)))).toEqual([1, 2]);
  });
});

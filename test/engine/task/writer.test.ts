/**
 * Goal: a record goes to the channel that owns its key; buffers need credit, events do not; behind
 * a barrier nothing leaves until the consumer has resumed the channel.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { keyGroupOf, keyGroupsOf, ownerOf } from '../../../src/job/key-groups.js';
import { blockOf, readRow, type RowType } from '../../../src/job/row.js';
import { named } from '../../../src/engine/protocol.js';
import {
  backlogOf,
  isAvailable,
  outputChannel,
  overtake,
  put,
  roomOf,
  routeOf,
  seal,
  takeSendable,
  type OutputChannel,
  type OutputEdge,
  type Writer,
} from '../../../src/engine/task/writer.js';

const type: RowType = [
  { name: 'key', type: 'string' },
  { name: 'value', type: 'int' },
];

function writerOf(channels: number, recordsPerBuffer = 3, queuedMax = 2): Writer {
  const all = Array.from({ length: channels }, (_, index) => outputChannel(index, named('c'), 1));
  return { edges: [], channels: all, recordsPerBuffer, queuedMax };
}

function first(writer: Writer): OutputChannel {
  return writer.channels[0] as OutputChannel;
}

/** A channel that its consumer has asked for, with so much credit. */
function asked(credit: number): OutputChannel {
  return Object.assign(outputChannel(0, named('c'), 1), { consumerManager: 'a', credit });
}

function write(writer: Writer, channel: OutputChannel, value: number): boolean {
  const block = blockOf(['k', value]);
  return put(writer, channel, block, 1, block.length - 1);
}

describe('routes', () => {
  const edgeOf = (exchange: OutputEdge['exchange'], channels: number): OutputEdge => ({
    operator: 0,
    output: 'main',
    exchange,
    type,
    maxParallelism: 16,
    owners: Uint16Array.from({ length: 16 }, (_, group) => ownerOf(group, 16, channels)),
    channels: writerOf(channels).channels,
    turn: 0,
  });

  test('in turn', () => {
    const edge = edgeOf({ kind: 'rebalance' }, 3);
    const row = blockOf(['k', 1]);
    const turns = Array.from({ length: 5 }, () => routeOf(edge, row, 1).index);
    expect(turns).toEqual([0, 1, 2, 0, 1]);
  });

  test('by key: to the subtask that owns the group of the key', () => {
    const parallelism = 3;
    const edge = edgeOf({ kind: 'hash', field: 0 }, parallelism);
    fc.assert(
      fc.property(fc.string(), (key) => {
        const row = blockOf([key, 1]);
        const { index } = routeOf(edge, row, 1);
        const { first: from, last } = keyGroupsOf(16, parallelism, index);
        const group = keyGroupOf(row, 1, row.length - 1, 16);
        expect(from <= group && group <= last).toBe(true);
      }),
    );
  });

  test('by an integer: the same value goes the same way, whatever stands before it', () => {
    const edge = edgeOf({ kind: 'hash', field: 1 }, 4);
    const ways = ['', 'a', 'longer'].map((key) => routeOf(edge, blockOf([key, 77]), 1).index);
    expect(new Set(ways).size).toBe(1);
  });
});

describe('buffers', () => {
  test('the record that fills one says so, and its rows are those that were put', () => {
    const writer = writerOf(1);
    const channel = first(writer);
    expect([1, 2, 3].map((value) => write(writer, channel, value))).toEqual([false, false, true]);
    seal(channel);
    const [sealed] = channel.queue;
    const words = sealed?.kind === 'buffer' ? sealed.words : new Int32Array(0);
    const rows = [];
    for (let at = 0; at < words.length; at += 1 + Number(words[at]))
      rows.push(readRow(type, words, at + 1));
    expect(rows).toEqual([1, 2, 3].map((value) => ['k', value]));
  });

  test('an empty one is not sealed, and a sealed one is not touched by what follows', () => {
    const writer = writerOf(1);
    const channel = first(writer);
    seal(channel);
    expect(channel.queue).toEqual([]);
    write(writer, channel, 1);
    seal(channel);
    const before = structuredClone(channel.queue);
    write(writer, channel, 2);
    expect(channel.queue).toEqual(before);
  });

  test('room is what the fullest channel can still take', () => {
    const writer = writerOf(2);
    expect(roomOf(writer)).toBe(3);
    write(writer, first(writer), 1);
    write(writer, first(writer), 2);
    expect(roomOf(writer)).toBe(1);
    expect(roomOf(writerOf(0))).toBe(3);
  });

  test('with a full queue on any channel no record may be written', () => {
    const writer = writerOf(2);
    for (const value of [1, 2]) {
      expect(isAvailable(writer)).toBe(true);
      write(writer, first(writer), value);
      seal(first(writer));
    }
    expect(isAvailable(writer)).toBe(false);
  });
});

describe('sending', () => {
  const buffer = { kind: 'buffer', words: new Int32Array(0) } as const;
  const barrier = { kind: 'barrier', id: 1, timestamp: 5, passing: 'blocks' } as const;

  test('nothing before the consumer has asked', () => {
    const channel = outputChannel(0, named('c'), 1);
    channel.credit = 5;
    channel.queue.push(barrier);
    expect(takeSendable(channel)).toBeUndefined();
  });

  test('a buffer costs a credit, an event none', () => {
    const channel = asked(1);
    channel.queue.push(buffer, buffer, { kind: 'cancelMarker', id: 1 });
    expect(takeSendable(channel)).toBe(buffer);
    expect(channel.credit).toBe(0);
    expect(takeSendable(channel)).toBeUndefined();
    expect(backlogOf(channel)).toBe(1);
    channel.queue.shift();
    expect(takeSendable(channel)).toEqual({ kind: 'cancelMarker', id: 1 });
  });

  test('behind a barrier everything waits until the channel is resumed', () => {
    const channel = asked(5);
    channel.queue.push(buffer, barrier, buffer, { kind: 'cancelMarker', id: 2 });
    expect([takeSendable(channel), takeSendable(channel)]).toEqual([buffer, barrier]);
    expect(takeSendable(channel)).toBeUndefined();
    channel.blocked = false;
    expect(takeSendable(channel)).toBe(buffer);
    expect(takeSendable(channel)).toEqual({ kind: 'cancelMarker', id: 2 });
    expect(channel.credit).toBe(3);
  });

  test('one that overtakes leaves first, and it is told what it has overtaken', () => {
    const channel = asked(0);
    channel.queue.push(buffer, { kind: 'watermark', watermark: 4 }, { kind: 'endOfData' });
    put(writerOf(1), channel, Int32Array.of(7, 8), 0, 2);
    const passing = { ...barrier, passing: 'overtakes' } as const;
    expect(overtake(channel, passing)).toEqual([
      { kind: 'records', words: buffer.words },
      { kind: 'watermark', watermark: 4 },
      { kind: 'records', words: Int32Array.of(2, 7, 8) },
    ]);
    expect(takeSendable(channel)).toEqual(passing);
    expect(channel.blocked).toBe(false);
    expect(channel.openRecords).toBe(1);
  });

  test('behind one that holds nothing back nothing waits', () => {
    const channel = asked(5);
    const passing = { ...barrier, passing: 'holdsNothing' } as const;
    channel.queue.push(passing, buffer);
    expect([takeSendable(channel), takeSendable(channel)]).toEqual([passing, buffer]);
  });
});

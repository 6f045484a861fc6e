/**
 * Goal: alignment blocks each channel until all have delivered the barrier, never longer, and takes
 * each snapshot at most once, in ascending order. Method: each row of the transition by hand, then
 * random interleavings of barriers and cancellations over several channels, with the rule of the
 * senders: a channel delivers nothing more until it is resumed.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { align, alignmentOf, type Alignment } from '../../../src/engine/barrier/exactly-once.js';
import type { BarrierEffect, BarrierEvent } from '../../../src/engine/barrier/barrier.js';
import {
  aborted as cancelled,
  barrier,
  ended,
  giveUp,
  startAlignment,
  takeSnapshot,
  triggered,
} from './hand.js';

const overtaken = (id: number): BarrierEffect => ({
  ...{ kind: 'giveUp', id, reason: 'CHECKPOINT_DECLINED_SUBSUMED' },
});
const resume = (channel: number): BarrierEffect => ({ kind: 'resume', channel });

/** The effects of the last of some events. */
function lastOf(channels: number, ...events: BarrierEvent[]): readonly BarrierEffect[] {
  let state = alignmentOf(channels);
  let last: readonly BarrierEffect[] = [];
  for (const event of events) [state, last] = align(state, event);
  return last;
}

describe('barriers', () => {
  test('the first one starts the alignment and blocks its channel', () => {
    expect(lastOf(2, barrier(1, 0))).toEqual([startAlignment(1)]);
  });

  test('one in between changes nothing to be seen', () => {
    expect(lastOf(3, barrier(1, 0), barrier(1, 2))).toEqual([]);
  });

  test('the last one takes the snapshot, and only then resumes every channel', () => {
    expect(lastOf(2, barrier(1, 1), barrier(1, 0))).toEqual([
      ...[takeSnapshot(1), resume(1), resume(0)],
    ]);
  });

  test('a single channel needs no wait', () => {
    const effects = [startAlignment(1), takeSnapshot(1), resume(0)];
    expect(lastOf(1, barrier(1, 0))).toEqual(effects);
  });

  test('the next checkpoint begins afresh', () => {
    const first = [barrier(1, 0), barrier(1, 1)];
    expect(lastOf(2, ...first, barrier(2, 1))).toEqual([startAlignment(2)]);
    expect(lastOf(2, ...first, barrier(2, 1), barrier(2, 0))).toEqual([
      ...[takeSnapshot(2), resume(1), resume(0)],
    ]);
  });

  test('one of an older checkpoint only resumes its channel', () => {
    expect(lastOf(2, barrier(2, 0), barrier(1, 1))).toEqual([resume(1)]);
  });

  test('one of a checkpoint that is over only resumes its channel', () => {
    expect(lastOf(2, barrier(1, 0), cancelled(1), barrier(1, 1))).toEqual([resume(1)]);
  });

  test('one of a newer checkpoint gives the pending one up', () => {
    expect(lastOf(2, barrier(1, 0), barrier(2, 1))).toEqual([
      ...[overtaken(1), resume(0), startAlignment(2)],
    ]);
  });
});

describe('cancellations', () => {
  test('before the first barrier: its barriers, when they come, are obsolete', () => {
    expect(lastOf(2, cancelled(1))).toEqual([giveUp(1)]);
    expect(lastOf(2, cancelled(1), barrier(1, 0))).toEqual([resume(0)]);
  });

  test('while it aligns: what is blocked goes on', () => {
    expect(lastOf(3, barrier(1, 0), barrier(1, 2), cancelled(1))).toEqual([
      ...[giveUp(1), resume(0), resume(2)],
    ]);
  });

  test('of a newer one: the pending one, and one that is still to come, end as they should', () => {
    expect(lastOf(2, barrier(1, 0), cancelled(2))).toEqual([giveUp(2)]);
    expect(lastOf(2, barrier(1, 0), cancelled(2), barrier(1, 1))).toEqual([
      ...[takeSnapshot(1), resume(0), resume(1)],
    ]);
    expect(lastOf(1, cancelled(2), barrier(1, 0))).toEqual([
      ...[startAlignment(1), takeSnapshot(1), resume(0)],
    ]);
    expect(lastOf(1, cancelled(2), barrier(1, 0), barrier(2, 0))).toEqual([resume(0)]);
    expect(lastOf(1, cancelled(2), barrier(1, 0), triggered(2))).toEqual([]);
    expect(lastOf(1, cancelled(2), cancelled(4), barrier(3, 0), barrier(4, 0))).toEqual([
      resume(0),
    ]);
  });

  test('after the snapshot, a second time, or of an older one: nothing', () => {
    expect(lastOf(1, barrier(1, 0), cancelled(1))).toEqual([]);
    expect(lastOf(2, cancelled(1), cancelled(1))).toEqual([]);
    expect(lastOf(2, barrier(2, 0), cancelled(1))).toEqual([]);
  });

  test('an older one says nothing of the pending one, which ends as it should', () => {
    expect(lastOf(2, barrier(2, 0), cancelled(1), barrier(2, 1))).toEqual([
      ...[takeSnapshot(2), resume(0), resume(1)],
    ]);
  });
});

describe('channels that have ended', () => {
  test('before the first barrier are not waited for, by this checkpoint or any later', () => {
    expect(lastOf(2, ended(0))).toEqual([]);
    const first = [ended(0), barrier(1, 1)];
    expect(lastOf(2, ...first)).toEqual([startAlignment(1), takeSnapshot(1), resume(1)]);
    expect(lastOf(2, ...first, barrier(2, 1))).toEqual([
      ...[startAlignment(2), takeSnapshot(2), resume(1)],
    ]);
  });

  test('as the last that is waited for: the snapshot is taken, what is blocked goes on', () => {
    expect(lastOf(3, barrier(1, 0), ended(1))).toEqual([]);
    expect(lastOf(3, barrier(1, 0), ended(1), ended(2))).toEqual([takeSnapshot(1), resume(0)]);
    expect(lastOf(3, ended(1), barrier(1, 0), barrier(1, 2))).toEqual([
      ...[takeSnapshot(1), resume(0), resume(2)],
    ]);
  });

  test('behind their own barrier count once', () => {
    expect(lastOf(3, barrier(1, 0), ended(0), barrier(1, 1))).toEqual([]);
    expect(lastOf(2, barrier(1, 0), ended(0), barrier(1, 1))).toEqual([
      ...[takeSnapshot(1), resume(0), resume(1)],
    ]);
  });

  test('when nothing is pending take no snapshot', () => {
    expect(lastOf(1, barrier(1, 0), ended(0))).toEqual([]);
    expect(lastOf(2, barrier(1, 0), cancelled(1), ended(1))).toEqual([]);
  });
});

describe('a trigger of the coordinator', () => {
  test('takes the snapshot at once: nothing but ends is on its way', () => {
    expect(lastOf(2, triggered(1))).toEqual([takeSnapshot(1)]);
    expect(lastOf(2, ended(0), triggered(1))).toEqual([takeSnapshot(1)]);
    expect(lastOf(2, ended(0), ended(1), triggered(1), triggered(2))).toEqual([takeSnapshot(2)]);
  });

  test('gives up the one that is pending, and its channels go on', () => {
    expect(lastOf(2, barrier(1, 0), triggered(2))).toEqual([
      ...[overtaken(1), resume(0), takeSnapshot(2)],
    ]);
  });

  test('makes the barriers of older ones obsolete', () => {
    expect(lastOf(2, triggered(2), barrier(1, 0))).toEqual([resume(0)]);
    expect(lastOf(2, triggered(2), ended(0))).toEqual([]);
    expect(lastOf(2, triggered(2), cancelled(2))).toEqual([]);
  });

  test('for one that is over, or older, is none', () => {
    expect(lastOf(2, triggered(1), triggered(1))).toEqual([]);
    expect(lastOf(2, cancelled(1), triggered(1))).toEqual([]);
    expect(lastOf(2, barrier(2, 0), triggered(1))).toEqual([]);
  });
});

/** Plays barriers and cancellations that senders deliver while they are not blocked. */
function play(scripts: readonly (readonly BarrierEvent[])[], order: readonly number[]) {
  let state: Alignment = alignmentOf(scripts.length);
  const queues = scripts.map((script) => [...script]);
  const blocked = new Set<number>();
  const snapshots: number[] = [];
  const overtaken: number[] = [];
  const turns = [...order];
  while (queues.some((queue) => queue.length > 0)) {
    const able = [...queues.keys()].filter((at) => queues[at]?.length && !blocked.has(at));
    if (able.length === 0) break;
    const channel = able[(turns.shift() ?? 0) % able.length] as number;
    const event = queues[channel]?.shift() as BarrierEvent;
    if (event.kind === 'barrierReceived') blocked.add(channel);
    const [after, effects] = align(state, event);
    state = after;
    for (const effect of effects) {
      if (effect.kind === 'takeSnapshot') snapshots.push(effect.id);
      if (effect.kind === 'giveUp' && effect.reason === 'CHECKPOINT_DECLINED_SUBSUMED')
        overtaken.push(effect.id);
      if (effect.kind === 'resume') expect(blocked.delete(effect.channel)).toBe(true);
    }
  }
  return { snapshots, overtaken, blocked, left: queues.flat().length };
}

/** Nothing is overtaken, no channel stays blocked, and everything was delivered. */
const whole = { overtaken: [], blocked: new Set(), left: 0 };

const isAscending = (ids: readonly number[]) => ids.every((id, at) => id > (ids[at - 1] ?? 0));

test('any interleaving: every snapshot once, ascending, and no channel stays blocked', () => {
  const shape = fc.record({
    channels: fc.integer({ min: 1, max: 5 }),
    checkpoints: fc.integer({ min: 1, max: 6 }),
    order: fc.array(fc.nat(1_000), { maxLength: 60 }),
  });
  fc.assert(
    fc.property(shape, ({ channels, checkpoints, order }) => {
      const ids = Array.from({ length: checkpoints }, (_, index) => index + 1);
      const scripts = Array.from({ length: channels }, (_, channel) =>
        ids.map((id) => barrier(id, channel)),
      );
      expect(play(scripts, order)).toEqual({ snapshots: ids, ...whole });
    }),
  );
});

test('senders that cancel some: the rest once, ascending, and no channel stays blocked', () => {
  const channel = fc.array(fc.constantFrom('barrier', 'cancel', 'skip'), {
    minLength: 5,
    maxLength: 5,
  });
  const shape = fc.record({
    channels: fc.array(channel, { minLength: 1, maxLength: 4 }),
    order: fc.array(fc.nat(1_000), { maxLength: 60 }),
  });
  fc.assert(
    fc.property(shape, ({ channels, order }) => {
      const scripts = channels.map((kinds, index) => {
        const own = kinds.flatMap((kind, at): BarrierEvent[] => {
          if (kind === 'skip') return [];
          return [kind === 'barrier' ? barrier(at + 1, index) : cancelled(at + 1)];
        });
        return [...own, barrier(9, index)]; // one that all of them deliver
      });
      const { snapshots, blocked, left } = play(scripts, order);
      expect(isAscending(snapshots)).toBe(true);
      expect(snapshots.at(-1)).toBe(9);
      for (const id of snapshots.filter((one) => one < 9))
        expect(channels.every((kinds) => kinds[id - 1] === 'barrier')).toBe(true);
      expect({ blocked, left }).toEqual({ blocked: new Set(), left: 0 });
    }),
  );
});

test('senders that cancel some, however early: all others are taken, and none is overtaken', () => {
  const ids = [1, 2, 3, 4, 5];
  /** How many barriers before its own place the marker of a checkpoint leaves; none: a barrier. */
  const channel = fc.array(fc.option(fc.nat(4), { freq: 2, nil: undefined }), {
    minLength: ids.length,
    maxLength: ids.length,
  });
  const shape = fc.record({
    channels: fc.array(channel, { minLength: 1, maxLength: 4 }),
    order: fc.array(fc.nat(1_000), { maxLength: 60 }),
  });
  fc.assert(
    fc.property(shape, ({ channels, order }) => {
      const scripts = channels.map((early, index) => {
        const timed = ids.map((id, at) => {
          const before = early[at];
          return before === undefined
            ? { time: id, event: barrier(id, index) }
            : { time: id - before - 0.5, event: cancelled(id) };
        });
        return timed.sort((one, other) => one.time - other.time).map(({ event }) => event);
      });
      const taken = ids.filter((_id, at) => channels.every((early) => early[at] === undefined));
      expect(play(scripts, order)).toEqual({ snapshots: taken, ...whole });
    }),
  );
});

test('senders that end, each in its turn: each snapshot once, and no channel is blocked', () => {
  const shape = fc.record({
    ends: fc.array(fc.nat(6), { minLength: 1, maxLength: 4 }),
    order: fc.array(fc.nat(1_000), { maxLength: 60 }),
  });
  fc.assert(
    fc.property(shape, ({ ends, order }) => {
      const scripts = ends.map((last, channel) => [
        ...Array.from({ length: last }, (_, index) => barrier(index + 1, channel)),
        ended(channel),
      ]);
      const longest = Array.from({ length: Math.max(...ends) }, (_, index) => index + 1);
      expect(play(scripts, order)).toEqual({ snapshots: longest, ...whole });
    }),
  );
});

/**
 * Goal: the tracker takes the snapshot of a checkpoint once, when its last barrier has come, holds
 * nothing back and forgets what is over. Method: each row of the transition by hand, then random
 * interleavings of barriers over several channels.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PENDING_MAX, track, trackerOf } from '../../../src/engine/barrier/at-least-once.js';
import type { BarrierEffect, BarrierEvent } from '../../../src/engine/barrier/barrier.js';
import {
  aborted,
  barrier,
  ended,
  giveUp,
  marker,
  startAlignment,
  takeSnapshot,
  triggered,
} from './hand.js';

/** Some events in turn: what is pending behind them, and the effects of each. */
function play(channels: number, events: readonly BarrierEvent[]) {
  let state = trackerOf(channels);
  const effects = events.map((event) => {
    const [after, step] = track(state, event);
    state = after;
    return step;
  });
  return { pending: state.pending.map(({ id }) => id), effects };
}

const lastOf = (channels: number, ...events: BarrierEvent[]) =>
  play(channels, events).effects.at(-1);
const pendingOf = (channels: number, ...events: BarrierEvent[]) => play(channels, events).pending;

describe('barriers', () => {
  test('the first starts the alignment, the last takes the snapshot', () => {
    const { effects, pending } = play(3, [barrier(1, 0), barrier(1, 2), barrier(1, 1)]);
    expect(effects).toEqual([[startAlignment(1)], [], [takeSnapshot(1)]]);
    expect(pending).toEqual([]);
    expect(lastOf(1, barrier(1, 0))).toEqual([startAlignment(1), takeSnapshot(1)]);
  });

  test('several checkpoints are counted at once', () => {
    const first = [barrier(1, 0), barrier(2, 0), barrier(1, 1)];
    expect(lastOf(2, ...first)).toEqual([takeSnapshot(1)]);
    expect(lastOf(2, ...first, barrier(2, 1))).toEqual([takeSnapshot(2)]);
  });

  test('one that is whole ends those before it, whose barriers count for nothing then', () => {
    const first = [barrier(1, 0), barrier(2, 0), barrier(2, 1)];
    expect(lastOf(2, ...first)).toEqual([takeSnapshot(2)]);
    expect(pendingOf(2, ...first)).toEqual([]);
    expect(lastOf(2, ...first, barrier(1, 1))).toEqual([]);
  });

  test('more than are remembered: the oldest is forgotten', () => {
    const many = Array.from({ length: PENDING_MAX + 1 }, (_, at) => barrier(at + 1, 0));
    expect(pendingOf(2, ...many)).toHaveLength(PENDING_MAX);
    expect(lastOf(2, ...many, barrier(1, 1))).toEqual([]);
    expect(lastOf(2, ...many, barrier(2, 1))).toEqual([takeSnapshot(2)]);
  });

  test('an abort by the coordinator changes nothing here', () => {
    expect(lastOf(2, barrier(1, 0), aborted(1))).toEqual([]);
    expect(lastOf(2, barrier(1, 0), aborted(1), barrier(1, 1))).toEqual([takeSnapshot(1)]);
  });
});

describe('markers', () => {
  test('one cancels its checkpoint and those before it, each once', () => {
    const first = [barrier(1, 0), barrier(2, 0), barrier(3, 0), marker(2, 1)];
    expect(lastOf(2, ...first)).toEqual([giveUp(1), giveUp(2)]);
    expect(pendingOf(2, ...first)).toEqual([3]);
    expect(lastOf(3, barrier(2, 0), marker(2, 1), marker(2, 2))).toEqual([]);
    expect(lastOf(3, barrier(2, 0), marker(2, 1), barrier(2, 2))).toEqual([]);
  });

  test('one of a checkpoint that is not heard of cancels it', () => {
    expect(lastOf(2, marker(1, 0))).toEqual([giveUp(1)]);
    expect(lastOf(2, marker(1, 0), barrier(1, 1))).toEqual([]);
    expect(pendingOf(2, marker(1, 0), barrier(1, 1))).toEqual([]);
    expect(lastOf(1, marker(1, 0))).toEqual([giveUp(1)]);
    expect(pendingOf(1, marker(1, 0))).toEqual([]);
  });

  test('one of a checkpoint that is over cancels what is older and pending, no more', () => {
    const over = [barrier(1, 0), barrier(2, 0), barrier(2, 1), marker(2, 0)];
    expect(lastOf(2, ...over)).toEqual([]);
    expect(lastOf(2, marker(3, 0), marker(2, 1))).toEqual([]);
  });
});

describe('channels that end', () => {
  test('hold no checkpoint back; the newest that is whole then ends those before it', () => {
    const first = [barrier(1, 0), barrier(2, 0), barrier(3, 0), barrier(3, 1)];
    expect(lastOf(3, ...first.slice(0, 2), ended(1), ended(2))).toEqual([takeSnapshot(2)]);
    expect(lastOf(3, ...first, ended(2))).toEqual([takeSnapshot(3)]);
    expect(pendingOf(3, ...first, ended(2))).toEqual([]);
    expect(lastOf(2, ended(1), barrier(1, 0))).toEqual([startAlignment(1), takeSnapshot(1)]);
  });

  test('with none left that sends, the coordinator triggers', () => {
    expect(lastOf(2, triggered(1))).toEqual([takeSnapshot(1)]);
    expect(lastOf(2, barrier(1, 0), triggered(1))).toEqual([takeSnapshot(1)]);
    expect(lastOf(2, triggered(1), triggered(1))).toEqual([]);
    expect(pendingOf(2, barrier(1, 0), barrier(2, 0), triggered(2))).toEqual([]);
  });
});

test('whatever the order of channels, each checkpoint that is whole in turn is taken once', () => {
  const order = fc.array(fc.nat(2), { minLength: 9, maxLength: 60 });
  fc.assert(
    fc.property(order, (turns) => {
      const next = [1, 1, 1];
      const events = turns.map((channel) => {
        const id = next[channel] ?? 0;
        next[channel] = id + 1;
        return barrier(id, channel);
      });
      const taken = play(3, events).effects.flat().flatMap(takenIn);
      const whole = Math.min(...next) - 1;
      expect(taken).toEqual(Array.from({ length: whole }, (_, at) => at + 1));
    }),
  );
});

function takenIn(effect: BarrierEffect): number[] {
  return effect.kind === 'takeSnapshot' ? [effect.id] : [];
}

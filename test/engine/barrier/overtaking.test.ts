/**
 * Goal: where barriers overtake, the first has the snapshot taken at once, what is on the channels
 * counts as stored when the last has come, and channels that are never overtaken go on then.
 * Method: each row of the transition by hand, then random interleavings of both kinds of barriers.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { align, alignmentOf } from '../../../src/engine/barrier/exactly-once.js';
import type { BarrierEffect, BarrierEvent } from '../../../src/engine/barrier/barrier.js';
import { aborted, barrier, ended, triggered as triggeredBy } from './hand.js';

const overtaking = (id: number, channel: number) => barrier(id, channel, true);
const waiting = (id: number, channel: number) => barrier(id, channel);
const triggered = (id: number) => triggeredBy(id, true);

/** An effect in a word. */
function told(effect: BarrierEffect): string {
  if (effect.kind === 'resume') return `resume ${effect.channel}`;
  return effect.kind === 'giveUp' ? `give ${effect.id} up` : `${effect.kind} ${effect.id}`;
}

/** What the last of some events has done. */
function lastOf(channels: number, ...events: BarrierEvent[]): string[] {
  let state = alignmentOf(channels);
  let last: readonly BarrierEffect[] = [];
  for (const event of events) [state, last] = align(state, event);
  return last.map(told);
}

const begins = (id: number) => [`startAlignment ${id}`, `storeInputs ${id}`, `takeSnapshot ${id}`];

describe('barriers that overtake', () => {
  test('the first has the snapshot taken, the last ends what is stored', () => {
    expect(lastOf(3, overtaking(1, 2))).toEqual(begins(1));
    expect(lastOf(3, overtaking(1, 2), overtaking(1, 0))).toEqual([]);
    const all = [overtaking(1, 2), overtaking(1, 0), overtaking(1, 1)];
    expect(lastOf(3, ...all)).toEqual(['inputsStored 1']);
    expect(lastOf(1, overtaking(1, 0))).toEqual([...begins(1), 'inputsStored 1']);
    expect(lastOf(3, ...all, overtaking(2, 1))).toEqual(begins(2));
  });

  test('one that comes too late says nothing, and resumes nothing', () => {
    expect(lastOf(2, overtaking(2, 0), overtaking(1, 1))).toEqual([]);
    expect(lastOf(2, overtaking(1, 0), aborted(1), overtaking(1, 1))).toEqual([]);
  });

  test('one of a newer checkpoint gives the pending one up', () => {
    expect(lastOf(2, overtaking(1, 0), overtaking(2, 1))).toEqual(['give 1 up', ...begins(2)]);
  });

  test('a channel that ends counts; so do all, where nobody is left to send one', () => {
    expect(lastOf(2, overtaking(1, 0), ended(1))).toEqual(['inputsStored 1']);
    expect(lastOf(2, ended(1), overtaking(1, 0))).toEqual([...begins(1), 'inputsStored 1']);
    const all = ['storeInputs 1', 'takeSnapshot 1', 'inputsStored 1'];
    expect(lastOf(2, triggered(1))).toEqual(all);
    expect(lastOf(2, triggered(1), overtaking(1, 0))).toEqual([]);
  });
});

describe('beside channels that are never overtaken', () => {
  test('their barriers wait, and they go on when the last has come', () => {
    expect(lastOf(2, waiting(1, 0))).toEqual(['startAlignment 1']);
    const begun = ['storeInputs 1', 'takeSnapshot 1', 'inputsStored 1', 'resume 0'];
    expect(lastOf(2, waiting(1, 0), overtaking(1, 1))).toEqual(begun);
    expect(lastOf(2, overtaking(1, 1), waiting(1, 0))).toEqual(['inputsStored 1', 'resume 0']);
    expect(lastOf(2, waiting(1, 0), waiting(1, 1))).toEqual([
      ...['takeSnapshot 1', 'resume 0', 'resume 1'],
    ]);
  });

  test('they go on when the checkpoint is given up', () => {
    const first = [waiting(1, 0), overtaking(1, 1)];
    expect(lastOf(3, ...first, aborted(1))).toEqual(['give 1 up', 'resume 0']);
    expect(lastOf(3, ...first, overtaking(2, 1))).toEqual([
      ...['give 1 up', 'resume 0', ...begins(2)],
    ]);
    expect(lastOf(3, ...first, triggered(2)).slice(0, 2)).toEqual(['give 1 up', 'resume 0']);
  });
});

test('whatever comes when: each snapshot once, all of it stored, no channel blocked', () => {
  const shape = fc.record({
    kinds: fc.array(fc.boolean(), { minLength: 1, maxLength: 4 }),
    checkpoints: fc.integer({ min: 1, max: 5 }),
    order: fc.array(fc.nat(1_000), { maxLength: 60 }),
  });
  fc.assert(
    fc.property(shape, ({ kinds, checkpoints, order }) => {
      let state = alignmentOf(kinds.length);
      const blocked = new Set<number>();
      const effects: string[] = [];
      const turns = [...order];
      for (let id = 1; id <= checkpoints; id += 1) {
        const left = kinds.map((_kind, channel) => channel);
        while (left.length > 0) {
          const [channel = 0] = left.splice((turns.shift() ?? 0) % left.length, 1);
          const overtakes = kinds[channel] === true;
          if (!overtakes) blocked.add(channel);
          const [after, step] = align(state, barrier(id, channel, overtakes));
          state = after;
          effects.push(...step.map(told));
          for (const one of step) if (one.kind === 'resume') blocked.delete(one.channel);
        }
        const isStored = kinds.includes(true);
        expect(effects.filter((one) => one === `takeSnapshot ${id}`)).toHaveLength(1);
        expect(effects.includes(`inputsStored ${id}`)).toBe(isStored);
        expect(blocked.size).toBe(0);
      }
    }),
  );
});

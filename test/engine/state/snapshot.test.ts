/** Snapshots and keyed state keep everything through bytes, and damaged bytes are found out. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  copyOfState,
  getValue,
  putValue,
  stateOfCopy,
  type KeyedState,
} from '../../../src/engine/state/keyed-state.js';
import { joinSections, sectionsOf } from '../../../src/engine/state/snapshot.js';

const int32 = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
const words = fc.array(int32, { maxLength: 8 }).map((list) => Int32Array.from(list));

describe('sections', () => {
  test('what is joined comes apart again', () => {
    fc.assert(
      fc.property(fc.array(words, { maxLength: 5 }), (sections) => {
        expect(sectionsOf(joinSections(sections))).toEqual(sections);
      }),
    );
  });

  test('a block that is cut off or too long is none', () => {
    fc.assert(
      fc.property(fc.array(words, { minLength: 1, maxLength: 4 }), (sections) => {
        const joined = joinSections(sections);
        expect(sectionsOf(joined.slice(0, -1))).toBeUndefined();
        expect(sectionsOf(Int32Array.from([...joined, 0]))).toBeUndefined();
      }),
    );
  });

  test('nor is one with lengths that cannot be', () => {
    expect(sectionsOf(new Int32Array(0))).toBeUndefined();
    expect(sectionsOf(Int32Array.of(-1))).toBeUndefined();
    expect(sectionsOf(Int32Array.of(1, -1))).toBeUndefined();
    expect(sectionsOf(Int32Array.of(0))).toEqual([]);
  });
});

describe('keyed state', () => {
  const entry = fc.tuple(fc.nat(127), fc.string({ maxLength: 5 }), words);
  const stateOf = (entries: readonly (readonly [number, string, Int32Array])[]): KeyedState => {
    const state: KeyedState = [];
    for (const [group, key, value] of entries) putValue(state, group, key, value);
    return state;
  };

  test('a copy holds all entries, in their order', () => {
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 12 }), (entries) => {
        const state = stateOf(entries);
        const restored = stateOfCopy(copyOfState(state), 0);
        expect(restored).toEqual(state);
        expect(copyOfState(restored)).toEqual(copyOfState(state));
      }),
    );
  });

  test('the newest value of a key counts, and a copy does not change with it', () => {
    const state = stateOf([[3, 'a', Int32Array.of(1)]]);
    const copy = copyOfState(state);
    putValue(state, 3, 'a', Int32Array.of(2));
    expect(getValue(state, 3, 'a')).toEqual(Int32Array.of(2));
    expect(getValue(stateOfCopy(copy, 0), 3, 'a')).toEqual(Int32Array.of(1));
    expect(getValue(state, 4, 'a')).toBeUndefined();
  });
});

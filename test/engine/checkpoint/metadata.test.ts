/**
 * Metadata keeps parts with their progress, witnesses of those that had finished and the state of
 * coordinators through bytes, and pointers sort as their numbers.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  checkpointOfKey,
  decodeMetadata,
  encodeMetadata,
  locationName,
  metadataName,
  pointerKey,
} from '../../../src/engine/checkpoint/metadata.js';
import type { Part, Progress } from '../../../src/engine/protocol.js';
import type { Words } from '../../../src/kernel/actor.js';

const part: fc.Arbitrary<Part> = fc.record({
  handle: fc.record({ name: fc.string(), words: fc.nat(2 ** 31 - 1) }),
  progress: fc.constantFrom<Progress>('working', 'ended', 'idle'),
});
const blob: fc.Arbitrary<Words> = fc
  .array(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }), { maxLength: 4 })
  .map((words) => Int32Array.from(words));
const mapOf = <Value>(value: fc.Arbitrary<Value>) =>
  fc.array(fc.tuple(fc.string(), value), { maxLength: 6 }).map((all) => new Map(all));

const metadata = fc.record({
  checkpoint: fc.nat(2 ** 31 - 1),
  parts: mapOf(part),
  finished: mapOf(blob),
  coordinators: mapOf(blob),
});

test('what is encoded is decoded', () => {
  fc.assert(
    fc.property(metadata, (one) => {
      expect(decodeMetadata(encodeMetadata(one))).toEqual(one);
    }),
  );
});

test('words that are no metadata are not decoded', () => {
  expect(decodeMetadata(new Int32Array(0))).toBeUndefined();
  expect(decodeMetadata(Int32Array.of(1, 2, 3))).toBeUndefined();
});

test('keys of pointers order as numbers do', () => {
  const ids = [1, 2, 9, 10, 11, 99, 100, 2 ** 40];
  const keys = ids.map(pointerKey);
  expect(keys.toSorted((one, other) => (one < other ? -1 : 1))).toEqual(keys);
  expect(keys.map(checkpointOfKey)).toEqual(ids);
  expect(pointerKey(12)).toBe('checkpoints/0000000000000000012');
  expect(locationName(12)).toBe('chk-12/');
  expect(metadataName(12)).toBe('chk-12/_metadata');
});

/** Metadata keeps handles and coordinators through bytes, and pointers sort as their numbers. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  checkpointOfKey,
  decodeMetadata,
  encodeMetadata,
  metadataName,
  pointerKey,
} from '../../../src/engine/checkpoint/metadata.js';

const handles = fc
  .array(fc.tuple(fc.string(), fc.string(), fc.nat(2 ** 31 - 1)), { maxLength: 6 })
  .map((all) => new Map(all.map(([subtask, name, words]) => [subtask, { name, words }])));

const coordinators = fc
  .array(fc.tuple(fc.string(), fc.array(fc.integer(), { maxLength: 4 })), { maxLength: 3 })
  .map((all) => new Map(all.map(([uid, words]) => [uid, Int32Array.from(words)])));

test('what is encoded is decoded', () => {
  fc.assert(
    fc.property(fc.nat(2 ** 31 - 1), handles, coordinators, (checkpoint, all, states) => {
      const metadata = { checkpoint, handles: all, coordinators: states };
      expect(decodeMetadata(encodeMetadata(metadata))).toEqual(metadata);
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
  expect(metadataName(12)).toBe('chk-12/_metadata');
});

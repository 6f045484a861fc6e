/** What the tests of all dialects ask: refusals with their places, and values that come back. */
import fc from 'fast-check';
import { expect } from 'vitest';

import { canonicalBytes, TlaJsonError, type Value } from '../../src/tla-json-export/index.js';
import { values } from './arbitrary.js';
import { fuzz } from '../fuzz.js';

/** The code and the place of what was refused; undefined if nothing was. */
export function refusalOf(make: () => unknown) {
  try {
    make();
  } catch (error) {
    if (error instanceof TlaJsonError) return { code: error.code, place: error.place };
    throw error;
  }
  return undefined;
}

/** 10,000 values: each comes back as it was, or is refused with one of the codes. */
export function expectRoundTrips(
  encode: (value: Value) => string,
  decode: (text: string) => Value,
  codes: readonly string[],
): void {
  const counts = { taken: 0, refused: 0 };
  fc.assert(
    fc.property(values, (value) => {
      let text: string;
      try {
        text = encode(value);
      } catch (error) {
        expect(codes).toContain((error as TlaJsonError).code);
        counts.refused += 1;
        return;
      }
      expect(text).not.toContain('\n');
      expect(Buffer.compare(canonicalBytes(decode(text)), canonicalBytes(value))).toBe(0);
      counts.taken += 1;
    }),
    fuzz(10_000),
  );
  expect(counts.taken).toBeGreaterThan(5_000);
  expect(counts.refused).toBeGreaterThan(100);
}

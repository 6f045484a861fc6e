import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bagOf, find, put } from '../../../src/job/meaning/bag.js';

test('a bag counts rows as a map of texts does, however many', () => {
  const rows = fc.array(fc.array(fc.integer({ min: -2, max: 2 }), { maxLength: 4 }), {
    maxLength: 300,
  });
  fc.assert(
    fc.property(rows, rows, (list, others) => {
      const bag = bagOf();
      const counts = new Map<string, number>();
      for (const row of list) {
        const words = Int32Array.from([7, ...row, 7]);
        put(bag, words, 1, words.length - 1, 2);
        counts.set(row.join(), (counts.get(row.join()) ?? 0) + 2);
      }
      expect(bag.size).toBe(counts.size);
      for (const row of [...list, ...others]) {
        const found = find(bag, Int32Array.from(row), 0, row.length);
        expect(found < 0 ? undefined : bag.counts[found]).toBe(counts.get(row.join()));
      }
    }),
  );
});

/** Goal: a name has one hash, the same everywhere and for ever, and names do not meet. */
import { expect, test } from 'vitest';
import { entityOf, hexOf } from '../../src/kernel/ids.js';

const hexOfName = (name: string): string => {
  const { high, low } = entityOf(name);
  return hexOf(high, low);
};

test('golden hashes: a change here changes every plan and fingerprint', () => {
  const names = ['', 'a', 'b', 'task-manager-1', 'map[0]', 'map[1]', 'Zürich', '\u{1f41f}'];
  expect(names.map((name) => `${name} ${hexOfName(name)}`)).toMatchInlineSnapshot(`
    [
      " a49912c6b04e8a07",
      "a 2651b847442d8ec9",
      "b 3cc52d0100d9e7af",
      "task-manager-1 caa1bac0466ab2ac",
      "map[0] c44742cb9135075d",
      "map[1] e3dc27ceca421ec2",
      "Zürich b2f7f732e16f5591",
      "🐟 f261c0a6a6a85019",
    ]
  `);
});

test('lanes are int32 and the name is kept', () => {
  const entity = entityOf('job-manager-0');
  expect(entity.name).toBe('job-manager-0');
  expect([entity.high | 0, entity.low | 0]).toEqual([entity.high, entity.low]);
});

test('200,000 similar names have 200,000 hashes, nearly as many in each lane', () => {
  const hashes = new Set<string>();
  const highs = new Set<number>();
  const lows = new Set<number>();
  for (let i = 0; i < 200_000; i += 1) {
    const { high, low } = entityOf(`vertex-${i % 400}/subtask-${Math.floor(i / 400)}`);
    hashes.add(hexOf(high, low));
    highs.add(high);
    lows.add(low);
  }
  expect(hashes.size).toBe(200_000);
  // By the birthday bound about 5 of 200,000 uniform 32-bit values meet.
  expect(highs.size).toBeGreaterThan(199_980);
  expect(lows.size).toBeGreaterThan(199_980);
});

test('a swap, a prefix and a zero unit make other names', () => {
  const names = ['ab', 'ba', 'a', '', '\0', '\0\0', 'a\0'];
  expect(new Set(names.map(hexOfName)).size).toBe(names.length);
});

test('hexadecimal digits are padded, high lane first', () => {
  expect(hexOf(0, 1)).toBe('0000000000000001');
  expect(hexOf(-1, 0xabc)).toBe('ffffffff00000abc');
});

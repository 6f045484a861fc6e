/**
 * Goal: drawn fields lie in their ranges, skewed as told, and depend on topic, field and record
 * alone. Method: the weights against the law that they follow, the draws against the weights.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { drawerOf, weightsOf, type Drawn } from '../../src/run/drawn.js';

const DRAWS = 20_000;

function drawsOf(drawn: Drawn, topic = 'sales', field = 'shop'): (string | number)[] {
  const draw = drawerOf(drawn, topic, field);
  return Array.from({ length: DRAWS }, (_none, record) => draw(record));
}

test('the weight of a rank falls with its power', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 300 }), fc.nat(30), (keys, tenths) => {
      const weights = weightsOf(keys, tenths / 10);
      expect(weights).toHaveLength(keys);
      for (const [index, weight] of weights.entries()) {
        const exact = Math.max(1, 2 ** 32 / (index + 1) ** (tenths / 10));
        expect(Math.abs(weight - exact)).toBeLessThan(1.001);
      }
    }),
    { numRuns: 30 },
  );
});

test('keys come as often as their weights say', () => {
  for (const skew of [0, 1.2, 3]) {
    const counts = new Map<string | number, number>();
    for (const key of drawsOf({ keys: 20, skew })) counts.set(key, (counts.get(key) ?? 0) + 1);
    const weights = weightsOf(20, skew);
    const all = weights.reduce((sum, weight) => sum + weight, 0);
    for (const [index, weight] of weights.entries()) {
      const mean = (DRAWS * weight) / all;
      const count = counts.get(`k${index + 1}`) ?? 0;
      expect(Math.abs(count - mean)).toBeLessThan(5 * Math.sqrt(mean) + 1);
    }
  }
});

test('integers are uniform over all of their range', () => {
  expect(new Set(drawsOf({ uniform: [-3, 4] }))).toEqual(new Set([-3, -2, -1, 0, 1, 2, 3, 4]));
  const wide = drawsOf({ uniform: [-(2 ** 31), 2 ** 31 - 1] }).map(Number);
  expect(wide.every((value) => (value | 0) === value)).toBe(true);
  expect(Math.min(...wide)).toBeLessThan(-(2 ** 31) * 0.99);
  expect(Math.max(...wide)).toBeGreaterThan(2 ** 31 * 0.99);
});

test('steps are counted', () => {
  expect(drawsOf({ every: 250 }).slice(0, 3)).toEqual([0, 250, 500]);
});

test('each topic and field has draws of its own, always the same', () => {
  const drawn = { keys: 50, skew: 1 };
  expect(drawsOf(drawn)).toEqual(drawsOf(drawn));
  expect(drawsOf(drawn)).not.toEqual(drawsOf(drawn, 'visits'));
  expect(drawsOf(drawn)).not.toEqual(drawsOf(drawn, 'sales', 'customer'));
  // Written down once: a scenario reads the same records in every version.
  const draw = drawerOf({ keys: 50, skew: 1.2 }, 'sales', 'shop');
  expect(Array.from({ length: 8 }, (_none, record) => draw(record))).toEqual([
    ...['k19', 'k1', 'k1', 'k12', 'k28', 'k3', 'k8', 'k8'],
  ]);
});

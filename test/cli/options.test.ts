/** The options of `run`: which texts are values, and which are mistakes. */
import { expect, test } from 'vitest';

import { runOptionsOf } from '../../src/cli/options.js';

function options(args: Record<string, unknown>, environment: Record<string, string> = {}) {
  const { seeds, ...rest } = runOptionsOf({ scenarios: ['a.yaml'], ...args }, environment);
  const names = seeds.count === undefined ? undefined : [seeds.at(0), seeds.at(seeds.count - 1)];
  return { ...rest, count: seeds.count, names };
}

test.each(['007', '1e3', '9007199254740993', '-5', ' ', 'x'.repeat(64)])(
  'the seed %j stays as it is',
  (seed) => expect(options({ seed })).toMatchObject({ count: 1, names: [seed, seed] }),
);

test('a range holds both its ends', () => {
  expect(options({ seeds: '7..7' })).toMatchObject({ count: 1, names: ['7', '7'] });
  expect(options({ seeds: '0..999' })).toMatchObject({ count: 1_000, names: ['0', '999'] });
});

test('what is left out has its default', () => {
  expect(options({ seed: '1' })).toEqual({
    scenarios: ['a.yaml'],
    count: 1,
    names: ['1', '1'],
    announcement: undefined,
    workers: undefined,
    budgetMillis: undefined,
    seedsMin: 100,
    mutant: undefined,
    allowCode: false,
    failuresMax: 10,
    out: 'flinch-out',
    shard: { index: 1, of: 1 },
    range: '1',
    oneRun: { itf: undefined, checkpoints: undefined },
    corpus: undefined,
    reporters: [{ name: 'default', file: undefined }],
    detail: 'normal',
  });
});

test.each([
  ['500ms', 500],
  ['1.5s', 1_500],
  ['5m', 300_000],
  ['1h', 3_600_000],
])('the time budget %s is %d ms, and asks for as many seeds as fit', (text, millis) => {
  const found = options({ 'time-budget': text });
  expect(found).toMatchObject({ budgetMillis: millis, count: undefined });
});

test('a drawn seed differs from the last, and is announced', () => {
  const [one, other] = [options({}), options({})];
  expect(one.names).not.toEqual(other.names);
  expect(one.announcement).toBe(`seed: ${one.names?.[0]} (drawn)`);
});

test('SIM_SEED counts when no seed is named', () => {
  expect(options({}, { SIM_SEED: '42' })).toMatchObject({ names: ['42', '42'] });
  expect(options({ seed: '1' }, { SIM_SEED: '42' })).toMatchObject({ names: ['1', '1'] });
  expect(options({ 'time-budget': '1s' }, { SIM_SEED: '42' }).count).toBeUndefined();
});

test.each<[Record<string, unknown>, string]>([
  [{ seed: '' }, '--seed is empty'],
  [{ seed: 'x'.repeat(65) }, '--seed has 65 characters; a seed has at most 64'],
  [{ seed: '1', seeds: '1..2' }, 'exclude each other'],
  [{ seeds: '5' }, '--seeds 5: write two decimal integers, as in 0..99'],
  [{ seeds: '0x1..2' }, 'two decimal integers'],
  [{ seeds: '00..2' }, 'two decimal integers'],
  [{ seeds: '1..99999999999999999' }, 'two decimal integers'],
  [{ seeds: '5..4' }, 'ends before it begins'],
  [{ 'time-budget': '5' }, '--time-budget 5: write a time above zero'],
  [{ 'time-budget': '0s' }, 'a time above zero'],
  [{ workers: 'many' }, '--workers many: write a whole number, at least 0 and at most 256'],
  [{ workers: '257' }, 'at most 256'],
  [{ 'max-failures': '-1' }, '--max-failures -1: write a whole number, at least 0'],
  [{ 'min-seeds': '0', 'time-budget': '1s' }, '--min-seeds 0: write a whole number, at least 1'],
  [{ 'min-seeds': '5', seeds: '0..9' }, '--min-seeds needs --time-budget'],
  [{ out: '' }, '--out is empty'],
  [{ corpus: '' }, '--corpus is empty'],
  [{ quiet: true, verbose: true }, '--quiet and --verbose exclude each other'],
])('%j is a mistake', (args, message) => {
  expect(() => options(args)).toThrow(message);
});

test('a SIM_SEED that is too long is a mistake', () => {
  expect(() => options({}, { SIM_SEED: 'x'.repeat(65) })).toThrow('SIM_SEED has 65 characters');
});

/** The hunt: seeds are judged with the mutant in the workers, and it stops where it is told to. */
import { fileURLToPath } from 'node:url';
import { beforeAll, expect, test } from 'vitest';

import { hunt, type Hunt, type HuntRange } from '../../src/campaign/hunt.js';
import type { Mutant } from '../../src/campaign/runner.js';
import { readScenario } from '../../src/cli/inputs.js';
import { mutantOf } from '../../src/explore/mutant.js';

const source = readScenario(fileURLToPath(new URL('../../scenarios/small.yaml', import.meta.url)));
const { signal } = new AbortController();
const whole: HuntRange = { from: 1n, count: 20, first: false, cpuSecondsMax: Infinity };

let mutant: Mutant;
let all: Hunt;

beforeAll(async () => {
  mutant = await mutantOf('restore-second-newest');
  all = await hunt(source, mutant, whole, 2, signal);
});

test('a mutant is found within a few seeds, by its law first', () => {
  const [find] = all.finds;
  expect(find?.place).toBeLessThanOrEqual(5);
  expect(find?.first).toEqual(['checkpoint-order']);
  expect(find?.seed).toBe(String(find?.place));
  expect(all).toMatchObject({ seeds: 20, crashed: 0 });
  expect(all.cpuSeconds).toBeGreaterThan(0);
});

test('without faults it does not show', () => {
  expect(all.faultFree).toEqual({ seeds: 10, failed: 0 });
});

test('a hunt for the first find stops there, on any number of workers', async () => {
  const { finds, seeds } = await hunt(source, mutant, { ...whole, first: true }, 1, signal);
  expect(finds).toEqual(all.finds.slice(0, 1));
  expect(seeds).toBe(finds[0]?.place);
});

test('a spent budget of CPU time ends the search after the chunks on their way', async () => {
  const range = { ...whole, from: 11n, count: 1_000_000, cpuSecondsMax: 0 };
  const { seeds, finds } = await hunt(source, mutant, range, 1, signal);
  expect(seeds).toBe(10);
  const late = all.finds.filter(({ place }) => place > 10);
  expect(finds).toEqual(late.map((find) => ({ ...find, place: find.place - 10 })));
});

test('an interrupt ends the hunt', async () => {
  const interrupt = new AbortController();
  interrupt.abort();
  const over = hunt(source, mutant, whole, 1, interrupt.signal);
  await expect(over).rejects.toMatchObject({ name: 'AbortError' });
});

/** JUnit's XML: what a CI service reads of it, and that nothing in a message can break it. */
import fc from 'fast-check';
import { expect, test } from 'vitest';

import { junitReporter } from '../../src/report/junit.js';
import { messages } from '../fixtures/messages.js';
import {
  broken,
  brokenPlan,
  crashed,
  planOf,
  reportOf,
  said,
  scenario,
  type Given,
} from '../fixtures/results.js';
import { parseXml, within, type Element } from '../fixtures/xml.js';

function casesOf(
  ...args: Parameters<typeof reportOf> extends [unknown, ...infer Rest] ? Rest : []
) {
  return within(parseXml(reportOf(junitReporter, ...args)), 'testcase');
}

const namesOf = (cases: readonly Element[]) =>
  cases.map(({ attributes }) => `${attributes['classname']} ${attributes['name']}`);

const kindsOf = (cases: readonly Element[]) =>
  cases.map(({ children }) =>
    children.map(({ name }) => name).find((name) => !/propert|system/.test(name)),
  );

test('a test case is a law of a scenario, whatever the seeds and however they end', () => {
  const runs: (readonly Given[])[] = [[], [{}], [{}, broken('lost')], [crashed], [{ seed: 'é' }]];
  for (const seeds of runs)
    expect(namesOf(casesOf(seeds))).toEqual(['small exactly-once', 'small progress']);
});

test('a law that is violated failed, with its seeds, messages and replay lines', () => {
  const text = reportOf(junitReporter, [{}, broken('one lost'), broken('two lost')]);
  const root = parseXml(text);
  const suite = { tests: '2', failures: '1', errors: '0', skipped: '0' };
  expect(root).toMatchObject({ name: 'testsuites', attributes: { name: 'flinch', ...suite } });
  const [failure] = within(root, 'failure');
  expect(failure?.attributes).toEqual({
    message: 'exactly-once is violated in 2 seeds',
    type: 'violated',
  });
  expect(failure?.text).toBe(
    'seed 1: one lost\n  flinch replay out/1\nseed 2: two lost\n  flinch replay out/2',
  );
  const properties = within(root, 'property').map(({ attributes }) => attributes);
  expect(properties).toContainEqual({ name: 'seeds', value: '0..2' });
  expect(properties).toContainEqual({ name: 'seedsViolated', value: '1, 2' });
  expect(text).not.toMatch(/time(?:stamp)?=/);
});

test('of many failing seeds the first are told', () => {
  const [failing] = casesOf(Array.from({ length: 50 }, () => broken('lost')));
  const [failure] = within(failing ?? parseXml('<none/>'), 'failure');
  expect(failure?.text.match(/^seed /gm)).toHaveLength(20);
  expect(failure?.text).toMatch(/\nand 30 more seeds$/);
});

test('what a law could not judge is no pass', () => {
  const unknown = { laws: [said('exactly-once', 'unknown'), said('progress', 'holds')] };
  expect(kindsOf(casesOf([unknown, {}]))).toEqual(['skipped', undefined]);
  expect(kindsOf(casesOf([{ laws: [said('exactly-once', 'holds')] }]))).toEqual([
    undefined,
    'skipped',
  ]);
  expect(kindsOf(casesOf([{}, crashed]))).toEqual(['error', 'error']);
  expect(kindsOf(casesOf([{}], { nondeterministic: ['0'] }))).toEqual(['error', 'error']);
  expect(kindsOf(casesOf([{}, broken('lost')], { interrupted: true }))).toEqual([
    'failure',
    'skipped',
  ]);
  const [, interrupted] = casesOf([{}, {}], { interrupted: true, asked: 9 });
  expect(interrupted?.children.at(-1)?.text).toBe('interrupted after 2 seeds');
});

test('an expected violation passes when it happens, and only then', () => {
  const of = { ...scenario, expect: { 'exactly-once': 'violated' } } as const;
  const met = casesOf([broken('lost')], { of });
  expect(kindsOf(met)).toEqual([undefined, undefined]);
  expect(met[0]?.children.at(-1)?.text).toMatch(/^violated, as expected\nseed 0: lost/);
  expect(kindsOf(casesOf([{}], { of }))).toEqual(['failure', undefined]);
});

test('a plan of the corpus is a test case of its own, and no law has its fault', () => {
  const corpus = [
    planOf('a.json'),
    brokenPlan('b.json', 'lost'),
    planOf('c.json', { verdict: 'crashed', message: 'Error: no' }),
    planOf('d.json', { verdict: 'inconclusive', message: 'cut off' }),
  ];
  const cases = casesOf([{}, {}], { corpus });
  expect(namesOf(cases)).toEqual([
    ...['a', 'b', 'c', 'd'].map((name) => `small corpus ${name}.json`),
    ...['small exactly-once', 'small progress'],
  ]);
  expect(kindsOf(cases)).toEqual([
    ...[undefined, 'failure', 'error', 'skipped'],
    ...[undefined, undefined],
  ]);
  const [failure] = within(cases[1] ?? parseXml('<none/>'), 'failure');
  expect(failure?.text).toBe('lost\n  flinch run b.json');
});

test('no message breaks the document, and control characters are left out', () => {
  fc.assert(
    fc.property(messages, (message) => {
      const text = reportOf(junitReporter, [broken(message), { ...crashed, error: message }]);
      expect(within(parseXml(text), 'testcase')).toHaveLength(2);
      expect(text).not.toMatch(/(?!\n)\p{Cc}/u);
    }),
    { seed: 42, numRuns: 150 },
  );
});

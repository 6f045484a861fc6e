/** The texts for people: the answer in three lengths, and the dots. */
import { expect, test } from 'vitest';

import { reporters } from '../../src/report/report.js';
import { broken, brokenPlan, crashed, planOf, reportOf, said } from '../fixtures/results.js';

const failing = Array.from({ length: 5 }, () => broken('x'.repeat(400)));

test('quiet is the verdict and what is not well', () => {
  const quiet = { detail: 'quiet' } as const;
  expect(reportOf(reporters.default, [{}, {}], {}, quiet)).toBe('HOLDS  small\n');
  const text = reportOf(reporters.default, failing, {}, quiet);
  expect(text).toMatch(
    /^VIOLATED {2}small\n {2}exactly-once is violated in 5 seeds\n\nfailures:\n/,
  );
  expect(text).toContain('and 2 more');
  expect(text).not.toContain('fingerprint');
});

test('normal is a screen, verbose is everything', () => {
  const normal = reportOf(reporters.default, failing);
  expect(normal).toContain('and 2 more');
  expect(normal).not.toContain('moments:');
  const verbose = reportOf(reporters.default, failing, {}, { detail: 'verbose' });
  expect(verbose).not.toContain(' more');
  expect(verbose.match(/x{400}/g)).toHaveLength(5);
  expect(verbose).toMatch(/\nmoments:\n {2}completed +10\n {2}stored +5\n/);
});

test('a dot a seed, eighty on a line, then the answer', () => {
  const unknown = { laws: [said('exactly-once', 'unknown')] };
  const steps = [
    {},
    broken(''),
    unknown,
    crashed,
    { ...crashed, reason: 'nondeterministic' },
  ] as const;
  expect(reportOf(reporters.dot, steps)).toMatch(/^\.F\?EN\nCRASHED {2}small\n/);
  const many = Array.from({ length: 160 }, () => ({}));
  expect(reportOf(reporters.dot, many)).toMatch(/^(?:\.{80}\n){2}HOLDS {2}small\n/);
  expect(reportOf(reporters.dot, [])).toMatch(/^\w+ {2}small\n/);
});

test('of the corpus the worst plans are told in full, the others by their names', () => {
  const names = Array.from({ length: 5 }, (_, index) => `b${index}.json`);
  const corpus = [planOf('a.json'), ...names.map((name) => brokenPlan(name, 'x'.repeat(400)))];
  const told = reportOf(reporters.default, [{}], { corpus, stored: ['c.json'] });
  expect(told).toMatch(/\n\ncorpus: violated 5, holds 1\n {2}b0\.json {2}violated: x/);
  expect(told).toContain(
    '\n  and 2 more; --json lists all\n  holds now: a.json\n  stored: c.json\n',
  );
  const verbose = reportOf(reporters.default, [{}], { corpus }, { detail: 'verbose' });
  expect(verbose.match(/x{400}/g)).toHaveLength(5);
  const quiet = { detail: 'quiet' } as const;
  const calm = { corpus: [planOf('a.json')], stored: ['c.json'] };
  expect(reportOf(reporters.default, [{}], calm, quiet)).toBe('HOLDS  small\n');
  expect(reportOf(reporters.default, [{}], { corpus }, quiet)).toContain('\ncorpus: violated 5');
  const first = reportOf(reporters.default, [broken('')], { stored: ['c.json'] });
  expect(first).toContain('\n\ncorpus: no plan judged\n  stored: c.json\n');
  expect(reportOf(reporters.default, [{}], { corpus: [] })).not.toContain('corpus');
});

test('the document says that it was interrupted only where it was', () => {
  const interrupted = reportOf(reporters.json, [{}], { interrupted: true });
  expect(JSON.parse(interrupted)).toMatchObject({ interrupted: true });
  expect(JSON.parse(reportOf(reporters.json, [{}]))).not.toHaveProperty('interrupted');
});

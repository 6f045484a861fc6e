/** Annotations: within GitHub's limits, and no message can forge or break one. */
import fc from 'fast-check';
import { expect, test } from 'vitest';

import { reporters } from '../../src/report/report.js';
import { messages } from '../fixtures/messages.js';
import {
  broken,
  brokenPlan,
  crashed,
  planOf,
  reportOf,
  reportOfAll,
  said,
  scenario,
} from '../fixtures/results.js';

const linesOf = (
  ...args: Parameters<typeof reportOf> extends [unknown, ...infer Rest] ? Rest : []
) =>
  reportOf(reporters.github, ...args)
    .split('\n')
    .slice(0, -1);

test('a run that holds has nothing to annotate', () => {
  expect(linesOf([{}, {}])).toEqual([]);
});

test('an annotation a law, at the line that asks for it', () => {
  const stuck = { laws: [said('exactly-once', 'holds'), said('progress', 'violated', 'stuck')] };
  expect(linesOf([broken('a: 100%, b\nc'), broken('again'), stuck])).toEqual([
    '::error file=scenarios/small.yaml,line=7,title=exactly-once is violated::small: ' +
      'exactly-once is violated in 2 seeds%0Aseeds: 0, 1%0A' +
      'seed 0: a: 100%25, b%0Ac%0Aflinch replay out/0',
    '::error file=scenarios/small.yaml,line=8,title=progress is violated::small: progress is ' +
      'violated in 1 seed%0Aseeds: 2%0Aseed 2: stuck%0Aflinch replay out/2',
  ]);
});

test('what is inconclusive is a warning, a crash and nondeterminism are errors', () => {
  const [crash, gap] = linesOf([{}, crashed], { interrupted: true, asked: 9 });
  expect(crash).toMatch(/^::error file=[^,]+,line=1,title=small crashed::.*InvariantError: no/);
  expect(gap).toMatch(/^::warning .*::small: interrupted after 2 seeds$/);
  const again = linesOf([{}, {}], { nondeterministic: ['0', '1'] });
  expect(again).toHaveLength(1);
  expect(again[0]).toContain('title=small nondeterministic::small: seed 0 gave another');
});

test('of several scenarios the ten gravest are told', () => {
  const open = { laws: [said('exactly-once', 'unknown'), said('progress', 'unknown')] };
  const runs = Array.from({ length: 6 }, (_, index) => {
    const of = { ...scenario, name: `job-${index}` };
    return [[open, index > 3 ? broken('lost') : open], { of }] as const;
  });
  const lines = reportOfAll(reporters.github, runs).split('\n').slice(0, -1);
  expect(lines).toHaveLength(10);
  expect(lines.filter((line) => line.startsWith('::error '))).toEqual([
    expect.stringContaining('::job-4: exactly-once is violated'),
    expect.stringContaining('::job-5: exactly-once is violated'),
  ]);
  expect(lines[0]).toMatch(/^::error /);
  expect(lines[2]).toContain('::job-0: ');
});

test('plans of the corpus are told beside the seeds, with the first of them', () => {
  const corpus = [brokenPlan('b.json', 'one, lost'), brokenPlan('c.json', 'two'), planOf('a.json')];
  expect(linesOf([broken('lost')], { corpus })).toEqual([
    expect.stringContaining('::small: exactly-once is violated in 1 seed%0Aseeds: 0%0A'),
    '::error file=scenarios/small.yaml,line=7,title=exactly-once is violated::small: ' +
      'exactly-once ' +
      'is violated in 2 plans of the corpus%0Aplans: b.json, c.json%0Ab.json: one, lost%0A' +
      'flinch run b.json',
  ]);
});

test('no message adds a line, a command or a control character', () => {
  fc.assert(
    fc.property(messages, (message) => {
      const lines = linesOf([broken(message), { ...crashed, error: message }]);
      expect(lines).toHaveLength(2);
      for (const line of lines) {
        expect(line).toMatch(/^::error file=[^:,]+,line=\d+,title=[^:,]+::/);
        expect(line).not.toMatch(/\p{Cc}/u);
        expect(line.replace(/%(?:25|0A|3A|2C)/g, '')).not.toContain('%');
      }
    }),
    { seed: 42, numRuns: 150 },
  );
});

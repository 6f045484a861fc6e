/** Lines of JSON: one a seed, each a document of its own. */
import fc from 'fast-check';
import { expect, test } from 'vitest';

import { reporters } from '../../src/report/report.js';
import { messages } from '../fixtures/messages.js';
import { broken, crashed, reportOf } from '../fixtures/results.js';

type Line = Readonly<Record<string, unknown>>;

const linesOf = (text: string) =>
  text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Line);

test('a seed that holds, one that does not, one that crashed', () => {
  const [held, failed, crash, ...rest] = linesOf(
    reportOf(reporters.ndjson, [{}, broken('lost'), crashed]),
  );
  expect(rest).toEqual([]);
  expect(held).toEqual({
    schemaVersion: 1,
    scenario: 'small',
    seed: '0',
    verdict: 'holds',
    end: 'finished',
    fingerprint: '000000000000000a',
    events: 10,
    simulatedSeconds: 0.5,
    faults: 3,
    laws: { 'exactly-once': 'holds', progress: 'holds' },
    failures: [],
    error: '',
    folder: null,
    replay: null,
  });
  expect(failed).toMatchObject({
    verdict: 'violated',
    laws: { 'exactly-once': 'violated', progress: 'holds' },
    failures: [{ law: 'exactly-once', message: 'lost', expected: false }],
    folder: 'out/1',
    replay: 'flinch replay out/1',
  });
  expect(Object.keys(failed ?? {})).toEqual(Object.keys(held ?? {}));
  expect(crash).toMatchObject({ verdict: 'crashed', error: 'InvariantError: no', laws: {} });
});

test('a seed that ran otherwise the second time is nondeterministic', () => {
  const text = reportOf(reporters.ndjson, [broken('lost')], { nondeterministic: ['0'] });
  expect(linesOf(text)[0]).toMatchObject({ verdict: 'nondeterministic' });
});

test('an interrupted run ends with a line that says so', () => {
  const text = reportOf(reporters.ndjson, [{}, {}], { interrupted: true, asked: 9 });
  expect(linesOf(text).at(-1)).toEqual({
    schemaVersion: 1,
    scenario: 'small',
    interrupted: true,
    verdict: 'inconclusive',
    seedsAsked: 9,
    seedsJudged: 2,
  });
});

test('a message comes back as it was', () => {
  fc.assert(
    fc.property(messages, (message) => {
      const [line] = linesOf(reportOf(reporters.ndjson, [broken(message)]));
      expect(line).toMatchObject({ failures: [{ message }] });
    }),
    { seed: 42, numRuns: 100 },
  );
});

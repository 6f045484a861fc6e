/** The answer as Markdown: what stands in it, and that a message stays in its span. */
import fc from 'fast-check';
import { expect, test } from 'vitest';

import { reporters } from '../../src/report/report.js';
import { messages } from '../fixtures/messages.js';
import { broken, brokenPlan, crashed, planOf, reportOf } from '../fixtures/results.js';

test('the verdict, the findings, the laws and one failure of each kind', () => {
  const text = reportOf(reporters.markdown, [{}, broken('one `lost`'), broken('two'), crashed]);
  expect(text.split('\n')).toEqual([
    ...['## CRASHED: small', ''],
    ...['- 1 seed crashed: a bug in flinch', '- exactly-once is violated in 2 seeds', ''],
    '- seeds: `0..3`, 3 of 4 judged, 0 partial',
    '- events: 30, simulated: 1.5 s',
    expect.stringMatching(/^- fingerprint: `[0-9a-f]{16}`$/),
    ...['', '| law | judged | holds | violated | unknown |'],
    '| --- | ---: | ---: | ---: | ---: |',
    '| exactly-once | 3 | 1 | 2 | 0 |',
    '| progress | 3 | 3 | 0 | 0 |',
    ...['', '### crashed', '', '- seeds: 3', '- seed 3: `InvariantError: no`'],
    ...['- folder: `out/3`', '- replay: `flinch replay out/3`'],
    ...['', '### exactly-once', '', '- seeds: 1, 2', '- seed 1: `` one `lost` ``'],
    ...['- folder: `out/1`', '- replay: `flinch replay out/1`', ''],
  ]);
});

test('the corpus has a section where there is something to say', () => {
  const corpus = [planOf('a.json'), brokenPlan('b_c.json', 'one `lost`')];
  const text = reportOf(reporters.markdown, [{}, {}], { corpus, stored: ['c.json'] });
  expect(text.split('\n').slice(-8)).toEqual([
    ...['### corpus', '', '- plans: violated 1, holds 1'],
    '- b\\_c.json violated: `` one `lost` ``',
    '- replay: `flinch run b_c.json`',
    ...['- holds now: a.json', '- stored: c.json', ''],
  ]);
  expect(reportOf(reporters.markdown, [{}], { corpus: [] })).not.toContain('corpus');
});

test('an interrupted run says so', () => {
  const text = reportOf(reporters.markdown, [{}], { interrupted: true, asked: 9 });
  expect(text).toMatch(/^## INCONCLUSIVE: small\n\n\*\*Interrupted\*\*/);
});

test('no message leaves its line or ends its span', () => {
  const lines = reportOf(reporters.markdown, [broken('plain')]).split('\n').length;
  fc.assert(
    fc.property(messages, (message) => {
      const text = reportOf(reporters.markdown, [broken(message)]);
      expect(text.split('\n')).toHaveLength(lines);
      expect(text).not.toMatch(/(?!\n)\p{Cc}/u);
      const [, fence = '', inside = ''] = /^- seed 0: (`*)(.*)\1$/mu.exec(text) ?? [];
      const runs: readonly string[] = inside.match(/`+/g) ?? [];
      expect(runs.includes(fence)).toBe(false);
    }),
    { seed: 42, numRuns: 150 },
  );
});

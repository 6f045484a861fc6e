/** The report of one failure, and the short log: what a person reads first. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

import type { Verdict } from '../../src/check/verdict.js';
import type { Entry } from '../../src/history/entry.js';
import { blockOf, type RowType } from '../../src/job/row.js';
import { failureReport, shortLog } from '../../src/report/report.js';
import { planOf, type Plan } from '../../src/run/plan.js';
import { parseScenario } from '../../src/run/scenario.js';

const path = new URL('../../scenarios/small.yaml', import.meta.url);
const scenario = parseScenario(readFileSync(path, 'utf8'), 'small.yaml');

const plan: Plan = {
  ...planOf(scenario, '7'),
  faults: [
    { when: { at: 250_000 }, what: { kind: 'break', between: ['job-manager-0', 'registry'] } },
    {
      when: {
        aim: { moment: 'stored', occurrence: 2, process: 'job-manager-0', about: 'it' },
        after: 500,
      },
      what: { kind: 'crash', process: 'self', silent: true, restartAfter: 20_000 },
    },
  ],
};

function entry(at: number, kind: string, subject: number, about: string, detail?: unknown): Entry {
  return { at, process: 'task-manager-1', incarnation: 2, kind, subject, about, detail };
}

const rows = (record: number) => ({ transaction: 't-1', words: blockOf(['DTW', record, 1, 1, 1]) });

const output: RowType = [
  { name: 'key', type: 'string' },
  ...['record', 'count', 'sum', 'max'].map((name) => ({ name, type: 'int' }) as const),
];

const entries: Entry[] = [
  entry(1, 'triggered', 8, ''),
  entry(2, 'entered', 3, 'totals[0]', { channel: 'a->b', count: 3, sender: 1, attempt: 1 }),
  entry(3, 'barrierHandedOver', 8, 'totals[0]', { channel: 'a->b', count: 3, attempt: 1 }),
  entry(250_000, 'faultBegan', 1, 'crash', { fault: 'silent crash of task-manager-1' }),
  entry(300_000, 'triggered', 9, ''),
  entry(300_001, 'transactionCommitted', -1, 't-9', { producer: 'p', attempt: 1, checkpoint: 9 }),
  entry(300_002, 'rowsVisible', 1, 'totals', rows(31)),
  entry(300_003, 'rowsVisible', 1, 'totals', rows(32)),
  entry(900_000, 'completed', 9, ''),
];

function reportOf(about: readonly string[], at = 500_000): string {
  const violation = { index: 5, at, message: 'it broke', about, proof: entries.slice(4, 5) };
  const verdict: Verdict = {
    law: 'consistent-cut',
    outcome: 'violated',
    judged: 3,
    violation,
    note: '',
  };
  return failureReport({
    plan,
    verdict,
    entries,
    output,
    replay: 'flinch replay out/small-seed-7',
  });
}

/** The lines of one section. */
function section(report: string, title: string): string[] {
  const lines = report.split('\n');
  const start = lines.findIndex((line) => line.startsWith(title));
  return lines.slice(start + 1, lines.indexOf('', start));
}

test('it says which law, when, how, what proves it, and how to see it again', () => {
  const report = reportOf(['checkpoint 9']);
  expect(report).toMatch(/^consistent-cut is violated in seed 7 at 0\.500000 s\n {2}it broke\n\n/);
  expect(section(report, 'what proves it')).toHaveLength(1);
  expect(section(report, 'replay')).toEqual(['  flinch replay out/small-seed-7']);
  expect(report.endsWith('\n')).toBe(true);
});

test.each([
  ['checkpoint 9', ['triggered', 'transactionCommitted']],
  ['checkpoint 8', ['triggered', 'barrierHandedOver']],
  ['a->b', ['barrierHandedOver']],
  ['t-9', ['transactionCommitted']],
  ['t-1', ['rowsVisible', 'rowsVisible']],
  ['record 32', ['rowsVisible']],
])('the moments about %s, until then', (about, kinds) => {
  const lines = section(reportOf([about]), `about ${about}`);
  expect(lines.map((line) => line.trim().split(/ +/)[2])).toEqual(kinds);
});

test('where nothing touches it, the last moments of all are shown', () => {
  expect(section(reportOf(['elsewhere']), 'about elsewhere')).toHaveLength(7);
  expect(section(reportOf([], 900_000), 'the last moments')).toHaveLength(8);
});

test('faults are told in words, with whom they struck and when they began', () => {
  expect(section(reportOf([]), 'faults of the plan')).toEqual([
    '  0  break job-manager-0 - registry: did not begin',
    '  1  silent crash of task-manager-1, back after 0.020000 s, aimed at "stored" no. 2' +
      ' by job-manager-0 about it, 500 us after it: began at 0.250000 s',
  ]);
});

test('without a violation there is nothing to tell', () => {
  const verdict: Verdict = {
    law: 'progress',
    outcome: 'holds',
    judged: 1,
    violation: undefined,
    note: '',
  };
  expect(failureReport({ plan, verdict, entries, output, replay: '' })).toBe('');
});

test('the short log has columns, and leaves out what comes with every record', () => {
  const lines = [...shortLog(entries)];
  expect(lines).toHaveLength(entries.length);
  expect(lines[0]).toMatch(/time.*process.*moment.*subject.*about/);
  expect(lines.join('\n')).not.toContain('entered');
  const [line] = lines.filter((text) => text.includes('rowsVisible'));
  expect(line).toMatch(
    /^ +0\.300002 {2}task-manager-1#2 +rowsVisible +1 {2}totals {2}transaction=/,
  );
  expect(line).toContain(`words=${rows(31).words.length * 4}B`);
});

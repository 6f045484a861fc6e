/** The tables of phases as a person reads them. */
import { expect, test } from 'vitest';

import type { PhaseTable } from '../../src/analysis/phase-table.js';
import { phaseLines } from '../../src/report/phases.js';

const none: PhaseTable = { rows: [], unfinished: 0, dropped: 0 };
const phasesText = (...[tables, line]: Parameters<typeof phaseLines>) =>
  phaseLines(tables, line).join('\n') + '\n';
const lineOf = (seed: string) => `flinch run small.yaml --seed ${seed}`;

function row(phase: string, maxMillis: number, maxSeed: string) {
  return {
    phase,
    samples: 3,
    medianMillis: 1.04,
    p95Millis: 2,
    p99Millis: 3.06,
    maxMillis,
    maxSeed,
  };
}

test('a table has its unit, its rows, what is not in it, and the line of the longest', () => {
  const rows = [row('trigger', 4, '7'), row('endToEnd', 123_456.78, '12'), row('store', 5, '7')];
  const checkpoints = { rows, unfinished: 2, dropped: 1 };
  const text = phasesText({ recovery: none, failover: none, checkpoints }, lineOf);
  expect(text.split('\n')).toEqual([
    '',
    'no recovery in these seeds',
    '',
    'no failover in these seeds',
    '',
    'checkpoint, ms of simulated time  samples   median      p95      p99      max  seed of max',
    '  trigger                               3      1.0      2.0      3.1      4.0  7',
    '  end to end                            3      1.0      2.0      3.1 123456.8  12',
    '  store                                 3      1.0      2.0      3.1      5.0  7',
    '  2 did not complete',
    '  1 are left out: a run gives its first only',
    '  the longest: flinch run small.yaml --seed 12',
    '',
  ]);
});

test('recoveries of which none is complete are none, and are said', () => {
  const recovery = { ...none, unfinished: 4 };
  const text = phasesText({ recovery, failover: none, checkpoints: none }, lineOf);
  const why = '  4 did not catch up before the next failure or the end';
  expect(text).toContain(`\nno complete recovery in these seeds\n${why}\n`);
});

test('a long seed is cut, but not in the line that runs it again', () => {
  const seed = 's'.repeat(64);
  const recovery = { ...none, rows: [row('caughtUp', 1, seed), row('total', 9_999_999, seed)] };
  const text = phasesText({ recovery, failover: none, checkpoints: none }, lineOf);
  expect(text).toContain('  caught up   ');
  expect(text).toContain(`  the longest: ${lineOf(seed)}\n`);
  const rows = text.split('\n').filter((line) => !line.includes('longest'));
  expect(Math.max(...rows.map(({ length }) => length))).toBeLessThanOrEqual(100);
});

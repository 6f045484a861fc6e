/**
 * The tables of phases for a person: how long recoveries and checkpoints took, and in which seed
 * longest. At most 100 columns wide.
 */
import type { PhaseRow, PhaseTable, PhaseTables } from '../analysis/phase-table.js';

/** Longest seed that is shown whole; the line that runs it again has it in full. */
const SEED_MAX = 20;

/** The tables, one after the other; `lineOf` is the line that runs a seed again. */
export function phaseLines(tables: PhaseTables, lineOf: (seed: string) => string): string[] {
  const { recovery, failover, checkpoints } = tables;
  return [
    ...tableOf('recovery', recovery, 'did not catch up before the next failure or the end', lineOf),
    ...tableOf('failover', failover, 'did not catch up before the next failure or the end', lineOf),
    ...tableOf('checkpoint', checkpoints, 'did not complete', lineOf),
  ];
}

function tableOf(
  name: string,
  { rows, unfinished, dropped }: PhaseTable,
  why: string,
  lineOf: (seed: string) => string,
): string[] {
  const more = [
    ...(unfinished === 0 ? [] : [`  ${unfinished} ${why}`]),
    ...(dropped === 0 ? [] : [`  ${dropped} are left out: a run gives its first only`]),
  ];
  const whole = rows.find(({ phase }) => phase === 'total' || phase === 'endToEnd');
  if (whole === undefined)
    return ['', `no ${more.length > 0 ? 'complete ' : ''}${name} in these seeds`, ...more];
  return [
    '',
    row(`${name}, ms of simulated time`, ['samples', 'median', 'p95', 'p99', 'max'], 'seed of max'),
    ...rows.map(rowText),
    ...more,
    `  the longest: ${lineOf(whole.maxSeed)}`,
  ];
}

function rowText({ phase, samples, maxSeed, ...of }: PhaseRow): string {
  const name = phase.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  const times = [of.medianMillis, of.p95Millis, of.p99Millis, of.maxMillis];
  const cells = [String(samples), ...times.map((millis) => millis.toFixed(1))];
  const seed = maxSeed.length > SEED_MAX ? `${maxSeed.slice(0, SEED_MAX - 3)}...` : maxSeed;
  return row(`  ${name}`, cells, seed);
}

function row(name: string, cells: readonly string[], seed: string): string {
  return [name.padEnd(32), ...cells.map((cell) => cell.padStart(9)), `  ${seed}`].join('');
}

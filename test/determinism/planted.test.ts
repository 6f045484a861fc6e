/**
 * Goal: a user's function that asks the platform for chance or time is caught at once and named by
 * its own file and line, and one that just throws fails its task, not the run.
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import type { Entry } from '../../src/history/entry.js';
import { rowFunction, type RowFunction } from '../../src/job/functions.js';
import type { JobGraph } from '../../src/job/job-graph.js';
import type { RowType } from '../../src/job/row.js';
import { NondeterminismError } from '../../src/kernel/guard.js';
import { InvariantError } from '../../src/kernel/invariant.js';
import { recorder } from '../../src/history/recorder.js';
import { jobOf } from '../../src/run/job.js';
import { planOf } from '../../src/run/plan.js';
import { runWorld } from '../../src/world/world.js';
import { flights, smallScenario } from '../fixtures/flights.js';
import { load, worldOf } from './stage.mjs';

const house = await load();
const data = flights();
const flightRow = data.get('flights')?.row ?? [];
const scenario = smallScenario(60);
const self = fileURLToPath(import.meta.url);

const state: RowType = [{ name: 'count', type: 'int' }];

/** The job of the small scenario with another function in its keyed operator. */
function jobWith(apply: RowFunction): JobGraph {
  const job = jobOf(scenario);
  const vertices = job.vertices.map((vertex) => ({
    ...vertex,
    operators: vertex.operators.map((declared) => {
      const { operator, output } = declared;
      if (operator.kind !== 'keyed') return declared;
      const planted = rowFunction('planted', { input: flightRow, state, output }, apply);
      return { ...declared, operator: { ...operator, function: planted } };
    }),
  }));
  return { ...job, vertices };
}

/** Runs the job without faults for so many simulated seconds. */
function entriesOf(apply: RowFunction, seconds = 2): readonly Entry[] {
  const plan = { ...planOf(scenario, '1'), faults: [] };
  const seen = recorder();
  const world = worldOf(house, plan, data, seen, jobWith(apply));
  runWorld(world, { events: 100_000, until: seconds * 1_000_000 });
  return seen.entries;
}

function caught(apply: RowFunction): unknown {
  try {
    entriesOf(apply);
  } catch (error) {
    return error;
  }
  return undefined;
}

/** Adds up, and is as it should be. */
const counting: RowFunction = (before, { origin = '', record = 0, delay = 0 }) => {
  const count = Number(before?.['count'] ?? 0) + 1;
  return { state: { count }, output: { origin, record, count, sum: delay, max: 0 } };
};

/** Line of the first line of this file that holds the text. */
function lineOf(text: string): number {
  const lines = readFileSync(self, 'utf8').split('\n');
  return lines.findIndex((line) => line.includes(text)) + 1;
}

describe('nondeterminism in a user function', () => {
  test('none: the run goes to its end', () => {
    const entries = entriesOf(counting);
    const statuses = entries.filter(({ kind }) => kind === 'jobStatus').map(({ detail }) => detail);
    expect(statuses.at(-1)).toEqual({ status: 'FINISHED' });
  });

  test('chance is caught and named', () => {
    const error = caught((before, record) => {
      const { state: after, output } = counting(before, record);
      return { state: { count: Number(after['count']) + (Math.random() > 2 ? 1 : 0) }, output };
    });
    expect(error).toBeInstanceOf(NondeterminismError);
    expect(error).toMatchObject({ api: 'Math.random()' });
    expect((error as NondeterminismError).place).toContain(self);
    const line = lineOf('(Math' + '.random() > 2');
    expect((error as NondeterminismError).place).toContain(`planted.test.ts:${line}:`);
  });

  test('time is caught and named', () => {
    const error = caught((before, record) => {
      const { state: after, output } = counting(before, record);
      return { state: { count: Number(after['count']) + (Date.now() < 0 ? 1 : 0) }, output };
    });
    expect(error).toBeInstanceOf(NondeterminismError);
    expect(error).toMatchObject({ api: 'Date.now()' });
    const line = lineOf('(Date' + '.now() < 0');
    expect((error as NondeterminismError).place).toContain(`planted.test.ts:${line}:`);
  });
});

describe('a user function that throws', () => {
  test('fails its task, and the job restarts and ends', () => {
    let thrown = 0;
    const entries = entriesOf((before, record) => {
      if (Number(record['record']) === 20 && thrown < 2) {
        thrown += 1;
        throw new RangeError('no such flight');
      }
      return counting(before, record);
    });
    expect(thrown).toBe(2);
    const failed = entries.filter(
      ({ kind, detail }) =>
        kind === 'taskState' && (detail as { state: string }).state === 'FAILED',
    );
    expect(failed.map(({ detail }) => detail)).toMatchObject([
      { state: 'FAILED', cause: 'planted: no such flight' },
      { state: 'FAILED', cause: 'planted: no such flight' },
    ]);
    const statuses = entries
      .filter(({ kind }) => kind === 'jobStatus')
      .map(({ detail }) => (detail as { status: string }).status);
    expect(statuses).toEqual([
      ...['CREATED', 'RUNNING', 'RESTARTING', 'RUNNING', 'RESTARTING', 'RUNNING', 'FINISHED'],
    ]);
    const rows = entries.filter(({ kind }) => kind === 'rowsVisible');
    expect(rows.reduce((sum, { subject }) => sum + subject, 0)).toBe(60);
  });

  test('something that is no Error fails its task as well', () => {
    let thrown = 0;
    const entries = entriesOf((before, record) => {
      // eslint-disable-next-line @typescript-eslint/only-throw-error -- users may throw anything
      if ((thrown += 1) === 3) throw 'a text';
      return counting(before, record);
    });
    const failures = entries.filter(({ kind }) => kind === 'failure');
    expect(failures.map(({ detail }) => detail)).toMatchObject([
      { cause: expect.stringMatching(/^totals\[\d\]: planted: a text$/) as string },
    ]);
  });

  test('a bug of ours ends the run', () => {
    const error = caught(() => {
      throw new InvariantError('ours');
    });
    expect(error).toBeInstanceOf(InvariantError);
  });
});

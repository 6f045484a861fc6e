/** Names and order of subtasks and channels. */
import { expect, test } from 'vitest';
import { channelsOf, slotsNeeded, subtasksOf, vertexOf } from '../../src/job/job-graph.js';
import { InvariantError } from '../../src/kernel/invariant.js';
import { jobOf } from '../../src/run/job.js';
import { smallScenario } from '../fixtures/flights.js';

const job = jobOf(smallScenario());

test('subtasks by vertex and index, channels by edge, sender and receiver', () => {
  expect(subtasksOf(job)).toEqual([
    ...['source[0]', 'source[1]', 'totals[0]', 'totals[1]', 'sink[0]'],
  ]);
  expect(channelsOf(job).map(({ name }) => name)).toEqual([
    ...['source[0]->totals[0]', 'source[0]->totals[1]'],
    ...['source[1]->totals[0]', 'source[1]->totals[1]'],
    ...['totals[0]->sink[0]', 'totals[1]->sink[0]'],
  ]);
});

test('slots are shared: as many as the widest vertex has subtasks', () => {
  expect(slotsNeeded(job)).toBe(2);
});

test('a vertex that is none is a bug', () => {
  expect(vertexOf(job, 'totals').parallelism).toBe(2);
  expect(() => vertexOf(job, 'none')).toThrow(InvariantError);
});

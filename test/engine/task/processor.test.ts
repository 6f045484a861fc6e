/**
 * Goal: busy tasks share the cores of their task manager evenly, no core idles while more tasks are
 * busy than work on it, and nothing depends on the pieces in which work is put in service. Method:
 * work on a clock that ticks each microsecond, by hand and at random; then whole jobs that do
 * nothing but compute, on few cores and on many.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  idle,
  nextServed,
  occupy,
  processorOf,
  release,
  servedOf,
  shorten,
  type Load,
} from '../../../src/engine/task/processor.js';
import { planOf } from '../../../src/run/plan.js';
import { run } from '../../../src/run/run.js';
import { flights, smallScenario, withData } from '../../fixtures/flights.js';

/** Work that comes at a time, in pieces that follow on each other. */
type Job = Readonly<{ at: number; pieces: readonly number[] }>;

/** When each job ends, in their order, and who ended before whom. */
function endsOf(cores: number, jobs: readonly Job[]): { ends: number[]; order: number[] } {
  type Task = { readonly load: Load; readonly job: number; left: readonly number[] };
  const processor = processorOf<Task>(cores);
  const tasks = jobs.map(({ pieces }, job): Task => ({ load: idle(), job, left: pieces }));
  const ends = jobs.map(() => -1);
  const order: number[] = [];
  for (let now = 0; order.length < jobs.length; now += 1) {
    for (let task = nextServed(processor, now); task; task = nextServed(processor, now)) {
      const [next, ...rest] = task.left;
      task.left = rest;
      if (next !== undefined) occupy(processor, task, now, next);
      else {
        release(processor, task, now);
        ends[task.job] = now;
        order.push(task.job);
      }
    }
    for (const task of tasks) {
      const [first = 0, ...rest] = task.left;
      if (jobs[task.job]?.at !== now) continue;
      task.left = rest;
      occupy(processor, task, now, first);
    }
  }
  return { ends, order };
}

const whole = (at: number, micros: number): Job => ({ at, pieces: [micros] });

describe('sharing', () => {
  test('two tasks on one core: each has half of it', () => {
    expect(endsOf(1, [whole(0, 100), whole(0, 100)]).ends).toEqual([200, 200]);
  });

  test('two tasks on two cores: each has one, and none has more', () => {
    expect(endsOf(2, [whole(0, 100), whole(0, 50)]).ends).toEqual([100, 50]);
    expect(endsOf(8, [whole(0, 100)]).ends).toEqual([100]);
  });

  test('three tasks on two cores: two thirds of a core each', () => {
    expect(endsOf(2, [whole(0, 100), whole(0, 100), whole(0, 100)]).ends).toEqual([150, 150, 150]);
  });

  test('a task that is idle gives its share back at once', () => {
    expect(endsOf(1, [whole(0, 100), whole(0, 10)]).ends).toEqual([110, 20]);
  });

  test('a task that comes later shares from then on', () => {
    expect(endsOf(1, [whole(0, 100), whole(60, 100)]).ends).toEqual([140, 200]);
  });

  test('an end between two microseconds is seen at the later one, and not counted', () => {
    const { ends } = endsOf(1, [{ at: 0, pieces: [1, 1, 1, 1] }, whole(0, 5), whole(0, 100)]);
    expect(ends).toEqual([12, 14, 109]);
  });

  test('of those that end in the same microsecond the first is first', () => {
    expect(endsOf(1, [whole(0, 11), whole(1, 10), whole(0, 12)]).order).toEqual([1, 0, 2]);
    expect(endsOf(2, [whole(0, 10), whole(0, 10)]).order).toEqual([0, 1]);
  });

  test('work that is cut short ends so much earlier', () => {
    const task = { load: idle() };
    const other = { load: idle() };
    const processor = processorOf<typeof task>(1);
    occupy(processor, task, 0, 100);
    occupy(processor, other, 0, 100);
    expect(servedOf(processor, task, 61, 100)).toBe(30);
    shorten(processor, task, 60);
    expect(nextServed(processor, 79)).toBe(undefined);
    expect(nextServed(processor, 80)).toBe(task);
  });
});

const jobs = fc.array(
  fc.record({
    at: fc.nat(60),
    pieces: fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 6 }),
  }),
  { minLength: 1, maxLength: 20 },
);
const sum = (numbers: readonly number[]): number => numbers.reduce((one, other) => one + other, 0);

test('work in pieces is the same work', () => {
  fc.assert(
    fc.property(jobs, fc.integer({ min: 1, max: 5 }), (list, cores) => {
      const joined = list.map(({ at, pieces }) => whole(at, sum(pieces)));
      expect(endsOf(cores, list)).toEqual(endsOf(cores, joined));
    }),
  );
});

test('no core idles while there is work for it', () => {
  fc.assert(
    fc.property(jobs, (list) => {
      const together = list.map(({ pieces }) => ({ at: 0, pieces }));
      const work = sum(together.map(({ pieces }) => sum(pieces)));
      const last = Math.max(...endsOf(1, together).ends);
      expect(last).toBeGreaterThanOrEqual(work);
      expect(last).toBeLessThanOrEqual(work + list.length);
    }),
  );
});

describe('jobs that only compute', () => {
  const data = flights();
  const small = withData(smallScenario(), { recordsPerSecond: 1_000_000 });

  /** How long two sources, two keyed subtasks and one sink of one task manager take. */
  function microsOn(cores: number): number {
    const millisecond = { min: 1_000, max: 1_000 };
    const scenario = {
      ...small,
      configuration: {
        ...small.configuration,
        'execution.checkpointing.interval': '100s',
        'taskmanager.numberOfTaskSlots': 2,
      },
      cluster: { ...small.cluster, taskManagers: 1, coresPerTaskManager: cores },
      costs: {
        ...small.costs,
        sourceRecordMicros: millisecond,
        keyedRecordMicros: millisecond,
        sinkRecordMicros: { min: 10, max: 10 },
        fetchRowsMax: 500,
      },
      faults: { ...small.faults, kinds: [], max: 0 },
    };
    let began = 0;
    let ended = 0;
    const { reason } = run(planOf(scenario, '1'), data, {
      sees: ['running', 'entered'],
      messages: [],
      see: ({ at, kind }) => {
        if (kind === 'running') began = at;
        else ended = at;
      },
    });
    expect(reason).toBe('finished');
    return ended - began;
  }

  test('take as long as their work on one core, half of it on two, and use at most five', () => {
    const work = 400 * (1_000 + 1_000 + 10);
    const [one, two, five, eight] = [1, 2, 5, 8].map(microsOn) as [number, number, number, number];
    expect(one / work).toBeGreaterThan(1);
    expect(one / work).toBeLessThan(1.1);
    expect(one / two).toBeGreaterThan(1.8);
    expect(one / five).toBeGreaterThan(2.5);
    expect(eight).toBe(five);
  });
});

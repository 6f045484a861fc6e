/**
 * Goal: a checkpoint waits for every subtask that runs, and begins at those whose producers have
 * all finished, from where its barriers come to all others. Method: small jobs by hand, then random
 * jobs whose tasks stand anyhow.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { planOf, type PlannedSubtask, type Standing } from '../../../src/engine/checkpoint/plan.js';

/** Two sources, a task for each behind it, and a sink behind all. */
const job: readonly PlannedSubtask[] = [
  { name: 'a', upstream: [] },
  { name: 'b', upstream: [] },
  { name: 'x', upstream: ['a'] },
  { name: 'y', upstream: ['b'] },
  { name: 'z', upstream: ['x', 'y'] },
];

/** The plan when each subtask stands so; those that are not named run. */
const planWhen = (standings: Readonly<Record<string, Standing>>, afterFinish = true) =>
  planOf(job, new Map(job.map(({ name }) => [name, standings[name] ?? 'running'])), afterFinish);

describe('a plan', () => {
  test('while all run: the sources are told, all are waited for', () => {
    const waits = ['a', 'b', 'x', 'y', 'z'];
    expect(planWhen({})).toEqual({ triggers: ['a', 'b'], waits, finished: [] });
    expect(planWhen({}, false)).toEqual({ triggers: ['a', 'b'], waits, finished: [] });
  });

  test.each<[string, readonly string[]]>([
    ['a', ['b', 'x']],
    ['a b', ['x', 'y']],
    ['a x', ['b']],
    ['a b x', ['y']],
    ['a b x y', ['z']],
  ])('when %s have finished: %j are told', (over, triggers) => {
    const finished = over.split(' ');
    const waits = ['a', 'b', 'x', 'y', 'z'].filter((name) => !finished.includes(name));
    const standings = Object.fromEntries(finished.map((name) => [name, 'finished'] as const));
    expect(planWhen(standings)).toEqual({ triggers, waits, finished });
    expect(planWhen(standings, false)).toBeUndefined();
  });

  test('there is none while a task starts, is not known, or when none runs', () => {
    expect(planWhen({ z: 'starting' })).toBeUndefined();
    expect(planWhen({ a: 'finished', b: 'starting' })).toBeUndefined();
    expect(planOf(job, new Map([['a', 'running']]), true)).toBeUndefined();
    const all = Object.fromEntries(job.map(({ name }) => [name, 'finished'] as const));
    expect(planWhen(all)).toBeUndefined();
    expect(planOf([], new Map(), true)).toBeUndefined();
  });
});

/** Subtasks in topological order: each has producers among those before it. */
const jobs: fc.Arbitrary<readonly PlannedSubtask[]> = fc
  .array(fc.array(fc.nat(30), { maxLength: 3 }), { minLength: 1, maxLength: 12 })
  .map((all) =>
    all.map((producers, at) => ({
      name: String(at),
      upstream: [...new Set(producers.filter((one) => one < at).map(String))],
    })),
  );

const standings = fc.array(
  fc.oneof(
    { weight: 8, arbitrary: fc.constantFrom<Standing>('running', 'finished') },
    { weight: 1, arbitrary: fc.constant<Standing>('starting') },
  ),
  { minLength: 12, maxLength: 12 },
);

test('any job: told are those that run behind none that does, and all others are reached', () => {
  fc.assert(
    fc.property(jobs, standings, (subtasks, stand) => {
      const known = new Map(
        subtasks.map(({ name }, at): [string, Standing] => [name, stand[at] ?? 'running']),
      );
      const named = (how: Standing) =>
        subtasks.filter(({ name }) => known.get(name) === how).map(({ name }) => name);
      const running = named('running');
      const plan = planOf(subtasks, known, true);
      if (named('starting').length > 0 || running.length === 0) {
        expect(plan).toBeUndefined();
        return;
      }
      const { triggers = [], waits = [], finished = [] } = plan ?? {};
      expect(waits).toEqual(running);
      expect(finished).toEqual(named('finished'));
      const heads = subtasks.filter(
        ({ name, upstream }) =>
          running.includes(name) && upstream.every((one) => known.get(one) === 'finished'),
      );
      expect(triggers).toEqual(heads.map(({ name }) => name));
      const reached = new Set(triggers);
      for (const { name, upstream } of subtasks)
        if (running.includes(name) && upstream.some((one) => reached.has(one))) reached.add(name);
      expect([...reached].sort()).toEqual([...running].sort());
    }),
  );
});

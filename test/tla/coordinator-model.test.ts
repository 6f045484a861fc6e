/**
 * Goal: `coordinate` does in a small world exactly what models/Coordinator.tla says, and what the
 * model says is right. Method: the model checker explores the model, `explore` the function; both
 * graphs must be equal, edge by edge, and as large as is written down. Mutants of the model and
 * slips in the function show that neither check is empty.
 *
 * `npm run proof` asks for the larger configurations by FLINCH_MODELS=proof.
 */
import { env } from 'node:process';
import { describe, expect, test } from 'vitest';

import { coordinate, type Coordinator } from '../../src/engine/checkpoint/coordinator.js';
import type { Pending } from '../../src/engine/checkpoint/coordinator-state.js';
import { stepsOf } from '../../src/tla/small-world-steps.js';
import type { Coordinate, World } from '../../src/tla/small-world.js';
import { edgesOf, explore, textOf, type Edge, type StateGraph } from '../../src/tla/state-graph.js';
import { actionsOf } from './checker-graph.js';
import { check, namesAfter } from './checker.js';
import { differenceOf, sizeOf, textOfDifference } from './graph-difference.js';
import { boundsOf, configurations, golden, graphOfModel, model } from './models.js';

const module = model('Coordinator.tla');
const patience = { timeout: 600_000 };
const asked = env['FLINCH_MODELS'] ?? 'test';
const judged = Object.entries(golden.configurations).filter(([, size]) => size.judged === asked);
const worlds = new Map(judged.map(([name]) => [name, worldGraph(name)]));

function worldGraph(name: string, transition?: Coordinate): StateGraph {
  return explore(boundsOf(model(`${name}.cfg`)), () => undefined, transition);
}

describe.each(judged)('%s', (name, { states, edges, depth }) => {
  test.concurrent('the function takes the steps of the model and no others', patience, async () => {
    const world: StateGraph = worlds.get(name) ?? new Map();
    const wanted = await graphOfModel(name, world);
    const difference = differenceOf(wanted, world);
    expect(difference && textOfDifference(difference)).toBeUndefined();
    expect(sizeOf(wanted)).toEqual({ states, edges, depth });
    expect(sizeOf(world)).toEqual({ states, edges, depth });
  });
});

test('every configuration has its size, and every size its configuration', () => {
  expect(new Set(Object.keys(golden.configurations))).toEqual(new Set(configurations()));
});

test.runIf(asked === 'proof')('every action of the model is taken in some configuration', () => {
  const taken = new Set<string>();
  for (const name of configurations())
    explore(boundsOf(model(`${name}.cfg`)), (_, step) => taken.add(step.name));
  expect(actionsOf(module).filter((action) => !taken.has(action))).toEqual([]);
});

describe.runIf(asked === 'test')('mutants of the model', () => {
  test.concurrent.each(golden.mutants)('$bug: $violates', patience, async (mutant) => {
    const { bug, configuration: name, violates, length } = mutant;
    const configuration = model(`${name}.cfg`).replace('Bug = "none"', `Bug = "${bug}"`);
    const { violated, length: found } = await check({ module, configuration, graph: false });
    expect({ violated, length: found }).toEqual({ violated: violates, length });
  });

  test('every mutant in the module is hunted, and every invariant kills one', () => {
    const bugs = [...module.matchAll(/Bug [=#] "(\w+)"/g)].map(([, bug]) => bug);
    expect(new Set(bugs)).toEqual(new Set(golden.mutants.map(({ bug }) => bug)));
    const [first = ''] = configurations();
    const wanted = [...namesAfter(model(`${first}.cfg`), 'INVARIANT'), 'EveryRequestEnds'];
    const killers = golden.mutants.map(({ violates }) => violates);
    expect(new Set(killers)).toEqual(new Set(wanted));
  });
});

/** Slips in the function, each with the step in which the model says otherwise. */
const slips: readonly (readonly [string, string, string, Coordinate])[] = [
  [
    'a word of any attempt counts',
    'CoordinatorWords',
    'Acknowledged',
    (state, event, now) =>
      coordinate(
        state,
        event.kind === 'acknowledged' ? { ...event, attempt: state.attempt } : event,
        now,
      ),
  ],
  [
    'of what is retained the newest is forgotten',
    'CoordinatorCrash',
    'Recovered',
    (state, event, now) =>
      event.kind === 'recovered'
        ? coordinate(state, { ...event, completed: event.completed.slice(0, -1) }, now)
        : coordinate(state, event, now),
  ],
  [
    'what comes too late is not discarded',
    'CoordinatorWords',
    'Acknowledged',
    (state, event, now) => {
      const [next, effects] = coordinate(state, event, now);
      return [next, effects.filter(({ kind }) => kind !== 'discard')];
    },
  ],
  [
    'no pause is kept',
    'CoordinatorLive',
    'Stored',
    (state, event, now) => {
      const [next, effects] = coordinate(state, event, now);
      return [{ ...next, lastCompletionAt: -Infinity }, effects];
    },
  ],
];

describe.runIf(asked === 'test')('a slip in the function', () => {
  test.each(slips)('%s', (_, name, step, transition) => {
    const difference = differenceOf(worlds.get(name) ?? new Map(), worldGraph(name, transition));
    const [edge] = [...(difference?.missing ?? []), ...(difference?.extra ?? [])];
    expect(edge?.label.replace(/\(.*/, '')).toBe(step);
  });
});

/**
 * The projection drops clock readings and the order of what is under way. If they made a difference
 * the graph would depend on which of the worlds with one projection was explored.
 */
describe.runIf(asked === 'test')('worlds that are one state to the model', () => {
  test.each(['CoordinatorLive', 'CoordinatorWords'])('%s: do the same', patience, (name) => {
    const graph: StateGraph = worlds.get(name) ?? new Map();
    const bad: string[] = [];
    let others = 0;
    const compare = (world: World): void => {
      others += 1;
      if (others % 7 !== 0) return; // a slice of them is enough for every push
      const text = textOf(world);
      const told = edgesOf(stepsOf(world));
      if (!sameEdges(told, graph.get(text) ?? [])) bad.push(text);
    };
    explore(boundsOf(model(`${name}.cfg`)), (world, { next }) => {
      compare(next);
      compare(otherwise(world));
    });
    expect(bad).toEqual([]);
    expect(others).toBeGreaterThan(graph.size);
  });
});

function sameEdges(told: readonly Edge[], wanted: readonly Edge[]): boolean {
  const lines = (edges: readonly Edge[]): string =>
    [...new Set(edges.map(({ label, to }) => `${label}\n${to}`))].sort().join('\n\n');
  return lines(told) === lines(wanted);
}

/** The same state to the model: later by the clock, and what is under way in another order. */
function otherwise(world: World): World {
  const { coordinator, now, asked: under, words, barriers } = world;
  const later = 1_000_000;
  return {
    ...world,
    now: now + later,
    coordinator: laterBy(coordinator, later),
    asked: [...under].reverse(),
    words: [...words].reverse(),
    barriers: [...barriers].reverse(),
  };
}

function laterBy(coordinator: Coordinator, later: number): Coordinator {
  const { pending, queue, triggering, due, lastCompletionAt } = coordinator;
  const shift = (one: Pending): Pending => ({ ...one, timestamp: one.timestamp + later });
  const request = triggering && { ...triggering.request, at: triggering.request.at + later };
  return {
    ...coordinator,
    due: due + later,
    lastCompletionAt: lastCompletionAt + later,
    queue: queue.map((one) => ({ ...one, at: one.at + later })),
    pending: new Map([...pending].map(([id, one]) => [id, shift(one)])),
    triggering: triggering && request && { ...triggering, request },
  };
}

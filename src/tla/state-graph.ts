/** Graphs of states with labelled edges: that of the small world, by exploring all of it. */
import { encodeTla, type Value } from 'tla-json-export';

import { variablesOf } from './projection.js';
import { stepsOf, type Step } from './small-world-steps.js';
import { worldOf, type Bounds, type Coordinate, type World } from './small-world.js';

/** An edge: its label, and the text of the state that it leads to. */
export type Edge = Readonly<{ label: string; to: string }>;

/** Edges by the text of the state that they leave; the first state is the initial one. */
export type StateGraph = ReadonlyMap<string, readonly Edge[]>;

/** The text of a state: the variables by name, a line each. */
function textOfState(variables: ReadonlyMap<string, Value>): string {
  return [...variables].map(([name, value]) => `${name} = ${encodeTla(value)}`).join('\n');
}

/** What an exploration does with each step, and the world that it leaves. */
export type Visit = (world: World, step: Step) => void;

/**
 * Every state of the small world, breadth first. Worlds that are the same to the model are one
 * state, and the first of them is explored.
 *
 * @param visit  sees every step of every world that is explored
 */
export function explore(bounds: Bounds, visit: Visit, transition?: Coordinate): StateGraph {
  const first = worldOf(bounds);
  const graph = new Map<string, readonly Edge[]>();
  const found: Found[] = [{ world: first, text: textOf(first) }];
  const known = new Set(found.map(({ text }) => text));
  for (const { world, text } of found) {
    const edges = stepsOf(world, transition).map((step): Edge => {
      visit(world, step);
      const to = textOf(step.next);
      if (!known.has(to)) found.push({ world: step.next, text: to });
      known.add(to);
      return { label: step.label, to };
    });
    graph.set(text, edges);
  }
  return graph;
}

type Found = Readonly<{ world: World; text: string }>;

/** The edges that steps are. */
export function edgesOf(steps: readonly Step[]): readonly Edge[] {
  return steps.map(({ label, next }) => ({ label, to: textOf(next) }));
}

/** The text of the state that a world is to the model. */
export function textOf(world: World): string {
  return textOfState(variablesOf(world));
}

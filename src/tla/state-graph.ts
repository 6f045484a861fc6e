/**
 * Graphs of states with labelled edges: that of the small world, by exploring all of it, and how
 * one graph differs from another.
 */
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

/** How many states and edges a graph has, and states on the longest of its shortest paths. */
export function sizeOf(
  graph: StateGraph,
): Readonly<{ states: number; edges: number; depth: number }> {
  const depths = new Map<string, number>();
  for (const [first] of graph) {
    depths.set(first, 1);
    break;
  }
  for (const [text, depth] of depths)
    for (const { to } of graph.get(text) ?? []) if (!depths.has(to)) depths.set(to, depth + 1);
  let edges = 0;
  for (const leaving of graph.values()) edges += distinct(leaving).size;
  return { states: graph.size, edges, depth: Math.max(...depths.values()) };
}

/** Where two graphs part: the labels that lead there, and what only one of them can do there. */
export type Difference = Readonly<{
  path: readonly string[];
  /** The state before; empty when the graphs do not even begin alike. */
  from: string;
  missing: readonly Edge[];
  extra: readonly Edge[];
}>;

/**
 * The first difference of two graphs, at the end of a shortest path; undefined if they are equal.
 *
 * @param wanted  whose edges are `missing` where the other has none
 */
export function differenceOf(wanted: StateGraph, other: StateGraph): Difference | undefined {
  const [start] = wanted.keys();
  const [otherStart] = other.keys();
  if (start === undefined || start !== otherStart) return beginnings(start, otherStart);
  const paths = new Map<string, Path>([[start, undefined]]);
  for (const [text, path] of paths) {
    const all = distinct(wanted.get(text) ?? []);
    const others = distinct(other.get(text) ?? []);
    const missing = [...all].filter(([key]) => !others.has(key)).map(([, edge]) => edge);
    const extra = [...others].filter(([key]) => !all.has(key)).map(([, edge]) => edge);
    if (missing.length > 0 || extra.length > 0)
      return { path: labelsOf(path), from: text, missing, extra };
    for (const { label, to } of all.values())
      if (!paths.has(to)) paths.set(to, { label, before: path });
  }
  return undefined;
}

type Path = Readonly<{ label: string; before: Path }> | undefined;

function labelsOf(path: Path): string[] {
  const labels: string[] = [];
  for (let at = path; at !== undefined; at = at.before) labels.unshift(at.label);
  return labels;
}

function beginnings(start: string | undefined, other: string | undefined): Difference {
  const edge = (to: string | undefined): Edge[] =>
    to === undefined ? [] : [{ label: 'Init', to }];
  return { path: [], from: '', missing: edge(start), extra: edge(other) };
}

/** Edges by label and target: the same step twice is one edge. */
function distinct(edges: readonly Edge[]): ReadonlyMap<string, Edge> {
  return new Map(edges.map((edge) => [`${edge.label}\n${edge.to}`, edge]));
}

/** A difference for a reader: the way to it, each edge, and the variables that it changes. */
export function textOfDifference({ path, from, missing, extra }: Difference): string {
  const told = (edges: readonly Edge[], what: string): string[] =>
    edges.map(({ label, to }) => `${what} ${label}\n${changes(from, to)}`);
  const steps = path.map((label, place) => `${String(place + 1).padStart(4)}  ${label}`);
  return [...steps, ...told(missing, 'missing:'), ...told(extra, 'extra:')].join('\n');
}

function changes(from: string, to: string): string {
  const before = from.split('\n');
  const changed = to.split('\n').filter((line) => !before.includes(line));
  return changed.map((line) => `      ${line}`).join('\n');
}

/** How large a graph of states is, and how one differs from another. */
import type { Edge, StateGraph } from '../../src/tla/state-graph.js';

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

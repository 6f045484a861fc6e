/** The models as they stand in models/, their configurations, and the bounds of these. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { decodeTla, type Value } from 'tla-json-export';

import type { Bounds } from '../../src/tla/small-world.js';
import type { StateGraph } from '../../src/tla/state-graph.js';
import { graphOf, labelled } from './checker-graph.js';
import { check } from './checker.js';

const folder = new URL('../../models/', import.meta.url);

/** The text of a file in models/. */
export function model(file: string): string {
  return readFileSync(fileURLToPath(new URL(file, folder)), 'utf8');
}

/** The names of all configurations. */
export function configurations(): readonly string[] {
  const files = readdirSync(fileURLToPath(folder)).sort();
  return files.filter((file) => file.endsWith('.cfg')).map((file) => file.slice(0, -4));
}

type Size = Readonly<{ states: number; edges: number; depth: number }>;

/** What is known of the models: sizes of their graphs, and their mutants. */
export type Golden = Readonly<{
  configurations: Readonly<Record<string, Size & Readonly<{ judged: 'test' | 'proof' }>>>;
  mutants: readonly Readonly<{
    bug: string;
    configuration: string;
    /** The invariant or property that it violates, and the shortest behaviour that shows it. */
    violates: string;
    length: number;
  }>[];
}>;

export const golden = JSON.parse(model('golden.json')) as Golden;

/** The constants of a configuration, as TLA+ text. */
function constantsOf(configuration: string): ReadonlyMap<string, string> {
  return new Map(
    [...configuration.matchAll(/^ {2}(\w+) = (.+)$/gm)].map(([, name = '', text = '']) => [
      name,
      text,
    ]),
  );
}

/** The bounds that a configuration states, for the small world. */
export function boundsOf(configuration: string): Bounds {
  const constants = constantsOf(configuration);
  const value = (name: string): Value => decodeTla(constants.get(name) ?? '');
  const texts = <T extends string>(name: string): readonly T[] => {
    const set = value(name);
    if (set.kind !== 'set') throw new Error(`${name} is no set`);
    return set.elements.map((element) => (element.kind === 'str' ? element.value : '') as T);
  };
  const number = (name: string): number => {
    const one = value(name);
    return one.kind === 'int' ? Number(one.value) : Number.NaN;
  };
  const flag = (name: string): boolean => {
    const one = value(name);
    return one.kind === 'bool' && one.value;
  };
  return {
    sources: texts('Sources'),
    sinks: texts('Sinks'),
    union: texts('Union'),
    coordinators: texts('Coordinators'),
    kinds: texts('Kinds'),
    reasons: texts('Reasons'),
    progresses: texts('Progresses'),
    faults: texts('Faults'),
    maxId: number('MaxId'),
    maxAttempt: number('MaxAttempt'),
    maxCrashes: number('MaxCrashes'),
    maxQueue: number('MaxQueue'),
    concurrent: number('Concurrent'),
    retained: number('Retained'),
    tolerable: number('Tolerable'),
    minPause: flag('MinPause'),
    afterFinish: flag('AfterFinish'),
  };
}

/**
 * The graph of the model in a configuration, as the checker finds it.
 *
 * @param world  whose labels its edges are given; what it lacks stands under its bare name
 * @throws if an invariant is violated
 */
export async function graphOfModel(name: string, world: StateGraph): Promise<StateGraph> {
  const configuration = model(`${name}.cfg`);
  const all = [...world.values()].flatMap((edges) => edges.map(({ label }) => label));
  const { module, labels } = labelled(model('Coordinator.tla'), new Set(all));
  const { violated, dot } = await check({ module, configuration, graph: true });
  if (violated !== undefined) throw new Error(`${name} violates ${violated}`);
  return graphOf(dot, labels);
}

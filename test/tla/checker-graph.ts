/**
 * The graph of a model as the checker writes it (DOT), read as a graph of states; and the module
 * that makes it write the arguments of each action, since on its own it writes names alone.
 */
import { decodeTla, encodeTla } from 'tla-json-export';

import type { Edge, StateGraph } from '../../src/tla/state-graph.js';

/** The module, and for each name in it the label that the name stands for. */
export type Labelled = Readonly<{ module: string; labels: ReadonlyMap<string, string> }>;

/**
 * A module of the same behaviours, in which each action with these arguments has a name of its own.
 *
 * `\E x \in S : A(x)` becomes `\E x \in (S) \cap {v} : A(x)` under a name for each `A(v)` of the
 * labels, and beside them one action for all that is left, so nothing of the model is lost: what no
 * label tells is found under the name of the action alone.
 */
export function labelled(module: string, labels: Iterable<string>): Labelled {
  const byAction = new Map<string, string[]>();
  for (const label of labels) {
    const [, action = label, args] = /^(\w+)\((.*)\)$/s.exec(label) ?? [];
    if (args !== undefined) byAction.set(action, [...(byAction.get(action) ?? []), args]);
  }
  const names = new Map<string, string>();
  const definitions: string[] = [];
  const define = (label: string, formula: string): string => {
    const name = `Step${String(names.size)}`;
    names.set(name, label);
    definitions.push(`${name} == (${formula}) /\\ TRUE`);
    return `  \\/ ${name}`;
  };
  const [before, disjuncts, after] = partsOf(module);
  const next = disjuncts.flatMap((disjunct) => {
    const { action, quantified } = readDisjunct(disjunct);
    const known = byAction.get(action) ?? [];
    const call = `${action}(${quantified.map(({ name }) => name).join(', ')})`;
    const pinned = known.map((args) => {
      const values = argumentsOf(args);
      const bound = quantified.map(
        ({ name, domain }, place) =>
          `\\E ${name} \\in (${domain}) \\cap {${values[place] ?? ''}} : `,
      );
      return define(`${action}(${args})`, bound.join('') + call);
    });
    if (pinned.length === 0) return [`  \\/ ${disjunct}`];
    const all = quantified.map(({ name, domain }) => `\\E ${name} \\in ${domain} : `).join('');
    const tuple = `<<${quantified.map(({ name }) => name).join(', ')}>>`;
    const told = `{${known.map((args) => `<<${args}>>`).join(', ')}}`;
    return [...pinned, define(action, `${all}(${tuple} \\notin ${told} /\\ ${call})`)];
  });
  const text = `${before}${definitions.join('\n')}\n\nNext ==\n${next.join('\n')}\n\n${after}`;
  return { module: text, labels: names };
}

/** What stands before the next-state relation, its disjuncts, and what stands behind it. */
function partsOf(module: string): readonly [string, readonly string[], string] {
  const [whole = '', body = ''] = /^Next ==\n(.*?)\n\n/ms.exec(module) ?? [];
  const start = module.indexOf(whole);
  const disjuncts = body
    .split(/^ {2}\\\/ /m)
    .map((text) => text.trim().replaceAll(/\s+/g, ' '))
    .filter((text) => text !== '');
  return [module.slice(0, start), disjuncts, module.slice(start + whole.length)];
}

/** The disjuncts of a module's next-state relation, each on one line. */
export function disjunctsOf(module: string): readonly string[] {
  return partsOf(module)[1];
}

/** The names of its actions. */
export function actionsOf(module: string): readonly string[] {
  return disjunctsOf(module).map((disjunct) => readDisjunct(disjunct).action);
}

type Disjunct = Readonly<{
  action: string;
  quantified: readonly Readonly<{ name: string; domain: string }>[];
}>;

/** `\E x \in S : \E y \in T : A(x, y)`: its action, and what it is quantified over. */
export function readDisjunct(text: string): Disjunct {
  const quantified: { name: string; domain: string }[] = [];
  let left = text;
  for (;;) {
    const [whole, name, domain] = /^\\E (\w+) \\in (.+?) : /.exec(left) ?? [];
    if (whole === undefined || name === undefined || domain === undefined) break;
    quantified.push({ name, domain });
    left = left.slice(whole.length);
  }
  const [, action, args = ''] = /^(\w+)(?:\(([\w, ]*)\))?$/.exec(left) ?? [];
  const names = quantified.map(({ name }) => name).join(', ');
  if (action === undefined || args !== names)
    throw new Error(`${text}: is not of the form \\E x \\in S : Action(x)`);
  return { action, quantified };
}

/** The arguments of a label, each as TLA+ text. */
function argumentsOf(args: string): readonly string[] {
  const tuple = decodeTla(`<<${args}>>`);
  return tuple.kind === 'seq' ? tuple.elements.map(encodeTla) : [];
}

/** The graph that the checker wrote of a labelled module. */
export function graphOf(dot: string, labels: ReadonlyMap<string, string>): StateGraph {
  const states = new Map<string, string>();
  const edges = new Map<string, Edge[]>();
  const canonical = canonicalLines();
  for (const line of dot.split('\n')) {
    const [, from, to, name] = /^ {2}(s\d+) -> (s\d+) \[label="(\w*)"/.exec(line) ?? [];
    if (from !== undefined && to !== undefined) {
      const edge = { label: labels.get(name ?? '') ?? name ?? '', to: states.get(to) ?? to };
      edges.get(states.get(from) ?? from)?.push(edge);
      continue;
    }
    const [, node, label] = /^ {2}(s\d+) \[label="((?:[^"\\]|\\.)*)"/.exec(line) ?? [];
    if (node === undefined || label === undefined) continue;
    const text = label.split('\\n').map(canonical).join('\n');
    states.set(node, text);
    edges.set(text, []);
  }
  return edges;
}

/** `name=value` as the checker writes it in DOT, in the form of `textOfState`; most repeat. */
function canonicalLines(): (line: string) => string {
  const known = new Map<string, string>();
  return (line) => {
    const before = known.get(line);
    if (before !== undefined) return before;
    const end = line.indexOf('=');
    const value = line
      .slice(end + 1)
      .replaceAll('\\"', '"')
      .replaceAll(/"[^"]*"|\btrue\b|\bfalse\b/g, (word) =>
        word.startsWith('"') ? word : word.toUpperCase(),
      );
    const text = `${line.slice(0, end)} = ${encodeTla(decodeTla(value))}`;
    known.set(line, text);
    return text;
  };
}

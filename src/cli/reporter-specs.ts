/**
 * Which reporters are asked for, and where each goes: `default,junit=out.xml`. At most one document
 * goes to stdout, where two would be neither.
 */
import { resolve } from 'node:path';

import { InputError } from '../campaign/input-error.js';
import { nearestOf } from '../kernel/did-you-mean.js';

const names = ['default', 'dot', 'json', 'ndjson', 'junit', 'github', 'markdown', 'shard'] as const;

export type ReporterName = (typeof names)[number];

/** A reporter, and its file; undefined for stdout. */
export type ReporterSpec = Readonly<{ name: ReporterName; file: string | undefined }>;

/**
 * Reads the values of `--reporter`.
 *
 * @param values  each as it was said, with commas
 * @param json    whether `--json` was said
 * @throws InputError for an unknown name, a file that two write, and two on stdout
 */
export function reporterSpecsOf(values: readonly string[], json: boolean): readonly ReporterSpec[] {
  const specs = values.flatMap((value) => value.split(',')).map(specOf);
  if (json) specs.push({ name: 'json', file: undefined });
  if (specs.length === 0) specs.push({ name: 'default', file: undefined });
  refuseShared(specs);
  return specs;
}

function specOf(text: string): ReporterSpec {
  const [word = '', ...rest] = text.split('=');
  const name = names.find((known) => known === word);
  if (name === undefined) {
    const nearest = nearestOf(word, names);
    const hint = nearest === undefined ? '' : `Did you mean ${nearest}? `;
    throw new InputError(`--reporter ${text}: no such reporter. ${hint}Known: ${names.join(', ')}`);
  }
  if (rest.length === 0) return { name, file: undefined };
  const file = rest.join('=');
  if (file === '') throw new InputError(`--reporter ${text}: names no file after the =`);
  return { name, file };
}

/** Annotations are lines of a log, so those of `github` may stand beside what is on stdout. */
function refuseShared(specs: readonly ReporterSpec[]): void {
  const taken = new Map<string, ReporterSpec>();
  for (const spec of specs) {
    const { name, file } = spec;
    const place = file === undefined ? (name === 'github' ? 'log' : 'stdout') : resolve(file);
    const other = taken.get(place);
    taken.set(place, spec);
    if (other === undefined) continue;
    const remedy = file === undefined ? 'give one a file, as in junit=out.xml' : 'name two files';
    throw new InputError(
      `--reporter ${other.name} and ${name} both write to ${file ?? 'stdout'}; ${remedy}`,
    );
  }
}

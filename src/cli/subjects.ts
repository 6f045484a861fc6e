/**
 * What can be explained by name: laws, kinds of faults and moments. The texts are those of the
 * tables that the program itself works with; here they are only laid out.
 */
import { lawNames, lawOf } from '../check/suite.js';
import type { Law } from '../check/verdict.js';
import { faultKinds, meaningOfFault, type FaultMeaning } from '../faults/fault.js';
import { meaningOfMoment, momentsOf } from '../history/moment.js';

const WIDTH = 100;

/** Texts by the name of their subject, under the heading of their group. */
const groups: Readonly<Record<string, ReadonlyMap<string, string>>> = {
  laws: new Map(lawNames.map((name) => [name, textOfLaw(lawOf(name))])),
  faults: new Map(faultKinds.map((kind) => [kind, textOfFault(kind, meaningOfFault(kind))])),
  'moments of the world': textsOfMoments(
    momentsOf.world,
    'the world, true whatever the engine believes',
  ),
  'moments of the witness': textsOfMoments(
    momentsOf.witness,
    'the witness, in the call that hands a record or a barrier over',
  ),
  'moments of the engine': textsOfMoments(momentsOf.engine, 'the engine'),
};

/** The names of all subjects. */
export const subjectNames: readonly string[] = Object.values(groups).flatMap((texts) => [
  ...texts.keys(),
]);

/** The text about a subject; undefined for a name that is none. */
export function textOfSubject(name: string): string | undefined {
  return Object.values(groups)
    .find((texts) => texts.has(name))
    ?.get(name);
}

/** All subjects by group. */
export function listOfSubjects(): string {
  return Object.entries(groups)
    .map(([group, texts]) => `${group}\n${filled([...texts.keys()].join(', '), 2)}`)
    .join('\n');
}

function textOfLaw({ name, says, source, invariants, judgesFrom }: Law): string {
  const stated = invariants.length === 0 ? [] : [row('invariants', invariants.join(', '))];
  const evidence = Object.entries(judgesFrom).map(
    ([entries, what]) => `${filled(entries, 4)}\n${filled(what, 6)}`,
  );
  const head = [`${name}, a law`, row('says', says), row('source', source), ...stated];
  return [...head, '  judges from', ...evidence].join('\n');
}

function textOfFault(kind: string, meaning: FaultMeaning): string {
  const { does, lasts, strikes, narrowed } = meaning;
  const rows = [row('does', does), row('lasts', lasts), row('strikes', strikes)];
  if (narrowed !== undefined) rows.push(row('narrowed by', narrowed));
  return [`${kind}, a fault`, ...rows].join('\n');
}

function textsOfMoments(names: readonly string[], stater: string): ReadonlyMap<string, string> {
  return new Map(
    names.map((name) => {
      const rows = [row('means', meaningOfMoment(name) ?? ''), row('stated by', stater)];
      return [name, [`${name}, a moment`, ...rows].join('\n')];
    }),
  );
}

/** A label, and a text beside it. */
function row(label: string, text: string): string {
  const indent = 14;
  return `  ${label.padEnd(indent - 2)}${filled(text, indent).trimStart()}`;
}

/** A text in lines that begin so far in and end within the width. */
function filled(text: string, indent: number): string {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last === undefined || indent + last.length + 1 + word.length > WIDTH) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines.map((line) => ' '.repeat(indent) + line).join('\n');
}

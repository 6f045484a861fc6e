/**
 * A total order of all values: by kind, then as people expect (numbers by size, texts by
 * character, the rest element by element). It is the order of the canonical bytes, so that either
 * may stand in for the other; TLA+ itself has no such order.
 */
import type { Value } from './value.js';

/** The first byte of each kind; they ascend with the order, and none is 0. */
export const tags: Readonly<Record<Value['kind'], number>> = {
  bool: 1,
  int: 2,
  str: 3,
  model: 4,
  set: 5,
  seq: 6,
  rec: 7,
  fn: 8,
};

/** Negative, zero or positive, as a function of sorting wants it; zero for equal values alone. */
export function compareValues(one: Value, other: Value): number {
  if (one.kind === 'bool' && other.kind === 'bool') return Number(one.value) - Number(other.value);
  if (one.kind === 'int' && other.kind === 'int')
    return one.value < other.value ? -1 : Number(one.value > other.value);
  if (one.kind === 'str' && other.kind === 'str') return compareText(one.value, other.value);
  if (one.kind === 'model' && other.kind === 'model') return compareText(one.name, other.name);
  if (one.kind === 'set' && other.kind === 'set')
    return compareLists(one.elements, other.elements, compareValues);
  if (one.kind === 'seq' && other.kind === 'seq')
    return compareLists(one.elements, other.elements, compareValues);
  if (one.kind === 'rec' && other.kind === 'rec')
    return compareLists(one.fields, other.fields, (field, another) =>
      comparePairs(field, another, compareText),
    );
  if (one.kind === 'fn' && other.kind === 'fn')
    return compareLists(one.entries, other.entries, (entry, another) =>
      comparePairs(entry, another, compareValues),
    );
  return tags[one.kind] - tags[other.kind];
}

/** Equal as TLA+ has it. */
export function equalValues(one: Value, other: Value): boolean {
  return compareValues(one, other) === 0;
}

type Compare<T> = (one: T, other: T) => number;

/** By the first elements that differ; what is the beginning of the other comes before it. */
function compareLists<T>(one: readonly T[], other: readonly T[], compare: Compare<T>): number {
  for (const [index, element] of one.entries()) {
    if (index >= other.length) return 1;
    const order = compare(element, other[index] as T);
    if (order !== 0) return order;
  }
  return one.length - other.length;
}

function comparePairs<Key>(
  one: readonly [Key, Value],
  other: readonly [Key, Value],
  compareKeys: Compare<Key>,
): number {
  return compareKeys(one[0], other[0]) || compareValues(one[1], other[1]);
}

/** By code points, which is the order of their UTF-8; JavaScript's own is that of UTF-16. */
function compareText(one: string, other: string): number {
  const end = Math.min(one.length, other.length);
  for (let index = 0; index < end; index += 1) {
    const a = one.charCodeAt(index);
    const b = other.charCodeAt(index);
    if (a !== b) return rankOf(a) - rankOf(b);
  }
  return one.length - other.length;
}

/** Halves of surrogate pairs stand for the code points above all others. */
function rankOf(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}

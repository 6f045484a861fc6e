/**
 * Declared aggregates: what each reads of a record, and how readings become one value. Sums and
 * counts are 32-bit integers and wrap; `last` is the reading of the newest record.
 */
import type { Words } from '../../kernel/actor.js';
import type { Aggregate, Aggregates } from '../aggregates.js';
import { compile, type Expression } from '../expression.js';
import type { RowType } from '../row.js';

/** One aggregate. */
export type Measure = Readonly<{
  read: (words: Words, at: number) => number;
  combine: (before: number, reading: number) => number;
}>;

/** The aggregates over rows of a type. */
export function measuresOf(aggregates: Aggregates, input: RowType): Measure[] {
  return aggregates.map(([name, aggregate]) => measureOf(aggregate, input, name));
}

function measureOf(aggregate: Aggregate, input: RowType, name: string): Measure {
  if (aggregate === 'count') return { read: () => 1, combine: (before) => (before + 1) | 0 };
  const read = (expression: Expression): Measure['read'] =>
    compile(expression, input, name).read as Measure['read'];
  if ('sum' in aggregate)
    return { read: read(aggregate.sum), combine: (before, value) => (before + value) | 0 };
  if ('min' in aggregate)
    return { read: read(aggregate.min), combine: (before, value) => Math.min(before, value) };
  if ('max' in aggregate)
    return { read: read(aggregate.max), combine: (before, value) => Math.max(before, value) };
  return { read: read(aggregate.last), combine: (_before, value) => value };
}

/** What the aggregates read of a record. */
export function readingsOf(measures: readonly Measure[], words: Words, at: number): Int32Array {
  const readings = new Int32Array(measures.length);
  for (let index = 0; index < measures.length; index += 1)
    readings[index] = (measures[index] as Measure).read(words, at);
  return readings;
}

/** The values of the aggregates over all readings of them, the oldest first; there is one. */
export function valuesOver(
  measures: readonly Measure[],
  readings: readonly Int32Array[],
): Int32Array {
  const [first, ...others] = readings as readonly [Int32Array, ...Int32Array[]];
  const values = first.slice();
  for (const reading of others)
    for (let index = 0; index < measures.length; index += 1)
      values[index] = (measures[index] as Measure).combine(
        values[index] as number,
        reading[index] as number,
      );
  return values;
}

/**
 * The values of TLA+, in normal form: equal values are equal trees, whatever way they were spelled.
 *
 * A value is made by the functions of this file alone. They apply the rules by which TLA+ tells
 * values apart: a set knows neither order nor repetition, a function on 1..n is a sequence, a
 * function whose keys are all strings is a record, and the empty function is the empty sequence.
 *
 * Source: L. Lamport, Specifying Systems, sections 16.1.7 to 16.1.10.
 */
import { isName } from './name.js';
import { compareValues } from './order.js';
import { TlaJsonError } from './refusal.js';

declare const normal: unique symbol;

/** Keeps literals out: the functions below are the only way to a value. */
type Normal = Readonly<{ [normal]: true }>;

export type Int = Readonly<{ kind: 'int'; value: bigint }> & Normal;
export type Bool = Readonly<{ kind: 'bool'; value: boolean }> & Normal;
export type Str = Readonly<{ kind: 'str'; value: string }> & Normal;
/** A constant that is equal to itself alone. */
export type Model = Readonly<{ kind: 'model'; name: string }> & Normal;
/** Elements ascend, without repeats. */
export type SetValue = Readonly<{ kind: 'set'; elements: readonly Value[] }> & Normal;
/** A tuple, too: TLA+ does not tell them apart. */
export type Seq = Readonly<{ kind: 'seq'; elements: readonly Value[] }> & Normal;
/** At least one field; names ascend. */
export type Rec = Readonly<{ kind: 'rec'; fields: readonly Field[] }> & Normal;
/** At least one entry, neither those of a sequence nor those of a record; keys ascend. */
export type Fn = Readonly<{ kind: 'fn'; entries: readonly FnEntry[] }> & Normal;

export type Field = readonly [name: string, value: Value];
export type FnEntry = readonly [key: Value, value: Value];

export type Value = Int | Bool | Str | Model | SetValue | Seq | Rec | Fn;

/**
 * An integer of any size.
 *
 * @throws TlaJsonError `unsafe-integer` for a number that is no safe integer
 */
export function int(value: bigint | number): Int {
  if (typeof value === 'number' && !Number.isSafeInteger(value))
    throw new TlaJsonError('unsafe-integer', '', `${value} is no safe integer; give a bigint`);
  return made<Int>({ kind: 'int', value: BigInt(value) });
}

export function bool(value: boolean): Bool {
  return made<Bool>({ kind: 'bool', value });
}

/**
 * A string.
 *
 * @throws TlaJsonError `bad-string` for a text with half a surrogate pair: UTF-8 cannot hold it
 */
export function str(value: string): Str {
  if (/\p{Cs}/u.test(value))
    throw new TlaJsonError('bad-string', '', 'a string holds half of a surrogate pair');
  return made<Str>({ kind: 'str', value });
}

/**
 * A model value.
 *
 * @throws TlaJsonError `bad-name` for what is no name of TLA+
 */
export function model(name: string): Model {
  if (!isName(name))
    throw new TlaJsonError('bad-name', '', `${JSON.stringify(name)} is no name of TLA+`);
  return made<Model>({ kind: 'model', name });
}

/** A set; the order of the elements and repeats of them do not matter. */
export function set(elements: Iterable<Value>): SetValue {
  const sorted = [...elements].sort(compareValues);
  const distinct = sorted.filter((element, index) => {
    const before = sorted[index - 1];
    return before === undefined || compareValues(before, element) !== 0;
  });
  return made<SetValue>({ kind: 'set', elements: distinct });
}

/** A sequence or tuple. */
export function seq(elements: Iterable<Value>): Seq {
  return made<Seq>({ kind: 'seq', elements: [...elements] });
}

/**
 * A record; without fields it is the empty sequence.
 *
 * @throws TlaJsonError `bad-string` for a name with half a surrogate pair
 * @example rec({ id: int(1), done: bool(true) })
 */
export function rec(fields: Readonly<Record<string, Value>>): Rec | Seq {
  return fn(Object.entries(fields).map(([name, value]) => [str(name), value])) as Rec | Seq;
}

/**
 * A function by its entries, as what TLA+ takes it for; a repeated entry does not matter.
 *
 * @throws TlaJsonError `duplicate` when one key has two values
 */
export function fn(entries: Iterable<FnEntry>): Fn | Rec | Seq {
  const sorted = [...entries].sort(([one], [other]) => compareValues(one, other));
  const distinct = sorted.filter((entry, index) => !isRepeated(sorted[index - 1], entry));
  if (distinct.every(([key], index) => key.kind === 'int' && key.value === BigInt(index + 1)))
    return seq(distinct.map(([, value]) => value));
  if (distinct.every(([{ kind }]) => kind === 'str')) {
    const fields = distinct.map(([key, value]): Field => [(key as Str).value, value]);
    return made<Rec>({ kind: 'rec', fields });
  }
  return made<Fn>({ kind: 'fn', entries: distinct });
}

function isRepeated(before: FnEntry | undefined, [key, value]: FnEntry): boolean {
  if (before === undefined || compareValues(before[0], key) !== 0) return false;
  if (compareValues(before[1], value) !== 0)
    throw new TlaJsonError('duplicate', '', 'a function maps one key to two values');
  return true;
}

function made<Made extends Value>(value: Omit<Made, typeof normal>): Made {
  return value as Made;
}

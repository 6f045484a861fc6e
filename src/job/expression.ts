/**
 * Expressions over the fields of one row: the closed list from which a scenario builds its
 * functions. An expression is data; compiled for a type of rows it reads words and makes no row.
 *
 *   origin                        the field of that name
 *   15                            an integer
 *   { text: late }                a text
 *   { add: [delay, 15] }          also subtract, multiply, modulo: 32-bit integers that wrap
 *   { equals: [origin, { text: SFO }] }   also less, greater; both sides of one type
 *   { not: C }  { and: [C, ...] }  { or: [C, ...] }
 *   { format: '{origin}/{delay}' }   a text with the values of fields
 *   { lowerCase: origin }         a text in lower case (A to Z alone, as in no locale)
 *   { length: origin }            number of UTF-16 code units of a text
 */
import type { Words } from '../kernel/actor.js';
import { otherName } from '../kernel/did-you-mean.js';
import { readText } from '../kernel/words.js';
import { UserFunctionError } from './user-function-error.js';
import { JobError } from './job-error.js';
import { fieldAt, type RowType } from './row.js';

type Pair = readonly [Expression, Expression];

export type Expression =
  | string
  | number
  | Readonly<{ text: string }>
  | Readonly<{ add: Pair }>
  | Readonly<{ subtract: Pair }>
  | Readonly<{ multiply: Pair }>
  | Readonly<{ modulo: Pair }>
  | Readonly<{ equals: Pair }>
  | Readonly<{ less: Pair }>
  | Readonly<{ greater: Pair }>
  | Readonly<{ not: Expression }>
  | Readonly<{ and: readonly Expression[] }>
  | Readonly<{ or: readonly Expression[] }>
  | Readonly<{ format: string }>
  | Readonly<{ lowerCase: Expression }>
  | Readonly<{ length: Expression }>;

/** Reads a value from the row that begins at `at`. */
type Read<Value> = (words: Words, at: number) => Value;

export type Compiled =
  | Readonly<{ type: 'int'; read: Read<number> }>
  | Readonly<{ type: 'string'; read: Read<string> }>
  | Readonly<{ type: 'boolean'; read: Read<boolean> }>;

/** Names of the operations, for whoever mistypes one. */
export const operations: readonly string[] = [
  'text',
  'add',
  'subtract',
  'multiply',
  'modulo',
  'equals',
  'less',
  'greater',
  'not',
  'and',
  'or',
  'format',
  'lowerCase',
  'length',
];

/**
 * Compiles an expression for rows of a type.
 *
 * @param place  for errors
 * @throws JobError for a field that the rows do not have, or an operand of the wrong type
 */
export function compile(expression: Expression, row: RowType, place: string): Compiled {
  if (typeof expression === 'number') return constant(expression, place);
  if (typeof expression === 'string') {
    const orElse = `; a text is written { text: ${expression} }`;
    return field(expression, row, place, orElse);
  }
  if ('text' in expression) {
    const { text } = expression;
    return { type: 'string', read: () => text };
  }
  if ('format' in expression) return format(expression.format, row, place);
  return compound(expression, row, place);
}

type Compound = Exclude<Expression, string | number | { text: string } | { format: string }>;

function compound(expression: Compound, row: RowType, place: string): Compiled {
  const ints = (name: string, pair: Pair, apply: (one: number, other: number) => number) => {
    const [one, other] = both('int', pair, row, place + '.' + name);
    return { type: 'int', read: (w, at) => apply(one(w, at), other(w, at)) } satisfies Compiled;
  };
  if ('add' in expression) return ints('add', expression.add, (a, b) => (a + b) | 0);
  if ('subtract' in expression) return ints('subtract', expression.subtract, (a, b) => (a - b) | 0);
  if ('multiply' in expression) return ints('multiply', expression.multiply, Math.imul);
  if ('modulo' in expression) return ints('modulo', expression.modulo, modulo);
  if ('equals' in expression) return compare('equals', expression.equals, row, place, isEqual);
  if ('less' in expression) return compare('less', expression.less, row, place, isLess);
  if ('greater' in expression)
    return compare('greater', expression.greater, row, place, (a, b) => isLess(b, a));
  if ('not' in expression) {
    const read = condition(expression.not, row, place + '.not');
    return { type: 'boolean', read: (words, at) => !read(words, at) };
  }
  if ('and' in expression) {
    const reads = conditions(expression.and, row, place + '.and');
    return { type: 'boolean', read: (words, at) => reads.every((read) => read(words, at)) };
  }
  if ('or' in expression) {
    const reads = conditions(expression.or, row, place + '.or');
    return { type: 'boolean', read: (words, at) => reads.some((read) => read(words, at)) };
  }
  if ('lowerCase' in expression) {
    const read = text(expression.lowerCase, row, place + '.lowerCase');
    return { type: 'string', read: (words, at) => lowerCase(read(words, at)) };
  }
  const read = text(expression.length, row, place + '.length');
  return { type: 'int', read: (words, at) => read(words, at).length };
}

/** The remainder with the sign of the dividend; as in Java, a division by 0 fails the task. */
function modulo(one: number, other: number): number {
  if (other === 0) throw new UserFunctionError('modulo: division by 0');
  return (one % other) | 0;
}

function isEqual(one: number | string, other: number | string): boolean {
  return one === other;
}

function isLess(one: number | string, other: number | string): boolean {
  return one < other;
}

/** Letters A to Z in lower case. Other alphabets change with the version of Unicode. */
function lowerCase(value: string): string {
  let lower = '';
  for (let unit = 0; unit < value.length; unit += 1) {
    const code = value.charCodeAt(unit);
    lower += String.fromCharCode(code >= 65 && code <= 90 ? code + 32 : code);
  }
  return lower;
}

function constant(value: number, place: string): Compiled {
  if (value !== (value | 0))
    throw new JobError(
      place,
      `${String(value)} is no 32-bit integer; decimals are counted in parts`,
    );
  return { type: 'int', read: () => value };
}

function field(name: string, row: RowType, place: string, orElse = ''): Compiled {
  const index = indexOfField(name, row, place, orElse);
  const type = row[index]?.type;
  if (type === 'string')
    return { type, read: (words, at) => readText(words, fieldAt(row, index, words, at)) };
  const isFixed = row.slice(0, index).every((before) => before.type === 'int');
  const read: Read<number> = isFixed
    ? (words, at) => words[at + index] as number
    : (words, at) => words[fieldAt(row, index, words, at)] as number;
  return { type: 'int', read };
}

/**
 * Where a field stands in a row.
 *
 * @param orElse  what else may have been meant where no name is near
 * @throws JobError when the rows have no such field
 */
export function indexOfField(name: string, row: RowType, place: string, orElse = ''): number {
  const index = row.findIndex((candidate) => candidate.name === name);
  if (index >= 0) return index;
  const names = row.map((candidate) => candidate.name);
  throw new JobError(place, `there is no field ${name}; ${otherName(name, names, orElse)}`);
}

function format(pattern: string, row: RowType, place: string): Compiled {
  const parts = pattern.split(/\{([^{}]*)\}/);
  const reads = parts.map((part, index): Read<string> => {
    if (index % 2 === 0) return () => part;
    const compiled = field(part, row, place + '.format');
    return (words, at) => String(compiled.read(words, at));
  });
  return { type: 'string', read: (words, at) => reads.map((read) => read(words, at)).join('') };
}

function both(type: 'int', pair: Pair, row: RowType, place: string): [Read<number>, Read<number>] {
  const [one, other] = pair.map((operand, index) => compile(operand, row, operandAt(place, index)));
  if (one?.type !== type || other?.type !== type)
    throw new JobError(place, `takes two integers, not ${typesOf(one, other)}`);
  return [one.read, other.read];
}

type Comparison = (one: number | string, other: number | string) => boolean;

function compare(
  name: string,
  pair: Pair,
  row: RowType,
  place: string,
  holds: Comparison,
): Compiled {
  const within = place + '.' + name;
  const [one, other] = pair.map((operand, index) =>
    compile(operand, row, operandAt(within, index)),
  );
  if (one?.type === 'int' && other?.type === 'int')
    return {
      type: 'boolean',
      read: (words, at) => holds(one.read(words, at), other.read(words, at)),
    };
  if (one?.type === 'string' && other?.type === 'string')
    return {
      type: 'boolean',
      read: (words, at) => holds(one.read(words, at), other.read(words, at)),
    };
  const types = typesOf(one, other);
  throw new JobError(within, `compares two integers or two texts, not ${types}`);
}

/** The place of one operand of several. */
function operandAt(place: string, index: number): string {
  return `${place}.${String(index)}`;
}

function typesOf(one: Compiled | undefined, other: Compiled | undefined): string {
  return `${one?.type ?? 'nothing'} and ${other?.type ?? 'nothing'}`;
}

/**
 * Compiles a condition.
 *
 * @throws JobError as `compile` does, and for an expression that is no condition
 */
export function condition(expression: Expression, row: RowType, place: string): Read<boolean> {
  const compiled = compile(expression, row, place);
  if (compiled.type !== 'boolean')
    throw new JobError(
      place,
      `a condition is wanted (equals, less, not ...), not ${compiled.type}`,
    );
  return compiled.read;
}

function conditions(list: readonly Expression[], row: RowType, place: string): Read<boolean>[] {
  return list.map((each, index) => condition(each, row, operandAt(place, index)));
}

/**
 * Compiles an expression that gives a text.
 *
 * @throws JobError as `compile` does, and for an expression of another type
 */
export function text(expression: Expression, row: RowType, place: string): Read<string> {
  const compiled = compile(expression, row, place);
  if (compiled.type !== 'string')
    throw new JobError(place, `a text is wanted, not ${compiled.type}`);
  return compiled.read;
}

/**
 * Compiles an expression that gives an integer.
 *
 * @throws JobError as `compile` does, and for an expression of another type
 */
export function integer(expression: Expression, row: RowType, place: string): Read<number> {
  const compiled = compile(expression, row, place);
  if (compiled.type !== 'int')
    throw new JobError(place, `an integer is wanted, not ${compiled.type}`);
  return compiled.read;
}

/**
 * The section `job` of a scenario: the graph that the DataStream API builds, written as YAML. Each
 * operator names what it takes its records from, one thing that it does, and its settings. Its
 * functions come from the closed lists of `job/expression` and `job/aggregates`; code of the user
 * is named as `{ module, export }`, and loaded only by whoever is allowed to.
 */
import * as z from 'zod';
import type { Aggregate } from '../job/aggregates.js';
import { operations, type Expression } from '../job/expression.js';
import type { CodeReference } from '../job/user-code.js';

/** What an operator does; exactly one of these is there. */
export type Action = Readonly<{
  /** Reads a topic of `data`. */
  source?: string | undefined;
  map?: Readonly<Record<string, Expression>> | CodeReference | undefined;
  filter?: Expression | CodeReference | undefined;
  flatMap?: Readonly<{ split: Expression; by: string; as: string }> | CodeReference | undefined;
  /** After `keyBy`: the aggregates of the key so far, for each record. */
  aggregate?: Readonly<Record<string, Aggregate>> | undefined;
  /** After `keyBy`: combines the records of the key two at a time. */
  reduce?: CodeReference | undefined;
  /** After `keyBy`: a function with state. */
  process?: CodeReference | undefined;
  sink?: Readonly<{ kind: 'two-phase' | 'plain'; topic: string }> | undefined;
}>;

export type OperatorDeclaration = Action &
  Readonly<{
    uid: string;
    /** The operator before it, or several: their union. */
    input?: string | readonly string[] | undefined;
    keyBy?: string | undefined;
    exchange?: 'forward' | 'rebalance' | 'broadcast' | undefined;
    parallelism?: number | undefined;
    maxParallelism?: number | undefined;
    chaining?: 'always' | 'head' | 'never' | undefined;
    slotSharingGroup?: string | undefined;
    serviceMicros?: Readonly<{ min: number; max: number }> | undefined;
  }>;

export type JobDeclaration = Readonly<{
  parallelism: number;
  maxParallelism: number;
  operators: readonly OperatorDeclaration[];
}>;

/** The actions, in the order in which errors name them. */
const actions = [
  'source',
  'map',
  'filter',
  'flatMap',
  'aggregate',
  'reduce',
  'process',
  'sink',
] as const;

const name = z.string().min(1);
const code: z.ZodType<CodeReference, unknown> = z.strictObject({ module: name, export: name });

/**
 * Takes the form that a value seems to be meant for, so that a mistake in it is told as one of that
 * form, with its place; a union would only say that no form fits.
 */
function meant<Value>(
  choose: (value: unknown) => z.ZodType<Value, unknown> | string,
): z.ZodType<Value, unknown> {
  return z.unknown().transform((value, context): Value => {
    const form = choose(value);
    const wrong = (message: string, path: PropertyKey[]): number =>
      context.issues.push({ code: 'custom', message, path, input: value });
    if (typeof form === 'string') {
      wrong(form, []);
      return z.NEVER;
    }
    const parsed = form.safeParse(value);
    if (parsed.success) return parsed.data;
    for (const { message, path } of parsed.error.issues) wrong(message, path);
    return z.NEVER;
  });
}

/** The one key of an object; undefined for anything else. */
function onlyKey(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const keys = Object.keys(value);
  return keys.length === 1 ? keys[0] : undefined;
}

const operand: z.ZodType<Expression, unknown> = z.lazy(() => expression);
const pair = z.tuple([operand, operand]);
const several = z.array(operand).min(1);
const operandOf: Readonly<Record<string, z.ZodType>> = {
  text: z.string(),
  add: pair,
  subtract: pair,
  multiply: pair,
  modulo: pair,
  equals: pair,
  less: pair,
  greater: pair,
  not: operand,
  and: several,
  or: several,
  format: z.string(),
  lowerCase: operand,
  length: operand,
};
const EXPRESSION = `an expression is a field, an integer, or one of ${operations.join(', ')}`;

const expression: z.ZodType<Expression, unknown> = meant((value) => {
  if (typeof value === 'string') return name;
  if (typeof value === 'number') return z.int();
  const key = onlyKey(value);
  const form = operandOf[key ?? ''];
  if (key === undefined) return EXPRESSION;
  if (form === undefined) return `nothing is called ${key}; ${EXPRESSION}`;
  return z.strictObject({ [key]: form }) as unknown as z.ZodType<Expression, unknown>;
});

const folds: readonly string[] = ['sum', 'min', 'max', 'last'];

const aggregate: z.ZodType<Aggregate, unknown> = meant((value) => {
  if (value === 'count') return z.literal('count');
  const key = onlyKey(value);
  if (key === undefined || !folds.includes(key))
    return `an aggregate is count, or one of ${folds.join(', ')} with an expression`;
  return z.strictObject({ [key]: expression }) as unknown as z.ZodType<Aggregate, unknown>;
});

/** Code of the user where there is a module, else the declared form. */
function codeOr<Value>(form: z.ZodType<Value, unknown>): z.ZodType<Value | CodeReference, unknown> {
  return meant<Value | CodeReference>((value) =>
    typeof value === 'object' && value !== null && 'module' in value ? code : form,
  );
}

const fieldName = z.string().regex(/^[a-zA-Z]\w*$/, 'a field begins with a letter');
const width = z.int().min(1).max(32_768);

const operator = z
  .strictObject({
    uid: z
      .string()
      .regex(/^[a-zA-Z][a-zA-Z0-9-]*$/, 'a uid begins with a letter: letters, digits, hyphens'),
    input: z.union([name, z.array(name).min(1)]).optional(),
    keyBy: fieldName.optional(),
    exchange: z.enum(['forward', 'rebalance', 'broadcast']).optional(),
    source: name.optional(),
    map: codeOr(z.record(fieldName, expression)).optional(),
    filter: codeOr(expression).optional(),
    flatMap: codeOr(z.strictObject({ split: expression, by: name, as: fieldName })).optional(),
    aggregate: z.record(fieldName, aggregate).optional(),
    reduce: code.optional(),
    process: code.optional(),
    sink: z.strictObject({ kind: z.enum(['two-phase', 'plain']), topic: name }).optional(),
    parallelism: width.optional(),
    maxParallelism: width.optional(),
    chaining: z.enum(['always', 'head', 'never']).optional(),
    slotSharingGroup: name.optional(),
    serviceMicros: z
      .strictObject({ min: z.int().min(0), max: z.int().min(0) })
      .refine(({ min, max }) => max >= min, 'max must not be below min')
      .optional(),
  })
  .check((context) => {
    const message = mistakeOf(context.value);
    if (message !== undefined)
      context.issues.push({ code: 'custom', message, input: context.value });
  });

/** What no single field of an operator can say. */
function mistakeOf(value: OperatorDeclaration): string | undefined {
  const done = actions.filter((action) => value[action] !== undefined);
  if (done.length !== 1) {
    const found = done.length === 0 ? 'none' : done.join(' and ');
    return `an operator does exactly one of ${actions.join(', ')}; this one has ${found}`;
  }
  if ((value.source === undefined) === (value.input === undefined))
    return 'a source has no input, and every other operator has one';
  const { aggregate: kept, reduce, process } = value;
  const isKeyed = [kept, reduce, process].some((action) => action !== undefined);
  if (isKeyed !== (value.keyBy !== undefined))
    return 'aggregate, reduce and process work by key: they need keyBy, and nothing else takes it';
  if (isKeyed && value.exchange !== undefined)
    return 'keyBy says which subtask a record goes to; take exchange away';
  return undefined;
}

/** The form of the section `job`: the graph, or an export that declares it. */
export const jobSchema: z.ZodType<JobDeclaration | CodeReference, unknown> = codeOr(
  z.strictObject({
    parallelism: width.default(1),
    maxParallelism: width.default(128),
    operators: z.array(operator).min(2),
  }),
);

/** Every export of the user's modules that the job names. */
export function codeOf(job: JobDeclaration | CodeReference): CodeReference[] {
  if (isCode(job)) return [job];
  return job.operators.flatMap(({ map, filter, flatMap, reduce, process }) =>
    [map, filter, flatMap, reduce, process].filter(isCode),
  );
}

/** Whether a function is code of the user. */
export function isCode(value: unknown): value is CodeReference {
  return typeof value === 'object' && value !== null && 'module' in value && 'export' in value;
}

/**
 * The section `job` of a scenario: the graph that the DataStream API builds, written as YAML. Each
 * operator names what it takes its records from, one thing that it does, and its settings. Its
 * functions come from the closed lists of `job/expression` and `job/aggregates`; code of the user
 * is named as `{ module, export }`, and loaded only by whoever is allowed to.
 */
import * as z from 'zod';
import type { Aggregate } from '../job/aggregates.js';
import type { Expression } from '../job/expression.js';
import type { AsyncOptions } from '../job/async-calls.js';
import type { HighestDeclaration } from '../job/operator-states.js';
import type { RulesDeclaration } from '../job/broadcasts.js';
import type { IntervalJoinDeclaration } from '../job/joins.js';
import type { CodeReference } from '../job/user-code.js';
import type { WindowDeclaration } from '../job/windows.js';
import { aggregate, expression } from './expression-declaration.js';
import { meant } from './meant.js';
import { sink, type SinkDeclaration } from './sink-declaration.js';
import { eventTime, window, type SourceTime } from './time-declaration.js';

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
  reduce?: ReduceReference | undefined;
  /** After `keyBy`: a function with state; with `with`, over two streams. */
  process?: CodeReference | undefined;
  /** Pairs of records of `input` and `with` of one key, whose times are close. */
  intervalJoin?: IntervalJoinDeclaration | undefined;
  /** Records of `input` read a map that records of `with` change. */
  broadcastState?: RulesDeclaration | CodeReference | undefined;
  /** Each record with the highest value that its subtask knows of, or code with lists. */
  operatorState?: HighestDeclaration | CodeReference | undefined;
  /** What is made of each record once the remote service has answered. */
  async?: AsyncDeclaration | undefined;
  sink?: SinkDeclaration | undefined;
}>;

/** Calls of the remote service, and the row that each gives. */
export type AsyncDeclaration = AsyncOptions &
  Readonly<{ map: Readonly<Record<string, Expression>> | CodeReference }>;

/** Code that combines two rows; in a window it may be said to take them in any order. */
export type ReduceReference = CodeReference & Readonly<{ commutative?: boolean | undefined }>;

export type OperatorDeclaration = Action &
  Readonly<{
    uid: string;
    /** The operator before it, or several: their union; `x.late`: what came too late for x. */
    input?: string | readonly string[] | undefined;
    keyBy?: string | undefined;
    /** The second input of an operator that has two, and its key. */
    with?: string | readonly string[] | undefined;
    withKeyBy?: string | undefined;
    /** Of a source: how its records tell time. */
    eventTime?: SourceTime | undefined;
    /** Of a source: who gets which split, and how often new ones are looked for. */
    splitAssignment?: 'eager' | 'request' | undefined;
    discoveryIntervalMillis?: number | undefined;
    /** With `aggregate` or `reduce`: of each window instead of for each record. */
    window?: WindowDeclaration | undefined;
    allowedLateness?: string | undefined;
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
  'intervalJoin',
  'broadcastState',
  'operatorState',
  'async',
  'sink',
] as const;

const name = z.string().min(1);
const code: z.ZodType<CodeReference, unknown> = z.strictObject({ module: name, export: name });

/** Code of the user where there is a module, else the declared form. */
function codeOr<Value>(
  choice: string,
  form: z.ZodType<Value, unknown>,
): z.ZodType<Value | CodeReference, unknown> {
  const forms = (): z.ZodType[] => [form, code];
  return meant<Value | CodeReference>(choice, forms, (value) =>
    isMeantAsCode(value) ? code : form,
  );
}

/** Whether a value names a module, or an export and something that is a path. */
function isMeantAsCode(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const isPath = (one: unknown): boolean => typeof one === 'string' && /^\.{1,2}\//.test(one);
  return 'module' in value || ('export' in value && Object.values(value).some(isPath));
}

const fieldName = z.string().regex(/^[a-zA-Z]\w*$/, 'a field begins with a letter');
const taken = z.union([name, z.array(name).min(1)], 'must be the uid of an operator, or a list');
const width = z.int().min(1).max(32_768);

const operator = z
  .strictObject({
    uid: z
      .string()
      .regex(/^[a-zA-Z][a-zA-Z0-9-]*$/, 'a uid begins with a letter: letters, digits, hyphens'),
    input: taken.optional(),
    keyBy: fieldName.optional(),
    with: taken.optional(),
    withKeyBy: fieldName.optional(),
    exchange: z.enum(['forward', 'rebalance', 'broadcast']).optional(),
    source: name.optional(),
    map: codeOr('map', z.record(fieldName, expression)).optional(),
    filter: codeOr('filter', expression).optional(),
    flatMap: codeOr(
      'flatMap',
      z.strictObject({ split: expression, by: name, as: fieldName }),
    ).optional(),
    eventTime: eventTime.optional(),
    alignment: z
      .never('alignment is part of how a source tells time; put it in eventTime')
      .optional(),
    splitAssignment: z.enum(['eager', 'request']).optional(),
    discoveryIntervalMillis: z.int().min(1).max(3_600_000).optional(),
    window: window.optional(),
    allowedLateness: name.optional(),
    aggregate: z.record(fieldName, aggregate).optional(),
    reduce: z
      .strictObject({ module: name, export: name, commutative: z.boolean().optional() })
      .optional(),
    process: code.optional(),
    intervalJoin: z.strictObject({ from: name, to: name, prefix: fieldName.optional() }).optional(),
    broadcastState: codeOr<RulesDeclaration>(
      'broadcastState',
      z.strictObject({
        key: fieldName,
        ruleKey: fieldName,
        take: z.record(fieldName, z.union([z.int(), z.string()], 'must be an integer or a text')),
      }),
    ).optional(),
    operatorState: codeOr<HighestDeclaration>(
      'operatorState',
      z.strictObject({
        highest: expression,
        as: fieldName,
        state: z.enum(['split', 'union']),
      }),
    ).optional(),
    async: z
      .strictObject({
        ordered: z.boolean(),
        capacity: z.int().min(1).optional(),
        timeoutMillis: z.number().optional(),
        map: codeOr('map', z.record(fieldName, expression)),
      })
      .optional(),
    sink: sink.optional(),
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
  const { aggregate: kept, reduce, process, intervalJoin } = value;
  const isKeyed = [kept, reduce, process, intervalJoin].some((action) => action !== undefined);
  if (isKeyed !== (value.keyBy !== undefined))
    return `${KEYED} work by key: they need keyBy, and nothing else takes it`;
  if (isKeyed && value.exchange !== undefined)
    return 'keyBy says which subtask a record goes to; take exchange away';
  return mistakeOfSource(value) ?? mistakeOfTwo(value) ?? mistakeOfTime(value);
}

/** What is said of a source and of nothing else. */
function mistakeOfSource(value: OperatorDeclaration): string | undefined {
  const dealt = value.splitAssignment ?? value.discoveryIntervalMillis;
  return dealt !== undefined && value.source === undefined
    ? 'splitAssignment and discoveryIntervalMillis are those of a source'
    : undefined;
}

const KEYED = 'aggregate, reduce, process and intervalJoin';

/** What is wrong with a second input. */
function mistakeOfTwo(value: OperatorDeclaration): string | undefined {
  const { intervalJoin, broadcastState, process } = value;
  const hasTwo = value.with !== undefined;
  const needsTwo = intervalJoin !== undefined || broadcastState !== undefined;
  if (needsTwo && !hasTwo)
    return 'intervalJoin and broadcastState take a second input; name it under with';
  if (hasTwo && !needsTwo && process === undefined)
    return 'with is the second input of process, intervalJoin or broadcastState';
  const isByKey = hasTwo && broadcastState === undefined;
  if (isByKey !== (value.withKeyBy !== undefined))
    return 'withKeyBy is the key of the second input of process and intervalJoin, which need it';
  return undefined;
}

/** What is wrong with windows, and with who tells time. */
function mistakeOfTime(value: OperatorDeclaration): string | undefined {
  const { source, eventTime: told, window: windows, allowedLateness, reduce } = value;
  if (told !== undefined && source === undefined)
    return 'eventTime says how a source tells time; give it to the source';
  const isWindowed = windows !== undefined;
  if (isWindowed && value.aggregate === undefined && reduce === undefined)
    return 'a window needs aggregate or reduce, which say what it computes';
  if (allowedLateness !== undefined && !isWindowed)
    return 'allowedLateness is that of a window, and there is none';
  if (reduce?.commutative !== undefined && !isWindowed)
    return 'commutative is said of what a window computes, and there is none';
  return undefined;
}

/** The form of the section `job`: the graph, or an export that declares it. */
export const jobSchema: z.ZodType<JobDeclaration | CodeReference, unknown> = codeOr(
  'job',
  z.strictObject({
    parallelism: width.default(1),
    maxParallelism: width.default(128),
    operators: z.array(operator).min(2),
  }),
);

/** Every export of the user's modules that the job names. */
export function codeOf(job: JobDeclaration | CodeReference): CodeReference[] {
  if (isCode(job)) return [job];
  return job.operators.flatMap((operator) => {
    const { map, filter, flatMap, reduce, process, broadcastState, operatorState, async } =
      operator;
    const functions = [map, filter, flatMap, reduce, process, broadcastState, operatorState];
    return [...functions, async?.map].filter(isCode);
  });
}

/** Whether a function is code of the user. */
export function isCode(value: unknown): value is CodeReference {
  return typeof value === 'object' && value !== null && 'module' in value && 'export' in value;
}

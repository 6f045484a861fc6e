/**
 * Code of the user in a job: what the exports that a scenario names must be, and how they become
 * functions of the engine. Loading them is the business of `outside/user-modules`.
 *
 *   job       (environment) => ...         declares the job with the DataStream API
 *   map       { returns, apply(row) }      one row of the shape `returns`
 *   flatMap   { returns, apply(row) }      any number of them
 *   filter    (row) => boolean
 *   reduce    (one, other) => row          of the shape that it takes
 *   process   { state, returns, apply(row, state) }   the new state and one row
 *             { states, returns, processElement(row, ctx), onTimer? }   see job/processes; with two
 *             inputs processElement1 and processElement2
 *   broadcastState   see job/broadcasts
 */
import type { StreamExecutionEnvironment } from './data-stream.js';
import {
  filterOf,
  isAsync,
  recordFunction,
  reduceFunction,
  rowFunction,
  type KeyedFunction,
  type RowFunction,
  type RowObject,
} from './functions.js';
import { guarded, installGuard } from '../kernel/guard.js';
import { JobError } from './job-error.js';
import { broadcastFunctionOf } from './broadcasts.js';
import type { JobTime } from './event-time.js';
import { operatorStateFunctionOf } from './operator-states.js';
import type {
  BroadcastFunction,
  OperatorStateFunction,
  ProcessFunction as TimedFunction,
} from './process-function.js';
import { processFunctionOf } from './processes.js';
import type { RowType } from './row.js';
import { isShape, rowTypeOf, type RowOf, type RowShape } from './shapes.js';
import type { Transform } from './transforms.js';
import { textOfThrown } from './user-function-error.js';

/** An export of a module that stands beside the scenario. */
export type CodeReference = Readonly<{ module: string; export: string }>;

/** What was exported, by `nameOfCode`. */
export type UserCode = ReadonlyMap<string, unknown>;

/** A function of one row; `returns` is the shape of what it gives. */
export type MapFunction<In extends RowShape, Out extends RowShape> = Readonly<{
  returns: Out;
  apply: (row: RowOf<In>) => RowOf<Out>;
}>;

export type FlatMapFunction<In extends RowShape, Out extends RowShape> = Readonly<{
  returns: Out;
  apply: (row: RowOf<In>) => Iterable<RowOf<Out>>;
}>;

/** A function with state of each key, itself a row; undefined for a key that is new. */
export type ProcessFunction<
  In extends RowShape,
  State extends RowShape,
  Out extends RowShape,
> = Readonly<{
  state: State;
  returns: Out;
  apply: (
    row: RowOf<In>,
    state: RowOf<State> | undefined,
  ) => Readonly<{ state: RowOf<State>; output: RowOf<Out> }>;
}>;

/** A job without code of the user. */
export const noCode: UserCode = new Map();

/** How an export is named: by its module and its name there. */
export function nameOfCode({ module, export: name }: CodeReference): string {
  return `${module}#${name}`;
}

/**
 * Calls the function that declares the job, guarded like a step: what it drew would differ from
 * worker to worker.
 *
 * @throws JobError if the export is none, is async, throws, or asks for time or chance
 */
export function declareJob(
  code: UserCode,
  reference: CodeReference,
  environment: StreamExecutionEnvironment,
): void {
  const declare = exported(code, reference, 'job');
  if (typeof declare !== 'function')
    throw wrong('job', reference, 'a function that takes the environment');
  let result: unknown;
  try {
    installGuard();
    result = guarded(() => (declare as (env: StreamExecutionEnvironment) => unknown)(environment));
  } catch (error) {
    if (error instanceof JobError) throw error;
    throw new JobError('job', `${nameOfCode(reference)} threw: ${textOfThrown(error)}`);
  }
  if (isAsync(result)) throw wrong('job', reference, 'a function that is not async');
}

/** A map or flatMap of the user. */
export function transformCode(
  code: UserCode,
  reference: CodeReference,
  input: RowType,
  kind: 'map' | 'flatMap',
  place: string,
): Transform {
  const value = exported(code, reference, place);
  if (!hasApply(value) || !isShape(value.returns))
    throw wrong(place, reference, '{ returns, apply(row) }, returns with fields int or string');
  const { apply, returns } = value;
  const output = rowTypeOf(returns);
  const rows = (row: RowObject): Iterable<RowObject> =>
    kind === 'map' ? [apply(row) as RowObject] : (apply(row) as Iterable<RowObject>);
  const name = nameOfCode(reference);
  return recordFunction(name, input, output, rows, kind === 'map' ? 1 : Infinity);
}

/** A filter of the user. */
export function filterCode(
  code: UserCode,
  reference: CodeReference,
  input: RowType,
  place: string,
): Transform {
  const holds = exported(code, reference, place);
  if (typeof holds !== 'function') throw wrong(place, reference, 'a function of a row');
  return filterOf(nameOfCode(reference), input, holds as (row: RowObject) => unknown);
}

type Combine = (one: RowObject, other: RowObject) => RowObject;

/** A function of the user that combines two rows. */
export function combineCode(
  code: UserCode,
  reference: CodeReference,
  place: string,
): Readonly<{ name: string; combine: Combine }> {
  const combine = exported(code, reference, place);
  if (typeof combine !== 'function') throw wrong(place, reference, 'a function of two rows');
  return { name: nameOfCode(reference), combine: combine as Combine };
}

/** A reduction of the user. */
export function reduceCode(
  code: UserCode,
  reference: CodeReference,
  input: RowType,
  place: string,
): KeyedFunction {
  const { name, combine } = combineCode(code, reference, place);
  return reduceFunction(name, input, combine);
}

/** A function of the user with states and timers, over one stream or two. */
export function timedCode(
  code: UserCode,
  reference: CodeReference,
  inputs: readonly RowType[],
  time: JobTime,
  place: string,
): TimedFunction {
  const declared = exported(code, reference, place);
  return processFunctionOf(nameOfCode(reference), declared, inputs, time, place);
}

/** A function of the user that reads what was broadcast. */
export function broadcastCode(
  code: UserCode,
  reference: CodeReference,
  inputs: readonly [RowType, RowType],
  place: string,
): BroadcastFunction {
  const declared = exported(code, reference, place);
  return broadcastFunctionOf(nameOfCode(reference), declared, inputs, place);
}

/** A function of the user with operator state. */
export function operatorStateCode(
  code: UserCode,
  reference: CodeReference,
  input: RowType,
  place: string,
): OperatorStateFunction {
  const declared = exported(code, reference, place);
  return operatorStateFunctionOf(nameOfCode(reference), declared, input, place);
}

/** Whether an export is a function with one state, which gives one row for each. */
export function isShortProcess(code: UserCode, reference: CodeReference): boolean {
  return hasApply(code.get(nameOfCode(reference)));
}

/** A keyed function of the user, and the rows that it emits. */
export function processCode(
  code: UserCode,
  reference: CodeReference,
  input: RowType,
  place: string,
): Readonly<{ output: RowType; function: KeyedFunction }> {
  const value = exported(code, reference, place);
  if (!hasApply(value) || !isShape(value.returns) || !isShape(value.state))
    throw wrong(place, reference, '{ state, returns, apply(row, state) }');
  const apply = value.apply as (
    row: RowObject,
    state: RowObject | undefined,
  ) => ReturnType<RowFunction>;
  const output = rowTypeOf(value.returns);
  const types = { input, state: rowTypeOf(value.state), output };
  const name = nameOfCode(reference);
  return { output, function: rowFunction(name, types, (state, row) => apply(row, state)) };
}

function exported(code: UserCode, reference: CodeReference, place: string): unknown {
  const name = nameOfCode(reference);
  if (!code.has(name))
    throw new JobError(place, `${name} is code of the user; it runs with --allow-code only`);
  return code.get(name);
}

function wrong(place: string, reference: CodeReference, wanted: string): JobError {
  return new JobError(place, `${nameOfCode(reference)} must be ${wanted}`);
}

type Applied = Readonly<{ apply: (...rows: unknown[]) => unknown } & Record<string, unknown>>;

function hasApply(value: unknown): value is Applied {
  if (typeof value !== 'object' || value === null) return false;
  return typeof (value as { apply?: unknown }).apply === 'function';
}

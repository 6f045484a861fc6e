/**
 * What each operator of a declared job is: its inputs, what it does, and the rows that it emits.
 */
import { otherName } from '../kernel/did-you-mean.js';
import { rolling } from '../job/aggregates.js';
import { asyncOperator } from '../job/async-calls.js';
import { highestFunction } from '../job/operator-states.js';
import { rulesFunction } from '../job/broadcasts.js';
import { sharedTime, watermarksOf, type JobTime } from '../job/event-time.js';
import { indexOfField } from '../job/expression.js';
import { JobError } from '../job/job-error.js';
import { intervalJoin, keysOf } from '../job/joins.js';
import {
  isSink,
  type Exchange,
  type Operator,
  type OutputName,
  type SourceOperator,
} from '../job/job-graph.js';
import type { RowType } from '../job/row.js';
import { emittedBy, type Input, type StreamOperator } from '../job/stream-graph.js';
import { filterBy, mapFields, splitText, type Transform } from '../job/transforms.js';
import {
  broadcastCode,
  combineCode,
  filterCode,
  operatorStateCode,
  isShortProcess,
  processCode,
  reduceCode,
  timedCode,
  transformCode,
  type UserCode,
} from '../job/user-code.js';
import { aggregateWindow, reduceWindow } from '../job/window-functions.js';
import { windowOperator } from '../job/windows.js';
import { rowOfTopic, type TopicSpec } from './data.js';
import { isCode, type OperatorDeclaration } from './job-declaration.js';
import { sinkDeclared } from './sink-declaration.js';
import { eventTimeOf } from './time-declaration.js';

/** What stands around an operator. */
export type Scope = Readonly<{
  before: readonly StreamOperator[];
  /** Of all operators, in the order of the declaration. */
  uids: readonly string[];
  data: readonly TopicSpec[];
  code: UserCode;
  time: JobTime;
}>;

type Made = Readonly<{ operator: Operator; output: RowType }>;

/**
 * An operator with its inputs.
 *
 * @throws JobError for one that cannot be, with its place in the declaration
 */
export function madeOf(
  declared: OperatorDeclaration,
  scope: Scope,
): Made & Readonly<{ inputs: readonly Input[] }> {
  const left = takenFrom(declared, 'input', scope);
  const right = takenFrom(declared, 'with', scope);
  const [input = [], other] = [left[0]?.row, right[0]?.row];
  const made =
    other === undefined
      ? doneBy(declared, input, scope)
      : doneByTwo(declared, [input, other], scope);
  const sent = (taken: readonly Taken[], index: number): Input[] => {
    const exchange = exchangeInto(made.operator, index) ?? { kind: declared.exchange ?? 'auto' };
    return taken.map(({ from, output }) => ({ from, output, input: index, exchange }));
  };
  return { ...made, inputs: [...sent(left, 0), ...sent(right, 1)] };
}

type Taken = Readonly<{ from: string; output: OutputName; row: RowType }>;

/** What an operator takes: rows of others, or the late records of a window. */
function takenFrom(declared: OperatorDeclaration, place: 'input' | 'with', scope: Scope): Taken[] {
  const names = declared[place] ?? [];
  return [names].flat().map((name, index): Taken => {
    const from = name.endsWith('.late') ? name.slice(0, -'.late'.length) : name;
    const output = from === name ? 'main' : 'late';
    const operator = scope.before.find(({ uid }) => uid === from);
    if (operator !== undefined) return { from, output, row: emittedBy(operator, output) };
    const at = typeof names === 'string' ? place : `${place}.${String(index)}`;
    throw new JobError(`${declared.uid}.${at}`, noInput(name, from, scope));
  });
}

/** What is said of an input that is not there: where it stands, or what may be meant. */
function noInput(name: string, from: string, { before, uids }: Scope): string {
  if (uids.includes(from)) return `${from} does not stand before it; write it further up`;
  const takable = before.filter(({ operator }) => !isSink(operator));
  const late = takable.filter(({ operator }) => operator.kind === 'window');
  const names = [...takable.map(({ uid }) => uid), ...late.map(({ uid }) => `${uid}.late`)];
  return `there is no operator ${name} before it; ${otherName(name, names)}`;
}

/** How records come to an operator that works by key; undefined for any other. */
function exchangeInto(operator: Operator, input: number): Exchange | undefined {
  switch (operator.kind) {
    case 'keyed':
    case 'window':
      return { kind: 'hash', field: operator.keyField };
    case 'process':
    case 'intervalJoin':
      return { kind: 'hash', field: operator.keyFields[input] ?? 0 };
    case 'broadcastState':
      return input === 1 ? { kind: 'broadcast' } : undefined;
    default:
      return undefined;
  }
}

/** What a scenario says of the topic that a source reads. */
export function specOf(name: string, data: readonly TopicSpec[], place: string): TopicSpec {
  const spec = data.find(({ topic }) => topic === name);
  if (spec !== undefined) return spec;
  const topics = data.map(({ topic }) => topic);
  throw new JobError(place, `there is no topic ${name} in data; ${otherName(name, topics)}`);
}

/** How the sources of a job count time. */
export function timeOf(
  operators: readonly OperatorDeclaration[],
  data: readonly TopicSpec[],
): JobTime {
  let time: JobTime;
  for (const { uid, source, eventTime } of operators) {
    if (source === undefined || eventTime === undefined) continue;
    const place = uid + '.eventTime';
    const row = rowOfTopic(specOf(source, data, uid + '.source'));
    const told = watermarksOf(eventTimeOf(eventTime), row, place);
    time = sharedTime(time, told.time, place);
  }
  return time;
}

function sourceOf(
  { uid, eventTime, splitAssignment, discoveryIntervalMillis }: OperatorDeclaration,
  topic: string,
  data: readonly TopicSpec[],
): Readonly<{ operator: SourceOperator; output: RowType }> {
  const spec = specOf(topic, data, uid + '.source');
  const output = rowOfTopic(spec);
  const told = eventTime && watermarksOf(eventTimeOf(eventTime), output, uid + '.eventTime');
  const watermarks = told?.watermarks;
  const discoveryMicros = discoveryIntervalMillis && discoveryIntervalMillis * 1_000;
  const dealt = { splitAssignment, discoveryMicros };
  const { splits: partitions } = spec;
  return { operator: { kind: 'source', topic, partitions, watermarks, ...dealt }, output };
}

function doneBy(declared: OperatorDeclaration, input: RowType, scope: Scope): Made {
  const { source, sink } = declared;
  if (source !== undefined) return sourceOf(declared, source, scope.data);
  if (sink !== undefined) return { operator: sinkDeclared(sink), output: input };
  if (declared.window !== undefined) return windowOf(declared, input, scope);
  const keyed = keyedOf(declared, input, scope) ?? unkeyedOf(declared, input, scope);
  if (keyed !== undefined) return keyed;
  const made = transformOf(declared, input, scope.code);
  return { operator: { kind: 'transform', function: made.function }, output: made.output };
}

function unkeyedOf(
  { uid, operatorState, async }: OperatorDeclaration,
  input: RowType,
  { code }: Scope,
): Made | undefined {
  if (operatorState !== undefined) {
    const place = uid + '.operatorState';
    const made = isCode(operatorState)
      ? operatorStateCode(code, operatorState, input, place)
      : highestFunction(operatorState, input, place);
    return { operator: { kind: 'operatorState', function: made }, output: made.output };
  }
  if (async === undefined) return undefined;
  const place = uid + '.async';
  const made = transformOf({ uid: place, map: async.map }, input, code);
  return { operator: asyncOperator(async, made.function, place), output: made.output };
}

function keyedOf(
  { uid, keyBy = '', aggregate, reduce, process }: OperatorDeclaration,
  input: RowType,
  { code, time }: Scope,
): Made | undefined {
  if (aggregate !== undefined) {
    const made = rolling(keyBy, Object.entries(aggregate), input, uid);
    const { keyField, output } = made;
    return { operator: { kind: 'keyed', keyField, function: made.function }, output };
  }
  if (reduce !== undefined) {
    const keyField = indexOfField(keyBy, input, uid + '.keyBy');
    const made = reduceCode(code, reduce, input, uid + '.reduce');
    return { operator: { kind: 'keyed', keyField, function: made }, output: input };
  }
  if (process === undefined) return undefined;
  const keyField = indexOfField(keyBy, input, uid + '.keyBy');
  const place = uid + '.process';
  if (!isShortProcess(code, process)) {
    const made = timedCode(code, process, [input], time, place);
    const operator = { kind: 'process', keyFields: [keyField], function: made } as const;
    return { operator, output: made.output };
  }
  const made = processCode(code, process, input, place);
  return { operator: { kind: 'keyed', keyField, function: made.function }, output: made.output };
}

function doneByTwo(
  declared: OperatorDeclaration,
  rows: readonly [RowType, RowType],
  { code, time }: Scope,
): Made {
  const { uid, keyBy = '', withKeyBy = '', process, intervalJoin: join, broadcastState } = declared;
  if (broadcastState !== undefined) {
    const place = uid + '.broadcastState';
    const made = isCode(broadcastState)
      ? broadcastCode(code, broadcastState, rows, place)
      : rulesFunction(broadcastState, rows, place);
    return { operator: { kind: 'broadcastState', function: made }, output: made.output };
  }
  const [left, right] = [
    { row: rows[0], key: keyBy },
    { row: rows[1], key: withKeyBy },
  ];
  if (join !== undefined) return intervalJoin(join, left, right, time, uid);
  if (process === undefined) throw new JobError(uid, 'does nothing');
  const keyFields = keysOf(left, right, uid);
  const made = timedCode(code, process, rows, time, uid + '.process');
  return { operator: { kind: 'process', keyFields, function: made }, output: made.output };
}

function windowOf(
  { uid, keyBy = '', window, allowedLateness, aggregate = {}, reduce }: OperatorDeclaration,
  input: RowType,
  { code, time }: Scope,
): Made {
  if (window === undefined) throw new JobError(uid, 'has no window');
  const made =
    reduce === undefined
      ? aggregateWindow(keyBy, Object.entries(aggregate), input, uid)
      : reduceWindow(
          { ...combineCode(code, reduce, uid + '.reduce'), key: keyBy, input },
          reduce.commutative ?? false,
          uid,
        );
  const operator = windowOperator(window, allowedLateness, made, time, uid);
  return { operator, output: made.output };
}

function transformOf(
  { uid, map, filter, flatMap }: OperatorDeclaration,
  input: RowType,
  code: UserCode,
): Transform {
  if (map !== undefined) {
    const place = uid + '.map';
    if (isCode(map)) return transformCode(code, map, input, 'map', place);
    return mapFields(Object.entries(map), input, place);
  }
  if (filter !== undefined) {
    const place = uid + '.filter';
    if (isCode(filter)) return filterCode(code, filter, input, place);
    return filterBy(filter, input, place);
  }
  const place = uid + '.flatMap';
  if (flatMap === undefined) throw new JobError(uid, 'does nothing');
  if (isCode(flatMap)) return transformCode(code, flatMap, input, 'flatMap', place);
  return splitText(flatMap, input, place);
}

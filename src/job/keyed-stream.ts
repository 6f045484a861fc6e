/**
 * What the DataStream API does with a stream by key.
 */
import { rolling, type Aggregate } from './aggregates.js';
import { indexOfField } from './expression.js';
import { reduceFunction, rowFunction, type KeyedFunction, type RowObject } from './functions.js';
import { connectedStreams, joinedStreams } from './connected-streams.js';
import { processFunctionOf } from './processes.js';
import type { RowType } from './row.js';
import { rowTypeOf, type RowShape } from './shapes.js';
import {
  keyedOriginOf,
  known,
  originOf,
  sentBy,
  settingsOf,
  type Draft,
  type DraftInput,
  type KeyedOrigin,
  type Origin,
} from './stream-draft.js';
import type {
  DataStream,
  KeyedStream,
  ReduceOptions,
  WindowedDataStream,
  WindowedStream,
} from './stream-types.js';
import { aggregateWindow, reduceWindow, type Windowed } from './window-functions.js';
import { windowOperator, type TimeWindow, type WindowDeclaration } from './windows.js';

/** A stream by the values of a field. */
export function keyedStream<Shape extends RowShape, Field extends keyof Shape & string>(
  origin: Origin,
  field: Field,
): KeyedStream<Shape, Field> {
  const { drafts, inputs, output } = origin;
  const place = `keyBy(${field})`;
  const keyField = indexOfField(field, output, 'keyBy');
  const sent = sentBy({ kind: 'hash', field: keyField }, inputs);
  const byKey: KeyedOrigin = { ...origin, inputs: sent, field, place };
  const keyed = <Out extends RowShape>(made: KeyedFunction, returns: RowType): DataStream<Out> =>
    drafts.streamOf(drafts.add({ kind: 'keyed', keyField, function: made }, sent, returns));
  const stream: KeyedStream<Shape, Field> = {
    field,
    aggregate: (aggregates) => {
      const made = rolling(field, Object.entries<Aggregate>(aggregates), output, place);
      return keyed(made.function, made.output);
    },
    reduce: (combine) => keyed(reduceFunction('reduce', output, combine as Combine), output),
    process: <Out extends RowShape>(declared: object): DataStream<Out> => {
      if (!('apply' in declared)) return processed(byKey, keyField, declared);
      const { state, returns, apply } = declared as ShortProcess;
      const types = { input: output, state: rowTypeOf(state), output: rowTypeOf(returns) };
      const made = rowFunction('process', types, (before, row) => apply(row, before));
      return keyed(made, types.output);
    },
    connect: (other) => connectedStreams(byKey, keyedOriginOf(other, place + '.connect')),
    intervalJoin: (other) => joinedStreams(byKey, keyedOriginOf(other, place + '.intervalJoin')),
    window: (window) => windowedStream(byKey, window),
    countWindow: (count) => {
      const { aggregate, reduce } = windowsOf(byKey);
      return {
        aggregate: (aggregates) => drafts.streamOf(aggregate({ count }, undefined, aggregates)),
        reduce: (combine, options) =>
          drafts.streamOf(reduce({ count }, undefined, combine as Combine, options)),
      };
    },
  };
  return known(stream, byKey);
}

/** The form of a function with one state, which gives one row. */
type ShortProcess = Readonly<{ state: RowShape; returns: RowShape; apply: ShortApply }>;

type ShortApply = (
  row: RowObject,
  state: RowObject | undefined,
) => Readonly<{ state: RowObject; output: RowObject }>;

function processed<Out extends RowShape>(
  { drafts, inputs, output, place }: KeyedOrigin,
  keyField: number,
  declared: object,
): DataStream<Out> {
  const at = place + '.process';
  const made = processFunctionOf('process', declared, [output], drafts.time(), at);
  const operator = { kind: 'process', keyFields: [keyField], function: made } as const;
  return drafts.streamOf(drafts.add(operator, inputs, made.output));
}

type Combine = (one: RowObject, other: RowObject) => RowObject;

/** Adds the operators of windows. */
type Windows = Readonly<{
  aggregate(
    window: WindowDeclaration,
    lateness: string | undefined,
    aggregates: Readonly<Record<string, Aggregate>>,
  ): Draft;
  reduce(
    window: WindowDeclaration,
    lateness: string | undefined,
    combine: Combine,
    options: ReduceOptions | undefined,
  ): Draft;
}>;

function windowsOf({ drafts, inputs, output, field, place }: KeyedOrigin): Windows {
  const added = (window: WindowDeclaration, lateness: string | undefined, made: Windowed): Draft =>
    drafts.add(windowOperator(window, lateness, made, drafts.time(), place), inputs, made.output);
  return {
    aggregate: (window, lateness, aggregates) => {
      const list = Object.entries(aggregates);
      return added(window, lateness, aggregateWindow(field, list, output, place));
    },
    reduce: (window, lateness, combine, { commutative = false } = {}) => {
      const declared = { name: 'reduce', key: field, input: output, combine };
      return added(window, lateness, reduceWindow(declared, commutative, place));
    },
  };
}

function windowedStream<Shape extends RowShape, Field extends keyof Shape & string>(
  origin: KeyedOrigin,
  window: TimeWindow,
  lateness?: string,
): WindowedStream<Shape, Field> {
  const windows = windowsOf(origin);
  return {
    allowedLateness: (span) => windowedStream(origin, window, span),
    aggregate: (aggregates) =>
      windowedData(origin, windows.aggregate(window, lateness, aggregates)),
    reduce: (combine, options) =>
      windowedData(origin, windows.reduce(window, lateness, combine as Combine, options)),
  };
}

/** What a window gives, and the records that came too late for it. */
function windowedData<Out extends RowShape, In extends RowShape>(
  { drafts, output }: Origin,
  draft: Draft,
): WindowedDataStream<Out, In> {
  const late: DraftInput = { from: draft, output: 'late', exchange: { kind: 'auto' } };
  const rows = drafts.streamOf<Out>(draft);
  const stream: WindowedDataStream<Out, In> = {
    ...rows,
    ...settingsOf(draft, () => stream),
    getLateOutput: () => drafts.streamOf<In>(draft, { inputs: [late], output }),
  };
  return known(stream, originOf(rows, 'window'));
}

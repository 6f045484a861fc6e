/**
 * States of each key, as a function declares them and as it then sees them. Source: Flink,
 * ValueState, ListState, MapState, ReducingState, AggregatingState.
 */
import { checkedRow, type RowObject } from './functions.js';
import { JobError } from './job-error.js';
import type { StateDescriptor } from './process-function.js';
import type { FieldValue } from './row.js';
import { isShape, rowTypeOf, type RowOf, type RowShape } from './shapes.js';

type ValueDeclaration<Row extends RowShape> = Readonly<{ kind: 'value'; row: Row }>;
type ListDeclaration<Row extends RowShape> = Readonly<{ kind: 'list'; row: Row }>;
type MapDeclaration<Row extends RowShape> = Readonly<{ kind: 'map'; row: Row }>;
type ReducingDeclaration<Row extends RowShape> = Readonly<{
  kind: 'reducing';
  row: Row;
  combine: (one: RowOf<Row>, other: RowOf<Row>) => RowOf<Row>;
}>;

/** How rows of the shape `input` are kept as one of `row`, from which one of `output` is got. */
export type Aggregating<
  In extends RowShape,
  Row extends RowShape,
  Out extends RowShape,
> = Readonly<{
  input: In;
  row: Row;
  output: Out;
  start: RowOf<Row>;
  add: (accumulator: RowOf<Row>, row: RowOf<In>) => RowOf<Row>;
  result: (accumulator: RowOf<Row>) => RowOf<Out>;
}>;

type AggregatingDeclaration<
  In extends RowShape,
  Row extends RowShape,
  Out extends RowShape,
> = Aggregating<In, Row, Out> & Readonly<{ kind: 'aggregating' }>;

/** The states of a function, by their names. */
export type StateDeclarations = Readonly<
  Record<string, Readonly<{ kind: StateDescriptor['kind'] }>>
>;

/** One row of each key. */
export function valueState<Row extends RowShape>(row: Row): ValueDeclaration<Row> {
  return { kind: 'value', row };
}

/** Rows of each key in the order in which they were added. */
export function listState<Row extends RowShape>(row: Row): ListDeclaration<Row> {
  return { kind: 'list', row };
}

/** Rows of each key by integers or texts. */
export function mapState<Row extends RowShape>(row: Row): MapDeclaration<Row> {
  return { kind: 'map', row };
}

/** The rows that were added, combined two at a time. */
export function reducingState<Row extends RowShape>(
  row: Row,
  combine: (one: RowOf<Row>, other: RowOf<Row>) => RowOf<Row>,
): ReducingDeclaration<Row> {
  return { kind: 'reducing', row, combine };
}

/** The rows that were added, as something else. */
export function aggregatingState<In extends RowShape, Row extends RowShape, Out extends RowShape>(
  declared: Aggregating<In, Row, Out>,
): AggregatingDeclaration<In, Row, Out> {
  return { kind: 'aggregating', ...declared };
}

type Appending<In extends RowShape, Out extends RowShape> = Readonly<{
  get(): RowOf<Out> | undefined;
  add(row: RowOf<In>): void;
  clear(): void;
}>;

/** A state as a function sees it. */
export type StateOf<Declared> =
  Declared extends ValueDeclaration<infer Row>
    ? Readonly<{
        value(): RowOf<Row> | undefined;
        update(row: RowOf<Row>): void;
        clear(): void;
      }>
    : Declared extends ListDeclaration<infer Row>
      ? Readonly<{
          get(): readonly RowOf<Row>[];
          add(row: RowOf<Row>): void;
          update(rows: readonly RowOf<Row>[]): void;
          clear(): void;
        }>
      : Declared extends MapDeclaration<infer Row>
        ? Readonly<{
            get(key: FieldValue): RowOf<Row> | undefined;
            put(key: FieldValue, row: RowOf<Row>): void;
            remove(key: FieldValue): void;
            entries(): readonly (readonly [key: FieldValue, row: RowOf<Row>])[];
            clear(): void;
          }>
        : Declared extends ReducingDeclaration<infer Row>
          ? Appending<Row, Row>
          : Declared extends AggregatingDeclaration<infer In, RowShape, infer Out>
            ? Appending<In, Out>
            : never;

/** The fields of any declaration, as JavaScript may give them. */
type Loose = Readonly<Record<string, unknown>>;

/** Whether values are states that were declared with `valueState` and the like. */
export function areStates(states: unknown): states is StateDeclarations {
  if (typeof states !== 'object' || states === null) return false;
  return Object.values(states as Loose).every(
    (state) => typeof state === 'object' && state !== null && isShape((state as Loose)['row']),
  );
}

/**
 * A state as the engine gets it.
 *
 * @throws JobError for one that was not declared with `valueState` and the like
 */
export function stateDescriptor(
  declared: StateDeclarations[string],
  place: string,
): StateDescriptor {
  const { kind, row: shape, combine, input, output, start, add, result } = declared as Loose;
  const row = rowTypeOf(shape as RowShape, place);
  if (kind === 'value' || kind === 'list' || kind === 'map') return { kind, row };
  if (kind === 'reducing' && typeof combine === 'function')
    return { kind, row, combine: combine as Combine };
  if (kind !== 'aggregating' || typeof add !== 'function' || typeof result !== 'function')
    throw new JobError(place, `is declared with ${makers}`);
  try {
    checkedRow(row, start as RowObject);
  } catch (error) {
    throw new JobError(place + '.start', (error as Error).message);
  }
  return {
    ...{ kind, row, start: start as RowObject, add: add as Combine },
    input: rowTypeOf(input as RowShape, place + '.input'),
    output: rowTypeOf(output as RowShape, place + '.output'),
    result: result as (accumulator: RowObject) => RowObject,
  };
}

type Combine = (one: RowObject, other: RowObject) => RowObject;

const makers = 'valueState, listState, mapState, reducingState or aggregatingState';

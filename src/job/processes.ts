/**
 * Functions with states and timers, as users declare them: over one stream by key, or over two.
 */
import type { JobTime } from './event-time.js';
import { callUser, settled, type RowObject } from './functions.js';
import { JobError } from './job-error.js';
import type { ProcessContext, ProcessFunction, SnapshotContext } from './process-function.js';
import type { FieldValue, RowType } from './row.js';
import { rowTypeOf, type RowOf, type RowShape } from './shapes.js';
import { areStates, stateDescriptor, type StateDeclarations, type StateOf } from './states.js';

/** What a function may do while it has a record or a timer of a key. */
export type KeyedContext<
  States extends StateDeclarations,
  Out extends RowShape,
  Key extends FieldValue = FieldValue,
> = Omit<ProcessContext, 'key' | 'state' | 'emit'> &
  Readonly<{
    key: Key;
    /** The current key's state of that name. */
    state<Name extends keyof States & string>(name: Name): StateOf<States[Name]>;
    emit(row: RowOf<Out>): void;
  }>;

/** What functions over one stream and over two have in common. */
type Timed<
  States extends StateDeclarations,
  Out extends RowShape,
  Key extends FieldValue,
> = Readonly<{
  states: States;
  /** The shape of the rows that it emits. */
  returns: Out;
  /** It reads the clock, or sets timers of it: its records are worked one at a time. */
  processingTime?: boolean | undefined;
  onTimer?:
    | ((
        time: number,
        context: KeyedContext<States, Out, Key>,
        domain: 'event' | 'processing',
      ) => void)
    | undefined;
  /**
   * Called in the synchronous part of each snapshot, while no record is worked; an error fails the
   * task, whatever number of failed checkpoints is tolerable. Source: Flink, CheckpointedFunction.
   *
   * @returns the microseconds that it takes, at most a minute; nothing: no time
   */
  snapshotState?: ((context: SnapshotContext) => number | undefined) | undefined;
}>;

/** A function over one stream by key. */
export type KeyedProcess<
  In extends RowShape,
  States extends StateDeclarations,
  Out extends RowShape,
  Key extends FieldValue = FieldValue,
> = Timed<States, Out, Key> &
  Readonly<{
    processElement: (row: RowOf<In>, context: KeyedContext<States, Out, Key>) => void;
  }>;

/** A function over two streams by a key of the same type. */
export type KeyedCoProcess<
  Left extends RowShape,
  Right extends RowShape,
  States extends StateDeclarations,
  Out extends RowShape,
  Key extends FieldValue = FieldValue,
> = Timed<States, Out, Key> &
  Readonly<{
    processElement1: (row: RowOf<Left>, context: KeyedContext<States, Out, Key>) => void;
    processElement2: (row: RowOf<Right>, context: KeyedContext<States, Out, Key>) => void;
  }>;

type Handler = (row: RowObject, context: ProcessContext) => unknown;
type TimerHandler = (time: number, context: ProcessContext, domain: string) => unknown;
type SnapshotHandler = (context: SnapshotContext) => unknown;

const FORM_OF_ONE =
  '{ states, returns, processElement(row, ctx), onTimer?(time, ctx, domain), snapshotState?(ctx) }';
const FORM_OF_TWO =
  '{ states, returns, processElement1(row, ctx), processElement2(row, ctx), onTimer?, ' +
  'snapshotState? }';

/**
 * The function that a declaration describes; what it throws is the user's mistake.
 *
 * @param inputs  the rows of each stream
 * @throws JobError for a declaration of another form
 */
export function processFunctionOf(
  name: string,
  declared: unknown,
  inputs: readonly RowType[],
  time: JobTime,
  place: string,
): ProcessFunction {
  const form = (declared ?? {}) as Readonly<Record<string, unknown>>;
  const { states, returns, onTimer, snapshotState } = form;
  const usesProcessingTime = form['processingTime'] === true;
  const names = inputs.length === 1 ? ['processElement'] : ['processElement1', 'processElement2'];
  const handlers = names.map((handler) => form[handler]);
  const isForm = handlers.every((handler) => typeof handler === 'function') && areStates(states);
  if (!isForm || ![onTimer, snapshotState].every(isOptional))
    throw new JobError(place, `${name} must be ${names.length === 1 ? FORM_OF_ONE : FORM_OF_TWO}`);
  if (onTimer !== undefined && time === undefined && !usesProcessingTime)
    throw new JobError(place, NO_TIMERS);
  const output = rowTypeOf(returns as RowShape, place + '.returns');
  return {
    ...{ name, inputs, output, usesProcessingTime },
    states: Object.fromEntries(
      Object.entries(states).map(([state, of]) => [
        state,
        stateDescriptor(of, `${place}.states.${state}`),
      ]),
    ),
    processElement: (row, context, input) =>
      callUser(name, () => void settled((handlers[input] as Handler)(row, context))),
    onTimer: (at, context, domain) =>
      callUser(
        name,
        () => void settled((onTimer as TimerHandler | undefined)?.(at, context, domain)),
      ),
    snapshotState: (context) =>
      callUser(name, () =>
        microsOf(settled((snapshotState as SnapshotHandler | undefined)?.(context))),
      ),
  };
}

function isOptional(handler: unknown): boolean {
  return handler === undefined || typeof handler === 'function';
}

const SNAPSHOT_MICROS_MAX = 60_000_000;

function microsOf(result: unknown): number {
  if (result === undefined) return 0;
  const micros = Number.isInteger(result) ? (result as number) : -1;
  if (micros < 0 || micros > SNAPSHOT_MICROS_MAX)
    throw new TypeError('snapshotState gives microseconds, whole, at most 60,000,000; or nothing');
  return micros;
}

const NO_TIMERS =
  'onTimer is never called: give each source an eventTime, or say processingTime: true';

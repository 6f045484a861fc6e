/**
 * Functions with state and timers, as the engine and the meaning of a job both call them. They see
 * rows as objects and reach state, timers and output through a context, which each caller makes.
 */
import type { RowObject } from './functions.js';
import type { FieldValue, RowType } from './row.js';

/** A state of each key, by its name: its kind, and the type of what it holds. */
export type StateDescriptor =
  | Readonly<{ kind: 'value'; row: RowType }>
  | Readonly<{ kind: 'list'; row: RowType }>
  | Readonly<{ kind: 'map'; row: RowType }>
  | Readonly<{
      kind: 'reducing';
      row: RowType;
      combine: (one: RowObject, other: RowObject) => RowObject;
    }>
  | Readonly<{
      kind: 'aggregating';
      /** Type of what is added, of what is kept, and of what is got. */
      input: RowType;
      row: RowType;
      output: RowType;
      start: RowObject;
      add: (accumulator: RowObject, row: RowObject) => RowObject;
      result: (accumulator: RowObject) => RowObject;
    }>;

/** Source: Flink, ValueState. */
export type ValueState = Readonly<{
  value(): RowObject | undefined;
  update(row: RowObject): void;
  clear(): void;
}>;

/** Source: Flink, ListState. */
export type ListState = Readonly<{
  get(): readonly RowObject[];
  add(row: RowObject): void;
  update(rows: readonly RowObject[]): void;
  clear(): void;
}>;

/** Keys are integers or texts; entries come in the order in which they were put. */
export type MapState = Readonly<{
  get(key: FieldValue): RowObject | undefined;
  put(key: FieldValue, row: RowObject): void;
  remove(key: FieldValue): void;
  entries(): readonly (readonly [key: FieldValue, row: RowObject])[];
  clear(): void;
}>;

/** Reducing and aggregating state: what was added, as one row. Source: Flink, AppendingState. */
export type AppendingState = Readonly<{
  get(): RowObject | undefined;
  add(row: RowObject): void;
  clear(): void;
}>;

export type State = ValueState | ListState | MapState | AppendingState;

/** What a function may do while it has a record or a timer of a key. */
export type ProcessContext = Readonly<{
  /** The current key. */
  key: FieldValue;
  /** Time of the record, or of the timer; undefined where records have none. */
  timestamp: number | undefined;
  /** What all later records are later than; -2^31 before anything is known. */
  currentWatermark(): number;
  /** The process's clock, in milliseconds. */
  currentProcessingTime(): number;
  registerEventTimeTimer(time: number): void;
  deleteEventTimeTimer(time: number): void;
  /** In milliseconds of the process's clock. */
  registerProcessingTimeTimer(time: number): void;
  deleteProcessingTimeTimer(time: number): void;
  /** The current key's state of that name. */
  state(name: string): State;
  emit(row: RowObject): void;
}>;

/** What a function may know while the synchronous part of a snapshot is taken. */
export type SnapshotContext = Readonly<{ checkpointId: number; subtask: number }>;

export type ProcessFunction = Readonly<{
  name: string;
  /** By input: the type of its rows. */
  inputs: readonly RowType[];
  output: RowType;
  states: Readonly<Record<string, StateDescriptor>>;
  /** Reads the clock or sets timers of processing time: its records are worked one at a time. */
  usesProcessingTime: boolean;
  processElement(row: RowObject, context: ProcessContext, input: number): void;
  onTimer(time: number, context: ProcessContext, domain: 'event' | 'processing'): void;
  /** Gives the microseconds that it takes; what it throws fails the task. */
  snapshotState(context: SnapshotContext): number;
}>;

/** Broadcast state: a map that records of input 0 may only read. */
export type BroadcastContext = Readonly<{
  timestamp: number | undefined;
  currentWatermark(): number;
  state: Omit<MapState, 'clear'>;
  emit(row: RowObject): void;
}>;

export type BroadcastFunction = Readonly<{
  name: string;
  /** Type of the rows of input 0, and of input 1, which is broadcast. */
  inputs: readonly [RowType, RowType];
  output: RowType;
  /** Type of the rows that the map holds. */
  state: RowType;
  processElement(row: RowObject, context: BroadcastContext): void;
  processBroadcastElement(row: RowObject, context: BroadcastContext): void;
}>;

/**
 * A list of rows that an operator keeps in each subtask, whatever the key. At a restore a list that
 * is split goes to the subtask that stored it; of a union every subtask gets the lists of all.
 * Source: Flink, OperatorStateStore.getListState, getUnionListState.
 */
export type OperatorStateDescriptor = Readonly<{ mode: 'split' | 'union'; row: RowType }>;

export type OperatorStateContext = Readonly<{
  timestamp: number | undefined;
  currentWatermark(): number;
  /** The subtask's list of that name. */
  state(name: string): ListState;
  emit(row: RowObject): void;
}>;

/** A function with operator state (Flink: CheckpointedFunction). */
export type OperatorStateFunction = Readonly<{
  name: string;
  input: RowType;
  output: RowType;
  states: Readonly<Record<string, OperatorStateDescriptor>>;
  /** The subtask has restored its lists; it may put them in order, and emits nothing. */
  restored(context: Omit<OperatorStateContext, 'emit' | 'timestamp'>): void;
  processElement(row: RowObject, context: OperatorStateContext): void;
}>;

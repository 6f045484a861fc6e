/**
 * Functions with operator state, as users declare them: lists of the subtask, whatever the key.
 */
import { integer, type Expression } from './expression.js';
import { callUser, settled, type RowObject } from './functions.js';
import { JobError } from './job-error.js';
import type {
  ListState,
  OperatorStateContext,
  OperatorStateDescriptor,
  OperatorStateFunction,
} from './process-function.js';
import { blockOf, type RowType } from './row.js';
import { distinctFields, isShape, rowTypeOf, type RowOf, type RowShape } from './shapes.js';

/** A list of the subtask: one that each restores for itself, or one that all get of all. */
export type ListDeclaration<Row extends RowShape> = Readonly<{
  mode: OperatorStateDescriptor['mode'];
  row: Row;
}>;

/** A list that each subtask restores for itself. */
export function splitListState<Row extends RowShape>(row: Row): ListDeclaration<Row> {
  return { mode: 'split', row };
}

/** A list of which every subtask restores those of all. */
export function unionListState<Row extends RowShape>(row: Row): ListDeclaration<Row> {
  return { mode: 'union', row };
}

type Lists = Readonly<Record<string, ListDeclaration<RowShape>>>;

type ListOf<Row extends RowShape> = Omit<ListState, 'get' | 'add' | 'update'> &
  Readonly<{
    get(): readonly RowOf<Row>[];
    add(row: RowOf<Row>): void;
    update(rows: readonly RowOf<Row>[]): void;
  }>;

type ContextOf<States extends Lists, Out extends RowShape> = Omit<
  OperatorStateContext,
  'state' | 'emit'
> &
  Readonly<{
    /** The subtask's list of that name. */
    state<Name extends keyof States & string>(name: Name): ListOf<States[Name]['row']>;
    emit(row: RowOf<Out>): void;
  }>;

/** A function with operator state (Flink: CheckpointedFunction). */
export type OperatorProcess<
  In extends RowShape,
  States extends Lists,
  Out extends RowShape,
> = Readonly<{
  states: States;
  returns: Out;
  /** The lists are restored; it may put them in order. */
  restored?: ((context: Omit<ContextOf<States, Out>, 'emit' | 'timestamp'>) => void) | undefined;
  processElement: (row: RowOf<In>, context: ContextOf<States, Out>) => void;
}>;

type Handler = (...given: unknown[]) => unknown;

const FORM = '{ states, returns, processElement(row, ctx), restored?(ctx) }, states of lists';

/**
 * The function that a declaration describes; what it throws is the user's mistake.
 *
 * @throws JobError for a declaration of another form
 */
export function operatorStateFunctionOf(
  name: string,
  declared: unknown,
  input: RowType,
  place: string,
): OperatorStateFunction {
  const form = (declared ?? {}) as Readonly<Record<string, unknown>>;
  const { states, returns, processElement, restored } = form;
  const isForm = typeof processElement === 'function' && areLists(states);
  if (!isForm || !(restored === undefined || typeof restored === 'function'))
    throw new JobError(place, `${name} must be ${FORM}`);
  const call = (handler: unknown, ...given: unknown[]): void =>
    callUser(name, () => void settled((handler as Handler)(...given)));
  return {
    ...{ name, input },
    output: rowTypeOf(returns as RowShape, place + '.returns'),
    states: Object.fromEntries(
      Object.entries(states).map(([list, { mode, row }]) => [list, { mode, row: rowTypeOf(row) }]),
    ),
    restored: (context) => {
      if (restored !== undefined) call(restored, context);
    },
    processElement: (row, context) => {
      call(processElement, row, context);
    },
  };
}

function areLists(states: unknown): states is Lists {
  if (typeof states !== 'object' || states === null) return false;
  return Object.values(states as Readonly<Record<string, unknown>>).every((declared) => {
    const { mode, row } = (declared ?? {}) as Readonly<Record<string, unknown>>;
    return (mode === 'split' || mode === 'union') && isShape(row);
  });
}

/** Each record with the highest value that its subtask knows of. */
export type HighestDeclaration = Readonly<{
  highest: Expression;
  as: string;
  state: OperatorStateDescriptor['mode'];
}>;

/**
 * The closed form of operator state: a list of one row. After a restore a union has those of all
 * subtasks, of which the highest is kept.
 *
 * @throws JobError for an expression that is no integer, or two fields of one name
 */
export function highestFunction(
  { highest, as, state: mode }: HighestDeclaration,
  input: RowType,
  place: string,
): OperatorStateFunction {
  const read = integer(highest, input, place + '.highest');
  const valueOf = (row: RowObject): number =>
    read(blockOf(input.map(({ name }) => row[name] ?? 0)), 1);
  const row: RowType = [{ name: as, type: 'int' }];
  const known = (list: ListState): number =>
    Math.max(-(2 ** 31), ...list.get().map((one) => Number(one[as])));
  return {
    ...{ name: 'highest', input, states: { highest: { mode, row } } },
    output: distinctFields([...input, { name: as, type: 'int' }], place + '.as'),
    restored: ({ state }) => {
      const list = state('highest');
      if (list.get().length > 0) list.update([{ [as]: known(list) }]);
    },
    processElement: (record, { state, emit }) => {
      const list = state('highest');
      const value = Math.max(known(list), valueOf(record));
      list.update([{ [as]: value }]);
      emit({ ...record, [as]: value });
    },
  };
}

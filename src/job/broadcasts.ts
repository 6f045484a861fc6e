/**
 * The broadcast state pattern: rules that go to every subtask, and records that are read by them.
 */
import { indexOfField } from './expression.js';
import { callUser, settled, type RowObject } from './functions.js';
import { JobError } from './job-error.js';
import type { BroadcastContext, BroadcastFunction } from './process-function.js';
import type { FieldValue, RowType } from './row.js';
import { distinctFields, rowTypeOf, type RowOf, type RowShape } from './shapes.js';

/** The map as records see it: they may not change it. */
type RulesOf<State extends RowShape> = Readonly<{
  get(key: FieldValue): RowOf<State> | undefined;
  entries(): readonly (readonly [key: FieldValue, row: RowOf<State>])[];
}>;

type ContextOf<State, Out extends RowShape> = Omit<BroadcastContext, 'state' | 'emit'> &
  Readonly<{ state: State; emit(row: RowOf<Out>): void }>;

/** A function over a stream and one that was broadcast, which share a map. */
export type BroadcastProcess<
  In extends RowShape,
  Rule extends RowShape,
  State extends RowShape,
  Out extends RowShape,
> = Readonly<{
  /** The shape of the rows of the map. */
  state: State;
  returns: Out;
  processElement: (row: RowOf<In>, context: ContextOf<RulesOf<State>, Out>) => void;
  processBroadcastElement: (
    row: RowOf<Rule>,
    context: ContextOf<
      RulesOf<State> &
        Readonly<{ put(key: FieldValue, row: RowOf<State>): void; remove(key: FieldValue): void }>,
      Out
    >,
  ) => void;
}>;

type Handler = (row: RowObject, context: BroadcastContext) => unknown;

const FORM =
  '{ state, returns, processElement(row, ctx), processBroadcastElement(row, ctx) }, ' +
  'state and returns with fields int or string';

/**
 * The function that a declaration describes; what it throws is the user's mistake.
 *
 * @throws JobError for a declaration of another form
 */
export function broadcastFunctionOf(
  name: string,
  declared: unknown,
  inputs: readonly [RowType, RowType],
  place: string,
): BroadcastFunction {
  const form = (declared ?? {}) as Readonly<Record<string, unknown>>;
  const { state, returns, processElement: read, processBroadcastElement: write } = form;
  if (typeof read !== 'function' || typeof write !== 'function')
    throw new JobError(place, `${name} must be ${FORM}`);
  return {
    ...{ name, inputs },
    output: rowTypeOf(returns as RowShape, place + '.returns'),
    state: rowTypeOf(state as RowShape, place + '.state'),
    processElement: (row, context) =>
      callUser(name, () => void settled((read as Handler)(row, context))),
    processBroadcastElement: (row, context) =>
      callUser(name, () => void settled((write as Handler)(row, context))),
  };
}

/** The newest rule of each key, whose fields are put behind each record of that key. */
export type RulesDeclaration = Readonly<{
  /** Field of the records. */
  key: string;
  /** Field of the rules. */
  ruleKey: string;
  /** Fields of a rule, each with what stands there for a key without one. */
  take: Readonly<Record<string, FieldValue>>;
}>;

/**
 * The closed form of broadcast state.
 *
 * @throws JobError for fields that are not there, of other types, or two of one name
 */
export function rulesFunction(
  { key, ruleKey, take }: RulesDeclaration,
  [records, rules]: readonly [RowType, RowType],
  place: string,
): BroadcastFunction {
  const typeOfField = (row: RowType, field: string, at: string): RowType[number]['type'] =>
    row[indexOfField(field, row, `${place}.${at}`)]?.type ?? 'int';
  const [one, other] = [typeOfField(records, key, 'key'), typeOfField(rules, ruleKey, 'ruleKey')];
  if (one !== other)
    throw new JobError(place + '.ruleKey', `both keys are of one type, not ${one} and ${other}`);
  const taken = Object.entries(take).map(([name, otherwise]): RowType[number] => {
    const type = typeOfField(rules, name, `take.${name}`);
    if (typeof otherwise === (type === 'int' ? 'number' : 'string')) return { name, type };
    throw new JobError(
      `${place}.take.${name}`,
      `what stands where there is no rule is ${type} too`,
    );
  });
  const names = taken.map(({ name }) => name);
  return {
    name: 'rules',
    inputs: [records, rules],
    output: distinctFields([...records, ...taken], place + '.take'),
    state: rules,
    processElement: (row, { state, emit }) => {
      const from = state.get(row[key] ?? '') ?? take;
      emit({ ...row, ...Object.fromEntries(names.map((name) => [name, from[name] ?? 0])) });
    },
    processBroadcastElement: (rule, { state }) => state.put(rule[ruleKey] ?? '', rule),
  };
}

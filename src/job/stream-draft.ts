/**
 * A job that is being declared: its operators may still be named and set, so each is a draft.
 */
import type { JobTime } from './event-time.js';
import { JobError } from './job-error.js';
import type { Exchange, Operator } from './job-graph.js';
import type { RowType } from './row.js';
import type { RowShape } from './shapes.js';
import type { Input, StreamOperator } from './stream-graph.js';
import type { DataStream, Settings } from './stream-types.js';

/** An operator that is being declared: its inputs are drafts too, whose uids may still change. */
export type Draft = {
  -readonly [Key in keyof Omit<StreamOperator, 'inputs'>]: StreamOperator[Key];
} & {
  readonly inputs: readonly DraftInput[];
};

/** Where a draft takes its records from. */
export type DraftInput = Readonly<Omit<Input, 'from'> & { from: Draft }>;

/** The job that is being declared. */
export type Drafts = Readonly<{
  add(operator: Operator, inputs: readonly DraftInput[], output: RowType): Draft;
  /** How the sources so far count time. */
  time(): JobTime;
  /** What an operator emits: its rows, unless others are named. */
  streamOf<Shape extends RowShape>(
    draft: Draft,
    emitted?: Pick<Origin, 'inputs' | 'output'>,
  ): DataStream<Shape>;
}>;

/** Where the records of a stream come from. */
export type Origin = Readonly<{
  drafts: Drafts;
  inputs: readonly DraftInput[];
  output: RowType;
}>;

/** The same by key; `place` names it in errors. */
export type KeyedOrigin = Origin & Readonly<{ field: string; place: string }>;

const origins = new WeakMap<object, Origin>();

/** Keeps where the records of a stream come from, for what joins it with another. */
export function known<Stream extends object>(stream: Stream, origin: Origin): Stream {
  origins.set(stream, origin);
  return stream;
}

/**
 * Where the records of a stream come from.
 *
 * @throws JobError for what is no stream
 */
export function originOf(stream: object, place: string): Origin {
  const origin = origins.get(stream);
  if (origin === undefined) throw new JobError(place, 'takes a stream of the same job');
  return origin;
}

/**
 * Where the records of a stream by key come from.
 *
 * @throws JobError for what is no stream by key
 */
export function keyedOriginOf(stream: object, place: string): KeyedOrigin {
  const origin = originOf(stream, place);
  if ('field' in origin) return origin as KeyedOrigin;
  throw new JobError(place, 'takes a stream by key; call keyBy on it');
}

/** The inputs, taken by another exchange. */
export function sentBy(
  exchange: Exchange,
  inputs: readonly DraftInput[],
  input?: number,
): DraftInput[] {
  return inputs.map((one) => ({ ...one, exchange, ...(input === undefined ? {} : { input }) }));
}

/** The operator that a draft has become. */
export function operatorOf({ inputs, ...settings }: Draft): StreamOperator {
  return { ...settings, inputs: inputs.map((input) => ({ ...input, from: input.from.uid })) };
}

/** The settings of a draft; each call gives `self` back. */
export function settingsOf<Self>(draft: Draft, self: () => Self): Settings<Self> {
  const set = (settings: Partial<Draft>): Self => {
    Object.assign(draft, settings);
    return self();
  };
  return {
    uid: (uid) => set({ uid }),
    setParallelism: (parallelism) => set({ parallelism }),
    setMaxParallelism: (maxParallelism) => set({ maxParallelism }),
    disableChaining: () => set({ chaining: 'never' }),
    startNewChain: () => set({ chaining: 'head' }),
    slotSharingGroup: (group) => set({ slotSharingGroup: group }),
    serviceTime: (min, max) => set({ service: { min, max } }),
  };
}

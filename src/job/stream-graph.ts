/**
 * The job as declared: operators with their settings, before they are chained; and the rules by
 * which operators become vertices. Source: Flink, StreamingJobGraphGenerator.isChainable.
 */
import { otherName } from '../kernel/did-you-mean.js';
import type { Micros } from '../kernel/time.js';
import { NO_EVENT_TIME, type JobTime } from './event-time.js';
import { indexOfField } from './expression.js';
import { JobError } from './job-error.js';
import {
  isSink,
  placeOfSink,
  type ChainedOperator,
  type Edge,
  type Exchange,
  type FileSink,
  type JobGraph,
  type Operator,
  type OutputName,
  type SinkOperator,
  type UpsertSink,
  type Vertex,
  type WatermarkAlignment,
} from './job-graph.js';
import type { RowType } from './row.js';

/** always: with what comes before and after; head: only with what comes after. */
export type Chaining = 'always' | 'head' | 'never';

/** Where an operator takes its records from; `auto`: forward if it can, else in turn. */
export type Input = Readonly<{
  from: string;
  /** Of the operator `from`; unless told, its rows. */
  output?: OutputName;
  /** Which input of the operator it is, for one that has two; unless told, the first. */
  input?: number;
  exchange: Exchange | Readonly<{ kind: 'auto' }>;
}>;

export type StreamOperator = Readonly<{
  /** Distinct within the job; state is found again by it. */
  uid: string;
  operator: Operator;
  inputs: readonly Input[];
  output: RowType;
  parallelism: number;
  maxParallelism: number;
  chaining: Chaining;
  /** Undefined: that of its inputs if they have one in common, else `default`. */
  slotSharingGroup: string | undefined;
  /** What a record costs; undefined: what the job's default for its kind is. */
  service: Readonly<{ min: Micros; max: Micros }> | undefined;
}>;

/** What a record costs at an operator that does not say it. */
export type DefaultService = (operator: Operator) => Readonly<{ min: Micros; max: Micros }>;

/** Operators stand in topological order. */
export type StreamGraph = Readonly<{
  name: string;
  /** Undefined: records have no time. */
  eventTime?: JobTime;
  operators: readonly StreamOperator[];
}>;

const DEFAULT_GROUP = 'default';

/** Some 17 minutes. */
const SERVICE_MICROS_MAX = 10 ** 9;

/** 32,768: key groups are numbered with 15 bits. */
const MAX_PARALLELISM = 2 ** 15;

type ResolvedInput = Readonly<{
  from: StreamOperator;
  output: OutputName;
  input: number;
  exchange: Exchange;
}>;

/**
 * The vertices and edges of a declared job.
 *
 * @throws JobError for a job that cannot run: no source or no sink, a uid twice, a parallelism out
 *         of bounds, a forward exchange between two parallelisms, unions of different rows
 */
export function jobGraphOf(
  declared: StreamGraph,
  service: DefaultService = () => ({ min: 0, max: 0 }),
): JobGraph {
  const graph = { ...declared, operators: withGroups(declared.operators) };
  const byUid = checkedOperators(graph);
  const inputs = new Map(
    graph.operators.map((operator) => [operator.uid, inputsOf(operator, byUid)]),
  );
  /** Uid of the head of the chain in which an operator runs. */
  const heads = new Map<string, string>();
  for (const operator of graph.operators) {
    const before = chainableInput(operator, inputs.get(operator.uid) ?? []);
    heads.set(operator.uid, before === undefined ? operator.uid : (heads.get(before.uid) ?? ''));
  }
  const members = (head: string): StreamOperator[] =>
    graph.operators.filter(({ uid }) => heads.get(uid) === head);
  const vertices = graph.operators
    .filter(({ uid }) => heads.get(uid) === uid)
    .map((head) => vertexOfChain(head, members(head.uid), inputs, service));
  const edges = vertices.flatMap(({ id }) =>
    (inputs.get(id) ?? []).map(({ from, ...how }): Edge => {
      const head = heads.get(from.uid) ?? '';
      return { from: head, operator: members(head).indexOf(from), to: id, ...how };
    }),
  );
  return { name: graph.name, eventTime: graph.eventTime, vertices, edges };
}

/**
 * The operators with their slot sharing groups. Source: Flink, StreamGraphGenerator,
 * determineSlotSharingGroup.
 */
function withGroups(operators: readonly StreamOperator[]): StreamOperator[] {
  const groups = new Map<string, string>();
  return operators.map((operator) => {
    const [first, ...others] = operator.inputs.map(({ from }) => groups.get(from));
    const common = others.every((other) => other === first) ? first : undefined;
    const slotSharingGroup = operator.slotSharingGroup ?? common ?? DEFAULT_GROUP;
    groups.set(operator.uid, slotSharingGroup);
    return { ...operator, slotSharingGroup };
  });
}

function vertexOfChain(
  head: StreamOperator,
  members: readonly StreamOperator[],
  inputs: ReadonlyMap<string, readonly ResolvedInput[]>,
  service: DefaultService,
): Vertex {
  const takesFrom = (one: StreamOperator, other: StreamOperator, output: OutputName): boolean =>
    one !== head &&
    (inputs.get(one.uid) ?? []).some((input) => input.from === other && input.output === output);
  const operators = members.map((member): ChainedOperator => {
    const { uid, operator, output } = member;
    const { min: serviceMicrosMin, max: serviceMicrosMax } = member.service ?? service(operator);
    const takers = (name: OutputName): number[] =>
      members.flatMap((other, place) => (takesFrom(other, member, name) ? [place] : []));
    const [next, nextLate] = [takers('main'), takers('late')];
    return { uid, operator, output, serviceMicrosMin, serviceMicrosMax, next, nextLate };
  });
  const whole = operators.reduce((sum, { serviceMicrosMax }) => sum + serviceMicrosMax, 0);
  if (whole > SERVICE_MICROS_MAX)
    throw new JobError(
      head.uid,
      `a record takes ${String(whole)} µs in its chain; at most 10^9 can be`,
    );
  const { uid, parallelism, maxParallelism, slotSharingGroup = DEFAULT_GROUP } = head;
  return { id: uid, parallelism, maxParallelism, slotSharingGroup, operators };
}

/** The operator before it with which it runs in one task, if the rules allow that. */
function chainableInput(
  operator: StreamOperator,
  inputs: readonly ResolvedInput[],
): StreamOperator | undefined {
  const [only, another] = inputs;
  // What enters an operator with state is seen where a task takes its records.
  if (only === undefined || another !== undefined) return undefined;
  if (operator.operator.kind === 'operatorState') return undefined;
  const { from, exchange } = only;
  const isChainable =
    exchange.kind === 'forward' &&
    operator.chaining === 'always' &&
    from.chaining !== 'never' &&
    from.parallelism === operator.parallelism &&
    from.slotSharingGroup === operator.slotSharingGroup;
  return isChainable ? from : undefined;
}

function inputsOf(
  operator: StreamOperator,
  byUid: ReadonlyMap<string, StreamOperator>,
): ResolvedInput[] {
  const { uid, parallelism } = operator;
  const resolved = operator.inputs.map((declared): ResolvedInput => {
    const { from: name, exchange, output = 'main', input = 0 } = declared;
    const from = byUid.get(name);
    if (from === undefined)
      throw new JobError(
        uid + '.input',
        `there is no operator ${name}; ${otherName(name, [...byUid.keys()])}`,
      );
    if (isSink(from.operator))
      throw new JobError(uid + '.input', `${name} is a sink; nothing comes out of it`);
    const isNarrow = from.parallelism === parallelism;
    if (exchange.kind === 'auto')
      return { from, output, input, exchange: { kind: isNarrow ? 'forward' : 'rebalance' } };
    if (exchange.kind === 'forward' && !isNarrow) {
      const widths = `${String(from.parallelism)} and ${String(parallelism)}`;
      throw new JobError(uid, `forward needs one parallelism on both sides, not ${widths}`);
    }
    return { from, output, input, exchange };
  });
  checkRows(operator, resolved);
  return resolved;
}

/** Rows of one input are of one type, and no operator stands twice before another. */
function checkRows({ uid }: StreamOperator, resolved: readonly ResolvedInput[]): void {
  for (const [index, { from, output, input }] of resolved.entries()) {
    checkOutput(uid, from, output);
    if (resolved.findIndex((other) => other.from === from) < index)
      throw new JobError(uid + '.input', `takes ${from.uid} twice; put a map between them`);
    const first = resolved.find((other) => other.input === input);
    const [row, wanted] = [{ from, output }, first ?? { from, output }].map((one) =>
      typesOf(emittedBy(one.from, one.output)),
    );
    if (row !== wanted)
      throw new JobError(
        uid + '.input',
        `a union takes rows of one type; those of ${from.uid} differ`,
      );
  }
}

/** Only windows of time have records that come too late. */
function checkOutput(
  uid: string,
  { uid: from, operator }: StreamOperator,
  output: OutputName,
): void {
  if (output === 'main') return;
  if (operator.kind === 'window' && operator.assigner.kind !== 'count') return;
  const why = operator.kind === 'window' ? 'is a window of counts' : 'is no window';
  throw new JobError(uid + '.input', `${from} has no late records: it ${why}`);
}

/** The rows that an operator emits: its own, or late ones as they came in. */
export function emittedBy({ operator, output }: StreamOperator, name: OutputName): RowType {
  return name === 'late' && operator.kind === 'window' ? operator.function.input : output;
}

function typesOf(row: RowType): string {
  return row.map(({ name, type }) => name + ':' + type).join();
}

function checkedOperators({
  name,
  eventTime,
  operators,
}: StreamGraph): Map<string, StreamOperator> {
  const byUid = new Map<string, StreamOperator>();
  for (const operator of operators) {
    checkOperator(operator);
    if (byUid.has(operator.uid)) throw new JobError(operator.uid, 'two operators have this uid');
    byUid.set(operator.uid, operator);
  }
  const places = new Set<string>();
  for (const { uid, operator } of operators) {
    if (!isSink(operator)) continue;
    const place = placeOfSink(operator);
    if (operators.some(({ operator: other }) => other.kind === 'source' && other.topic === place))
      throw new JobError(uid, `writes ${place}, which the job reads; name another topic`);
    if (places.has(place))
      throw new JobError(uid, `another sink writes ${place}; name another ${wordOf(operator)}`);
    places.add(place);
  }
  checkTime(operators, eventTime);
  if (!operators.some(({ operator }) => operator.kind === 'source'))
    throw new JobError(name, 'a job needs a source (fromSource)');
  if (!operators.some(({ operator }) => isSink(operator)))
    throw new JobError(name, 'a job needs a sink (sinkTo)');
  return byUid;
}

/** If one source tells time, all do; what works by it needs them to. */
function checkTime(operators: readonly StreamOperator[], eventTime: JobTime): void {
  for (const { uid, operator } of operators) {
    const { kind } = operator;
    if (kind === 'source' && eventTime !== undefined && operator.watermarks === undefined)
      throw new JobError(uid, 'other sources of the job tell time; give this one an eventTime too');
    const isTimed =
      kind === 'intervalJoin' || (kind === 'window' && operator.assigner.kind !== 'count');
    if (isTimed && eventTime === undefined) throw new JobError(uid, NO_EVENT_TIME);
  }
  checkAlignment(operators);
}

/** Sources of one group agree on what it is. */
function checkAlignment(operators: readonly StreamOperator[]): void {
  const groups = new Map<string, Readonly<{ uid: string; alignment: WatermarkAlignment }>>();
  for (const { uid, operator } of operators) {
    const alignment = operator.kind === 'source' ? operator.watermarks?.alignment : undefined;
    if (alignment === undefined) continue;
    const { group, maxDrift, updateMicros } = alignment;
    const first = groups.get(group) ?? { uid, alignment };
    groups.set(group, first);
    const place = `${uid}.eventTime.alignment`;
    if (first.alignment.maxDrift !== maxDrift)
      throw new JobError(
        place,
        `has another maxDrift than ${first.uid} of ${group}; give both one`,
      );
    if (first.alignment.updateMicros !== updateMicros)
      throw new JobError(
        place,
        `has another updateMillis than ${first.uid} of ${group}; give both one`,
      );
  }
}

function checkOperator(checked: StreamOperator): void {
  const { uid, parallelism, maxParallelism, operator, service } = checked;
  if (!/^[a-zA-Z][a-zA-Z0-9-]*$/.test(uid))
    throw new JobError(uid, 'a uid begins with a letter and has letters, digits and hyphens');
  if (!Number.isInteger(maxParallelism) || maxParallelism < 1 || maxParallelism > MAX_PARALLELISM)
    throw new JobError(uid + '.maxParallelism', 'must be an integer of 1 to 32768');
  if (!Number.isInteger(parallelism) || parallelism < 1 || parallelism > maxParallelism)
    throw new JobError(uid + '.parallelism', `must be 1 to ${String(maxParallelism)}, its maximum`);
  if (service !== undefined && !isSpan(service.min, service.max))
    throw new JobError(uid, 'a service time is two integers, 0 <= min <= max, in microseconds');
  if (operator.kind === 'source' && operator.partitions < 1)
    throw new JobError(uid, 'a source needs a split');
  if (operator.kind === 'fileSink') checkFiles(uid, operator);
  if (operator.kind === 'upsertSink') checkKey(checked, operator);
}

function isSpan(min: Micros, max: Micros): boolean {
  return Number.isInteger(min) && Number.isInteger(max) && min >= 0 && max >= min;
}

function checkFiles(uid: string, { rollRows = 1, rollOnCheckpoint }: FileSink): void {
  if (!Number.isInteger(rollRows) || rollRows < 1)
    throw new JobError(uid, 'rollRows is the number of rows of a file: an integer, 1 or more');
  if (typeof rollOnCheckpoint !== 'boolean')
    throw new JobError(uid, 'rollOnCheckpoint is true or false');
}

function checkKey({ uid, output }: StreamOperator, { key }: UpsertSink): void {
  if (key.length === 0) throw new JobError(uid + '.sink.key', 'a key has at least one field');
  for (const [index, name] of key.entries()) {
    const at = `${uid}.sink.key.${String(index)}`;
    if (key.indexOf(name) < index) throw new JobError(at, `${name} stands there twice`);
    indexOfField(name, output, at);
  }
}

/** What the place of a sink is. */
function wordOf({ kind }: SinkOperator): string {
  if (kind === 'fileSink') return 'directory';
  return kind === 'upsertSink' ? 'table' : 'topic';
}

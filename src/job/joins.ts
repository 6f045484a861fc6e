/**
 * Two streams by key: which fields they share, and the join of records whose times are close.
 */
import { NO_EVENT_TIME, spanTicks, type JobTime } from './event-time.js';
import { indexOfField } from './expression.js';
import { JobError } from './job-error.js';
import type { IntervalJoinOperator } from './job-graph.js';
import type { RowType } from './row.js';
import { distinctFields } from './shapes.js';

/** Which pairs are joined: the right record's time minus the left one's, both ends included. */
export type IntervalJoinDeclaration = Readonly<{
  from: string;
  to: string;
  /** Stands before the names of the right record's fields. */
  prefix?: string | undefined;
}>;

/** A stream and the field of its key. */
export type Keyed = Readonly<{ row: RowType; key: string }>;

/** What stands before the right record's fields unless told. */
const RIGHT = 'right_';

/**
 * The fields of the keys of two streams.
 *
 * @param place  of the operator, for errors
 * @throws JobError for fields that are not there, or of two types
 */
export function keysOf(left: Keyed, right: Keyed, place: string): [left: number, right: number] {
  const fields: [number, number] = [
    indexOfField(left.key, left.row, place + '.keyBy'),
    indexOfField(right.key, right.row, place + '.withKeyBy'),
  ];
  const [one, other] = [left.row[fields[0]]?.type, right.row[fields[1]]?.type];
  if (one === other) return fields;
  throw new JobError(
    place + '.withKeyBy',
    `both keys are of one type, not ${String(one)} and ${String(other)}`,
  );
}

/**
 * The join of two streams, and the rows that it gives: the left fields, then the right ones.
 *
 * @throws JobError for bounds that are none or upside down, keys of two types, and fields of one
 *         name
 */
export function intervalJoin(
  declared: IntervalJoinDeclaration,
  left: Keyed,
  right: Keyed,
  time: JobTime,
  place: string,
): Readonly<{ operator: IntervalJoinOperator; output: RowType }> {
  const { from, to, prefix = RIGHT } = declared;
  const keyFields = keysOf(left, right, place);
  const at = place + '.intervalJoin';
  if (time === undefined) throw new JobError(at, 'an interval join ' + NO_EVENT_TIME);
  const [lower, upper] = [spanTicks(from, time, at + '.from'), spanTicks(to, time, at + '.to')];
  if (lower > upper) throw new JobError(at + '.to', `${to} is before ${from}`);
  const named = right.row.map(({ name, type }) => ({ name: prefix + name, type }));
  const remedy = '; choose another prefix';
  const output = distinctFields([...left.row, ...named], at, remedy);
  return { operator: { kind: 'intervalJoin', keyFields, lower, upper }, output };
}

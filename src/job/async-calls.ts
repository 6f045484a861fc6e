/**
 * Asynchronous I/O as it is declared: what is made of a record once the remote service answered.
 */
import type { Micros } from '../kernel/time.js';
import { JobError } from './job-error.js';
import type { AsyncOperator } from './job-graph.js';
import type { RecordFunction } from './functions.js';

/** How the calls of an operator go; capacity and time-out are those of Flink, unless told. */
export type AsyncOptions = Readonly<{
  ordered: boolean;
  /** Most records that may wait. */
  capacity?: number | undefined;
  timeoutMillis?: number | undefined;
}>;

const CAPACITY = 100;

const TIMEOUT_MILLIS = 60_000;

/** Some 17 minutes. */
const TIMEOUT_MICROS_MAX: Micros = 10 ** 9;

/**
 * The operator that calls the remote service for each record.
 *
 * @throws JobError for a capacity or a time-out that can be none
 */
export function asyncOperator(
  { ordered, capacity = CAPACITY, timeoutMillis = TIMEOUT_MILLIS }: AsyncOptions,
  made: RecordFunction,
  place: string,
): AsyncOperator {
  if (!Number.isInteger(capacity) || capacity < 1 || capacity > 1_000_000)
    throw new JobError(place + '.capacity', 'must be an integer of 1 to 1,000,000');
  const timeoutMicros = timeoutMillis * 1_000;
  if (!Number.isInteger(timeoutMicros) || timeoutMicros < 1 || timeoutMicros > TIMEOUT_MICROS_MAX)
    throw new JobError(place + '.timeoutMillis', 'must be more than 0, and at most 1,000,000');
  return { kind: 'async', ordered, capacity, timeoutMicros, function: made };
}

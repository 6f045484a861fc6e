/**
 * The input of a job: what its sources read.
 */
import type { FieldValue, RowType } from '../row.js';

/** What one topic of the input holds. */
export type TopicInput = Readonly<{
  topic: string;
  row: RowType;
  /** A record's id is its index. The same list for every seed of a scenario. */
  rows: readonly (readonly FieldValue[])[];
  /** By split: the ids of its records, in their order. */
  splits: readonly Int32Array[];
  /** Its sources never end. */
  unbounded?: boolean;
}>;

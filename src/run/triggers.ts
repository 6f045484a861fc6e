/**
 * The section `triggers` of a scenario: what asks for checkpoints besides the interval. Flink has
 * no key for it.
 */
import * as z from 'zod';
import type { DataTrigger } from '../flink/configuration.js';

export type Triggers = Readonly<{
  everyRecords?: number | undefined;
  everyBytes?: number | undefined;
  /** When a client asks for a checkpoint. */
  manualAtMillis: readonly number[];
}>;

const amount = z.int().min(1).max(1_000_000_000);
const extension = 'an extension, Flink has no such trigger';

/** The form of the section `triggers`. */
export const triggersSchema: z.ZodType<Triggers, unknown> = z
  .strictObject({
    everyRecords: amount
      .optional()
      .describe(`A checkpoint whenever the sources have read so many records more; ${extension}`),
    everyBytes: amount
      .optional()
      .describe(`A checkpoint whenever the sources have read so many bytes more; ${extension}`),
    manualAtMillis: z
      .array(z.int().min(0).max(1_000_000_000))
      .max(1_000)
      .default([])
      .describe('When a client asks for a checkpoint, as `flink checkpoint` does'),
  })
  .refine(
    ({ everyRecords, everyBytes }) => everyRecords === undefined || everyBytes === undefined,
    { message: 'data is counted in records or in bytes; take one out', path: ['everyBytes'] },
  )
  .prefault({});

/** How much is read between two requests by data; undefined: data asks for nothing. */
export function dataTriggerOf({ everyRecords, everyBytes }: Triggers): DataTrigger | undefined {
  if (everyRecords !== undefined) return { unit: 'records', every: everyRecords };
  return everyBytes === undefined ? undefined : { unit: 'bytes', every: everyBytes };
}

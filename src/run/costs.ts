/**
 * What things take in the simulated world: messages, requests to services, disks, and the work of
 * tasks. Defaults are those of one data centre: sub-millisecond messages, a store of some
 * milliseconds, a registry that syncs to a quorum.
 */
import * as z from 'zod';
import type { Micros } from '../kernel/time.js';

/** A time between two bounds, in microseconds. */
export type Span = Readonly<{ min: number; max: number }>;

export type Costs = Readonly<{
  latencyMicros: Span;
  latencyTailMicros: number;
  connectTimeoutMicros: number;
  storePutMicros: Span;
  storeOtherMicros: Span;
  registryWriteMicros: Span;
  registryReadMicros: Span;
  logMicros: Span;
  remoteMicros: Span;
  fileMicros: Span;
  tableMicros: Span;
  diskSyncMicros: Span;
  sourceRecordMicros: Span;
  transformRecordMicros: Span;
  keyedRecordMicros: Span;
  sinkRecordMicros: Span;
  /** What the synchronous part of a snapshot takes however little it copies. */
  snapshotSyncMicros: number;
  /**
   * What it takes for each KiB more. A heap backend copies many small values that lie scattered: 1
   * GB a second, a tenth of what one core copies in one piece, ten times what it serializes.
   */
  snapshotSyncMicrosPerKiB: number;
  requestTimeoutMicros: number;
  requestAttempts: number;
  leaseMicros: number;
  registrationPauseMicros: number;
  fetchRowsMin: number;
  fetchRowsMax: number;
  fetchWaitMicros: number;
  sinkBatchRows: number;
  restartMicros: Span;
}>;

/** At most some 17 minutes: what stands in service at once stays far below 2^53. */
const micros = z.int().min(0).max(1_000_000_000);

function span(min: number, max: number) {
  return z
    .strictObject({ min: micros, max: micros })
    .refine((value) => value.max >= value.min, 'max must not be below min')
    .default({ min, max });
}

const positive = z.int().min(1);
const waiting = micros.min(1);

/** The form of the section `costs`; everything has a default. */
export const costsSchema: z.ZodType<Costs, unknown> = z
  .strictObject({
    latencyMicros: span(80, 300),
    latencyTailMicros: micros.default(60),
    connectTimeoutMicros: waiting.default(500_000),
    storePutMicros: span(9_000, 12_000),
    storeOtherMicros: span(2_000, 5_000),
    registryWriteMicros: span(4_000, 6_000),
    registryReadMicros: span(1_000, 2_000),
    logMicros: span(300, 900),
    remoteMicros: span(5_000, 50_000),
    fileMicros: span(1_000, 4_000),
    tableMicros: span(1_000, 5_000),
    diskSyncMicros: span(200, 600),
    sourceRecordMicros: span(40, 60),
    transformRecordMicros: span(5, 10),
    keyedRecordMicros: span(60, 100),
    sinkRecordMicros: span(20, 40),
    snapshotSyncMicros: micros.default(500),
    snapshotSyncMicrosPerKiB: z.int().min(0).max(1_000).default(1),
    requestTimeoutMicros: waiting.default(1_000_000),
    requestAttempts: positive.max(20).default(3),
    leaseMicros: waiting.default(4_000_000),
    registrationPauseMicros: waiting.default(100_000),
    fetchRowsMin: positive.default(20),
    fetchRowsMax: positive.default(500),
    fetchWaitMicros: waiting.default(100_000),
    sinkBatchRows: positive.default(32),
    restartMicros: span(200_000, 600_000),
  })
  .prefault({});

/** What no configuration bounds: a connection that is given up, a process that starts again. */
export function settleOf(costs: Costs): Micros {
  const round = 100 * costs.latencyMicros.max;
  return costs.connectTimeoutMicros + costs.restartMicros.max + round;
}

/** How long it takes at most, where nothing disturbs it, to clean up after a job that is over. */
export function cleaningOf(costs: Costs): Micros {
  return settleOf(costs) + 5 * costs.requestTimeoutMicros;
}

/**
 * The entries of a history. One vocabulary serves as history, coverage mark, target for a fault
 * and line of a report: an entry is a moment, with the process that it happened to.
 *
 * What the world sees (objects, values, transactions, deliveries, crashes) is stated by the world;
 * what only the engine can know is stated by the engine. `moment.ts` says which is which.
 */
import type { Words } from '../kernel/actor.js';
import type { Micros } from '../kernel/time.js';
import type { Acknowledgement } from './checkpoint-stats.js';

/** Details of the kinds that carry any; kinds that are not listed carry undefined. */
export type Details = {
  processCrashed: Readonly<{ cause: string }>;
  faultBegan: Readonly<{ fault: string }>;
  faultEnded: Readonly<{ fault: string }>;
  delivered: Readonly<{
    message: string;
    from: string;
    fromIncarnation: number;
    attempt: number | undefined;
  }>;
  objectWritten: Readonly<{ words: Words; by: string }>;
  valueWritten: Readonly<{ words: Words; version: number; by: string }>;
  writeRefused: Readonly<{ reason: string; by: string }>;
  leaseGranted: Readonly<{ holder: string }>;
  producerStarted: Readonly<{ attempt: number }>;
  producerFenced: Readonly<{ attempt: number; request: string }>;
  transactionBegun: Readonly<{ producer: string; attempt: number }>;
  transactionPrepared: Readonly<{ producer: string; attempt: number }>;
  transactionCommitted: Readonly<{ producer: string; attempt: number; checkpoint: number }>;
  transactionAborted: Readonly<{ producer: string; attempt: number; wasPrepared: boolean }>;
  /** `transaction`: or the file that was finished. */
  rowsVisible: Readonly<{ transaction: string; words: Words }>;
  /** Entries as they were put: the length of a key, the key, the row. */
  valuesUpserted: Readonly<{ words: Words; attempt: number }>;
  fileClosed: Readonly<{ writer: string; attempt: number }>;
  fileReopened: Readonly<{ writer: string; attempt: number }>;
  entered: Readonly<{
    channel: string;
    count: number;
    sender: number;
    attempt: number;
    /** The records, each behind its length; where records have times, the last word is that. */
    words: Words;
    /** The process's clock in milliseconds, where the operator reads it. */
    now: number | undefined;
  }>;
  watermark: Readonly<{ attempt: number; now: number | undefined }>;
  timerFired: Readonly<{ attempt: number; key: Words; now: number }>;
  barrierHandedOver: Readonly<{ channel: string; count: number; attempt: number }>;
  witnessTaken: Readonly<{ attempt: number }>;
  /** `sent`: by channel, records handed over in all. */
  witnessClosed: Readonly<{
    attempt: number;
    sent: readonly Readonly<{ channel: string; count: number }>[];
  }>;
  barrierReceived: Readonly<{ attempt: number }>;
  alignmentAborted: Readonly<{ attempt: number }>;
  jobStatus: Readonly<{ status: string }>;
  taskState: Readonly<{ state: string; attempt: number; cause: string }>;
  restoring: Readonly<{ attempt: number }>;
  splitRead: Readonly<{ attempt: number }>;
  failure: Readonly<{ cause: string; attempt: number }>;
  requested: Readonly<{ by: string }>;
  /** `number`: of the request, where a client has asked. */
  triggered: Readonly<{ by?: string | undefined; number?: number | undefined }>;
  requestRefused: Readonly<{ reason: string; by: string; number?: number | undefined }>;
  checkpointAnswered: Readonly<{ status: string; checkpoint?: number; reason?: string }>;
  declined: Readonly<{ reason: string }>;
  aborted: Readonly<{ reason: string }>;
  checkpointsReported: Readonly<{
    counts: CheckpointCounts;
    /** The one that began, went on or ended; undefined where only a count changed. */
    checkpoint: CheckpointStats | undefined;
    /** The newest that was restored from; undefined before the first. */
    restored: RestoreStats | undefined;
    /** Of one that began: the subtasks of the job, by their names. */
    subtasks?: readonly string[] | undefined;
    /** Of one that a subtask has acknowledged, or had finished before. */
    acknowledged?: Acknowledgement | undefined;
    /** Of one that has failed, of which a subtask tells what it knows of its part. */
    incomplete?: Acknowledgement | undefined;
  }>;
};

/** How many checkpoints there were; `total` = `in_progress` + `completed` + `failed`. */
export type CheckpointCounts = Readonly<{
  restored: number;
  total: number;
  in_progress: number;
  completed: number;
  failed: number;
}>;

/**
 * A checkpoint as Flink's REST shows it; times in milliseconds of the job manager's clock, -1 for
 * none, sizes in bytes.
 */
export type CheckpointStats = Readonly<{
  id: number;
  status: 'IN_PROGRESS' | 'COMPLETED' | 'FAILED';
  trigger_timestamp: number;
  latest_ack_timestamp: number;
  end_to_end_duration: number;
  state_size: number;
  /** Bytes of buffers that were worked during alignments, or stored with the checkpoint. */
  processed_data: number;
  persisted_data: number;
  num_subtasks: number;
  num_acknowledged_subtasks: number;
  /** Null unless it failed. */
  failure_timestamp: number | null;
  failure_message: string | null;
}>;

/** A restore as Flink's REST shows it, by the same clock. */
export type RestoreStats = Readonly<{ id: number; restore_timestamp: number }>;

export type EntryKind = string;

/**
 * One line of a history.
 *
 * `subject` is the number that the moment is about (a checkpoint id, an epoch, a count), `about`
 * the entity (a subtask, a channel, an object); each kind says so in `moment.ts`.
 */
export type Entry = Readonly<{
  at: Micros;
  process: string;
  incarnation: number;
  kind: EntryKind;
  subject: number;
  about: string;
  detail: unknown;
}>;

/** The detail of an entry whose kind is known. */
export function detailOf<Kind extends keyof Details>(entry: Entry, _kind: Kind): Details[Kind] {
  return entry.detail as Details[Kind];
}

/** Who is shown the entries of a run as they happen. */
export type Observer = Readonly<{
  /** Kinds that it wants to see; 'all' for a recorder. Nothing else is built for it. */
  sees: readonly EntryKind[] | 'all';
  /** Kinds of messages whose deliveries it wants to see, besides 'delivered' in `sees`. */
  messages: readonly string[];
  see(entry: Entry): void;
}>;

/** What a task keeps of the checkpoints that it takes part in. */
import type { Words } from '../../kernel/actor.js';
import type { Micros } from '../../kernel/time.js';
import type { CheckpointMetrics, Progress } from '../protocol.js';
import type { Storing } from './in-flight.js';
import type { Aligned, Aligning } from './measures.js';

/** The snapshot that is being prepared or copied: its checkpoint, and its bytes once there are. */
export type Snapshot = {
  readonly checkpoint: number;
  readonly timestamp: Micros;
  readonly aligned: Aligned;
  /** Sinks that have not made safe yet what belongs to it. */
  unprepared: number;
  /** When the synchronous part began, by the machine's own clock. */
  copying: Micros;
  words: Words | undefined;
};

/** A snapshot that was taken and is to be stored. */
export type Copied = Readonly<{
  checkpoint: number;
  words: Words;
  progress: Progress;
  metrics: Omit<CheckpointMetrics, 'asyncMillis'>;
  /** When the synchronous part was over, by the machine's own clock. */
  since: Micros;
}>;

export type TaskCheckpoints = {
  /** What is measured of the alignments under way; several only where nothing is held back. */
  aligning: readonly Aligning[];
  /** Newest checkpoint whose snapshot began here, newer ones that were aborted, newest notified. */
  lastCheckpoint: number;
  readonly aborted: Set<number>;
  notifiedCheckpoint: number;
  snapshot: Snapshot | undefined;
  /** What is stored of the channels with the newest snapshot, until that is whole. */
  storing: Storing | undefined;
  /** Snapshots that are on their way to the store. */
  uploads: number;
};

/** A task that has taken part in none since the one that it restored; 0 for none. */
export function checkpointsOf(restored: number): TaskCheckpoints {
  return {
    aligning: [],
    lastCheckpoint: restored,
    aborted: new Set(),
    notifiedCheckpoint: restored,
    snapshot: undefined,
    storing: undefined,
    uploads: 0,
  };
}

/**
 * What `GET /jobs/:jobid/checkpoints` of Flink would answer at the end of a run, and its details of
 * each checkpoint: the newest leader's own word, put together from what it reported. What the
 * engine does not know is left out: the path of a checkpoint.
 *
 * Source: Flink 2.x, CheckpointingStatistics, StatsSummary, CheckpointStatsHistory.
 */
import {
  detailOf,
  type CheckpointCounts,
  type CheckpointStats,
  type Entry,
  type RestoreStats,
} from '../history/entry.js';
import {
  reportedTasksOf,
  takePart,
  tasksOf,
  type CheckpointTasks,
  type ReportedTasks,
} from './checkpoint-details.js';

/** Percentiles of no values are no numbers, which JSON has no sign for. */
type Percentile = number | 'NaN';

type Spread = Readonly<{
  min: number;
  max: number;
  avg: number;
  p50: Percentile;
  p90: Percentile;
  p95: Percentile;
  p99: Percentile;
  p999: Percentile;
}>;

/** What all checkpoints have; every snapshot of the engine is full. */
type Common = Omit<CheckpointStats, 'failure_timestamp' | 'failure_message'> &
  Readonly<{
    is_savepoint: false;
    savepointFormat: null;
    checkpointed_size: number;
    alignment_buffered: 0;
    checkpoint_type: 'CHECKPOINT' | 'UNALIGNED_CHECKPOINT';
    tasks: Readonly<Record<string, never>>;
  }>;

type Shown = Common &
  (
    | Readonly<{ className: 'in_progress' }>
    | Readonly<{ className: 'completed'; discarded: boolean }>
    | (Readonly<{ className: 'failed' }> &
        Pick<CheckpointStats, 'failure_timestamp' | 'failure_message'>)
  );

type Measure =
  | 'checkpointed_size'
  | 'state_size'
  | 'end_to_end_duration'
  | 'alignment_buffered'
  | 'processed_data'
  | 'persisted_data';

/** A checkpoint with its tasks, and those with their subtasks. */
export type CheckpointDetails = Readonly<{
  details: Omit<Shown, 'tasks'> & Pick<CheckpointTasks, 'tasks'>;
  subtasks: CheckpointTasks['subtasks'];
}>;

export type CheckpointsDocument = Readonly<{
  counts: CheckpointCounts;
  summary: Readonly<Record<Measure, Spread>>;
  latest: Readonly<{
    completed: Shown | null;
    savepoint: null;
    failed: Shown | null;
    restored: (RestoreStats & Readonly<{ is_savepoint: false }>) | null;
  }>;
  /** The newest first. */
  history: readonly Shown[];
  /** Of each that `history` has, in its order. */
  details: readonly CheckpointDetails[];
}>;

/** What one leader has reported so far. */
type Reported = {
  readonly by: Pick<Entry, 'process' | 'incarnation'>;
  counts: CheckpointCounts;
  /** In the order in which they were triggered. */
  readonly checkpoints: Map<number, CheckpointStats>;
  readonly tasks: Map<number, ReportedTasks>;
  /** The last that came to this. */
  readonly latest: Map<CheckpointStats['status'], CheckpointStats>;
  readonly discarded: Set<number>;
  restored: RestoreStats | undefined;
};

/**
 * The document of a run.
 *
 * @param historySize  `web.checkpoints.history`
 */
export function checkpointsDocument(
  entries: readonly Entry[],
  historySize: number,
): CheckpointsDocument {
  const { counts, checkpoints, tasks, latest, discarded, restored } = newestLeader(entries);
  const show = (stats: CheckpointStats): Shown => shown(stats, discarded.has(stats.id));
  const latestOf = (status: CheckpointStats['status']): Shown | null => {
    const stats = latest.get(status);
    return stats === undefined ? null : show(stats);
  };
  const all = [...checkpoints.values()];
  const kept = all.slice(Math.max(0, all.length - historySize)).reverse();
  return {
    counts,
    summary: summaryOf(all.filter(({ status }) => status === 'COMPLETED').map(show)),
    latest: {
      completed: latestOf('COMPLETED'),
      savepoint: null,
      failed: latestOf('FAILED'),
      restored: restored === undefined ? null : { ...restored, is_savepoint: false },
    },
    history: kept.map(show),
    details: kept.map((stats) => {
      const { tasks: own, subtasks } = tasksOf(stats, tasks.get(stats.id) ?? new Map());
      return { details: { ...show(stats), tasks: own }, subtasks };
    }),
  };
}

function newestLeader(entries: readonly Entry[]): Reported {
  let reported = nothingFrom({ process: '', incarnation: 0 });
  for (const entry of entries) {
    const { kind, process, incarnation } = entry;
    if (kind === 'leader') reported = nothingFrom({ process, incarnation });
    else if (process === reported.by.process && incarnation === reported.by.incarnation)
      take(reported, entry);
  }
  return reported;
}

function nothingFrom(by: Reported['by']): Reported {
  return {
    by,
    counts: { restored: 0, total: 0, in_progress: 0, completed: 0, failed: 0 },
    checkpoints: new Map(),
    tasks: new Map(),
    latest: new Map(),
    discarded: new Set(),
    restored: undefined,
  };
}

function take(reported: Reported, entry: Entry): void {
  if (entry.kind === 'subsumed') reported.discarded.add(entry.subject);
  if (entry.kind !== 'checkpointsReported') return;
  const detail = detailOf(entry, 'checkpointsReported');
  const { counts, checkpoint, restored, subtasks, acknowledged, incomplete } = detail;
  reported.counts = counts;
  reported.restored = restored;
  if (checkpoint === undefined) return;
  const { id, status } = checkpoint;
  const isNewest = incomplete === undefined || reported.latest.get(status)?.id === id;
  if (isNewest) reported.latest.set(status, checkpoint);
  reported.checkpoints.set(id, checkpoint);
  if (subtasks !== undefined) reported.tasks.set(id, reportedTasksOf(subtasks));
  const tasks = reported.tasks.get(id);
  const part = acknowledged ?? incomplete;
  if (tasks && part) takePart(tasks, entry.about, part, incomplete !== undefined);
}

function shown(stats: CheckpointStats, discarded: boolean): Shown {
  const { failure_timestamp, failure_message, ...rest } = stats;
  const common: Common = {
    ...rest,
    is_savepoint: false,
    savepointFormat: null,
    checkpointed_size: stats.state_size,
    alignment_buffered: 0,
    // What overtook nothing stored nothing, and counts as aligned.
    checkpoint_type: stats.persisted_data > 0 ? 'UNALIGNED_CHECKPOINT' : 'CHECKPOINT',
    tasks: {},
  };
  switch (stats.status) {
    case 'IN_PROGRESS':
      return { className: 'in_progress', ...common };
    case 'COMPLETED':
      return { className: 'completed', ...common, discarded };
    case 'FAILED':
      return { className: 'failed', ...common, failure_timestamp, failure_message };
  }
}

function summaryOf(completed: readonly Shown[]): CheckpointsDocument['summary'] {
  const spread = (measure: Measure): Spread => spreadOf(completed.map((one) => one[measure]));
  return {
    checkpointed_size: spread('checkpointed_size'),
    state_size: spread('state_size'),
    end_to_end_duration: spread('end_to_end_duration'),
    alignment_buffered: nothing,
    processed_data: spread('processed_data'),
    persisted_data: spread('persisted_data'),
  };
}

/** Flink counts no such bytes any more, and says so even before the first checkpoint. */
const nothing: Spread = { min: 0, max: 0, avg: 0, p50: 0, p90: 0, p95: 0, p99: 0, p999: 0 };

/** Most values that percentiles are taken of, the newest. */
const WINDOW = 10_000;

function spreadOf(values: readonly number[]): Spread {
  const sorted = values.slice(-WINDOW).sort((one, other) => one - other);
  const sum = values.reduce((total, value) => total + value, 0);
  return {
    min: values.reduce((least, value) => Math.min(least, value), values[0] ?? 0),
    max: values.reduce((most, value) => Math.max(most, value), 0),
    avg: values.length === 0 ? 0 : Math.floor(sum / values.length),
    p50: percentile(sorted, 50),
    p90: percentile(sorted, 90),
    p95: percentile(sorted, 95),
    p99: percentile(sorted, 99),
    p999: percentile(sorted, 99.9),
  };
}

/** The estimate of commons-math (LEGACY), which Flink's histogram uses. */
function percentile(sorted: readonly number[], percent: number): Percentile {
  const [first] = sorted;
  const last = sorted.at(-1);
  if (first === undefined || last === undefined) return 'NaN';
  const place = (percent / 100) * (sorted.length + 1);
  if (place < 1) return first;
  if (place >= sorted.length) return last;
  const below = sorted[Math.floor(place) - 1] ?? first;
  const above = sorted[Math.floor(place)] ?? last;
  return below + (place - Math.floor(place)) * (above - below);
}

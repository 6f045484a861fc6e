/**
 * The phases of checkpoints. Per subtask, as Flink's statistics of a checkpoint have them, and per
 * checkpoint the largest of its subtasks, each phase for itself, so the phases of a checkpoint may
 * be of different subtasks and add up to more than the whole:
 *
 *   trigger     from `triggered` to the first barrier at the subtask (`start_delay`); for a source,
 *               which gets none, to its snapshot
 *   alignment   to the last barrier (`alignment.duration`); 0 for a source or one input channel
 *   sync        to the end of the synchronous copy (`checkpoint.sync`); a sink prepares in it what
 *               belongs to the checkpoint
 *   async       to the end of the upload (`checkpoint.async`)
 *   endToEnd    of the checkpoint: from `triggered` to the last acknowledgement
 *               (`end_to_end_duration`); what follows is not in it
 *   store       from there until the metadata is written and the pointer is in the registry, as the
 *               coordinator knows it
 *
 * Only completed checkpoints are samples, those of which the coordinator knew that the pointer is
 * there; all others that were triggered are unfinished. Several may be under way.
 *
 * Source: Flink, `/checkpoints/details/:id/subtasks/:vertex`, SubtaskCheckpointStatistics.
 *
 * Memory: one state for each subtask of a checkpoint under way; those of a leader that is no more
 * are dropped.
 */
import type { Entry, EntryKind } from '../history/entry.js';
import type { Micros } from '../kernel/time.js';
import { addSample, noSamples, type Gathered, type Samples } from './samples.js';

/** Kinds of entries that it is made of. */
export const checkpointKinds: readonly EntryKind[] = [
  'leader',
  'triggered',
  'barrierReceived',
  'witnessTaken',
  'snapshotTaken',
  'uploaded',
  'lastAcknowledged',
  'stored',
  'aborted',
];

/** When each part of a subtask's snapshot was over; undefined before. */
type Part = {
  /** The first and the last barrier; of a source, the beginning of its snapshot. */
  first: Micros | undefined;
  last: Micros;
  copied: Micros;
  uploaded: Micros;
};

type Pending = {
  readonly triggered: Micros;
  readonly parts: Map<string, Part>;
  acknowledged: Micros;
};

export type CheckpointPhases = {
  /** The checkpoints under way, by id. */
  readonly pending: Map<number, Pending>;
  readonly samples: Gathered;
};

/** No checkpoint was triggered. */
export function noCheckpoints(): CheckpointPhases {
  return { pending: new Map(), samples: noSamples() };
}

/** One more entry. */
export function hearCheckpoint({ pending, samples }: CheckpointPhases, entry: Entry): void {
  const { kind, at, subject, about } = entry;
  if (kind === 'leader') giveUp({ pending, samples });
  else if (kind === 'triggered')
    pending.set(subject, { triggered: at, parts: new Map(), acknowledged: at });
  const checkpoint = pending.get(subject);
  if (checkpoint === undefined) return;
  switch (kind) {
    case 'barrierReceived':
      return begin(partOf(checkpoint, about.slice(about.indexOf('->') + 2)), at);
    case 'witnessTaken': {
      const part = partOf(checkpoint, about);
      return part.first === undefined ? begin(part, at) : undefined;
    }
    case 'snapshotTaken':
      partOf(checkpoint, about).copied = at;
      return;
    case 'uploaded':
      partOf(checkpoint, about).uploaded = at;
      return;
    case 'lastAcknowledged':
      checkpoint.acknowledged = at;
      return;
    case 'stored':
      pending.delete(subject);
      return addSample(samples, phasesOf(checkpoint, at));
    case 'aborted':
      pending.delete(subject);
      samples.unfinished += 1;
      return;
    default:
      return;
  }
}

/** A new leader knows nothing of the checkpoints of the old one. */
function giveUp({ pending, samples }: CheckpointPhases): void {
  samples.unfinished += pending.size;
  pending.clear();
}

function partOf({ parts, triggered }: Pending, subtask: string): Part {
  let part = parts.get(subtask);
  if (part === undefined) {
    part = { first: undefined, last: triggered, copied: triggered, uploaded: triggered };
    parts.set(subtask, part);
  }
  return part;
}

function begin(part: Part, at: Micros): void {
  part.first ??= at;
  part.last = at;
}

/** The largest of each phase over the subtasks; of the checkpoint, its end to end and its store. */
function phasesOf({ triggered, parts, acknowledged }: Pending, stored: Micros): Micros[] {
  let [trigger, alignment, sync, async] = [0, 0, 0, 0];
  for (const { first = triggered, last, copied, uploaded } of parts.values()) {
    trigger = Math.max(trigger, first - triggered);
    alignment = Math.max(alignment, last - first);
    sync = Math.max(sync, copied - last);
    async = Math.max(async, uploaded - copied);
  }
  return [trigger, alignment, sync, async, acknowledged - triggered, stored - acknowledged];
}

/** The run is over, and with it what was under way. */
export function closeCheckpoints(phases: CheckpointPhases): Samples {
  giveUp(phases);
  return phases.samples;
}

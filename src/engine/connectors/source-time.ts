/**
 * How a source tells time: each split has the largest time that it gave; the source's watermark is
 * that of the split that is furthest behind. Nothing of it is stored: after a restore time is
 * unknown until records come. Source: Flink, BoundedOutOfOrdernessWatermarks,
 * WatermarksWithIdleness, SourceOutputWithWatermarks.
 * A split whose time is beyond what its group allows is paused.
 */
import type { Micros } from '../../kernel/time.js';
import type { WatermarkStrategy } from '../../job/job-graph.js';
import { isOver, type Split, type SourceInstance } from './split-source.js';

/** What a source says of time. */
export type SourceTime =
  Readonly<{ kind: 'watermark'; watermark: number }> | Readonly<{ kind: 'idle' }>;

/** A record of a time was emitted. */
export function noteTime(split: Split, time: number): void {
  split.records += 1;
  if (time > split.timeMax) split.timeMax = time;
}

/**
 * What the source says now.
 *
 * @param now      the machine's clock, for idleness
 * @param blocked  the source may not emit: then, as in a split that is paused, nothing counts as
 *                 idle (FLINK-35886)
 * @returns        undefined as long as some split that is not idle has not given a record
 */
export function sourceTimeOf(
  source: SourceInstance,
  now: Micros,
  blocked: boolean,
): SourceTime | undefined {
  const { watermarks } = source.operator;
  if (watermarks === undefined) return undefined;
  let least = Infinity;
  let open = 0;
  for (const split of source.splits) {
    if (isOver(split)) continue; // it holds nobody back
    open += 1;
    if (isIdle(split, watermarks.idleMicros, now, blocked || split.paused)) continue;
    least = Math.min(least, watermarkOf(split, watermarks));
  }
  if (least === Infinity) return open > 0 ? { kind: 'idle' } : undefined;
  return least === -Infinity ? undefined : { kind: 'watermark', watermark: Math.trunc(least) };
}

function watermarkOf({ timeMax }: Split, { outOfOrderness }: WatermarkStrategy): number {
  return timeMax - outOfOrderness - 1;
}

/**
 * Pauses the splits that are beyond what the group of the source allows, and lets the others go on.
 * Source: Flink, SourceOperator.checkSplitWatermarkAlignment (FLIP-217).
 *
 * @returns those that are paused now and were not, or the other way round
 */
export function alignSplits({ operator, splits, allowed }: SourceInstance): readonly Split[] {
  const { watermarks } = operator;
  if (watermarks?.alignment === undefined) return [];
  return splits.filter((split) => {
    const paused = !isOver(split) && watermarkOf(split, watermarks) > allowed;
    if (paused === split.paused) return false;
    split.paused = paused;
    return true;
  });
}

/** Whether a split has given nothing for so long that it counts as idle. */
function isIdle(split: Split, after: Micros | undefined, now: Micros, blocked: boolean): boolean {
  if (after === undefined) return false;
  if (split.records !== split.recordsSeen || blocked) {
    split.recordsSeen = split.records;
    split.quietSince = now;
    return false;
  }
  return now - split.quietSince >= after;
}

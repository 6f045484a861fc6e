/**
 * How a source tells time: each split has the largest time that it gave; the source's watermark is
 * that of the split that is furthest behind. Nothing of it is stored: after a restore time is
 * unknown until records come. Source: Flink, BoundedOutOfOrdernessWatermarks,
 * WatermarksWithIdleness, SourceOutputWithWatermarks.
 */
import type { Micros } from '../../kernel/time.js';
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
 * @param blocked  the source may not emit: then nothing counts as idle
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
    if (isIdle(split, watermarks.idleMicros, now, blocked)) continue;
    least = Math.min(least, split.timeMax - watermarks.outOfOrderness - 1);
  }
  if (least === Infinity) return open > 0 ? { kind: 'idle' } : undefined;
  return least === -Infinity ? undefined : { kind: 'watermark', watermark: Math.trunc(least) };
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

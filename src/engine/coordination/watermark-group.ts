/**
 * A group of sources that are aligned: how far each of their readers is, and how far all may go.
 * One that has not reported, because it has just begun, is not counted; one that holds nobody back
 * (it is idle, at its end, or has no splits) reports the largest watermark there is.
 *
 * Source: Flink 2.x, SourceCoordinator.WatermarkAggregator (FLIP-182; FLINK-32316: the sum must not
 * overflow).
 */
import { END_OF_TIME } from '../../job/time-bounds.js';

/** By subtask: the watermark that it reported last. */
export type WatermarkGroup = ReadonlyMap<string, number>;

/** Nobody has reported. */
export const emptyGroup: WatermarkGroup = new Map();

/** A reader says how far it is; undefined: it begins anew. */
export function reported(
  group: WatermarkGroup,
  subtask: string,
  watermark: number | undefined,
): WatermarkGroup {
  const after = new Map(group);
  if (watermark === undefined) after.delete(subtask);
  else after.set(subtask, watermark);
  return after;
}

/**
 * The largest watermark that a split of the group may have and go on.
 *
 * It is never below the smallest that was reported, so whoever is furthest behind goes on. As long
 * as the same readers count and none falls, it does not fall either; it may when one reports for
 * the first time or is no longer idle.
 *
 * @param maxDrift  ticks by which one may be ahead
 * @returns         undefined as long as nobody has reported
 */
export function allowedOf(group: WatermarkGroup, maxDrift: number): number | undefined {
  if (group.size === 0) return undefined;
  return Math.min(Math.min(...group.values()) + maxDrift, END_OF_TIME);
}

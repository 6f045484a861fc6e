/**
 * The requests for checkpoints that wait: in which order they are taken, and how many may wait.
 *
 * Source: Flink 2.x, CheckpointRequestDecider.
 */
import type { Micros } from '../../kernel/time.js';

/**
 * Who asks: the interval; data that has passed (an extension of ours); a person; or the job
 * itself, when every task has reached the end of its data.
 */
export type RequestKind = 'periodic' | 'data' | 'manual' | 'final';

export type Request = Readonly<{
  kind: RequestKind;
  at: Micros;
  /** Which one it is of those that a person asks for; it decides nothing. */
  number?: number | undefined;
}>;

/** Most requests that wait (MAX_QUEUED_REQUESTS). */
export const REQUESTS_MAX = 1_000;

/** Asked for by a schedule: it heeds the minimum pause, and ends with the schedule. */
export function isScheduled({ kind }: Request): boolean {
  return kind === 'periodic' || kind === 'data';
}

/**
 * Puts a request in its place: those of no schedule come first, then the older.
 *
 * @returns the queue, and the request that finds no place in it or is driven out by this one
 */
export function enqueue(
  queue: readonly Request[],
  request: Request,
): readonly [queue: readonly Request[], refused: Request | undefined] {
  const last = queue.at(-1);
  if (queue.length >= REQUESTS_MAX && last !== undefined && !isScheduled(last))
    return [queue, request];
  const place = isScheduled(request) ? queue.length : firstScheduled(queue);
  const all = [...queue.slice(0, place), request, ...queue.slice(place)];
  return all.length > REQUESTS_MAX ? [all.slice(0, -1), all.at(-1)] : [all, undefined];
}

function firstScheduled(queue: readonly Request[]): number {
  const place = queue.findIndex(isScheduled);
  return place < 0 ? queue.length : place;
}

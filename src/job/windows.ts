/**
 * Windows as they are declared, in scenarios and by the DataStream API alike.
 */
import { NO_EVENT_TIME, spanTicks, type JobTime } from './event-time.js';
import { JobError } from './job-error.js';
import type { WindowAssigner, WindowOperator } from './job-graph.js';
import type { Windowed } from './window-functions.js';

/** Which windows a record belongs to; spans of time are texts as in `10s`. */
export type WindowDeclaration =
  | Readonly<{ tumbling: string; offset?: string | undefined }>
  | Readonly<{ sliding: string; slide: string; offset?: string | undefined }>
  | Readonly<{ session: string }>
  | Readonly<{ count: number }>;

/** A window of time. */
export type TimeWindow = Exclude<WindowDeclaration, Readonly<{ count: number }>>;

/** Windows of one size, one after the other; each begins at `offset` plus a multiple of it. */
export function tumblingWindow(size: string, offset?: string): TimeWindow {
  return { tumbling: size, offset };
}

/** Windows of one size, of which one begins each `slide`. */
export function slidingWindow(size: string, slide: string, offset?: string): TimeWindow {
  return { sliding: size, slide, offset };
}

/** Windows that end when no record came within the gap. */
export function sessionWindow(gap: string): TimeWindow {
  return { session: gap };
}

/**
 * Where records belong, in ticks.
 *
 * @param place  of the window, for errors
 * @throws JobError for spans that are none, a size of nothing, a slide beyond the size, and time
 *         in a job that knows none
 */
export function assignerOf(
  declared: WindowDeclaration,
  time: JobTime,
  place: string,
): WindowAssigner {
  if ('count' in declared) {
    const { count: size } = declared;
    if (!Number.isInteger(size) || size < 1 || size > 0x7fffffff)
      throw new JobError(place + '.count', 'a window takes a whole number of records, 1 or more');
    return { kind: 'count', size };
  }
  if (time === undefined) throw new JobError(place, 'a window of time ' + NO_EVENT_TIME);
  const positive = (name: string, span: string): number => {
    const ticks = spanTicks(span, time, `${place}.${name}`);
    if (ticks > 0) return ticks;
    throw new JobError(`${place}.${name}`, `${span} must be longer than nothing`);
  };
  if ('session' in declared) return { kind: 'session', gap: positive('session', declared.session) };
  const offset = spanTicks(declared.offset ?? '0ms', time, place + '.offset');
  if ('tumbling' in declared)
    return { kind: 'tumbling', size: positive('tumbling', declared.tumbling), offset };
  const [size, slide] = [positive('sliding', declared.sliding), positive('slide', declared.slide)];
  if (slide > size)
    throw new JobError(place + '.slide', 'is longer than the window; some records had none');
  return { kind: 'sliding', size, slide, offset };
}

/**
 * The operator of a window.
 *
 * @param uid  of the operator, for errors
 * @throws JobError as `assignerOf` does, and for a lateness below nothing or of a count
 */
export function windowOperator(
  declared: WindowDeclaration,
  lateness: string | undefined,
  made: Windowed,
  time: JobTime,
  uid: string,
): WindowOperator {
  const assigner = assignerOf(declared, time, uid + '.window');
  const place = uid + '.allowedLateness';
  if (lateness !== undefined && assigner.kind === 'count')
    throw new JobError(place, 'a window of counts knows no late records; take it away');
  const allowedLateness = lateness === undefined ? 0 : spanTicks(lateness, time, place);
  if (allowedLateness < 0) throw new JobError(place, `${String(lateness)} is negative`);
  const { keyField, function: kept } = made;
  return { kind: 'window', keyField, assigner, allowedLateness, function: kept };
}

/**
 * Event time as it is declared: the unit of a job's times, spans of time written as texts, and how
 * a source tells time. Times of records are 32-bit integers in the unit that all sources share.
 */
import type { Micros } from '../kernel/time.js';
import { indexOfField } from './expression.js';
import { JobError } from './job-error.js';
import type { JobGraph, WatermarkAlignment, WatermarkStrategy } from './job-graph.js';
import type { RowType } from './row.js';

/** A unit of time. */
export type TimeUnit = 'ms' | 's' | 'min' | 'h' | 'd';

/** The units in which sources may count time. */
export const timeUnits: readonly TimeUnit[] = ['ms', 's', 'min', 'h', 'd'];

/** What a source says of the time of its records. */
export type EventTimeDeclaration = Readonly<{
  /** An integer field, which counts `unit`. */
  field: string;
  unit: TimeUnit;
  /** How much later than one of a later time a record may come in its split, as in `12h`. */
  outOfOrderness: string;
  /** A split that gave nothing for so long is idle, and holds nothing up; unless told, none is. */
  idleAfter?: string | undefined;
  /** Sources of one group wait for each other; unless told, this one waits for none. */
  alignment?: AlignmentDeclaration | undefined;
}>;

/** The group of a source, and how far it may be ahead of those that are furthest behind. */
export type AlignmentDeclaration = Readonly<{
  group: string;
  /** As in `1h`. */
  maxDrift: string;
  /** How often that is looked at; unless told, every second. */
  updateMillis?: number | undefined;
}>;

const micros: Readonly<Record<string, Micros>> = {
  ms: 1_000,
  s: 1_000_000,
  m: 60_000_000,
  min: 60_000_000,
  h: 3_600_000_000,
  d: 86_400_000_000,
};

const SPAN = 'a span is a whole number and a unit (ms, s, m, min, h, d), as in 10s or -15m';

/**
 * A span of time in microseconds.
 *
 * @throws JobError for a text that is none
 */
export function spanMicros(span: string, place: string): Micros {
  const [, digits = '', unit = ''] = /^(-?\d{1,10}) ?([a-z]+)$/.exec(span) ?? [];
  const each = micros[unit];
  if (each === undefined) throw new JobError(place, `${String(span)} is no span of time; ${SPAN}`);
  return Number(digits) * each;
}

/** How the times of a job's records are counted; undefined: they have none. */
export type JobTime = JobGraph['eventTime'];

/**
 * A span of time in ticks of the job.
 *
 * @throws JobError if the job has no event time, for a text that is no span or no whole number of
 *         ticks, and for one that takes more than 32 bits
 */
export function spanTicks(span: string, time: JobTime, place: string): number {
  const length = spanMicros(span, place);
  if (time === undefined) throw new JobError(place, NO_EVENT_TIME);
  const { tickMicros } = time;
  const unit = timeUnits.find((one) => micros[one] === tickMicros) ?? '';
  if (length % tickMicros !== 0)
    throw new JobError(place, `${span} is no whole number of ${unit}, the unit of the sources`);
  const ticks = length / tickMicros;
  if (ticks !== (ticks | 0))
    throw new JobError(place, `${span} is ${String(ticks)} ${unit}; times have 32 bits`);
  return ticks;
}

/** What to do where time is needed and there is none. */
export const NO_EVENT_TIME: string =
  'works by event time; give each source an eventTime, as in ' +
  "{ field: minute, unit: min, outOfOrderness: '12h' }";

/**
 * How a source tells time, and the unit in which it does.
 *
 * @param place  of the declaration, for errors
 * @throws JobError for a field that is no integer of the rows, a unit or a span that is none
 */
export function watermarksOf(
  declared: EventTimeDeclaration,
  row: RowType,
  place: string,
): Readonly<{ watermarks: WatermarkStrategy; time: NonNullable<JobTime> }> {
  const { field: name, unit, outOfOrderness: bound, idleAfter } = declared;
  const tickMicros = timeUnits.includes(unit) ? micros[unit] : undefined;
  if (tickMicros === undefined)
    throw new JobError(place + '.unit', `a unit is one of ${timeUnits.join(', ')}`);
  const time = { tickMicros };
  const field = indexOfField(name, row, place + '.field');
  if (row[field]?.type !== 'int')
    throw new JobError(place + '.field', `${name} is a text; times are integers`);
  const outOfOrderness = spanTicks(bound, time, place + '.outOfOrderness');
  if (outOfOrderness < 0)
    throw new JobError(place + '.outOfOrderness', `${bound} is negative; 0${unit} is the least`);
  const idleMicros =
    idleAfter === undefined ? undefined : spanMicros(idleAfter, place + '.idleAfter');
  if (idleMicros !== undefined && idleMicros <= 0)
    throw new JobError(place + '.idleAfter', 'must be longer than nothing; or leave it out');
  const alignment = declared.alignment && alignmentOf(declared.alignment, time, place);
  return { watermarks: { field, outOfOrderness, idleMicros, alignment }, time };
}

const UPDATE_MILLIS = 1_000;

function alignmentOf(
  { group, maxDrift: drift, updateMillis = UPDATE_MILLIS }: AlignmentDeclaration,
  time: JobTime,
  eventTimePlace: string,
): WatermarkAlignment {
  const place = eventTimePlace + '.alignment';
  if (group === '')
    throw new JobError(place + '.group', 'must have a name; or leave alignment out');
  const maxDrift = spanTicks(drift, time, place + '.maxDrift');
  if (maxDrift < 0)
    throw new JobError(place + '.maxDrift', `${drift} is negative; give the span to be ahead by`);
  if (!Number.isInteger(updateMillis) || updateMillis < 1)
    throw new JobError(place + '.updateMillis', 'must be an integer, 1 or more');
  return { group, maxDrift, updateMicros: updateMillis * 1_000 };
}

/**
 * The time that a job has once one more source tells it.
 *
 * @throws JobError if the sources count in different units
 */
export function sharedTime(known: JobTime, told: NonNullable<JobTime>, place: string): JobTime {
  if (known === undefined || known.tickMicros === told.tickMicros) return told;
  throw new JobError(place + '.unit', 'all sources of a job count time in one unit');
}

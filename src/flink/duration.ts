/**
 * Durations as Flink reads them: a number and a unit (`5s`, `10 min`, `250` for milliseconds), or
 * ISO 8601 (`PT5S`). Times in the engine are whole microseconds. Source: Flink 2.2,
 * TimeUtils.parseDuration.
 */
import type { Micros } from '../kernel/time.js';

const labels: readonly (readonly [micros: number, ...labels: string[]])[] = [
  [86_400_000_000, 'd', 'day', 'days'],
  [3_600_000_000, 'h', 'hour', 'hours'],
  [60_000_000, 'min', 'm', 'minute', 'minutes'],
  [1_000_000, 's', 'sec', 'secs', 'second', 'seconds'],
  [1_000, 'ms', 'milli', 'millis', 'millisecond', 'milliseconds'],
  [1, 'µs', 'micro', 'micros', 'microsecond', 'microseconds'],
  [0.001, 'ns', 'nano', 'nanos', 'nanosecond', 'nanoseconds'],
];

const ISO = /^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:\.(\d{1,9}))?S)?)?$/i;

/** The duration that a text says, in microseconds; undefined if it says none that is whole. */
export function microsOf(text: string): Micros | undefined {
  const trimmed = text.trim();
  const [, digits, label] = /^(\d+)\s*([a-zµ]*)$/i.exec(trimmed) ?? [];
  const micros = digits === undefined ? isoMicros(trimmed) : Number(digits) * unitOf(label ?? '');
  return Number.isSafeInteger(micros) ? micros : undefined;
}

function unitOf(label: string): number {
  const wanted = label === '' ? 'ms' : label.toLowerCase();
  return labels.find(([, ...known]) => known.includes(wanted))?.[0] ?? NaN;
}

function isoMicros(text: string): number {
  const parts = ISO.exec(text);
  if (parts === null || text.length < 3 || text.endsWith('T')) return NaN;
  const [days = 0, hours = 0, minutes = 0, seconds = 0] = parts
    .slice(1, 5)
    .map((part) => Number(part ?? 0));
  const nanos = Number((parts[5] ?? '').padEnd(9, '0'));
  return (((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1_000_000 + nanos / 1_000;
}

/** A duration in the largest unit that says it without a fraction, as in `90s` or `170ms`. */
export function durationText(micros: Micros): string {
  if (micros === 0) return '0ms';
  for (const [unit, label] of labels)
    if (unit >= 1 && micros % unit === 0) return String(micros / unit) + label;
  return String(micros) + 'µs';
}

/** Entries as lines of a log for people, in columns. */
import type { Entry } from '../history/entry.js';

/** Moments that come with every record or message; a person reads better without them. */
const frequent: ReadonlySet<string> = new Set(['entered', 'delivered', 'blocked']);

export function isFrequent({ kind }: Entry): boolean {
  return frequent.has(kind);
}

/** Time, process and life, moment, subject, about. */
export function lineOfMoment(entry: Entry): string {
  const { at, process, incarnation, kind, subject, about } = entry;
  const cells = [
    timeCell(at),
    `${process}#${incarnation}`.padEnd(18),
    kind.padEnd(21),
    String(subject).padStart(6),
    [about, detailText(entry.detail)].filter((text) => text !== '').join('  '),
  ];
  return cells.join('  ').trimEnd();
}

function timeCell(at: number): string {
  return (at / 1_000_000).toFixed(6).padStart(12);
}

/** The plain fields of a detail; blocks of bytes are told by their length. */
function detailText(detail: unknown): string {
  if (typeof detail !== 'object' || detail === null) return '';
  return Object.entries(detail)
    .map(([name, value]) => `${name}=${valueText(value)}`)
    .join(' ');
}

function valueText(value: unknown): string {
  if (value instanceof Int32Array) return `${value.length * 4}B`;
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '-');
}

/** Simulated time as a person reads it. */
export function secondsText(micros: number): string {
  return `${(micros / 1_000_000).toFixed(6)} s`;
}

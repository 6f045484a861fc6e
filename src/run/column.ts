/**
 * Where the fields of a record come from: a column of its row, its number, or a draw.
 */
import { otherName } from '../kernel/did-you-mean.js';
import type { FieldType, FieldValue } from '../job/row.js';
import { minuteOf, secondOf } from './calendar.js';
import { drawerOf, type Drawn } from './drawn.js';

/**
 * Where a field comes from: a column, `$record` (the number of the record), the minutes since 2000
 * of a column with a time as in `2001/01/13 14:56`, the seconds since 2000 of one with a time as in
 * `2001-01-13T14:56:07Z`, or a draw.
 */
export type Column = '$record' | Held | Drawn;

type Held =
  | Readonly<{ int: string }>
  | Readonly<{ string: string }>
  | Readonly<{ minutes: string }>
  | Readonly<{ seconds: string }>;

/** What is said of a column that is not there. */
export function noColumn(name: string, columns: readonly string[]): string {
  return `there is no column "${name}"; ${otherName(name, columns)}`;
}

/** A row as a file holds it. */
export type FileRow = Readonly<Record<string, unknown>>;

/** The type of the fields that come from a column. */
export function typeOf(column: Column): FieldType {
  return typeof column === 'object' && ('string' in column || 'keys' in column) ? 'string' : 'int';
}

/** Whether a column needs no row. */
export function isDrawn(column: Column): column is '$record' | Drawn {
  return column === '$record' || 'keys' in column || 'uniform' in column || 'every' in column;
}

/** What is being read. */
export type FieldPlace = Readonly<{
  topic: string;
  field: string;
  /** Whether records are laid out by this field. */
  isTime: boolean;
  /** Whether every value of a row is a text, as in CSV. */
  texts: boolean;
}>;

/** The mistake of a row whose column is not what is needed. */
type Wrong = (column: string, needed: string) => Error;

/** Gives the value of a field; `shift` in minutes. */
type Reader = (row: FileRow, record: number, shift: number, wrong: Wrong) => FieldValue;

/** Reads a field of one record after the other. */
export function readerOf(column: Column, place: FieldPlace): Reader {
  if (column === '$record') return (_row, record) => record;
  if (isDrawn(column)) {
    const draw = drawerOf(column, place.topic, place.field);
    return (_row, record) => draw(record);
  }
  if ('string' in column) {
    const { string: name } = column;
    return (row, _record, _shift, wrong) => {
      const value = row[name];
      if (typeof value === 'string' && value !== '') return value;
      throw wrong(name, 'a text that is not empty');
    };
  }
  if ('int' in column) return integers(column.int, place);
  return 'minutes' in column
    ? times(column.minutes, 1, minutesIn, 'a time as in "2001/01/13 14:56"')
    : times(column.seconds, 60, secondOf, 'a time as in "2001-01-13T14:56:07Z", up to 2068');
}

function integers(name: string, { isTime, texts }: FieldPlace): Reader {
  return (row, _record, shift, wrong) => {
    const value = texts ? integerIn(row[name]) : row[name];
    if (typeof value !== 'number' || (value | 0) !== value)
      throw wrong(name, `an integer of at most 32 bits${notThis(row[name], name)}`);
    return isTime ? value + shift : value;
  };
}

function times(
  name: string,
  perMinute: number,
  timeOf: (text: string) => number | undefined,
  needed: string,
): Reader {
  return (row, _record, shift, wrong) => {
    const value = row[name];
    const time = typeof value === 'string' ? timeOf(value) : undefined;
    if (time === undefined) throw wrong(name, needed);
    return time + shift * perMinute;
  };
}

/** What was found instead; a text may be meant as one. */
function notThis(value: unknown, name: string): string {
  if (typeof value === 'string')
    return `, not ${JSON.stringify(value.slice(0, 40))}; texts are { string: ${name} }`;
  return typeof value === 'number' ? `, not ${String(value)}` : '';
}

const INTEGER = /^(?:0|-?[1-9]\d*)$/;

/** The integer of 32 bits that a text is; undefined for a text of another form, as `007`. */
export function integerIn(text: unknown): number | undefined {
  if (typeof text !== 'string' || !INTEGER.test(text)) return undefined;
  const value = Number(text);
  return (value | 0) === value ? value : undefined;
}

const DATE = /^\d{4}[/-]\d\d[/-]\d\d \d\d:\d\d$/;

function minutesIn(text: string): number | undefined {
  return DATE.test(text) ? minuteOf(text) : undefined;
}

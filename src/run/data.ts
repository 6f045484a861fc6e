/**
 * The records of a run, by topic: rows of files or of the scenario, whose columns become fields of
 * integers and texts. Every row is checked, so that a bad one is named by its file, number and
 * column.
 */
import type { FieldType, FieldValue, RowType } from '../job/row.js';
import { minuteOf } from './records.js';

/**
 * Where a field comes from: a column, `$record` (the number of the record), or the minutes since
 * 2000 of a column with a time as in `2001/01/13 14:56`.
 */
export type Column =
  | '$record'
  | Readonly<{ int: string }>
  | Readonly<{ string: string }>
  | Readonly<{ minutes: string }>;

/** What a scenario says of one topic. */
export type TopicSpec = Readonly<{
  /** The name under which sources read it. */
  topic: string;
  /** A JSON file of rows, gzipped or not, beside the scenario; undefined: `rows` holds them. */
  file?: string | undefined;
  rows?: readonly FileRow[] | undefined;
  columns: Readonly<Record<string, Column>>;
  /** The field, in minutes, by which records are laid out; undefined: by the column `date`. */
  time?: string | undefined;
  /** Sources never learn that there is no more: the run ends with its budget. */
  unbounded: boolean;
  /** The rows are used so often, each time so much later. */
  repeat?: Readonly<{ times: number; shiftMinutes: number }> | undefined;
  /** How many records there are, from the first. */
  records: number;
  splits: number;
  /** How far a record may move from its place in time. */
  shuffleMinutes: number;
  /** Of all splits together. */
  recordsPerSecond: number;
  /** The last splits come into being so long after the others. */
  lateSplits?: Readonly<{ splits: number; afterMillis: number }> | undefined;
}>;

/** A row as a file holds it. */
export type FileRow = Readonly<Record<string, unknown>>;

/** Gives the first row of a file, if it can be read. */
export type FirstRow = (file: string) => FileRow | undefined;

/** The records of a topic; a record's number is its index. */
export type TopicData = Readonly<{
  row: RowType;
  rows: readonly (readonly FieldValue[])[];
  /** Minutes by which they are laid out. */
  minutes: readonly number[];
}>;

/** What a run reads: records by topic. */
export type Data = ReadonlyMap<string, TopicData>;

/** A row that cannot be a record. */
export class DataError extends Error {
  override readonly name: string = 'DataError';
  /** Index of the row; undefined for a mistake of all of them. */
  readonly index: number | undefined;

  constructor(message: string, index?: number) {
    super(message);
    this.index = index;
  }
}

/** The type of a topic's rows. */
export function rowOfTopic({ columns }: Pick<TopicSpec, 'columns'>): RowType {
  return Object.entries(columns).map(([field, from]) => ({ name: field, type: typeOf(from) }));
}

function typeOf(from: Column): FieldType {
  return typeof from === 'object' && 'string' in from ? 'string' : 'int';
}

/**
 * The records of a scenario.
 *
 * @param rowsOf  gives the rows of a file
 * @throws DataError that names the file or topic, the row and the column
 */
export function dataOfTopics(
  topics: readonly TopicSpec[],
  rowsOf: (file: string) => readonly unknown[],
): Data {
  return new Map(
    topics.map((spec) => {
      const { topic, file, rows = [] } = spec;
      const source = file ?? `data.${topic}`;
      return [topic, topicData(spec, file === undefined ? rows : rowsOf(file), source)];
    }),
  );
}

/** The first records of each data: the same for every seed. */
const firsts = new WeakMap<TopicData, Map<number, TopicData>>();

/** The records of a topic that a scenario uses; none where the topic was not read. */
export function usedOf(data: Data, spec: TopicSpec): TopicData {
  const whole = data.get(spec.topic);
  if (whole === undefined) return { row: rowOfTopic(spec), rows: [], minutes: [] };
  const { records } = spec;
  if (records === whole.rows.length) return whole;
  const known = firsts.get(whole) ?? new Map<number, TopicData>();
  firsts.set(whole, known);
  const { row, rows, minutes } = whole;
  const first = known.get(records) ?? {
    ...{ row, rows: rows.slice(0, records), minutes: minutes.slice(0, records) },
  };
  known.set(records, first);
  return first;
}

/** The records of one topic. */
export function topicData(spec: TopicSpec, from: readonly unknown[], source: string): TopicData {
  const { records, repeat = { times: 1, shiftMinutes: 0 } } = spec;
  const there = from.length * repeat.times;
  if (there < records)
    throw new DataError(
      `${source}: has ${String(there)} rows, and data.records asks for ${String(records)}; ` +
        'ask for fewer',
    );
  const row = rowOfTopic(spec);
  const columns = Object.entries(spec.columns);
  const timeField = columns.findIndex(([field]) => field === spec.time);
  const isDated = spec.time === undefined && hasDate(from[0]);
  const rows: FieldValue[][] = [];
  const minutes: number[] = [];
  for (let record = 0; record < records; record += 1) {
    const index = record % from.length;
    const place = { source, index };
    const shift = Math.floor(record / from.length) * repeat.shiftMinutes;
    const values = (from[index] ?? {}) as FileRow;
    const made = columns.map(([field, column]) =>
      valueOf(column, values, record, shift, field === spec.time, place),
    );
    rows.push(made);
    const date: Column = { minutes: 'date' };
    if (isDated) minutes.push(Number(valueOf(date, values, record, shift, true, place)));
    else minutes.push(Number(made[timeField] ?? record));
  }
  return { row, rows, minutes };
}

function hasDate(row: unknown): boolean {
  return typeof row === 'object' && row !== null && 'date' in row;
}

const DATE = /^\d{4}[/-]\d\d[/-]\d\d \d\d:\d\d$/;

type Place = Readonly<{ source: string; index: number }>;

function valueOf(
  column: Column,
  row: FileRow,
  record: number,
  shift: number,
  isTime: boolean,
  { source, index }: Place,
): FieldValue {
  if (column === '$record') return record;
  const wrong = (name: string, needed: string): DataError =>
    new DataError(`${source}: row ${String(index + 1)}: "${name}" must be ${needed}`, index);
  if ('string' in column) {
    const value = row[column.string];
    if (typeof value !== 'string' || value === '')
      throw wrong(column.string, 'a text that is not empty');
    return value;
  }
  if ('int' in column) {
    const value = row[column.int];
    if (typeof value !== 'number' || (value | 0) !== value)
      throw wrong(column.int, 'an integer of at most 32 bits');
    return isTime ? value + shift : value;
  }
  const value = row[column.minutes];
  if (typeof value !== 'string' || !DATE.test(value))
    throw wrong(column.minutes, 'a time as in "2001/01/13 14:56"');
  return minuteOf(value) + shift;
}

/**
 * The records of a run, by topic: rows of files or of the scenario, whose columns become fields of
 * integers and texts. Every row is checked, so that a bad one is named by its file, number and
 * column.
 */
import type { FieldValue, RowType } from '../job/row.js';
import { noColumn, readerOf, typeOf, type Column, type FileRow } from './column.js';

export { integerIn, type FileRow } from './column.js';

/** How a file holds its rows; unless told, as its name ends: in `.csv`, `.ndjson`, `.jsonl`. */
export type DataFormat = 'json' | 'ndjson' | 'csv';

/** What a scenario says of one topic. */
export type TopicSpec = Readonly<{
  /** The name under which sources read it. */
  topic: string;
  /** A file of rows, gzipped or not, beside the scenario. */
  file?: string | undefined;
  format?: DataFormat | undefined;
  /** The rows themselves; with neither them nor a file, every field is drawn. */
  rows?: readonly FileRow[] | undefined;
  columns: Readonly<Record<string, Column>>;
  /** The field by which records are laid out; undefined: by the column `date`, in minutes. */
  time?: string | undefined;
  /** Sources never learn that there is no more: the run ends with its budget. */
  unbounded: boolean;
  /** The rows are used so often, each time so much later. */
  repeat?: Readonly<{ times: number; shiftMinutes: number }> | undefined;
  /** How many records there are, from the first. */
  records: number;
  splits: number;
  /** How far a record may move from its place in time; in minutes or, if told, in seconds. */
  shuffleMinutes: number;
  shuffleSeconds?: number | undefined;
  /** Of all splits together. */
  recordsPerSecond: number;
  /** The last splits come into being so long after the others. */
  lateSplits?: Readonly<{ splits: number; afterMillis: number }> | undefined;
  /** So many records, of all splits together, come at once in every such span. */
  bursts?: Readonly<{ everyMillis: number; records: number }> | undefined;
}>;

/** Gives the first row of a file, if it can be read. */
export type FirstRow = (file: string, format: DataFormat) => FileRow | undefined;

/** The records of a topic; a record's number is its index. */
export type TopicData = Readonly<{
  row: RowType;
  rows: readonly (readonly FieldValue[])[];
  /** Times by which they are laid out; minutes, unless the field of the time has another unit. */
  minutes: readonly number[];
}>;

/** What a run reads: records by topic. */
export type Data = ReadonlyMap<string, TopicData>;

/** A row that cannot be a record. */
export class DataError extends Error {
  override readonly name: string = 'DataError';
  readonly topic: string;
  /** What is wrong, without its place. */
  readonly what: string;
  /** Index of the row; undefined for a mistake of all of them. */
  readonly index: number | undefined;

  constructor(topic: string, source: string, what: string, index?: number) {
    super(`${source}: ${index === undefined ? '' : `row ${String(index + 1)}: `}${what}`);
    this.topic = topic;
    this.what = what;
    this.index = index;
  }
}

/** The type of a topic's rows. */
export function rowOfTopic({ columns }: Pick<TopicSpec, 'columns'>): RowType {
  return Object.entries(columns).map(([field, from]) => ({ name: field, type: typeOf(from) }));
}

/** How the file of a topic holds its rows. */
export function formatOf({ file = '', format }: Pick<TopicSpec, 'file' | 'format'>): DataFormat {
  const [, ending] = /\.(csv|ndjson|jsonl)(?:\.gz)?$/i.exec(file) ?? [];
  if (format !== undefined || ending === undefined) return format ?? 'json';
  return ending.toLowerCase() === 'csv' ? 'csv' : 'ndjson';
}

/**
 * The records of a scenario.
 *
 * @param rowsOf  gives the rows of a file
 * @throws DataError that names the file or topic, the row and the column
 */
export function dataOfTopics(
  topics: readonly TopicSpec[],
  rowsOf: (file: string, format: DataFormat) => readonly unknown[],
): Data {
  return new Map(
    topics.map((spec) => {
      const { topic, file, rows } = spec;
      const from = file === undefined ? rows : rowsOf(file, formatOf(spec));
      return [topic, topicData(spec, from, file ?? `data.${topic}`)];
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

/**
 * The records of one topic.
 *
 * @param from  its rows; undefined when every field is drawn
 */
export function topicData(
  spec: TopicSpec,
  from: readonly unknown[] | undefined,
  source: string,
): TopicData {
  const { topic, records, repeat = { times: 1, shiftMinutes: 0 } } = spec;
  const there = from === undefined ? records : from.length * repeat.times;
  if (there < records) {
    const few = `has ${String(there)} rows, and data.records asks for ${String(records)}`;
    throw new DataError(topic, source, `${few}; ask for fewer`);
  }
  const texts = spec.file !== undefined && formatOf(spec) === 'csv';
  const place = { topic, texts };
  const readers = Object.entries(spec.columns).map(([field, column]) =>
    readerOf(column, { ...place, field, isTime: field === spec.time }),
  );
  const timeField = Object.keys(spec.columns).findIndex((field) => field === spec.time);
  const isDated = spec.time === undefined && hasDate(from?.[0]);
  const dateOf = readerOf({ minutes: 'date' }, { ...place, field: 'date', isTime: true });
  const rows: FieldValue[][] = [];
  const minutes: number[] = [];
  const length = from?.length ?? records;
  for (let record = 0; record < records; record += 1) {
    const index = record % length;
    const shift = Math.floor(record / length) * repeat.shiftMinutes;
    const values = (from?.[index] ?? {}) as FileRow;
    const wrong = (name: string, needed: string): DataError => {
      const isThere = Object.hasOwn(values, name);
      const what = isThere ? `"${name}" must be ${needed}` : missing(name, from?.[index]);
      return new DataError(topic, source, what, texts && !isThere ? undefined : index);
    };
    const made = readers.map((read) => read(values, record, shift, wrong));
    rows.push(made);
    if (isDated) minutes.push(Number(dateOf(values, record, shift, wrong)));
    else minutes.push(Number(made[timeField] ?? record));
  }
  return { row: rowOfTopic(spec), rows, minutes };
}

function missing(name: string, row: unknown): string {
  const isRow = typeof row === 'object' && row !== null && !Array.isArray(row);
  return isRow ? noColumn(name, Object.keys(row)) : 'is no row; a row is an object of columns';
}

function hasDate(row: unknown): boolean {
  return typeof row === 'object' && row !== null && 'date' in row;
}

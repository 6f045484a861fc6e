/**
 * The section `data` of a scenario: the topics that its sources read, each from the rows of a file
 * or from rows that stand in the scenario. Columns of those rows become fields of integers and
 * texts; every row is checked, so that a bad one is named by its file, number and column.
 */
import * as z from 'zod';
import type { FieldType, FieldValue, RowType } from '../job/row.js';
import { meant } from './meant.js';
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
}

const count = z.int().min(1);
const name = z.string().min(1);
const fieldName = z.string().regex(/^[a-zA-Z]\w*$/, 'a field begins with a letter');

const COLUMN =
  'a column is its name, $record, { int: NAME }, { string: NAME } or { minutes: NAME }';

/** A column by its name alone: its type is that of the values. */
type NamedColumn = Column | Readonly<{ column: string }>;

const column: z.ZodType<NamedColumn, unknown> = z.union(
  [
    z.literal('$record'),
    name.transform((named) => ({ column: named })),
    z.strictObject({ int: name }),
    z.strictObject({ string: name }),
    z.strictObject({ minutes: name }),
  ],
  COLUMN,
);

const topicSchema = z.strictObject({
  topic: name.default('flights'),
  file: name.optional(),
  rows: z
    .array(z.record(fieldName, z.union([z.int(), z.string()])))
    .min(1)
    .optional(),
  columns: z.record(fieldName, column).optional(),
  time: fieldName.optional(),
  repeat: z
    .strictObject({ times: count.max(10_000), shiftMinutes: z.int().min(0).max(10_000_000) })
    .optional(),
  records: count.max(10_000_000).optional(),
  splits: count.max(64),
  shuffleMinutes: z.int().min(0).max(100_000).default(0),
  recordsPerSecond: count.max(1_000_000),
  lateSplits: z
    .strictObject({ splits: count.max(64), afterMillis: z.int().min(1).max(1_000_000) })
    .optional(),
});

type DeclaredTopic = z.output<typeof topicSchema>;

/** Gives the first row of a file, if it can be read. */
export type FirstRow = (file: string) => FileRow | undefined;

/** The fields of the flights, where a scenario names none. */
const FLIGHTS: Readonly<Record<string, Column>> = {
  origin: { string: 'origin' },
  record: '$record',
  delay: { int: 'delay' },
};

/** The form of the section: one topic, or a list of them. */
export function dataSchema(firstRow: FirstRow): z.ZodType<readonly TopicSpec[], unknown> {
  const topic = topicSchema.transform((declared, context): TopicSpec => {
    const made = topicOf(declared, firstRow);
    if ('columns' in made) return made;
    context.issues.push({ code: 'custom', input: declared, ...made });
    return z.NEVER;
  });
  const several = z
    .array(topic)
    .min(1)
    .check(({ value, issues }) => {
      const twice = value.findIndex(
        (one, at) => value.findIndex((o) => o.topic === one.topic) < at,
      );
      const message = `two topics are called ${String(value[twice]?.topic)}`;
      if (twice >= 0)
        issues.push({ code: 'custom', message, path: [twice, 'topic'], input: value });
    });
  const alone = topic.transform((one) => [one]);
  return meant<readonly TopicSpec[]>((value) => (Array.isArray(value) ? several : alone));
}

type Wrong = Readonly<{ message: string; path: string[] }>;

/** The topic with every field filled in, or what is wrong with it. */
function topicOf(declared: DeclaredTopic, firstRow: FirstRow): TopicSpec | Wrong {
  const { file, rows, repeat, lateSplits } = declared;
  if (lateSplits !== undefined && lateSplits.splits > declared.splits)
    return { message: 'not more splits can be late than there are', path: ['lateSplits'] };
  if ((file === undefined) === (rows === undefined))
    return { message: 'a topic has either a file or rows', path: [] };
  const there = rows === undefined ? undefined : rows.length * (repeat?.times ?? 1);
  const records = declared.records ?? there;
  if (records === undefined)
    return { message: 'say how many rows of the file are used', path: ['records'] };
  if (there !== undefined && records > there)
    return { message: `there are ${String(there)} rows; ask for fewer`, path: ['records'] };
  const first = rows?.[0] ?? {};
  const given =
    declared.columns ??
    (rows === undefined
      ? FLIGHTS
      : Object.fromEntries(Object.keys(first).map((key) => [key, { column: key }])));
  const columns = new Map<string, Column>();
  for (const [field, named] of Object.entries(given)) {
    const typed = typedColumn(named, () => (file === undefined ? first : firstRow(file)));
    if (typeof typed === 'object' && 'wrong' in typed)
      return { message: typed.wrong, path: ['columns', field] };
    columns.set(field, typed);
  }
  const { time } = declared;
  const at = time === undefined ? '$record' : columns.get(time);
  if (at === undefined) {
    const message = `there is no field ${String(time)}; there are ${[...columns.keys()].join(', ')}`;
    return { message, path: ['time'] };
  }
  if (typeof at === 'object' && 'string' in at)
    return { message: `${String(time)} is a text; times are integers`, path: ['time'] };
  return { ...declared, columns: Object.fromEntries(columns), records };
}

/** The column with its type, or what is wrong with it. */
function typedColumn(
  named: NamedColumn,
  firstRow: () => FileRow | undefined,
): Column | Readonly<{ wrong: string }> {
  if (named === '$record' || !('column' in named)) return named;
  const { column: key } = named;
  const first = firstRow();
  if (first === undefined) return { wrong: `say its type: { int: ${key} } or { string: ${key} }` };
  const value = first[key];
  if (typeof value === 'number') return { int: key };
  if (typeof value === 'string') return { string: key };
  const names = Object.keys(first).join(', ');
  return { wrong: `the first row has no integer or text ${key}; its columns are ${names}` };
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

function topicData(spec: TopicSpec, from: readonly unknown[], source: string): TopicData {
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
    new DataError(`${source}: row ${String(index + 1)}: "${name}" must be ${needed}`);
  if ('string' in column) {
    const value = row[column.string];
    if (typeof value !== 'string' || value === '') throw wrong(column.string, 'a text');
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

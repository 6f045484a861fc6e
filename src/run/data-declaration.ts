/**
 * The section `data` of a scenario: one topic that its sources read, or a list of them.
 */
import * as z from 'zod';
import {
  DataError,
  topicData,
  type Column,
  type FileRow,
  type FirstRow,
  type TopicSpec,
} from './data.js';
import { meant } from './meant.js';

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
  unbounded: z.boolean().default(false),
  lateSplits: z
    .strictObject({ splits: count.max(64), afterMillis: z.int().min(1).max(1_000_000) })
    .optional(),
});

type DeclaredTopic = z.output<typeof topicSchema>;

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

type Wrong = Readonly<{ message: string; path: (string | number)[] }>;

/** The topic with every field filled in, or what is wrong with it. */
function topicOf(declared: DeclaredTopic, firstRow: FirstRow): TopicSpec | Wrong {
  const made = withColumns(declared, firstRow);
  if (!('columns' in made) || made.rows === undefined) return made;
  try {
    topicData(made, made.rows, made.topic);
    return made;
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    return { message: error.message, path: ['rows', error.index ?? 0] };
  }
}

function withColumns(declared: DeclaredTopic, firstRow: FirstRow): TopicSpec | Wrong {
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
  const columns = typedColumns(given, () => (file === undefined ? first : firstRow(file)));
  if (!(columns instanceof Map)) return columns;
  const mistake = declared.time === undefined ? undefined : timeMistake(declared.time, columns);
  if (mistake !== undefined) return { message: mistake, path: ['time'] };
  return { ...declared, columns: Object.fromEntries(columns), records };
}

function typedColumns(
  given: Readonly<Record<string, NamedColumn>>,
  firstRow: () => FileRow | undefined,
): Map<string, Column> | Wrong {
  const columns = new Map<string, Column>();
  for (const [field, named] of Object.entries(given)) {
    const typed = typedColumn(named, firstRow);
    if (typeof typed === 'object' && 'wrong' in typed)
      return { message: typed.wrong, path: ['columns', field] };
    columns.set(field, typed);
  }
  return columns;
}

function timeMistake(time: string, columns: ReadonlyMap<string, Column>): string | undefined {
  const column = columns.get(time);
  if (column === undefined)
    return `there is no field ${time}; there are ${[...columns.keys()].join(', ')}`;
  const isText = typeof column === 'object' && 'string' in column;
  return isText ? `${time} is a text; times are integers` : undefined;
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

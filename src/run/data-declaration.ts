/**
 * The section `data` of a scenario: one topic that its sources read, or a list of them.
 */
import * as z from 'zod';
import { otherName } from '../kernel/did-you-mean.js';
import { burstMax } from './arrivals.js';
import { columnSchema, typedColumns } from './column-declaration.js';
import { isDrawn, typeOf, type Column } from './column.js';
import {
  DataError,
  formatOf,
  topicData,
  type FileRow,
  type FirstRow,
  type TopicSpec,
} from './data.js';
import { meant } from './meant.js';

const count = z.int().min(1);
const name = z.string().min(1);
const fieldName = z.string().regex(/^[a-zA-Z]\w*$/, 'a field begins with a letter');

const topicSchema = z.strictObject({
  topic: name.default('flights'),
  file: name.optional(),
  format: z.enum(['json', 'ndjson', 'csv']).optional(),
  rows: z
    .array(z.record(fieldName, z.union([z.int(), z.string()], 'must be an integer or a text')))
    .min(1)
    .optional(),
  columns: z.record(fieldName, columnSchema).optional(),
  time: fieldName.optional(),
  repeat: z
    .strictObject({ times: count.max(10_000), shiftMinutes: z.int().min(0).max(10_000_000) })
    .optional(),
  records: count.max(10_000_000).optional(),
  splits: count.max(64),
  shuffleMinutes: z.int().min(0).max(100_000).default(0),
  shuffleSeconds: z.int().min(0).max(6_000_000).optional(),
  recordsPerSecond: count.max(1_000_000),
  unbounded: z.boolean().default(false),
  lateSplits: z
    .strictObject({ splits: count.max(64), afterMillis: z.int().min(1).max(1_000_000) })
    .optional(),
  bursts: z.strictObject({ everyMillis: count.max(1_000_000), records: count.min(2) }).optional(),
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
  const forms = (): z.ZodType[] => [alone, several];
  return meant('data', forms, (value) => (Array.isArray(value) ? several : alone));
}

type Wrong = Readonly<{ message: string; path: (string | number)[] }>;

/** The topic with every field filled in, or what is wrong with it. */
function topicOf(declared: DeclaredTopic, firstRow: FirstRow): TopicSpec | Wrong {
  const made = withColumns(declared, firstRow);
  if (!('columns' in made)) return made;
  const mistake = timeMistake(made) ?? arrivalMistake(made) ?? drawnMistake(made);
  if (mistake !== undefined || made.rows === undefined) return mistake ?? made;
  try {
    topicData(made, made.rows, made.topic);
    return made;
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    return { message: error.message, path: ['rows', error.index ?? 0] };
  }
}

function withColumns(declared: DeclaredTopic, firstRow: FirstRow): TopicSpec | Wrong {
  const { file, rows, repeat } = declared;
  const mistake = sourceMistake(declared);
  if (mistake !== undefined) return mistake;
  const there = rows === undefined ? undefined : rows.length * (repeat?.times ?? 1);
  const records = declared.records ?? there;
  if (records === undefined)
    return {
      message:
        file === undefined ? 'say how many there are' : 'say how many rows of the file are used',
      path: ['records'],
    };
  if (there !== undefined && records > there)
    return { message: `there are ${String(there)} rows; ask for fewer`, path: ['records'] };
  const first = rows?.[0] ?? {};
  const given =
    declared.columns ??
    (rows === undefined
      ? FLIGHTS
      : Object.fromEntries(Object.keys(first).map((key) => [key, { column: key }])));
  const firstOf = (): FileRow | undefined =>
    file === undefined ? first : firstRow(file, formatOf(declared));
  const columns = typedColumns(given, firstOf);
  if (!(columns instanceof Map)) return columns;
  return { ...declared, columns: Object.fromEntries(columns), records };
}

/** Where the rows come from: from one place. */
function sourceMistake({ file, rows, columns, format, repeat }: DeclaredTopic): Wrong | undefined {
  const areDrawn = Object.values(columns ?? { flight: { column: '' } }).every(
    (column) => column === '$record' || (!('column' in column) && isDrawn(column)),
  );
  const isSourced = file !== undefined || rows !== undefined;
  if ((file !== undefined && rows !== undefined) || (!isSourced && !areDrawn))
    return {
      message: 'a topic has either a file or rows, or only columns that are drawn',
      path: [],
    };
  if (!isSourced && repeat !== undefined)
    return { message: 'what is drawn needs no repeat; ask for more records', path: ['repeat'] };
  if (file === undefined && format !== undefined)
    return { message: 'a format is that of a file', path: ['format'] };
  return undefined;
}

/** The records lie in the order of a field that tells time in a known unit. */
function timeMistake(spec: TopicSpec): Wrong | undefined {
  const { time, columns, shuffleMinutes, shuffleSeconds } = spec;
  const column = time === undefined ? undefined : columns[time];
  if (time !== undefined) {
    if (column === undefined) {
      const remedy = otherName(time, Object.keys(columns));
      return { message: `there is no field ${time}; ${remedy}`, path: ['time'] };
    }
    if (typeOf(column) === 'string')
      return { message: `${time} is a text; times are integers`, path: ['time'] };
  }
  if (shuffleSeconds === undefined)
    return shuffleMinutes > 0 && isHeldIn(column, 'seconds')
      ? { message: `${String(time)} is in seconds; say shuffleSeconds`, path: ['shuffleMinutes'] }
      : undefined;
  if (column === undefined || isHeldIn(column, 'minutes'))
    return { message: 'their time is in minutes; say shuffleMinutes', path: ['shuffleSeconds'] };
  return shuffleMinutes > 0
    ? { message: 'they are shuffled by minutes or by seconds', path: ['shuffleSeconds'] }
    : undefined;
}

function isHeldIn(column: Column | undefined, unit: 'minutes' | 'seconds'): boolean {
  return typeof column === 'object' && unit in column;
}

/** How the records come. */
function arrivalMistake(spec: TopicSpec): Wrong | undefined {
  const { splits, lateSplits, bursts, recordsPerSecond } = spec;
  if (lateSplits !== undefined && lateSplits.splits > splits)
    return { message: 'not more splits can be late than there are', path: ['lateSplits'] };
  if (bursts === undefined) return undefined;
  const { everyMillis, records } = bursts;
  const most = burstMax(spec, everyMillis);
  const message =
    `at ${String(recordsPerSecond)} records a second ${String(most)} come in ` +
    `${String(everyMillis)} ms; a burst has at most so many`;
  return records > most ? { message, path: ['bursts', 'records'] } : undefined;
}

/** A time that is counted up must fit its 32 bits. */
function drawnMistake({ columns, records }: TopicSpec): Wrong | undefined {
  for (const [field, column] of Object.entries(columns)) {
    if (typeof column !== 'object' || !('every' in column)) continue;
    if ((records - 1) * column.every > 0x7fffffff)
      return {
        message: `${String(records)} records count beyond 32 bits; take smaller steps`,
        path: ['columns', field],
      };
  }
  return undefined;
}

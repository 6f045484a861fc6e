/**
 * The columns of a topic as a scenario writes them. A column by its name alone takes its type from
 * the first row: `int` where that holds an integer (in CSV: the text of one), else `string`.
 */
import * as z from 'zod';

import { otherForm } from '../kernel/did-you-mean.js';
import { noColumn, type Column, type FileRow } from './column.js';
import { meant } from './meant.js';

const COLUMN =
  'a column is its name, $record, { int: NAME }, { string: NAME }, { minutes: NAME }, ' +
  '{ seconds: NAME }, { keys: COUNT, skew: 1.2 }, { uniform: [FIRST, LAST] } or { every: STEP }';

/** A column by its name alone: its type is that of the values. */
type NamedColumn = Column | Readonly<{ column: string }>;

const name = z.string().min(1);
const int = z.int32();
const skew = z
  .number()
  .min(0)
  .max(3)
  .refine((value) => Math.round(value * 10) / 10 === value, 'a skew has one decimal')
  .default(0);

const forms: Readonly<Record<string, z.ZodType<NamedColumn, unknown>>> = {
  int: z.strictObject({ int: name }),
  string: z.strictObject({ string: name }),
  minutes: z.strictObject({ minutes: name }),
  seconds: z.strictObject({ seconds: name }),
  keys: z.strictObject({ keys: z.int().min(1).max(10_000), skew }),
  uniform: z.strictObject({
    uniform: z
      .tuple([int, int])
      .refine(([first, last]) => first <= last, 'the last must not be below the first'),
  }),
  every: z.strictObject({ every: int.min(1) }),
};

const columns = (): z.ZodType[] => [name, ...Object.values(forms)];

/** A field's column. */
export const columnSchema: z.ZodType<NamedColumn, unknown> = meant('column', columns, (value) => {
  if (value === '$record') return z.literal('$record');
  if (typeof value === 'string') return name.transform((named) => ({ column: named }));
  if (typeof value !== 'object' || value === null) return COLUMN;
  const kinds = Object.keys(forms);
  const kind = kinds.find((key) => key in value);
  return forms[kind ?? ''] ?? otherForm(value, kinds, COLUMN);
});

type Wrong = Readonly<{ message: string; path: string[] }>;

/** The columns with their types, or what is wrong with one. */
export function typedColumns(
  given: Readonly<Record<string, NamedColumn>>,
  firstRow: () => FileRow | undefined,
): Map<string, Column> | Wrong {
  const columns = new Map<string, Column>();
  let first: Readonly<{ row: FileRow | undefined }> | undefined;
  const rowOnce = (): FileRow | undefined => (first ??= { row: firstRow() }).row;
  for (const [field, named] of Object.entries(given)) {
    const typed = typedColumn(named, rowOnce);
    if (typeof typed === 'object' && 'wrong' in typed)
      return { message: typed.wrong, path: ['columns', field] };
    columns.set(field, typed);
  }
  return columns;
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
  if (!Object.hasOwn(first, key))
    return { wrong: noColumn(key, [...Object.keys(first), '$record']) };
  const value = first[key];
  if (typeof value === 'number') return { int: key };
  if (typeof value === 'string') return { string: key };
  return { wrong: `${key} of the first row is neither an integer nor a text` };
}

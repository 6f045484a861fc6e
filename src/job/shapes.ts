/**
 * Shapes of rows, as users give them: fields and their types, by name.
 */
import { JobError } from './job-error.js';
import type { FieldType, RowType } from './row.js';

/** Fields and their types, in the order in which a row holds them. */
export type RowShape = Readonly<Record<string, FieldType>>;

/** A row as a function sees it. */
export type RowOf<Shape extends RowShape> = {
  readonly [Field in keyof Shape]: Shape[Field] extends 'int' ? number : string;
};

/** Whether a value is the shape of rows. */
export function isShape(value: unknown): value is RowShape {
  if (typeof value !== 'object' || value === null) return false;
  const types = Object.values(value);
  return types.length > 0 && types.every((type) => type === 'int' || type === 'string');
}

/**
 * The type of rows of a shape.
 *
 * @throws JobError for a shape that is none, as JavaScript may give it
 */
export function rowTypeOf(shape: RowShape, place = 'a row'): RowType {
  if (!isShape(shape))
    throw new JobError(place, "its shape must be given, as in { word: 'string', count: 'int' }");
  return Object.entries(shape).map(([name, type]) => ({ name, type }));
}

/**
 * The fields of a row that is put together of others.
 *
 * @throws JobError for two fields of one name
 */
export function distinctFields(row: RowType, place: string, remedy = ''): RowType {
  const twice = row.find(({ name }, index) => row.findIndex((one) => one.name === name) < index);
  if (twice !== undefined)
    throw new JobError(place, `two fields are called ${twice.name}${remedy}`);
  return row;
}

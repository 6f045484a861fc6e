/**
 * Functions over single records, made from what a scenario declares or from functions over rows.
 */
import type { Words } from '../kernel/actor.js';
import { wordsOfText, writeText } from '../kernel/words.js';
import { compile, condition, text, type Expression } from './expression.js';
import type { RecordFunction } from './functions.js';
import { JobError } from './job-error.js';
import type { FieldType, RowType } from './row.js';

/** A function with the type of the rows that it emits. */
export type Transform = Readonly<{ output: RowType; function: RecordFunction }>;

/**
 * Rows of new fields, each computed from the record.
 *
 * @throws JobError as `compile` does, and for a field that is a condition
 */
export function mapFields(
  fields: readonly (readonly [name: string, value: Expression])[],
  input: RowType,
  place: string,
): Transform {
  const compiled = fields.map(([name, value]) => {
    const field = compile(value, input, `${place}.${name}`);
    if (field.type === 'boolean')
      throw new JobError(`${place}.${name}`, 'a row holds integers and texts, no conditions');
    return { name, ...field };
  });
  const output = compiled.map(({ name, type }): { name: string; type: FieldType } => ({
    name,
    type,
  }));
  const reads = compiled.map(({ read }) => read);
  const row: (number | string)[] = [];
  const block: Block = { words: new Int32Array(16), length: 0 };
  const apply: RecordFunction['apply'] = (from, at, _end, emit) => {
    row.length = 0;
    for (const read of reads) row.push(read(from, at));
    writeInto(row, block);
    emit(block.words, 0, block.length);
  };
  return { output, function: { name: 'map', rowsMax: 1, apply } };
}

/** The records for which a condition holds. */
export function filterBy(holds: Expression, input: RowType, place: string): Transform {
  const read = condition(holds, input, place);
  const apply: RecordFunction['apply'] = (from, at, end, emit) => {
    if (read(from, at)) emit(from, at, end);
  };
  return { output: input, function: { name: 'filter', rowsMax: 1, apply } };
}

/** One row for each piece of a text that is not empty, as the field `as`. */
export function splitText(
  declared: Readonly<{ split: Expression; by: string; as: string }>,
  input: RowType,
  place: string,
): Transform {
  const { split, by, as } = declared;
  if (by === '') throw new JobError(`${place}.by`, 'a text is split at a text that is not empty');
  const read = text(split, input, `${place}.split`);
  const apply: RecordFunction['apply'] = (from, at, _end, emit) => {
    for (const piece of read(from, at).split(by)) {
      if (piece === '') continue;
      const words = new Int32Array(wordsOfText(piece));
      emit(words, 0, writeText(piece, words, 0));
    }
  };
  const output: RowType = [{ name: as, type: 'string' }];
  return { output, function: { name: 'flatMap', rowsMax: Infinity, apply } };
}

type Block = { words: Words; length: number };

/** Writes a row from the beginning of a block, which grows where it must. */
function writeInto(row: readonly (number | string)[], block: Block): void {
  let needed = 0;
  for (const value of row) needed += typeof value === 'number' ? 1 : wordsOfText(value);
  if (block.words.length < needed) block.words = new Int32Array(2 * needed);
  let at = 0;
  for (const value of row)
    if (typeof value === 'number') block.words[at++] = value;
    else at = writeText(value, block.words, at);
  block.length = at;
}

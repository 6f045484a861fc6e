/**
 * Rows of CSV, as RFC 4180 has it: fields between commas, a field with a comma, a quote or a line
 * break in quotes, a quote in it written twice; the first line names the columns. Beyond it, lines
 * may end in a line feed alone, and empty ones are skipped. Every value is a text.
 */
import type { FileRow } from '../run/data.js';
import { InputError } from './input-error.js';

/** Rows, and the line of the file on which each begins. */
export type LinedRows = Readonly<{ rows: readonly unknown[]; lines: readonly number[] }>;

/** Where reading has got to. */
type Scan = {
  readonly text: string;
  readonly file: string;
  at: number;
  line: number;
  /** Fields of the line that are read, and the names of all. */
  field: number;
  header: readonly string[];
};

/**
 * The rows of a text.
 *
 * @throws InputError that names the file, the line and the column
 */
export function rowsOfCsv(text: string, file: string): LinedRows {
  const scan: Scan = { text, file, at: 0, line: 1, field: 0, header: [] };
  skipEmpty(scan);
  if (scan.at >= text.length)
    throw new InputError(`${file}:1: is empty; its first line must name the columns`);
  scan.header = headerOf(scan);
  const { header } = scan;
  const rows: FileRow[] = [];
  const lines: number[] = [];
  for (skipEmpty(scan); scan.at < text.length; skipEmpty(scan)) {
    const { line } = scan;
    const fields = fieldsOf(scan);
    if (fields.length !== header.length)
      throw new InputError(
        `${file}:${String(line)}: has ${String(fields.length)} fields, the header has ` +
          `${String(header.length)}; a field with a comma or a line break stands in quotes`,
      );
    rows.push(Object.fromEntries(header.map((name, index) => [name, fields[index]])));
    lines.push(line);
  }
  return { rows, lines };
}

function headerOf(scan: Scan): readonly string[] {
  const { line } = scan;
  const names = fieldsOf(scan);
  const wrong = names.findIndex((name, index) => name === '' || names.indexOf(name) < index);
  const name = names[wrong];
  if (name === undefined) return names;
  const what =
    name === ''
      ? `column ${String(wrong + 1)} has no name; the first line must name the columns`
      : `two columns are called "${name}"; rename one`;
  throw new InputError(`${scan.file}:${String(line)}: ${what}`);
}

function skipEmpty(scan: Scan): void {
  while (isLineEnd(scan)) endLine(scan);
}

/** The fields of a line, or of more where they hold line breaks. */
function fieldsOf(scan: Scan): string[] {
  const fields: string[] = [];
  for (;;) {
    scan.field = fields.length;
    fields.push(scan.text[scan.at] === '"' ? quotedField(scan) : bareField(scan));
    if (scan.text[scan.at] !== ',') break;
    scan.at += 1;
  }
  if (scan.at < scan.text.length) endLine(scan);
  return fields;
}

const BARE = /[^,"\r\n]*/y;

function bareField(scan: Scan): string {
  BARE.lastIndex = scan.at;
  const [value = ''] = BARE.exec(scan.text) ?? [];
  scan.at += value.length;
  if (scan.text[scan.at] === '"')
    throw wrong(scan, 'holds a quote; put the whole field in quotes, and write its quotes twice');
  if (scan.text[scan.at] === '\r' && !isLineEnd(scan))
    throw wrong(scan, 'holds a carriage return alone; put the field in quotes');
  return value;
}

function quotedField(scan: Scan): string {
  const { text } = scan;
  const start = scan.at + 1;
  let end = start;
  for (;;) {
    end = text.indexOf('"', end);
    if (end < 0) throw wrong(scan, 'has a quote that is never closed; close it');
    if (text[end + 1] !== '"') break;
    end += 2;
  }
  const value = text.slice(start, end);
  scan.at = end + 1;
  const next = text[scan.at];
  if (next !== undefined && next !== ',' && !isLineEnd(scan))
    throw wrong(scan, 'goes on after its closing quote; write a quote in it twice');
  scan.line += value.split('\n').length - 1;
  return value.replaceAll('""', '"');
}

function isLineEnd({ text, at }: Scan): boolean {
  return text[at] === '\n' || (text[at] === '\r' && text[at + 1] === '\n');
}

function endLine(scan: Scan): void {
  scan.at += scan.text[scan.at] === '\r' ? 2 : 1;
  scan.line += 1;
}

function wrong({ file, line, field, header }: Scan, what: string): InputError {
  const name = header[field];
  const column = name === undefined ? `field ${String(field + 1)}` : `"${name}"`;
  return new InputError(`${file}:${String(line)}: ${column} ${what}`);
}

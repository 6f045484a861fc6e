/**
 * The ids of a recorded history, each with a cell, and how often something is said of each. Whole
 * numbers are their own place; texts lie in a bag, a byte a character where all are below 256.
 */
import { bagOf, find, put, type Bag } from '../job/meaning/bag.js';
import type { Words } from '../kernel/actor.js';
import {
  cellAt,
  cellsOf,
  findCell,
  numberOfCell,
  roomFor,
  spaceOfCell,
  type Cells,
} from './cells.js';

/** An id, or the name of a split, a transaction or a checkpoint. */
export type Name = string | number;

/** The most characters (UTF-16 code units) of a name. */
export const NAME_MAX = 1_024;

export type Ids = Readonly<{ cells: Cells; texts: Bag; scratch: Words }>;

/** No ids. */
export function idsOf(): Ids {
  return { cells: cellsOf(), texts: bagOf(), scratch: new Int32Array(1 + NAME_MAX / 2) };
}

const [NUMBERS, TEXTS] = [0, 1];

/**
 * A name as it is compared: a text that spells a safe integer as JSON would is that integer, so
 * `7` and `"7"` are one name, and `"07"` is another.
 */
export function plainName(name: Name): Name {
  if (typeof name === 'number' || !/^(?:0|-?[1-9]\d{0,15})$/.test(name)) return name;
  const number = Number(name);
  return Number.isSafeInteger(number) ? number : name;
}

/** A name in a sentence: texts in quotes, long ones cut, nothing that a terminal would act on. */
export function shownName(name: Name): string {
  if (typeof name === 'number') return String(name);
  const text = name.length > SHOWN_MAX ? `${name.slice(0, SHOWN_MAX)}...` : name;
  return JSON.stringify(text).replace(/[\x7f-\x9f\u2028\u2029]/g, '?');
}

const SHOWN_MAX = 60;

/** The cell of an id, made if there is none. */
export function cellOfId(ids: Ids, id: Name): number {
  const name = plainName(id);
  if (typeof name === 'number') return cellAt(ids.cells, NUMBERS, name);
  const end = pack(name, ids.scratch);
  return cellAt(ids.cells, TEXTS, put(ids.texts, ids.scratch, 0, end, 1));
}

/** The cell of an id; -1 if there is none. */
export function findId(ids: Ids, id: Name): number {
  const name = plainName(id);
  if (typeof name === 'number') return findCell(ids.cells, NUMBERS, name);
  const text = find(ids.texts, ids.scratch, 0, pack(name, ids.scratch));
  return text < 0 ? -1 : findCell(ids.cells, TEXTS, text);
}

/** The id of a cell. */
export function idOfCell({ cells, texts }: Ids, cell: number): Name {
  const number = numberOfCell(cells, cell);
  if (spaceOfCell(cells, cell) === NUMBERS) return number;
  return unpack(texts.words, texts.starts[number] as number);
}

/** Twice the length, plus 1 if a character takes two bytes; then four characters a word, or two. */
function pack(text: string, into: Words): number {
  let isWide = false;
  for (let at = 0; at < text.length; at += 1) isWide ||= text.charCodeAt(at) > 0xff;
  into[0] = 2 * text.length + (isWide ? 1 : 0);
  const [bits, perWord] = isWide ? [16, 2] : [8, 4];
  let end = 1;
  for (let at = 0; at < text.length; end += 1) {
    let word = 0;
    for (let part = 0; part < perWord && at < text.length; part += 1, at += 1)
      word |= text.charCodeAt(at) << (part * bits);
    into[end] = word;
  }
  return end;
}

function unpack(words: Words, from: number): string {
  const head = words[from] as number;
  const [bits, perWord, mask] = head % 2 === 1 ? [16, 2, 0xffff] : [8, 4, 0xff];
  let text = '';
  for (let at = 0; at < head >> 1; at += 1) {
    const word = words[from + 1 + Math.floor(at / perWord)] as number;
    text += String.fromCharCode((word >>> ((at % perWord) * bits)) & mask);
  }
  return text;
}

/** How often, by cell: a byte each; those who had more stand in a map of their own. */
export type Counts = { few: Uint8Array; readonly many: Map<number, number> };

const MANY = 255;

/** Nothing counted. */
export function countsOf(): Counts {
  return { few: new Uint8Array(64), many: new Map() };
}

/** Once more. */
export function count(counts: Counts, cell: number): void {
  counts.few = roomFor(counts.few, cell + 1);
  const few = counts.few[cell] as number;
  if (few < MANY) counts.few[cell] = few + 1;
  else counts.many.set(cell, (counts.many.get(cell) ?? MANY) + 1);
}

/** How often so far. */
export function countOf({ few, many }: Counts, cell: number): number {
  const known = few[cell] ?? 0;
  return known < MANY ? known : (many.get(cell) ?? MANY);
}

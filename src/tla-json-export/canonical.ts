/**
 * The canonical bytes of a value: equal values have equal bytes, other values have others, and
 * bytes compare as the values do. They are for hashing, for keys and for comparing; nothing reads
 * them back.
 *
 * A value is the byte of its kind and its content. An integer is its sign, the length and the bytes
 * of its magnitude, flipped if it is negative; a text is UTF-8 up to a 0, a 0 within it being
 * 0, 255; what holds values is those, up to a 0.
 *
 * Source: the escape of 0 is that of FoundationDB's tuple layer.
 */
import { tags } from './order.js';
import type { Value } from './value.js';

const END = 0;
const ESCAPED = 255;
const NEGATIVE = 0;
const POSITIVE = 1;
/** Bytes of the length of a magnitude. */
const LENGTH_BYTES = 4;

/** The canonical bytes of a value. */
export function canonicalBytes(value: Value): Uint8Array {
  const bytes: number[] = [];
  write(value, bytes);
  return Uint8Array.from(bytes);
}

function write(value: Value, bytes: number[]): void {
  bytes.push(tags[value.kind]);
  switch (value.kind) {
    case 'bool':
      bytes.push(Number(value.value));
      return;
    case 'int':
      return writeInteger(value.value, bytes);
    case 'str':
      return writeText(value.value, bytes);
    case 'model':
      return writeText(value.name, bytes);
    case 'set':
    case 'seq':
      for (const element of value.elements) write(element, bytes);
      break;
    case 'rec':
      for (const [name, content] of value.fields) {
        bytes.push(tags.str);
        writeText(name, bytes);
        write(content, bytes);
      }
      break;
    case 'fn':
      for (const [key, content] of value.entries) {
        write(key, bytes);
        write(content, bytes);
      }
  }
  bytes.push(END);
}

function writeInteger(value: bigint, bytes: number[]): void {
  const isNegative = value < 0n;
  const flip = isNegative ? 0xff : 0;
  const hex = (isNegative ? -value : value).toString(16);
  const digits = hex.length % 2 === 0 ? hex : `0${hex}`;
  const length = digits.length / 2;
  bytes.push(isNegative ? NEGATIVE : POSITIVE);
  for (let shift = 8 * (LENGTH_BYTES - 1); shift >= 0; shift -= 8)
    bytes.push(((length >>> shift) & 0xff) ^ flip);
  for (let at = 0; at < digits.length; at += 2)
    bytes.push(Number.parseInt(digits.slice(at, at + 2), 16) ^ flip);
}

function writeText(text: string, bytes: number[]): void {
  for (const character of text) {
    const point = character.codePointAt(0) as number;
    if (point === 0) bytes.push(0, ESCAPED);
    else writePoint(point, bytes);
  }
  bytes.push(END);
}

/** UTF-8. */
function writePoint(point: number, bytes: number[]): void {
  const low = (shift: number): number => 0x80 | ((point >> shift) & 0x3f);
  if (point < 0x80) bytes.push(point);
  else if (point < 0x800) bytes.push(0xc0 | (point >> 6), low(0));
  else if (point < 0x10000) bytes.push(0xe0 | (point >> 12), low(6), low(0));
  else bytes.push(0xf0 | (point >> 18), low(12), low(6), low(0));
}

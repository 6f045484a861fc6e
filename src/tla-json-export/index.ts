/** The public API of tla-json-export; README.md shows it at work. */
export {
  bool,
  fn,
  int,
  model,
  rec,
  seq,
  set,
  str,
  type Bool,
  type Field,
  type Fn,
  type FnEntry,
  type Int,
  type Model,
  type Rec,
  type Seq,
  type SetValue,
  type Str,
  type Value,
} from './value.js';
export { compareValues, equalValues } from './order.js';
export { canonicalBytes } from './canonical.js';
export { decodeItf, encodeItf, type ItfOptions, type Json } from './itf.js';
export { decodeItfTrace, encodeItfTrace, type Meta, type State, type Trace } from './itf-trace.js';
export { encodeTla } from './tla-text.js';
export { decodeTla } from './tla-parser.js';
export { namedTwice, type NamedTwice } from './json-text.js';
export { DEPTH_MAX, TlaJsonError, type RefusalCode } from './refusal.js';

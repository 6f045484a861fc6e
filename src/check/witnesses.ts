/**
 * The witnesses in the bytes of an object, read once for all laws: these hear an entry one after
 * the other, so the last one asked about is kept.
 */
import { detailOf, type Entry } from '../history/entry.js';
import { framesIn, type WitnessFrame } from '../history/witness.js';

let last: Readonly<{ entry: Entry; frames: readonly WitnessFrame[] }> | undefined;

/** Every intact witness in what an entry `objectWritten` says was written, in order. */
export function witnessesOf(entry: Entry): readonly WitnessFrame[] {
  if (last?.entry !== entry)
    last = { entry, frames: framesIn(detailOf(entry, 'objectWritten').words) };
  return last.frames;
}

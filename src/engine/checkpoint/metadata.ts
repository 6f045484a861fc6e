/**
 * The metadata of a checkpoint: its id, the part of each subtask that took one, the witness of each
 * that had finished before, and the state of each operator coordinator. The object that holds it is
 * what the pointer in the registry names.
 */
import type { Words } from '../../kernel/actor.js';
import { readText, textWordsAt, wordsOfText, writeText } from '../../kernel/words.js';
import type { Part, Progress } from '../protocol.js';

const MAGIC = 0x46_4c_43_4b;

export type Metadata = Readonly<{
  checkpoint: number;
  parts: ReadonlyMap<string, Part>;
  /** Subtasks that had finished, each with its witness. */
  finished: ReadonlyMap<string, Words>;
  coordinators: ReadonlyMap<string, Words>;
}>;

/**
 * The pointers of a job's completed checkpoints; 19 digits, so text order is number order
 * (FLINK-6284).
 */
export const POINTERS = 'checkpoints/';

export function pointerKey(checkpoint: number): string {
  return POINTERS + String(checkpoint).padStart(19, '0');
}

/** The checkpoint that a pointer key names. */
export function checkpointOfKey(key: string): number {
  return Number(key.slice(POINTERS.length));
}

/** The place of a checkpoint: what it consists of lies in it. */
export function locationName(checkpoint: number): string {
  return 'chk-' + String(checkpoint) + '/';
}

export function metadataName(checkpoint: number): string {
  return locationName(checkpoint) + '_metadata';
}

const progresses: readonly Progress[] = ['working', 'ended', 'idle'];

export function encodeMetadata(metadata: Metadata): Words {
  const { checkpoint, parts, finished, coordinators } = metadata;
  let words = 5;
  for (const [subtask, { handle }] of parts)
    words += wordsOfText(subtask) + wordsOfText(handle.name) + 2;
  for (const blobs of [finished, coordinators])
    for (const [name, blob] of blobs) words += wordsOfText(name) + 1 + blob.length;
  const encoded = new Int32Array(words);
  encoded.set([MAGIC, checkpoint, parts.size, finished.size, coordinators.size]);
  let at = 5;
  for (const [subtask, { handle, progress }] of parts) {
    at = writeText(handle.name, encoded, writeText(subtask, encoded, at));
    encoded[at] = handle.words;
    encoded[at + 1] = progresses.indexOf(progress);
    at += 2;
  }
  for (const blobs of [finished, coordinators])
    for (const [name, blob] of blobs) {
      at = writeText(name, encoded, at);
      encoded[at] = blob.length;
      encoded.set(blob, at + 1);
      at += 1 + blob.length;
    }
  return encoded;
}

/** @returns undefined when the words are not metadata */
export function decodeMetadata(words: Words): Metadata | undefined {
  const [magic, checkpoint = 0, partsMany = 0, ...many] = words.subarray(0, 5);
  if (magic !== MAGIC) return undefined;
  const parts = new Map<string, Part>();
  let at = 5;
  for (let index = 0; index < partsMany; index += 1) {
    const subtask = readText(words, at);
    at += textWordsAt(words, at);
    const name = readText(words, at);
    at += textWordsAt(words, at);
    const progress = progresses[words[at + 1] as number] ?? 'working';
    parts.set(subtask, { handle: { name, words: words[at] as number }, progress });
    at += 2;
  }
  const [finished, coordinators] = [new Map<string, Words>(), new Map<string, Words>()];
  for (const [place, blobs] of [finished, coordinators].entries())
    for (let index = 0; index < (many[place] ?? 0); index += 1) {
      const name = readText(words, at);
      at += textWordsAt(words, at) + 1;
      const end = at + (words[at - 1] as number);
      blobs.set(name, words.slice(at, end));
      at = end;
    }
  return { checkpoint, parts, finished, coordinators };
}

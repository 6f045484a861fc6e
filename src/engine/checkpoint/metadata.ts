/**
 * The metadata of a checkpoint: its id, a handle for each subtask, and the state of each operator
 * coordinator. The object that holds it is
 * what the pointer in the registry names.
 */
import type { Words } from '../../kernel/actor.js';
import { readText, textWordsAt, wordsOfText, writeText } from '../../kernel/words.js';
import type { Handle } from '../protocol.js';

const MAGIC = 0x46_4c_43_4b;

export type Metadata = Readonly<{
  checkpoint: number;
  handles: ReadonlyMap<string, Handle>;
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

export function metadataName(checkpoint: number): string {
  return 'chk-' + String(checkpoint) + '/_metadata';
}

export function encodeMetadata(metadata: Metadata): Words {
  let words = 4;
  for (const [subtask, handle] of metadata.handles)
    words += wordsOfText(subtask) + wordsOfText(handle.name) + 1;
  for (const [coordinator, state] of metadata.coordinators)
    words += wordsOfText(coordinator) + 1 + state.length;
  const encoded = new Int32Array(words);
  encoded[0] = MAGIC;
  encoded[1] = metadata.checkpoint;
  encoded[2] = metadata.handles.size;
  encoded[3] = metadata.coordinators.size;
  let at = 4;
  for (const [subtask, handle] of metadata.handles) {
    at = writeText(handle.name, encoded, writeText(subtask, encoded, at));
    encoded[at] = handle.words;
    at += 1;
  }
  for (const [coordinator, state] of metadata.coordinators) {
    at = writeText(coordinator, encoded, at);
    encoded[at] = state.length;
    encoded.set(state, at + 1);
    at += 1 + state.length;
  }
  return encoded;
}

/** @returns undefined when the words are not metadata */
export function decodeMetadata(words: Words): Metadata | undefined {
  if (words[0] !== MAGIC) return undefined;
  const handles = new Map<string, Handle>();
  let at = 4;
  for (let index = 0; index < (words[2] as number); index += 1) {
    const subtask = readText(words, at);
    at += textWordsAt(words, at);
    const name = readText(words, at);
    at += textWordsAt(words, at);
    handles.set(subtask, { name, words: words[at] as number });
    at += 1;
  }
  const coordinators = new Map<string, Words>();
  for (let index = 0; index < (words[3] as number); index += 1) {
    const coordinator = readText(words, at);
    at += textWordsAt(words, at) + 1;
    const end = at + (words[at - 1] as number);
    coordinators.set(coordinator, words.slice(at, end));
    at = end;
  }
  return { checkpoint: words[1] as number, handles, coordinators };
}

/**
 * Key groups: the unit in which keyed state is dealt to subtasks. A key's group follows from its
 * bytes; the groups of a subtask are one contiguous range.
 */
import type { Words } from '../kernel/actor.js';
import { invariant } from '../kernel/invariant.js';

/** The group of the key whose words stand at `from ..< to`. */
export function keyGroupOf(words: Words, from: number, to: number, maxParallelism: number): number {
  return groupOfHash(keyHashOf(words, from, to), maxParallelism);
}

/** The group of a key with this hash. */
export function groupOfHash(hash: number, maxParallelism: number): number {
  return (hash >>> 0) % maxParallelism;
}

/** The hash of the key whose words stand at `from ..< to`; int32. */
export function keyHashOf(words: Words, from: number, to: number): number {
  let hash = 0x2f0b4c47;
  for (let at = from; at < to; at += 1) {
    hash = Math.imul(hash ^ (words[at] as number), 0xcc9e2d51);
    hash = (hash << 15) | (hash >>> 17);
    hash = Math.imul(hash, 5) + 0x6b64_52e5;
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}

/** The subtask that owns a key group. */
export function ownerOf(group: number, maxParallelism: number, parallelism: number): number {
  return Math.floor((group * parallelism) / maxParallelism);
}

/**
 * The key groups that one subtask of a keyed operator owns.
 *
 * The ranges of the subtasks 0 .. parallelism - 1 are disjoint, contiguous, ascending, and cover
 * `[0, maxParallelism)`; their sizes differ by at most one.
 *
 * @param maxParallelism  number of key groups; 1 ..= 32 768; fixed for the life of the job
 * @param parallelism     number of subtasks; 1 ..= maxParallelism
 * @param subtask         index of the subtask; 0 ..< parallelism
 * @returns               never empty; both ends included
 * @throws InvariantError outside those bounds: a caller's bug, not a run's outcome
 * @source                Flink 2.x, KeyGroupRangeAssignment.computeKeyGroupRangeForOperatorIndex
 * @example               keyGroupsOf(128, 3, 0) // { first: 0, last: 42 }
 */
export function keyGroupsOf(
  maxParallelism: number,
  parallelism: number,
  subtask: number,
): Readonly<{ first: number; last: number }> {
  invariant(
    parallelism >= 1 && parallelism <= maxParallelism && subtask >= 0 && subtask < parallelism,
    'a subtask is one of 0 ..< parallelism, and parallelism at most the number of key groups',
    maxParallelism,
    parallelism,
    subtask,
  );
  return {
    first: Math.ceil((subtask * maxParallelism) / parallelism),
    last: Math.ceil(((subtask + 1) * maxParallelism) / parallelism) - 1,
  };
}

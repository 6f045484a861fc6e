/**
 * Hidden frames on their way: what a subtask that has finished knew of what it sent, received and
 * held, for the checkpoints that are completed after it.
 */
import type { Words } from '../kernel/actor.js';
import { custodyIn, encodeCustody } from './custody.js';
import { frameOf, framesIn } from './witness.js';

/** Blocks of words, one behind another. */
export function joined(blocks: readonly Words[]): Words {
  const all = new Int32Array(blocks.reduce((length, block) => length + block.length, 0));
  let at = 0;
  for (const block of blocks) {
    all.set(block, at);
    at += block.length;
  }
  return all;
}

/**
 * The frames in a block as those of a checkpoint.
 *
 * @param but  the subtask whose witness is left out
 */
export function reframed(words: Words, checkpoint: number, but: string | undefined): Words {
  const witnesses = framesIn(words).filter(({ subtask }) => subtask !== but);
  return joined([
    ...witnesses.map((witness) => frameOf(witness, checkpoint)),
    ...custodyIn(words).map((custody) => encodeCustody({ ...custody, checkpoint })),
  ]);
}

/**
 * The bytes of one subtask's snapshot: its witness, then the sections of its operators. What a
 * subtask uploads is one object of this form.
 *
 * Layout: the number of sections, then for each its length and its words. Section 0 is the
 * witness frame; then come three for each operator of the chain: its uid, operator state, keyed
 * state.
 */
import type { Words } from '../../kernel/actor.js';

/** Sections of one operator. */
export const SECTIONS_OF_OPERATOR = 3;

/** Joins sections to one block. */
export function joinSections(sections: readonly Words[]): Words {
  let words = 1;
  for (const section of sections) words += 1 + section.length;
  const joined = new Int32Array(words);
  joined[0] = sections.length;
  let at = 1;
  for (const section of sections) {
    joined[at] = section.length;
    joined.set(section, at + 1);
    at += 1 + section.length;
  }
  return joined;
}

/**
 * The sections of a block.
 *
 * @returns undefined when the block is not one that `joinSections` made
 */
export function sectionsOf(joined: Words): Words[] | undefined {
  const sections: Words[] = [];
  const count = joined[0] ?? -1;
  let at = 1;
  for (let section = 0; section < count; section += 1) {
    const length = joined[at] ?? -1;
    if (length < 0 || at + 1 + length > joined.length) return undefined;
    sections.push(joined.slice(at + 1, at + 1 + length));
    at += 1 + length;
  }
  return count < 0 || at !== joined.length ? undefined : sections;
}

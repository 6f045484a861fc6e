/**
 * Entities: everything that noise, history and fingerprint speak of. An entity is named by what it
 * is (a role and an index, the two ends of a connection), never by the order in which it was made,
 * so that taking one fault out of a plan renames nothing else.
 *
 * A name is hashed once into two 32-bit lanes: later uses cost integer operations only, and 64 bits
 * keep the risk that two of a million names meet below 1 in 30 million.
 */

/** A name and its hash; `high` and `low` are int32. */
export type Entity = Readonly<{ name: string; high: number; low: number }>;

/**
 * Hashes a name. Walks its UTF-16 code units, so the same text gives the same entity everywhere.
 *
 * @cost O(length of the name); make entities once and keep them, not on the record path
 */
export function entityOf(name: string): Entity {
  let high = 0x243f6a88 ^ name.length;
  let low = 0x85a308d3 ^ name.length;
  for (let i = 0; i < name.length; i += 1) {
    const unit = name.charCodeAt(i);
    high = Math.imul(high ^ unit, 0x9e3779b1);
    high ^= high >>> 15;
    low = Math.imul(low ^ unit, 0x5f356495);
    low ^= low >>> 13;
  }
  return { name, high: avalanche(high ^ (low >>> 7)), low: avalanche(low ^ (high >>> 9)) };
}

/** What a place of noise names: an entity, or several joined into one. */
export type Lanes = Readonly<{ high: number; low: number }>;

/** Several entities as one, in this order; for what is named by its parts, as a connection is. */
export function joined(one: Lanes, other: Lanes): Lanes {
  const high = Math.imul(one.high, 0x9e3779b1) ^ (one.high >>> 15) ^ other.high;
  const low = Math.imul(one.low, 0x5f356495) ^ (one.low >>> 13) ^ other.low;
  return { high: avalanche(high ^ (low >>> 7)), low: avalanche(low ^ (high >>> 9)) };
}

/** Two int32 lanes as 16 lower-case hexadecimal digits. */
export function hexOf(high: number, low: number): string {
  return hex8(high) + hex8(low);
}

function hex8(lane: number): string {
  return (lane >>> 0).toString(16).padStart(8, '0');
}

/** MurmurHash3's finalizer: each bit of the result depends on each bit of the input. */
function avalanche(word: number): number {
  let h = word ^ (word >>> 16);
  h = Math.imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  return h ^ (h >>> 16);
}

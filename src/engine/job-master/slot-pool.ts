/**
 * The slots that task managers have offered to the job master. A slot has a place, the number by
 * which subtasks are given to it, or it is free. It keeps its place while its task manager lives,
 * so a restart deploys to where the job was; places are filled in the order of allocations.
 */

export type Slot = Readonly<{ allocation: number; manager: string }>;

export type SlotPool = Readonly<{
  /** By place; undefined where there is none. */
  places: readonly (Slot | undefined)[];
  free: readonly Slot[];
}>;

/** A pool to which nobody has offered anything. */
export function emptyPool(places: number): SlotPool {
  return { places: Array.from({ length: places }, () => undefined), free: [] };
}

/** A task manager offers a slot; a slot that is here already is the same slot. */
export function offerSlot(pool: SlotPool, slot: Slot): SlotPool {
  const isSame = (one: Slot | undefined): boolean => one?.allocation === slot.allocation;
  if (pool.places.some(isSame) || pool.free.some(isSame)) return pool;
  const free = [...pool.free, slot].sort((one, other) => one.allocation - other.allocation);
  return { ...pool, free };
}

/** The task manager is gone, and with it its slots. */
export function releaseSlots(pool: SlotPool, manager: string): SlotPool {
  const isKept = (slot: Slot): boolean => slot.manager !== manager;
  return {
    places: pool.places.map((slot) => (slot && isKept(slot) ? slot : undefined)),
    free: pool.free.filter(isKept),
  };
}

/** Gives free slots to empty places, if there are enough for all; undefined where not. */
export function fillPlaces(pool: SlotPool): SlotPool | undefined {
  const missing = pool.places.filter((slot) => slot === undefined).length;
  if (missing > pool.free.length) return undefined;
  const free = [...pool.free];
  const places = pool.places.map((slot) => slot ?? free.shift());
  return { places, free };
}

/** The task manager of each place that has a slot. */
export function managersOf({ places }: SlotPool): string[] {
  return places.flatMap((slot) => (slot === undefined ? [] : [slot.manager]));
}

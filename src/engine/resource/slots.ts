/**
 * The slots of a job: which task manager gives each. A slot stays where it was while its task
 * manager lives; missing ones go to whoever has room, in the order of names.
 */

/** One slot: its task manager, and whether that has offered it. */
export type Slot = Readonly<{ manager: string; offered: boolean }>;

/** Slots by index; undefined where no task manager has room. */
export type Slots = readonly (Slot | undefined)[];

/** Slots that nobody gives. */
export function noSlots(count: number): Slots {
  return Array.from({ length: count }, () => undefined);
}

/** Fills what is missing from task managers with room. */
export function assignSlots(slots: Slots, managers: ReadonlyMap<string, number>): Slots {
  const room = new Map(managers);
  for (const slot of slots)
    if (slot !== undefined) room.set(slot.manager, (room.get(slot.manager) ?? 0) - 1);
  const names = [...room.keys()].sort(byName);
  return slots.map((slot) => {
    if (slot !== undefined) return slot;
    const manager = names.find((name) => (room.get(name) ?? 0) > 0);
    if (manager === undefined) return undefined;
    room.set(manager, (room.get(manager) ?? 0) - 1);
    return { manager, offered: false };
  });
}

/** The task manager has offered a slot. */
export function offerSlot(slots: Slots, index: number, manager: string): Slots {
  return slots.map((slot, at) =>
    at === index && slot?.manager === manager ? { manager, offered: true } : slot,
  );
}

/** The task manager is gone, and with it its slots. */
export function releaseSlots(slots: Slots, manager: string): Slots {
  return slots.map((slot) => (slot?.manager === manager ? undefined : slot));
}

/** The task manager of each slot, once all are offered; undefined before. */
export function managersOf(slots: Slots): string[] | undefined {
  const managers: string[] = [];
  for (const slot of slots) {
    if (slot?.offered !== true) return undefined;
    managers.push(slot.manager);
  }
  return managers;
}

function byName(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}

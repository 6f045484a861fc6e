/**
 * The slots of a cluster, as the resource manager keeps them: how many each registered task manager
 * has, which of them are allocated to the job, and how many the job has declared that it needs.
 * What is missing is allocated wherever there is room, in the order of names.
 */

export type Inventory = Readonly<{
  /** How many slots the job master has declared that its job needs. */
  required: number;
  /** Slots of each registered task manager. */
  managers: ReadonlyMap<string, number>;
  /** The task manager of each allocation, by the allocation's number. */
  allocations: ReadonlyMap<number, string>;
  /** Number of the last allocation: no two ever have the same. */
  last: number;
}>;

/** A slot that is to be asked for. */
export type Allocation = Readonly<{ allocation: number; manager: string }>;

/** Nobody needs a slot and nobody has one. */
export const noInventory: Inventory = {
  required: 0,
  managers: new Map(),
  allocations: new Map(),
  last: 0,
};

/** A task manager has registered with so many slots. */
export function addManager(inventory: Inventory, name: string, slots: number): Inventory {
  return { ...inventory, managers: new Map(inventory.managers).set(name, slots) };
}

/** A task manager is gone, and with it its slots. */
export function removeManager(inventory: Inventory, name: string): Inventory {
  const managers = new Map(inventory.managers);
  managers.delete(name);
  const kept = [...inventory.allocations].filter(([, manager]) => manager !== name);
  return { ...inventory, managers, allocations: new Map(kept) };
}

/** The job master declares what it needs; one that needs nothing more gives its slots back. */
export function requireSlots(inventory: Inventory, required: number): Inventory {
  const kept = [...inventory.allocations].slice(0, required);
  return { ...inventory, required, allocations: new Map(kept) };
}

/** Allocates what is missing, as far as there is room. */
export function allocate(inventory: Inventory): readonly [Inventory, readonly Allocation[]] {
  const { required, managers } = inventory;
  const room = new Map(managers);
  for (const manager of inventory.allocations.values())
    room.set(manager, (room.get(manager) ?? 0) - 1);
  const names = [...managers.keys()].sort(byName);
  const allocations = new Map(inventory.allocations);
  const made: Allocation[] = [];
  let { last } = inventory;
  while (allocations.size < required) {
    const manager = names.find((name) => (room.get(name) ?? 0) > 0);
    if (manager === undefined) break;
    room.set(manager, (room.get(manager) ?? 0) - 1);
    last += 1;
    allocations.set(last, manager);
    made.push({ allocation: last, manager });
  }
  return [{ ...inventory, allocations, last }, made];
}

function byName(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}

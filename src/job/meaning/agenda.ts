/**
 * What is due at times to come: by time, and at one time in the order in which it was added.
 */
export type Agenda<Item> = Readonly<{
  byTime: Map<number, Set<Item>>;
  /** The times at which something is or was due, the latest first. */
  times: number[];
}>;

/** Nothing is due. */
export function agendaOf<Item>(): Agenda<Item> {
  return { byTime: new Map(), times: [] };
}

/** Adds an item; one that is there for that time stays there once. */
export function note<Item>({ byTime, times }: Agenda<Item>, time: number, item: Item): void {
  const items = byTime.get(time);
  if (items !== undefined) {
    items.add(item);
    return;
  }
  byTime.set(time, new Set([item]));
  let [low, high] = [0, times.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((times[middle] as number) > time) low = middle + 1;
    else high = middle;
  }
  times.splice(low, 0, time);
}

/** Takes an item away, if it is there. */
export function strike<Item>({ byTime }: Agenda<Item>, time: number, item: Item): void {
  byTime.get(time)?.delete(item);
}

/** Takes the next item of the earliest time, if that is not after `now`. */
export function nextDue<Item>(
  { byTime, times }: Agenda<Item>,
  now: number,
): Readonly<{ time: number; item: Item }> | undefined {
  for (let time = times.at(-1); time !== undefined && time <= now; time = times.at(-1)) {
    for (const item of byTime.get(time) ?? []) {
      byTime.get(time)?.delete(item);
      return { time, item };
    }
    byTime.delete(time);
    times.pop();
  }
  return undefined;
}

/**
 * Cells: each pair of a space and a whole number has one, and cells are counted from 0, so that
 * figures of a cell lie in a typed array. Eight numbers that follow each other share a page: dense
 * numbers cost about 3 bytes each, numbers far apart about 25 and seven cells that nobody uses.
 */

/** Numbers to a page. */
const PAGE = 8;

export type Cells = {
  /** By page: the space, and the first number, divided by `PAGE`. */
  spaces: Int32Array;
  starts: Float64Array;
  /** Open addressing by hash: the number of a page, plus 1; 0 is free. */
  slots: Int32Array;
  /** Number of pages. */
  size: number;
  /** The page that was asked for last; numbers come in order more often than not. */
  last: number;
};

/** No cells; they grow with what is asked for. */
export function cellsOf(): Cells {
  return {
    spaces: new Int32Array(16),
    starts: new Float64Array(16),
    slots: new Int32Array(32),
    size: 0,
    last: 0,
  };
}

/** How many cells there are, with those that nobody uses. */
export function cellCount({ size }: Cells): number {
  return PAGE * size;
}

/**
 * The cell of a number, made if there is none.
 *
 * @param space   int32, not negative
 * @param number  a safe integer
 */
export function cellAt(cells: Cells, space: number, number: number): number {
  const start = Math.floor(number / PAGE);
  const { last } = cells;
  if (isPage(cells, last, space, start)) return PAGE * last + (number - PAGE * start);
  const slot = slotOf(cells, space, start);
  let page = (cells.slots[slot] as number) - 1;
  if (page < 0) {
    page = cells.size;
    cells.slots[slot] = page + 1;
    append(cells, space, start);
  }
  cells.last = page;
  return PAGE * page + (number - PAGE * start);
}

/** The cell of a number; -1 if its page does not exist. */
export function findCell(cells: Cells, space: number, number: number): number {
  const start = Math.floor(number / PAGE);
  const page = (cells.slots[slotOf(cells, space, start)] as number) - 1;
  return page < 0 ? -1 : PAGE * page + (number - PAGE * start);
}

/** The space of a cell. */
export function spaceOfCell(cells: Cells, cell: number): number {
  return cells.spaces[Math.floor(cell / PAGE)] as number;
}

/** The number of a cell. */
export function numberOfCell(cells: Cells, cell: number): number {
  return PAGE * (cells.starts[Math.floor(cell / PAGE)] as number) + (cell % PAGE);
}

/** The same array with room for so many, and half as many more; the array itself if it has it. */
export function roomFor<Column extends Int32Array | Float64Array | Uint8Array>(
  column: Column,
  length: number,
): Column {
  if (length <= column.length) return column;
  const make = column.constructor as new (length: number) => Column;
  const more = new make(length + (length >> 1));
  more.set(column);
  return more;
}

function isPage(cells: Cells, page: number, space: number, start: number): boolean {
  return page < cells.size && cells.starts[page] === start && cells.spaces[page] === space;
}

function append(cells: Cells, space: number, start: number): void {
  const page = cells.size;
  cells.spaces = roomFor(cells.spaces, page + 1);
  cells.starts = roomFor(cells.starts, page + 1);
  cells.spaces[page] = space;
  cells.starts[page] = start;
  cells.size = page + 1;
  if (2 * cells.size > cells.slots.length) rehash(cells);
}

function rehash(cells: Cells): void {
  cells.slots = new Int32Array(2 * cells.slots.length);
  for (let page = 0; page < cells.size; page += 1) {
    const slot = slotOf(cells, cells.spaces[page] as number, cells.starts[page] as number);
    cells.slots[slot] = page + 1;
  }
}

/** The slot of a page, or the free one that it would have. */
function slotOf(cells: Cells, space: number, start: number): number {
  const { slots } = cells;
  const mask = slots.length - 1;
  let slot = hashOf(space, start) & mask;
  for (;;) {
    const page = (slots[slot] as number) - 1;
    if (page < 0 || isPage(cells, page, space, start)) return slot;
    slot = (slot + 1) & mask;
  }
}

const TWO_32 = 4_294_967_296;

function hashOf(space: number, start: number): number {
  let hash = Math.imul(space ^ Math.floor(start / TWO_32), 0x9e3779b1);
  hash = Math.imul(hash ^ (hash >>> 15) ^ (start | 0), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}

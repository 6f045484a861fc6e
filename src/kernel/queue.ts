/**
 * The queue of events, ordered by (time, insertion): a hierarchical timing wheel (Varghese and
 * Lauck 1987) over integer microseconds. Pushing, popping and cancelling cost the same whether ten
 * events wait or a million, and the order needs no sequence numbers.
 *
 * A time is seven bytes. An event stands on the level of the highest byte in which its time differs
 * from `now`, in the slot that this byte names; level 0 holds what is due within the present 256
 * µs. Three rules carry the order:
 * - where an event stands is a function of its time and `now` alone, so equal times share a list;
 * - lists are first in, first out, and a list that is spread over the levels below is walked from
 *   its head, so equal times stay in the order of their insertion;
 * - `now` moves only when an event is popped, and never past one that waits, so whatever is pushed
 *   later, at `now` or after it, finds its place. On its way it stops at the start of a slot whose
 *   events it must spread; it passes by a slot that holds one event only.
 * All slots of a level come later than all slots of the level below: the earliest event is in the
 * first slot in use, which two bit scans find.
 *
 * Events are rows of one Int32Array, linked both ways so that cancelling leaves nothing behind; the
 * time is a double in the same row. A row is half a cache line.
 */
import { invariant, InvariantError } from './invariant.js';

/** Columns of a row, in int32 words; row 0 is the end of every list and holds no event. */
const NEXT = 0;
const PREVIOUS = 1;
const OP = 4;
const A = 5;
const B = 6;
const GENERATION = 7;
const ROW_SHIFT = 3;
/** The column of the time, in doubles; it lies over the int32 words 2 and 3. */
const TIME = 1;
const TIME_SHIFT = 2;

const LEVEL_SLOTS = 256;
const LEVELS = 7;
/** Levels 0 .. 3 are the low 32 bits of a time (71 minutes), levels 4 .. 6 the 21 bits above. */
const NEAR_LEVELS = 4;
const NEAR_WORDS = (NEAR_LEVELS * LEVEL_SLOTS) / 32;
const TWO_32 = 4_294_967_296;
/** Width of a slot by level, in microseconds; the next entry is the width of the whole level. */
const WIDTHS: readonly number[] = [0, 1, 2, 3, 4, 5, 6, 7].map((level) => 256 ** level);

const ROWS_FIRST = 512;
/** A handle is row + generation * 2^24 and stays below 2^53. */
const ROWS_MAX = 2 ** 24;
const GENERATION_MAX = 2 ** 29 - 1;
/** Set in the column of the generation while the row has a reference: others need no look at it. */
const REFERS = 2 ** 30;
/**
 * Generations begin where handles no longer fit 32 bits. If they grew into doubles in the course of
 * a run, V8 would throw away all code of the queue and compile it again: a fifth of a short run.
 */
const GENERATION_FIRST = 2 ** 7;

/**
 * Events that wait, each with a time, an operation, two int32 operands and a reference.
 *
 * The popped event is read from the fields `at`, `op`, `a`, `b`, `ref` and `handle`; they stay
 * until the next pop. `ref` keeps its object alive as long.
 */
export class Queue {
  /** Time of the last popped event; 0 before. */
  now = 0;
  /** Number of events that wait. */
  size = 0;

  at = 0;
  op = 0;
  a = 0;
  b = 0;
  ref: unknown = undefined;
  handle = 0;

  private rows: Int32Array = new Int32Array(ROWS_FIRST << ROW_SHIFT);
  private times: Float64Array = new Float64Array(this.rows.buffer);
  private refs: unknown[] = new Array<unknown>(ROWS_FIRST).fill(undefined);
  /** Rows in use are 1 ..< rowsEnd, or in the list of free rows. */
  private rowsEnd = 1;
  private free = 0;

  /** Head and tail of the list of each slot, 0 where it is empty; slot = level * 256 + byte. */
  private readonly lists: Int32Array = new Int32Array(LEVELS * LEVEL_SLOTS * 2);
  /** One bit a slot, then one bit for each word of these that is not 0. */
  private readonly used: Int32Array = new Int32Array((LEVELS * LEVEL_SLOTS) / 32);
  private usedNear = 0;
  private usedFar = 0;
  /** The two halves of `now`, and the first time that differs from it in the upper half. */
  private nowLow = 0;
  private nowHigh = 0;
  private nearEnd: number = TWO_32;

  /**
   * Adds an event.
   *
   * @param at  integer, now <= at < 2^53
   * @param op  int32, as are `a` and `b`
   * @param ref anything; the queue only hands it back
   * @returns   a handle for `cancel`: positive, below 2^53, never given twice. Opaque: it must not
   *            enter a decision, an order or a fingerprint
   * @throws InvariantError for a time in the past or no integer, an operand beyond int32, more than
   *            16,777,215 events
   */
  push(at: number, op: number, a: number, b: number, ref: unknown): number {
    if (!(at >= this.now) || at > Number.MAX_SAFE_INTEGER || Math.floor(at) !== at) this.refuse(at);
    if ((op | 0) !== op || (a | 0) !== a || (b | 0) !== b) refuseOperands(op, a, b);
    const row = this.free === 0 ? this.newRow() : this.free;
    const base = row << ROW_SHIFT;
    const rows = this.rows;
    this.free = rows[base + NEXT] as number;
    this.times[(row << TIME_SHIFT) + TIME] = at;
    rows[base + OP] = op;
    rows[base + A] = a;
    rows[base + B] = b;
    const generation = rows[base + GENERATION] as number;
    if (ref !== undefined) {
      this.refs[row] = ref;
      rows[base + GENERATION] = generation | REFERS;
    }
    this.append(row, this.slotOf(at));
    this.size += 1;
    return generation * ROWS_MAX + row;
  }

  /**
   * Takes an event out before it is popped.
   *
   * @returns false when it was popped or cancelled before, or the queue cleared
   */
  cancel(handle: number): boolean {
    const row = handle & (ROWS_MAX - 1);
    if (!(row >= 1 && row < this.rowsEnd)) return false;
    const generation = (this.rows[(row << ROW_SHIFT) + GENERATION] as number) & ~REFERS;
    if (generation !== (handle - row) / ROWS_MAX) return false;

    this.unlink(row, this.slotOf(this.times[(row << TIME_SHIFT) + TIME] as number));
    this.release(row);
    return true;
  }

  /**
   * Takes out the earliest event and moves `now` to its time.
   *
   * @param until an event later than this stays, and the queue with it as it was
   * @returns     false when there is no event, or none up to `until`
   */
  pop(until: number = Infinity): boolean {
    if (this.size === 0) return false;
    let slot = this.firstSlot();
    if (this.isLater(slot, until)) return false;
    while (slot >= LEVEL_SLOTS && !this.holdsOne(slot)) {
      this.moveTo(this.startOf(slot));
      this.spread(slot);
      slot = this.firstSlot();
    }
    const row = this.lists[slot << 1] as number;
    const at = this.times[(row << TIME_SHIFT) + TIME] as number;
    this.moveTo(at);
    this.unlink(row, slot);

    const base = row << ROW_SHIFT;
    const rows = this.rows;
    this.at = at;
    this.op = rows[base + OP] as number;
    this.a = rows[base + A] as number;
    this.b = rows[base + B] as number;
    const generation = rows[base + GENERATION] as number;
    this.ref = (generation & REFERS) === 0 ? undefined : this.refs[row];
    this.handle = (generation & ~REFERS) * ROWS_MAX + row;
    this.release(row);
    return true;
  }

  /**
   * Time of the earliest event, Infinity when there is none. Changes nothing.
   *
   * @cost O(1) when it is due within the present 256 µs, else the length of one list; to stop at
   *       a time, `pop(until)` is cheaper
   */
  peek(): number {
    return this.size === 0 ? Infinity : this.earliestIn(this.firstSlot());
  }

  /** Makes the queue empty and its time 0, and keeps its memory; handles from before are void. */
  clear(): void {
    this.free = 0;
    for (let row = this.rowsEnd - 1; row >= 1; row -= 1) this.release(row);
    this.lists.fill(0);
    this.used.fill(0);
    this.usedNear = 0;
    this.usedFar = 0;
    this.size = 0;
    this.moveTo(0);
    this.moveFar(0);
    this.at = this.op = this.a = this.b = this.handle = 0;
    this.ref = undefined;
  }

  /** Where an event of that time stands now. */
  private slotOf(at: number): number {
    if (at < this.nearEnd) {
      const low = at | 0;
      const level = (31 - Math.clz32((low ^ this.nowLow) | 1)) >> 3;
      return (level << 8) | ((low >>> (level << 3)) & 255);
    }
    const high = Math.floor(at / TWO_32);
    const level = (31 - Math.clz32(high ^ this.nowHigh)) >> 3;
    return ((NEAR_LEVELS + level) << 8) | ((high >>> (level << 3)) & 255);
  }

  /** The first slot in use; there must be one. */
  private firstSlot(): number {
    const summary = this.usedNear === 0 ? this.usedFar : this.usedNear;
    const word = lowestBit(summary) + (this.usedNear === 0 ? NEAR_WORDS : 0);
    return (word << 5) | lowestBit(this.used[word] as number);
  }

  /** The earliest time in a slot in use; on level 0 all of its events have one time. */
  private earliestIn(slot: number): number {
    const { rows, times } = this;
    let row = this.lists[slot << 1] as number;
    let earliest = times[(row << TIME_SHIFT) + TIME] as number;
    if (slot < LEVEL_SLOTS) return earliest;
    while (row !== 0) {
      const at = times[(row << TIME_SHIFT) + TIME] as number;
      if (at < earliest) earliest = at;
      row = rows[(row << ROW_SHIFT) + NEXT] as number;
    }
    return earliest;
  }

  private holdsOne(slot: number): boolean {
    return this.lists[slot << 1] === this.lists[(slot << 1) + 1];
  }

  /** Whether all events of the first slot are later than `until`; looks closely only near it. */
  private isLater(slot: number, until: number): boolean {
    if (until - this.now >= (WIDTHS[(slot >> 8) + 1] as number)) return false;
    return this.earliestIn(slot) > until;
  }

  private startOf(slot: number): number {
    const level = slot >> 8;
    const whole = WIDTHS[level + 1] as number;
    return Math.floor(this.now / whole) * whole + (slot & 255) * (WIDTHS[level] as number);
  }

  private moveTo(at: number): void {
    this.now = at;
    this.nowLow = at | 0;
    if (at >= this.nearEnd) this.moveFar(at);
  }

  private moveFar(at: number): void {
    this.nowHigh = Math.floor(at / TWO_32);
    this.nearEnd = (this.nowHigh + 1) * TWO_32;
  }

  /** Gives each event of a slot that `now` has entered its place on the levels below. */
  private spread(slot: number): void {
    const { rows, times } = this;
    let row = this.lists[slot << 1] as number;
    this.lists[slot << 1] = 0;
    this.lists[(slot << 1) + 1] = 0;
    this.markEmpty(slot);
    while (row !== 0) {
      const next = rows[(row << ROW_SHIFT) + NEXT] as number;
      this.append(row, this.slotOf(times[(row << TIME_SHIFT) + TIME] as number));
      row = next;
    }
  }

  private append(row: number, slot: number): void {
    const { rows, lists } = this;
    const tail = lists[(slot << 1) + 1] as number;
    rows[(row << ROW_SHIFT) + NEXT] = 0;
    rows[(row << ROW_SHIFT) + PREVIOUS] = tail;
    lists[(slot << 1) + 1] = row;
    if (tail === 0) {
      lists[slot << 1] = row;
      this.markUsed(slot);
    } else {
      rows[(tail << ROW_SHIFT) + NEXT] = row;
    }
  }

  private unlink(row: number, slot: number): void {
    const { rows, lists } = this;
    const next = rows[(row << ROW_SHIFT) + NEXT] as number;
    const previous = rows[(row << ROW_SHIFT) + PREVIOUS] as number;
    if (previous === 0) lists[slot << 1] = next;
    else rows[(previous << ROW_SHIFT) + NEXT] = next;
    if (next === 0) lists[(slot << 1) + 1] = previous;
    else rows[(next << ROW_SHIFT) + PREVIOUS] = previous;
    if ((previous | next) === 0) this.markEmpty(slot);
  }

  private markUsed(slot: number): void {
    const word = slot >> 5;
    this.used[word] = (this.used[word] as number) | (1 << (slot & 31));
    if (word < NEAR_WORDS) this.usedNear |= 1 << word;
    else this.usedFar |= 1 << (word - NEAR_WORDS);
  }

  private markEmpty(slot: number): void {
    const word = slot >> 5;
    const left = (this.used[word] as number) & ~(1 << (slot & 31));
    this.used[word] = left;
    if (left !== 0) return;
    if (word < NEAR_WORDS) this.usedNear &= ~(1 << word);
    else this.usedFar &= ~(1 << (word - NEAR_WORDS));
  }

  /** A row that was never used, as the only one in the list of free rows. */
  private newRow(): number {
    const row = this.rowsEnd;
    invariant(row < ROWS_MAX, 'too many events wait', this.size);
    if (row === this.refs.length) this.grow();
    this.rowsEnd += 1;
    this.rows[(row << ROW_SHIFT) + GENERATION] = GENERATION_FIRST;
    return row;
  }

  private grow(): void {
    const rows = new Int32Array(this.rows.length * 2);
    rows.set(this.rows);
    this.rows = rows;
    this.times = new Float64Array(rows.buffer);
    for (let row = this.rowsEnd; row > 0; row -= 1) this.refs.push(undefined);
  }

  /** Voids the handle of a row and frees it; a row whose generations are spent is left alone. */
  private release(row: number): void {
    const base = row << ROW_SHIFT;
    const known = this.rows[base + GENERATION] as number;
    const generation = known & ~REFERS;
    if (known !== generation) this.refs[row] = undefined;
    this.size -= 1;
    if (generation > GENERATION_MAX) return;
    this.rows[base + GENERATION] = generation + 1;
    if (generation === GENERATION_MAX) return;
    this.rows[base + NEXT] = this.free;
    this.free = row;
  }

  private refuse(at: number): never {
    invariant(Number.isSafeInteger(at), 'a time that is no integer of 53 bits', at);
    throw new InvariantError(`an event before now: ${at} < ${this.now}`);
  }
}

function refuseOperands(op: number, a: number, b: number): never {
  throw new InvariantError(`an operand beyond int32: op ${op}, a ${a}, b ${b}`);
}

/** Index of the lowest bit that is set; there must be one. */
function lowestBit(word: number): number {
  return 31 - Math.clz32(word & -word);
}

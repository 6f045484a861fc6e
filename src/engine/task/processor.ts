/**
 * The cores of a task manager, which its tasks share: while k tasks are busy on c cores, each
 * advances at the rate min(1, c / k), whatever it does (records, or the synchronous part of a
 * snapshot). A task that has nothing to do gives its share to the others at once: egalitarian
 * processor sharing, the fluid limit of a fair scheduler with small time slices. Source: Kleinrock,
 * Time-shared systems (1967); Linux, CFS.
 *
 * Each busy task counts what its work in service still needs, in parts of a microsecond, so that
 * shares are integers: nothing depends on how often it is counted. Work ends between two
 * microseconds and is seen at the later one; what a task goes on with at that instant began where
 * its former work ended, so a batch of records takes exactly as long as its records one by one.
 * All of it is in work time, which stands still in a pause.
 */
import type { Out, Timer, TimerHandle } from '../../kernel/actor.js';
import { invariant } from '../../kernel/invariant.js';
import type { Micros } from '../../kernel/time.js';

/**
 * Parts of a microsecond. A multiple of 1 ..= 16, so that up to 16 busy tasks share without a
 * remainder; where there are more, each loses less than one part of 720,720 a microsecond.
 */
const PARTS = 720_720;

/** Most work that may be put in service at once: its parts are integers far below 2^53. */
export const SERVICE_MICROS_MAX: Micros = 2 ** 32;

/** What one task has in service. */
export type Load = {
  busy: boolean;
  /** Parts that its work still needs; when it is over, 0 or minus what has passed since then. */
  left: number;
};

/** Whatever may be in service. */
type Customer = Readonly<{ load: Load }>;

export type Processor<Task extends Customer> = {
  readonly cores: number;
  /** Tasks that have work in service, in the order in which they became busy. */
  readonly busy: Task[];
  /** Work time at which what is left was counted. */
  at: Micros;
  /** Parts that each busy task advances in a microsecond. */
  rate: number;
  /** When the first work in service is over, as it was when the timer was armed. */
  due: Micros;
  timer: TimerHandle | undefined;
  /** What is in service has changed since the timer was armed. */
  changed: boolean;
};

/** The timer of a processor. */
const SERVED: Timer = { kind: 'served', subject: 0 };

/** Cores with nothing to do. */
export function processorOf<Task extends Customer>(cores: number): Processor<Task> {
  return {
    cores,
    busy: [],
    at: 0,
    rate: PARTS,
    due: Infinity,
    timer: undefined,
    changed: false,
  };
}

/** A task that has nothing in service. */
export function idle(): Load {
  return { busy: false, left: 0 };
}

/** Puts work in service; a task that is busy goes on with it where its former work ended. */
export function occupy<Task extends Customer>(
  processor: Processor<Task>,
  task: Task,
  now: Micros,
  micros: Micros,
): void {
  const { load } = task;
  invariant(micros <= SERVICE_MICROS_MAX, 'work in service is bounded', micros);
  advance(processor, now);
  if (!load.busy) {
    load.busy = true;
    load.left = 0;
    processor.busy.push(task);
    share(processor);
  }
  load.left += micros * PARTS;
  processor.changed = true;
}

/** Takes the end of a task's work out of service. */
export function shorten<Task extends Customer>(
  processor: Processor<Task>,
  task: Task,
  micros: Micros,
): void {
  task.load.left -= micros * PARTS;
  processor.changed = true;
}

/** The task has nothing more to do: the others get its share. */
export function release<Task extends Customer>(
  processor: Processor<Task>,
  task: Task,
  now: Micros,
): void {
  if (!task.load.busy) return;
  advance(processor, now);
  task.load.busy = false;
  remove(processor.busy, task);
  share(processor);
  processor.changed = true;
}

/** What `splice` does, without an array of what was removed. */
function remove<Task>(busy: Task[], task: Task): void {
  let to = 0;
  for (const one of busy) {
    if (one === task) continue;
    busy[to] = one;
    to += 1;
  }
  busy.pop();
}

/** How many whole microseconds of a task's work, of so many in all, were done by now. */
export function servedOf<Task extends Customer>(
  processor: Processor<Task>,
  task: Task,
  now: Micros,
  micros: Micros,
): Micros {
  advance(processor, now);
  return micros - Math.ceil(task.load.left / PARTS);
}

/** A task whose work is over by now, the one that ended first; undefined when there is none. */
export function nextServed<Task extends Customer>(
  processor: Processor<Task>,
  now: Micros,
): Task | undefined {
  advance(processor, now);
  let first: Task | undefined;
  for (const task of processor.busy)
    if (task.load.left <= 0 && task.load.left < (first?.load.left ?? 1)) first = task;
  return first;
}

/** Counts what is left as of now. */
function advance<Task extends Customer>(processor: Processor<Task>, now: Micros): void {
  const parts = (now - processor.at) * processor.rate;
  if (parts === 0) return;
  processor.at = now;
  for (const { load } of processor.busy) load.left -= parts;
}

/** Shares the cores anew. */
function share<Task extends Customer>(processor: Processor<Task>): void {
  const { cores, busy } = processor;
  processor.rate = busy.length <= cores ? PARTS : Math.floor((PARTS * cores) / busy.length);
}

/** Arms the timer for the first work that will be over, if that is not what it is armed for. */
export function armProcessor<Task extends Customer>(processor: Processor<Task>, out: Out): void {
  if (!processor.changed) return;
  processor.changed = false;
  const due = dueOf(processor);
  if (processor.timer !== undefined) {
    if (due === processor.due) return;
    out.cancelTimer(processor.timer);
  }
  processor.due = due;
  processor.timer =
    due === Infinity ? undefined : out.setTimer(Math.max(0, due - out.workTime()), SERVED);
}

function dueOf<Task extends Customer>({ at, rate, busy }: Processor<Task>): Micros {
  let least = Infinity;
  for (const { load } of busy) if (load.left < least) least = load.left;
  return at + Math.ceil(least / rate);
}

/** The timer has elapsed; after a pause that is before the work is over. */
export function timerElapsed<Task extends Customer>(processor: Processor<Task>): void {
  processor.timer = undefined;
  processor.changed = true;
}

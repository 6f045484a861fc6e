/**
 * Processes: units that crash whole. A crash drops the value that `step` works on and raises the
 * incarnation; what is left is what the disk holds. A paused process takes no event; they wait in
 * its backlog, as in the buffers of its kernel.
 */
import type { Event, Program, TimerHandle } from '../kernel/actor.js';
import { entityOf, type Entity } from '../kernel/ids.js';
import type { Micros } from '../kernel/time.js';
import type { Conditions } from './conditions.js';
import { diskOf, type Disk } from './disk.js';

/** A process as the world is told to run it. */
export type ProcessSpec = Readonly<{
  /** Role and index: `task-manager-0`. */
  name: string;
  program: Program<unknown>;
  conditions: Conditions;
  /** How long after it ended itself it is started again. */
  restartDelayMicros: Micros;
  /** Its clock at time 0. */
  clockOffsetMicros: Micros;
}>;

export type Process = {
  readonly index: number;
  readonly entity: Entity;
  readonly spec: ProcessSpec;
  readonly program: Program<unknown>;
  readonly disk: Disk;
  /** What `step` works on; undefined while the process is down. */
  state: unknown;
  alive: boolean;
  /** The machine is gone with it: connects get no answer at all. */
  silent: boolean;
  /** It died within the step that runs now. */
  dying: boolean;
  /** Number of pauses in force; they belong to the machine and outlast a life. */
  pauses: number;
  /** When the present pauses began, and how long all earlier ones were. */
  pausedAt: Micros;
  pausedMicros: Micros;
  incarnation: number;
  /** Starts that are due; the last of them begins the next life. */
  starts: number;
  /** What waits while it is paused, with the handle of the timer where it is one. */
  backlog: { event: Event; handle: TimerHandle }[];
  /** Effects of a step that a pause cut in two. */
  withheld: (() => void)[];
};

/** A process that has not begun its first life. */
export function processOf(index: number, spec: ProcessSpec): Process {
  return {
    index,
    entity: entityOf(spec.name),
    spec,
    program: spec.program,
    disk: diskOf(spec.name),
    state: undefined,
    alive: false,
    silent: false,
    dying: false,
    pauses: 0,
    pausedAt: 0,
    pausedMicros: 0,
    incarnation: 0,
    starts: 0,
    backlog: [],
    withheld: [],
  };
}

/**
 * Faults as they are written down, in a plan or in a scenario: every fault strikes a process that
 * there is, at a moment that there is, within bounds in which simulated time stays a whole number.
 */
import * as z from 'zod';
import { objectsPattern, type Fault, type Misfortune, type When } from '../faults/fault.js';
import { microsOf } from '../flink/duration.js';
import { momentNames } from '../history/moment.js';
import type { Micros } from '../kernel/time.js';
import { meant } from './meant.js';

/** Stands for the process at whose moment an aimed fault strikes. */
const SELF = 'self';

/** Some 11 days: sums of times, and of the factors on them, stay far below 2^53. */
const MICROS_MAX: Micros = 1_000_000_000_000;

/** Most faults: each may strike within the step of another. */
const FAULTS_MAX = 1_000;

type Form<Value> = z.ZodType<Value, unknown>;

/** Who can be struck. */
export type Names = Readonly<{
  all: readonly string[];
  /** Those that are asked for things. */
  services: readonly string[];
  /** Those that write to a disk. */
  disks: readonly string[];
}>;

/** A time: a text with its unit, or whole microseconds. */
function time(min: 0 | -1): Form<Micros> {
  const whole = z
    .int()
    .min(min * MICROS_MAX)
    .max(MICROS_MAX);
  const text = z.string().transform((value, context): Micros => {
    const [, sign = '', span = ''] = /^\s*(-?)(.*[a-z]\s*)$/i.exec(value) ?? [];
    const micros = (sign === '' ? 1 : -1) * (microsOf(span) ?? NaN);
    if (micros >= min * MICROS_MAX && micros <= MICROS_MAX) return micros;
    const message = `is "${value}"; it must be a time such as 250ms or 5s, at most 11d`;
    context.addIssue({ code: 'custom', message });
    return z.NEVER;
  });
  const name = min === 0 ? 'span' : 'shift';
  return meant(
    name,
    () => [whole, text],
    (value) => (typeof value === 'string' ? text : whole),
  );
}

const span = time(0);
const factor = z.int().min(1).max(1_000);
const perMille = z.int().min(0).max(1_000);

const some = {
  objects: z.string().check(isPattern).optional(),
  access: z.enum(['read', 'write']).optional(),
};

function isPattern({ value, issues }: z.core.ParsePayload<string>): void {
  try {
    objectsPattern(value);
  } catch (error) {
    const message = `is no regular expression: ${(error as SyntaxError).message}`;
    issues.push({ code: 'custom', input: value, message });
  }
}

/** A name that there is; any, where it is not known yet who there is. */
function oneOf(names: readonly string[] | undefined): Form<string> {
  return names === undefined ? z.string().min(1) : z.enum(names as [string]);
}

/** What may strike; `self`, if only one that is aimed may. */
function misfortune(names: Names | undefined, self: readonly string[]): Form<Misfortune> {
  const process = oneOf(names && [...names.all, ...self]);
  const service = oneOf(names?.services);
  const disk = oneOf(names?.disks);
  const group = z.array(process).min(1);
  const duration = span;
  return z.discriminatedUnion('kind', [
    z.strictObject({
      ...{ kind: z.literal('crash'), process, silent: z.boolean().default(false) },
      restartAfter: span,
    }),
    z.strictObject({ kind: z.literal('pause'), process, duration }),
    z.strictObject({
      ...{ kind: z.literal('partition'), from: group, to: group },
      ...{ bothWays: z.boolean().default(false), duration },
    }),
    z.strictObject({ kind: z.literal('clog'), from: process, to: process, duration }),
    z.strictObject({ kind: z.literal('break'), between: z.tuple([process, process]) }),
    z.strictObject({ kind: z.literal('slow'), process: service, ...some, factor, duration }),
    z.strictObject({ kind: z.literal('failing'), process: service, ...some, perMille, duration }),
    z.strictObject({
      ...{ kind: z.literal('unanswered'), process: service, ...some, perMille, duration },
    }),
    z.strictObject({ kind: z.literal('clockSkew'), process, by: time(-1), duration }),
    z.strictObject({ kind: z.literal('slowDisk'), process: disk, factor, duration }),
    z.strictObject({ kind: z.literal('failingDisk'), process: disk, duration }),
  ]);
}

/** When a fault strikes; an aim may name a process, or the role of several. */
function whens(names: Names | undefined): Readonly<{ timed: Form<When>; aimed: Form<When> }> {
  const roles = names?.all.map((name) => name.replace(/-\d+$/, ''));
  const aim = z.strictObject({
    moment: z.enum(momentNames as [string]),
    occurrence: z.int().min(1).default(1),
    process: oneOf(names && [...new Set([...names.all, ...(roles ?? [])])]).optional(),
    about: z.string().optional(),
  });
  return {
    timed: z.strictObject({ at: span }),
    aimed: z.strictObject({ aim, after: span.default(0) }) as Form<When>,
  };
}

/**
 * The form of a list of faults.
 *
 * @param names  who there is; undefined while that is not known
 */
export function faultsForm(names: Names | undefined): z.ZodType<Fault[], unknown> {
  const { timed, aimed } = whens(names);
  const forms = {
    timed: z.strictObject({ when: timed, what: misfortune(names, []) }),
    aimed: z.strictObject({ when: aimed, what: misfortune(names, [SELF]) }),
  };
  const fault = meant<Fault>(
    'fault',
    () => Object.values(forms),
    (value) => (isAimed(value) ? forms.aimed : forms.timed),
  );
  return z.array(fault).max(FAULTS_MAX);
}

function isAimed(value: unknown): boolean {
  const { when } = (value ?? {}) as { when?: unknown };
  return typeof when === 'object' && when !== null && ('aim' in when || 'after' in when);
}

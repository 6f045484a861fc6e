/**
 * Plans as a person may have changed them: every fault strikes a process that there is, at a moment
 * that there is, within bounds in which simulated time stays a whole number.
 */
import * as z from 'zod';
import { momentNames } from '../history/moment.js';
import { formed, type Document, type Path } from './document.js';
import { meant } from './meant.js';
import { processNames, type Plan } from './plan.js';
import { scenarioIn } from './scenario.js';
import type { Fault, Misfortune, When } from '../faults/fault.js';

/** Stands for the process at whose moment an aimed fault strikes. */
const SELF = 'self';

/** Some 11 days: sums of times, and of the factors on them, stay far below 2^53. */
const micros = z.int().min(0).max(1_000_000_000_000);
const share = z.int().min(0).max(1_000);
const factor = z.int().min(1).max(1_000);

/** Most faults: each may strike within the step of another. */
const FAULTS_MAX = 1_000;

type Form<Value> = z.ZodType<Value, unknown>;

/** What may strike these processes. */
function misfortune(names: readonly string[]): Form<Misfortune> {
  const process = z.enum(names as [string]);
  const group = z.array(process).min(1);
  const lasting = { process, duration: micros };
  return z.discriminatedUnion('kind', [
    z.strictObject({
      ...{ kind: z.literal('crash'), process, silent: z.boolean(), restartAfter: micros },
    }),
    z.strictObject({ kind: z.literal('pause'), ...lasting }),
    z.strictObject({
      kind: z.literal('partition'),
      ...{ from: group, to: group, bothWays: z.boolean(), duration: micros },
    }),
    z.strictObject({ kind: z.literal('clog'), from: process, to: process, duration: micros }),
    z.strictObject({ kind: z.literal('break'), between: z.tuple([process, process]) }),
    z.strictObject({ kind: z.literal('slow'), ...lasting, factor }),
    z.strictObject({ kind: z.literal('failing'), ...lasting, perMille: share }),
    z.strictObject({ kind: z.literal('unanswered'), ...lasting, perMille: share }),
    z.strictObject({
      kind: z.literal('clockSkew'),
      ...{ ...lasting, by: z.int().min(-1_000_000_000_000).max(1_000_000_000_000) },
    }),
    z.strictObject({ kind: z.literal('slowDisk'), ...lasting, factor }),
    z.strictObject({ kind: z.literal('failingDisk'), ...lasting }),
  ]);
}

/** When a fault strikes; an aim may name a process, or the role of several. */
function whens(names: readonly string[]): Readonly<{ timed: Form<When>; aimed: Form<When> }> {
  const roles = names.map((name) => name.replace(/-\d+$/, ''));
  const aim = z.strictObject({
    moment: z.enum(momentNames as [string]),
    occurrence: z.int().min(1),
    process: z.enum([...new Set([...names, ...roles])] as [string]).optional(),
    about: z.string().optional(),
  });
  return {
    timed: z.strictObject({ at: micros }),
    aimed: z.strictObject({ aim, after: micros }) as Form<When>,
  };
}

/** The faults that may strike these processes; only an aimed one knows whose moment it was. */
function faultForm(names: readonly string[]): Form<Fault> {
  const { timed, aimed } = whens(names);
  const forms = {
    timed: z.strictObject({ when: timed, what: misfortune(names) }),
    aimed: z.strictObject({ when: aimed, what: misfortune([...names, SELF]) }),
  };
  return meant<Fault>(
    'fault',
    () => Object.values(forms),
    (value) => (isAimed(value) ? forms.aimed : forms.timed),
  );
}

function isAimed(value: unknown): boolean {
  const { when } = (value ?? {}) as { when?: unknown };
  return typeof when === 'object' && when !== null && ('aim' in when || 'after' in when);
}

/** The fields of a plan beside its scenario. */
function planForm(names: readonly string[]): Form<Omit<Plan, 'scenario'>> {
  return z.strictObject({
    planVersion: z.literal(1),
    scenario: z.unknown(),
    seed: z.string().max(64),
    key: z.strictObject({ high: z.int32(), low: z.int32() }),
    faults: z.array(faultForm(names)).max(FAULTS_MAX),
    deviations: z.array(z.never('is not known; a run of this version deviates from nothing')),
  });
}

/**
 * The plan that a part of a document is.
 *
 * @param within  where in the document it stands
 * @throws ScenarioError with every mistake of the scenario, else of the rest, and its place
 */
export function planIn(document: Document, within: Path): Plan {
  const scenario = scenarioIn(document, [...within, 'scenario']);
  const parsed = formed(document, planForm(processNames(scenario)), within);
  return { ...parsed, scenario };
}

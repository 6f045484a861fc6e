/**
 * Scenarios: job, cluster, fault model and laws as a person writes them. Reading one checks every
 * field and fills in the defaults; what a scenario leaves out stands in the plan that is made of
 * it.
 */
import * as z from 'zod';
import { faultKinds, type Fault, type FaultKind } from '../faults/fault.js';
import { renamedTo } from '../flink/key-book.js';
import { optionOf } from '../flink/options.js';
import { settingMicros, settingNumber, type Settings } from '../flink/settings.js';
import { defaultLaws, lawNames, type LawName } from '../check/suite.js';
import { JobError } from '../job/job-error.js';
import { channelsOf, commitsRows, slotsNeeded, type JobGraph } from '../job/job-graph.js';
import { noCode, type CodeReference, type UserCode } from '../job/user-code.js';
import {
  clusterSchema,
  settingsSchema,
  slotsOf,
  UNALIGNED,
  unalignedClash,
  type Cluster,
} from './configuration.js';
import { costsSchema, type Costs } from './costs.js';
import { dataSchema } from './data-declaration.js';
import type { FirstRow, TopicSpec } from './data.js';
import { codeOf, isCode, jobSchema, type JobDeclaration } from './job-declaration.js';
import { faultsForm, type Names } from './fault-form.js';
import { jobOf } from './job.js';
import {
  formed,
  partOf,
  readDocument,
  ScenarioError,
  type Document,
  type Path,
} from './document.js';
import { namesOf } from './processes.js';
import { triggersSchema, type Triggers } from './triggers.js';

export { ScenarioError, type ScenarioMistake } from './document.js';

export type FaultSpec = Readonly<{
  /** Faults of every plan, besides those that are drawn. */
  fixed: readonly Fault[];
  kinds: readonly FaultKind[];
  /** Most faults of one plan. */
  max: number;
  /** Faults begin in this part of the run. */
  fromMillis: number;
  toMillis: number;
  /** Bounds of how long one lasts. */
  minMillis: number;
  maxMillis: number;
  /** Share of crashes and pauses that are aimed at a moment, per mille. */
  aimedPerMille: number;
}>;

export type Expectation = 'holds' | 'violated';

/** A scenario with every field filled in. */
export type Scenario = Readonly<{
  name: string;
  job: JobDeclaration | CodeReference;
  data: readonly TopicSpec[];
  /** By Flink's keys, with the defaults filled in. */
  configuration: Settings;
  /** Keys that are set though the engine does not honour them. */
  ignore: readonly string[];
  cluster: Cluster;
  triggers: Triggers;
  costs: Costs;
  faults: FaultSpec;
  laws: readonly LawName[];
  expect: Readonly<Partial<Record<LawName, Expectation>>>;
  budget: Readonly<{ simulatedSeconds: number; events: number }>;
}>;

const count = z.int().min(1);
/** Some 11 days, and 31 years: sums of times stay far below 2^53 microseconds. */
const millis = z.int().min(0).max(1_000_000_000);
const seconds = count.max(1_000_000_000);

/** The fields of a scenario file, but for the data and the configuration. */
const sections = {
  name: z.string().regex(/^[a-z0-9-]+$/, 'a name has lower-case letters, digits and hyphens'),
  job: jobSchema,
  ignore: z.array(z.string()).default([]),
  cluster: clusterSchema,
  triggers: triggersSchema,
  costs: costsSchema,
  faults: z
    .strictObject({
      fixed: faultsForm(undefined)
        .default([])
        .describe('Faults of every plan, in the form of plan.json, besides those that are drawn'),
      kinds: z.array(z.enum(faultKinds as [FaultKind, ...FaultKind[]])).default([]),
      max: z.int().min(0).max(100).default(0),
      fromMillis: millis.default(0),
      toMillis: millis.default(0),
      minMillis: millis.min(1).default(10),
      maxMillis: millis.min(1).default(1_000),
      aimedPerMille: z.int().min(0).max(1_000).default(500),
    })
    .prefault({}),
  laws: z
    .array(z.enum(lawNames as [LawName, ...LawName[]]))
    .min(1)
    .default([...defaultLaws]),
  expect: z
    .partialRecord(z.enum(lawNames as [LawName, ...LawName[]]), z.enum(['holds', 'violated']))
    .default({}),
  budget: z
    .strictObject({ simulatedSeconds: seconds.default(600), events: count.default(20_000_000) })
    .prefault({}),
};

export { codeOf };

/** The form of a scenario; unknown fields are errors. The parameters are those of its sections. */
export function scenarioForm(
  ignored: readonly string[],
  firstRow: FirstRow,
): z.ZodType<Scenario, unknown> {
  const configuration = settingsSchema(ignored);
  return z.strictObject({ ...sections, configuration, data: dataSchema(firstRow) });
}

/**
 * Reads a scenario.
 *
 * @param text      YAML
 * @param file      name for the errors
 * @param firstRow  gives the first row of a data file, for the types of columns; without it they
 *                  must be told
 * @throws ScenarioError with every mistake and its place
 */
export function parseScenario(
  text: string,
  file: string,
  firstRow: FirstRow = () => undefined,
): Scenario {
  return scenarioIn(readDocument(text, file), [], firstRow);
}

/**
 * The scenario that a part of a document is.
 *
 * @param within  where in the document it stands
 * @throws ScenarioError with every mistake and its place
 */
export function scenarioIn(
  document: Document,
  within: Path = [],
  firstRow: FirstRow = () => undefined,
): Scenario {
  const written = partOf(document.value, within);
  const parsed = formed(document, scenarioForm(ignoredIn(written), firstRow), within);
  const scenario = { ...parsed, job: withWidth(parsed, written) };
  const mistakes = mistakesOf(scenario).map(({ path, message }) =>
    document.mistake([...within, ...path], message),
  );
  if (mistakes.length > 0) throw new ScenarioError(document.file, mistakes);
  // Who there is to be struck, the other sections say.
  formed(document, fixedForm(namesOf(scenario)), within);
  return scenario;
}

function fixedForm(names: Names): z.ZodType<unknown> {
  const fixed = faultsForm(names).optional();
  return z.object({ faults: z.object({ fixed }).optional() });
}

/** What the section `ignore` lists, as far as it is a list. */
function ignoredIn(written: unknown): string[] {
  const { ignore } = (written ?? {}) as { ignore?: unknown };
  return Array.isArray(ignore) ? ignore.filter((key) => typeof key === 'string') : [];
}

/** The job, as wide as the configuration says where it does not say so itself. */
function withWidth(
  { job, configuration }: Omit<Scenario, 'data'>,
  written: unknown,
): Scenario['job'] {
  if (isCode(job)) return job;
  const given = (written as Readonly<{ job: Readonly<Record<string, unknown>> }>).job;
  const groups = settingNumber(configuration, 'pipeline.max-parallelism');
  return {
    ...job,
    ...(given['parallelism'] === undefined && {
      parallelism: settingNumber(configuration, 'parallelism.default'),
    }),
    ...(given['maxParallelism'] === undefined && groups > 0 && { maxParallelism: groups }),
  };
}

/** Keys that say how wide a job is. */
const widths = ['parallelism.default', 'pipeline.max-parallelism'] as const;

type Mistake = Readonly<{ path: Path; message: string }>;

/** What no single field can say. */
function mistakesOf(scenario: Scenario): Mistake[] {
  const { job, faults, laws, configuration } = scenario;
  const mistakes: Mistake[] = [];
  const say = (path: Path, message: string): number => mistakes.push({ path, message });
  const mistake = codeOf(job).length === 0 ? jobMistake(scenario, noCode) : undefined;
  if (mistake !== undefined) say(pathInJob(job, mistake.place), mistake.what);
  for (const law of Object.keys(scenario.expect) as LawName[])
    if (!laws.includes(law)) say(['expect', law], `${law} is not among the laws; list it there`);
  const [interval, timeout] = ['heartbeat.interval', 'heartbeat.timeout'] as const;
  if (settingMicros(configuration, timeout) < settingMicros(configuration, interval))
    say(['configuration', timeout], 'must not be below heartbeat.interval');
  const clash = unalignedClash(configuration);
  if (clash !== undefined) say(['configuration', UNALIGNED], clash);
  for (const key of isCode(job) ? widths : [])
    if (configuration[key] !== optionOf(key)?.unset)
      say(['configuration', key], 'a job in code says how wide it is; take it out');
  for (const [index, key] of scenario.ignore.entries())
    if (!(key in configuration) && !((renamedTo(key) ?? '') in configuration))
      say(['ignore', index], key + ' is not set in configuration; take it off the list');
  if (faults.toMillis < faults.fromMillis)
    say(['faults', 'toMillis'], 'must not be before fromMillis');
  if (faults.maxMillis < faults.minMillis)
    say(['faults', 'maxMillis'], 'must not be below minMillis');
  return mistakes;
}

/**
 * What is wrong with the job itself, or with the cluster that is to run it.
 *
 * @param code  the exports that the job names
 */
export function jobMistake(scenario: Scenario, code: UserCode): JobError | undefined {
  const slots = scenario.cluster.taskManagers * slotsOf(scenario);
  try {
    const job = jobOf(scenario, code);
    const needed = slotsNeeded(job);
    if (needed > slots) {
      const message = `the job needs ${String(needed)} slots, the cluster has ${String(slots)}`;
      return new JobError('cluster', message);
    }
    return silentLaw(job, scenario.laws);
  } catch (error) {
    if (error instanceof JobError) return error;
    throw error;
  }
}

/** A law that would judge nothing, whatever happens. */
function silentLaw(job: JobGraph, laws: readonly LawName[]): JobError | undefined {
  const why = (law: LawName): string | undefined => {
    if (law === 'barrier-order' && channelsOf(job).length === 0) return 'all of it is one chain';
    const commits = job.vertices.some(({ operators }) =>
      operators.some(({ operator }) => commitsRows(operator)),
    );
    return law === 'two-phase-commit' && !commits ? 'it has no sink that commits' : undefined;
  };
  for (const law of laws) {
    const reason = why(law);
    if (reason === undefined) continue;
    const message = `${law} has nothing to judge in this job: ${reason}; list the other laws`;
    return new JobError('laws', message);
  }
  return undefined;
}

/** Where in the file the place of a job's mistake is. */
function pathInJob(job: Scenario['job'], place: string): Path {
  if (place === 'cluster' || place === 'laws') return [place];
  const [uid, ...rest] = place.split('.');
  const index = isCode(job) ? -1 : job.operators.findIndex((operator) => operator.uid === uid);
  return index < 0 ? ['job'] : ['job', 'operators', index, ...rest];
}

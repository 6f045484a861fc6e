/**
 * One run: engine and world put together, from a plan to its end. Pure: the same plan over the same
 * data gives the same entries and the same fingerprint.
 */
import { gathering } from '../check/metamorphic.js';
import { detailOf, type Entry, type EntryKind, type Observer } from '../history/entry.js';
import type { Program } from '../kernel/actor.js';
import { hexOfFingerprint } from '../kernel/trace.js';
import type { NoiseKey } from '../kernel/noise.js';
import { settingMicros } from '../flink/settings.js';
import type { Micros } from '../kernel/time.js';
import { client, jobManager, taskManager } from '../engine/process.js';
import { durationOf } from '../faults/fault.js';
import type { Context, RunEnd, Variant, Verdict } from '../check/verdict.js';
import { suiteOf, type Suite } from '../check/suite.js';
import {
  calmConditions,
  createWorld,
  fileSystem,
  logBroker,
  objectStore,
  registry,
  remoteService,
  runWorld,
  tableStore,
  stopWorld,
  type LogTopic,
  type ProcessSpec,
  type World,
} from '../world/world.js';
import { arrivalsOf, lastArrival, type Arrivals } from './arrivals.js';
import { cleaningOf, settleOf, type Costs, type Span } from './costs.js';
import { usedOf, type Data, type TopicData, type TopicSpec } from './data.js';
import { configurationOf } from './configuration.js';
import { jobOf } from './job.js';
import type { Plan } from './plan.js';
import {
  CLIENT,
  fileSystemOf,
  JOB_MANAGER,
  LOG_BROKER,
  OBJECT_STORE,
  REGISTRY,
  remoteOf,
  tableStoreOf,
  taskManagersOf,
} from './processes.js';
import type { JobGraph } from '../job/job-graph.js';
import type { TopicInput } from '../job/meaning/input.js';
import type { UserCode } from '../job/user-code.js';
import { orderOf, splitsOf } from './records.js';
import type { Scenario } from './scenario.js';
import { variantsOf } from './variants.js';

/** How a run went, besides its entries. */
export type RunResult = Readonly<{
  reason: RunEnd['reason'];
  fingerprint: string;
  events: number;
  at: Micros;
  /** How often each kind of moment was stated. */
  moments: Readonly<Record<string, number>>;
  /** How often each fault of the plan began. */
  began: readonly number[];
}>;

/** A run with its verdicts. */
export type Outcome = RunResult & Readonly<{ plan: Plan; verdicts: readonly Verdict[] }>;

export type RunOptions = Readonly<{
  /** Most records that a task puts in service at once; 1 works record by record. */
  batchMax?: number;
  /** The exports that the scenario names of the user's modules. */
  code?: UserCode;
}>;

/** Time after the end of the job in which late effects of what was superseded may still come. */
const QUIET_HEARTBEATS = 2;

/**
 * Runs a plan, showing every entry to the observer.
 *
 * @param data  the records that the plan's scenario names
 */
export function run(
  plan: Plan,
  data: Data,
  observer: Observer,
  options: RunOptions = {},
): RunResult {
  const { budget, configuration } = plan.scenario;
  let reason: RunEnd['reason'] = 'budget';
  const see = (entry: Entry): void => {
    if (entry.kind === 'jobStatus') {
      const { status } = entry.detail as { status: string };
      if (status === 'FINISHED' || status === 'FAILED') {
        if (reason === 'budget') {
          stopWorld(world);
          reason = status === 'FINISHED' ? 'finished' : 'failed';
        }
      }
    }
    observer.see(entry);
  };
  const sees = observer.sees === 'all' ? 'all' : [...observer.sees, 'jobStatus'];
  const world = worldOf(plan, data, { sees, messages: observer.messages, see }, options);
  const until = budget.simulatedSeconds * 1_000_000;
  const { events } = budget;
  runWorld(world, { events, until });
  if (isEndless(plan.scenario) && !world.pump.stopped && world.pump.events < events)
    reason = 'stopped';
  if (world.pump.stopped) {
    world.pump.stopped = false;
    const quiet = QUIET_HEARTBEATS * settingMicros(configuration, 'heartbeat.interval');
    const over = Math.min(lastFaultOver(plan), until);
    const end = Math.max(world.pump.queue.now, over) + quiet;
    runWorld(world, { events, until: end });
    // Where checkpoints are not cleaned up by then, it is seen whether they ever are.
    if (!world.kinds.get('checkpointsCleaned')?.count)
      runWorld(world, { events, until: end + cleaningOf(plan.scenario.costs) });
  }
  return resultOf(world, reason);
}

/** Whether some source never learns that there is no more. */
function isEndless({ data }: Scenario): boolean {
  return data.some(({ unbounded }) => unbounded);
}

/** When the last timed fault of the plan is over. */
function lastFaultOver(plan: Plan): Micros {
  let last = 0;
  for (const { when, what } of plan.faults)
    if ('at' in when) last = Math.max(last, when.at + durationOf(what));
  return last;
}

function resultOf(world: World, reason: RunEnd['reason']): RunResult {
  const kinds = [...world.kinds].filter(([, { count }]) => count > 0);
  kinds.sort(([one], [other]) => (one < other ? -1 : 1));
  return {
    reason,
    fingerprint: hexOfFingerprint(world.pump.fingerprint),
    events: world.pump.events,
    at: world.pump.queue.now,
    moments: Object.fromEntries(kinds.map(([kind, { count }]) => [kind, count])),
    began: world.began,
  };
}

/** Who is shown a run beside its laws; no deliveries. */
export type Beside = Readonly<{ sees: readonly EntryKind[]; see(entry: Entry): void }>;

const nobody: Beside = { sees: [], see: () => undefined };

/** Runs a plan under its laws. */
export function judge(
  plan: Plan,
  data: Data,
  options: RunOptions = {},
  beside: Beside = nobody,
): Outcome {
  const variants = (topics: readonly string[]): Iterable<Variant> =>
    shownByVariants(plan, data, topics, options);
  const context = { ...contextOf(plan, data, options.code), variants };
  const suite = suiteOf(plan.scenario.laws, context);
  const result = run(plan, data, together(suite, beside), options);
  const { at, reason } = result;
  const verdicts = suite.close({ at, reason, entries: suite.entries() });
  return { ...result, plan, verdicts };
}

/** The laws are shown what they are shown alone: their indices do not depend on who is beside. */
function together(suite: Suite, beside: Beside): Observer {
  if (beside.sees.length === 0) return suite;
  const forSuite = new Set<EntryKind>([...suite.sees, 'jobStatus', 'delivered']);
  // By kind, whether the laws are shown it too: one look for each entry.
  const forBeside = new Map(beside.sees.map((kind) => [kind, forSuite.has(kind)]));
  return {
    sees: [...new Set([...suite.sees, ...beside.sees])],
    messages: suite.messages,
    see: (entry) => {
      const isForBoth = forBeside.get(entry.kind);
      if (isForBoth !== false) suite.see(entry);
      if (isForBoth !== undefined) beside.see(entry);
    },
  };
}

/** Runs the variants of a plan's scenario, one after the other. */
function* shownByVariants(
  plan: Plan,
  data: Data,
  topics: readonly string[],
  options: RunOptions,
): Generator<Variant> {
  for (const { name, scenario } of variantsOf(plan.scenario)) {
    const { shown, take } = gathering(topics);
    const see = (entry: Entry): void => {
      take(entry.about, detailOf(entry, 'rowsVisible').words);
    };
    const observer = { sees: ['rowsVisible'], messages: [], see };
    const { reason } = run({ ...plan, scenario }, data, observer, options);
    yield { name, shown: reason === 'finished' ? shown : undefined };
  }
}

/** What the laws need to know of a plan. */
export function contextOf({ scenario, key }: Plan, data: Data, code?: UserCode): Context {
  const job = jobOf(scenario, code);
  return {
    topics: scenario.data.map((spec) => topicInputOf(spec, usedOf(data, spec), key)),
    job,
    configuration: configurationOf(scenario),
    drainMicros: isEndless(scenario) ? undefined : drainOf(scenario.data, job),
    settleMicros: settleOf(scenario.costs),
  };
}

function topicInputOf(spec: TopicSpec, data: TopicData, key: NoiseKey): TopicInput {
  const { row, rows } = data;
  const { topic, unbounded } = spec;
  let splits: readonly Int32Array[] | undefined; // laws of a job without event time never ask
  return {
    ...{ topic, row, rows, unbounded },
    get splits() {
      return (splits ??= orderOf(data, spec, key));
    },
  };
}

/** Time for the whole input: as it comes, or as its slowest task works it off all alone. */
function drainOf(data: Scenario['data'], { vertices }: JobGraph): Micros {
  const all = data.reduce((sum, { records }) => sum + records, 0);
  const whole = vertices.map(({ operators }) =>
    operators.reduce((sum, { serviceMicrosMax }) => sum + all * serviceMicrosMax, 0),
  );
  return Math.max(...data.map(lastArrival), ...whole);
}

function worldOf(
  plan: Plan,
  data: Data,
  observer: Observer,
  { code, ...options }: RunOptions,
): World {
  const { costs } = plan.scenario;
  const job = jobOf(plan.scenario, code);
  const settings = configurationOf(plan.scenario);
  const master = {
    name: JOB_MANAGER,
    job,
    configuration: settings,
    registry: REGISTRY,
    objectStore: OBJECT_STORE,
    logBroker: LOG_BROKER,
  };
  const processes = [processSpec(plan, JOB_MANAGER, jobManager(master))];
  for (const name of taskManagersOf(plan.scenario)) {
    const names = {
      jobManager: JOB_MANAGER,
      objectStore: OBJECT_STORE,
      logBroker: LOG_BROKER,
      remote: remoteOf(job),
      fileSystem: fileSystemOf(job),
      tableStore: tableStoreOf(job),
    };
    const setup = { name, job, configuration: settings, ...names, ...options };
    processes.push(processSpec(plan, name, taskManager(setup)));
  }
  const { manualAtMillis: millis } = plan.scenario.triggers;
  const asking = client({ jobManager: JOB_MANAGER, configuration: settings, millis });
  if (millis.length > 0) processes.push(processSpec(plan, CLIENT, asking));
  return createWorld({
    key: plan.key,
    network: {
      latencyMicrosMin: costs.latencyMicros.min,
      latencyMicrosMax: costs.latencyMicros.max,
      tailMicrosMean: costs.latencyTailMicros,
      connectTimeoutMicros: costs.connectTimeoutMicros,
    },
    disk: {
      appendMicros: 20,
      syncMicrosMin: costs.diskSyncMicros.min,
      syncMicrosMax: costs.diskSyncMicros.max,
      readMicros: 2_000,
    },
    processes: [...processes, ...servicesOf(plan, data, job)],
    faults: plan.faults,
    observer,
  });
}

function processSpec<State>(plan: Plan, name: string, program: Program<State>): ProcessSpec {
  const { restartMicros } = plan.scenario.costs;
  return {
    name,
    program: program,
    conditions: calmConditions(),
    restartDelayMicros: Math.floor((restartMicros.min + restartMicros.max) / 2),
    clockOffsetMicros: 0,
  };
}

function servicesOf(plan: Plan, data: Data, job: JobGraph): ProcessSpec[] {
  const { costs } = plan.scenario;
  const put = spanOf(costs.storePutMicros);
  const other = spanOf(costs.storeOtherMicros);
  const write = spanOf(costs.registryWriteMicros);
  const read = spanOf(costs.registryReadMicros);
  const log = spanOf(costs.logMicros);
  const spec = (name: string, make: Make): ProcessSpec => {
    const conditions = calmConditions();
    return { ...processSpec(plan, name, make(conditions)), conditions };
  };
  const storeCosts = {
    requests: {
      putObject: put,
      getObject: other,
      listObjects: other,
      deleteObject: other,
      startUpload: other,
      putPart: put,
      completeUpload: put,
      abortUpload: other,
    },
    microsPerKiB: 10,
  };
  const registryCosts = {
    requests: {
      acquireLease: write,
      renewLease: write,
      readValue: read,
      listValues: read,
      writeValue: write,
      removeValue: write,
    },
  };
  const logCosts = logCostsOf(log);
  const topics = topicsOf(plan, data);
  return [
    ...ownServicesOf(costs, job).map(({ name, make }) => spec(name, make)),
    spec(OBJECT_STORE, (state) => objectStore(OBJECT_STORE, state, storeCosts)),
    spec(REGISTRY, (state) => registry(REGISTRY, state, registryCosts)),
    spec(LOG_BROKER, (state) => logBroker(LOG_BROKER, state, logCosts, topics)),
  ];
}

type Make = (conditions: ReturnType<typeof calmConditions>) => Program<unknown>;

/** The services that this job uses besides those of every job. */
function ownServicesOf(costs: Costs, job: JobGraph): Readonly<{ name: string; make: Make }>[] {
  const services: { name: string; make: Make }[] = [];
  const remote = remoteOf(job);
  const called = { call: spanOf(costs.remoteMicros) };
  if (remote !== undefined)
    services.push({ name: remote, make: (state) => remoteService(remote, state, called) });
  const files = fileSystemOf(job);
  const file = spanOf(costs.fileMicros);
  const fileCosts = {
    requests: { appendToFile: file, closeFile: file, reopenFile: file, finishFile: file },
    microsPerKiB: 10,
  };
  if (files !== undefined)
    services.push({ name: files, make: (state) => fileSystem(files, state, fileCosts) });
  const tables = tableStoreOf(job);
  const tableCosts = { requests: { putValues: spanOf(costs.tableMicros) }, microsPerKiB: 10 };
  if (tables !== undefined)
    services.push({ name: tables, make: (state) => tableStore(tables, state, tableCosts) });
  return services;
}

function logCostsOf(log: ReturnType<typeof spanOf>): Parameters<typeof logBroker>[2] {
  const transactions = {
    ...{ beginTransaction: log, prepareTransaction: log },
    ...{ commitTransaction: log, abortTransaction: log },
  };
  const rows = { fetchRows: log, listPartitions: log, writeRows: log, appendRows: log };
  const requests = { startProducer: log, ...rows, ...transactions };
  return { requests, transactionTimeout: 3_600_000_000 };
}

function spanOf(span: Span): { microsMin: Micros; microsMax: Micros } {
  return { microsMin: span.min, microsMax: span.max };
}

/** The topics, whose splits together give so many records a second. */
function topicsOf({ scenario, key }: Plan, data: Data): LogTopic[] {
  return scenario.data.map((spec) => {
    const splits = splitsOf(usedOf(data, spec), spec, key);
    const rows = splits.map(({ starts }) => starts.length);
    const arrivals = arrivalsOf(spec, rows, key);
    const partitions = splits.map((split, index) => ({
      ...split,
      ...(arrivals[index] as Arrivals),
    }));
    return { name: spec.topic, partitions, unbounded: spec.unbounded };
  });
}

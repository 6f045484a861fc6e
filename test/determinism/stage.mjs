/**
 * A stage for the proofs of determinism: runs the small scenario out of a built folder (this
 * package's, or an altered copy of it) and writes down what no entry of a history tells: each
 * message with the latency that was drawn for it and the one that was seen, and how long each
 * record of a source was in service.
 */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { gunzipSync } from 'node:zlib';

/**
 * @typedef {import('../../src/run/plan.js').Plan} Plan
 * @typedef {import('../../src/run/scenario.js').Scenario} Scenario
 * @typedef {import('../../src/run/data.js').Data} Data
 * @typedef {import('../../src/job/job-graph.js').JobGraph} JobGraph
 * @typedef {import('../../src/history/entry.js').Entry} Entry
 * @typedef {import('../../src/history/entry.js').Observer} Observer
 * @typedef {import('../../src/kernel/actor.js').Out} Out
 * @typedef {import('../../src/kernel/actor.js').Event} Event
 * @typedef {import('../../src/kernel/actor.js').Message} Message
 * @typedef {import('../../src/kernel/actor.js').ConnectionId} ConnectionId
 * @typedef {import('../../src/kernel/actor.js').Program<unknown>} AnyProgram
 * @typedef {import('../../src/world/world.js').World} World
 * @typedef {import('../../src/world/world.js').WorldSetup} WorldSetup
 * @typedef {import('../../src/engine/task/task.js').Task} Task
 * @typedef {import('../../src/engine/task/manager.js').TaskManager} TaskManager
 *
 * @typedef {object} Sent  one message that was handed to an open connection
 * @property {string} place  ends, channel, kind, subject, entity, attempt and incarnations
 * @property {number} at
 * @property {number} drawn  latency, before order and clogs
 * @property {number} due  arrival, unless something holds it back
 * @property {boolean} isIdle  nothing sent before is still under way on the connection
 * @property {number | undefined} arrival
 *
 * @typedef {object} Observed
 * @property {string} fingerprint
 * @property {Entry[]} entries
 * @property {Sent[]} sent
 * @property {Map<string, number>} services  by split and offset: micros in service
 * @property {boolean} obstructed  some clog, pause or partition may have held messages back
 */

const here = dirname(fileURLToPath(import.meta.url));
export const root = join(here, '../..');

/** The functions that a built folder has; type-checked as those of src/. @param {string} dist */
export async function load(dist = join(root, 'dist')) {
  /** @param {string} path */
  const from = (path) => import(pathToFileURL(join(dist, path)).href);
  /** @type {typeof import('../../src/run/scenario.js')} */
  const scenario = await from('run/scenario.js');
  /** @type {typeof import('../../src/run/plan.js')} */
  const plan = await from('run/plan.js');
  /** @type {typeof import('../../src/run/processes.js')} */
  const processes = await from('run/processes.js');
  /** @type {typeof import('../../src/run/job.js')} */
  const job = await from('run/job.js');
  /** @type {typeof import('../../src/run/configuration.js')} */
  const configuration = await from('run/configuration.js');
  /** @type {typeof import('../../src/run/records.js')} */
  const records = await from('run/records.js');
  /** @type {typeof import('../../src/run/data.js')} */
  const data = await from('run/data.js');
  /** @type {typeof import('../../src/run/run.js')} */
  const run = await from('run/run.js');
  /** @type {typeof import('../../src/engine/process.js')} */
  const engine = await from('engine/process.js');
  /** @type {typeof import('../../src/world/world.js')} */
  const world = await from('world/world.js');
  /** @type {typeof import('../../src/world/network.js')} */
  const network = await from('world/network.js');
  /** @type {typeof import('../../src/kernel/trace.js')} */
  const trace = await from('kernel/trace.js');
  /** @type {typeof import('../../src/kernel/noise.js')} */
  const noise = await from('kernel/noise.js');
  return {
    ...{ ...scenario, ...plan, ...job, ...configuration, ...records, ...run },
    ...{ ...data, ...engine, ...processes },
    ...{ ...world, ...network, ...trace, ...noise },
  };
}

/** @typedef {Awaited<ReturnType<typeof load>>} House */

/** The real records of the small scenario. @param {House} house @returns {Data} */
export function flights(house) {
  const packed = readFileSync(join(root, 'scenarios/data/flights-20k.json.gz'));
  /** @type {unknown[]} */
  const rows = JSON.parse(gunzipSync(packed).toString('utf8'));
  return house.dataOfTopics(smallScenario(house, 400).data, () => rows);
}

/** @param {House} house @param {number} records @returns {Scenario} */
export function smallScenario(house, records) {
  const text = readFileSync(join(root, 'scenarios/small.yaml'), 'utf8');
  const scenario = house.parseScenario(text, 'small.yaml');
  return { ...scenario, data: scenario.data.map((topic) => ({ ...topic, records })) };
}

/**
 * The processes of a plan in a world, as `run` puts them together, under another job if one is
 * given, each seen through `watch`.
 *
 * @param {House} house
 * @param {Plan} plan
 * @param {Data} data
 * @param {Observer} observer
 * @param {JobGraph} job
 * @param {(name: string, program: AnyProgram) => AnyProgram} watch
 * @returns {World}
 */
export function worldOf(house, plan, data, observer, job, watch = (_name, program) => program) {
  const { costs } = plan.scenario;
  const configuration = house.configurationOf(plan.scenario);
  const { JOB_MANAGER: jobManager, OBJECT_STORE: objectStore } = house;
  const { REGISTRY: registry, LOG_BROKER: logBroker } = house;
  /**
   * @template State
   * @param {string} name
   * @param {(conditions: ReturnType<typeof house.calmConditions>) =>
   *   import('../../src/kernel/actor.js').Program<State>} make
   */
  const spec = (name, make) => {
    const conditions = house.calmConditions();
    const program = watch(name, /** @type {AnyProgram} */ (make(conditions)));
    return { name, program, conditions, restartDelayMicros: 60_000, clockOffsetMicros: 0 };
  };
  const names = { jobManager, objectStore, logBroker };
  const managers = house
    .taskManagersOf(plan.scenario)
    .map((name) => spec(name, () => house.taskManager({ name, job, configuration, ...names })));
  const services = { registry, objectStore, logBroker };
  const master = { name: jobManager, job, configuration, ...services };
  const { min: microsMin, max: microsMax } = costs.logMicros;
  const requests = everyKind({ microsMin, microsMax });
  const micros = 5_000;
  const topics = plan.scenario.data.map((spec) => {
    const splits = house.splitsOf(house.usedOf(data, spec), spec, plan.key);
    return { name: spec.topic, partitions: splits.map((rows) => ({ ...rows, micros })) };
  });
  return house.createWorld({
    key: plan.key,
    network: {
      latencyMicrosMin: costs.latencyMicros.min,
      latencyMicrosMax: costs.latencyMicros.max,
      tailMicrosMean: costs.latencyTailMicros,
      connectTimeoutMicros: costs.connectTimeoutMicros,
    },
    disk: { appendMicros: 20, syncMicrosMin: 200, syncMicrosMax: 600, readMicros: 2_000 },
    processes: [
      spec(jobManager, () => house.jobManager(master)),
      ...managers,
      spec(objectStore, (conditions) =>
        house.objectStore(objectStore, conditions, { requests, microsPerKiB: 10 }),
      ),
      spec(registry, (conditions) => house.registry(registry, conditions, { requests })),
      spec(logBroker, (conditions) => {
        const transactionTimeout = 3_600_000_000;
        return house.logBroker(logBroker, conditions, { requests, transactionTimeout }, topics);
      }),
    ],
    faults: plan.faults,
    observer,
  });
}

/**
 * One service time for every kind of request of every service.
 *
 * @param {import('../../src/world/service.js').ServiceTime} time
 */
function everyKind(time) {
  const store = { putObject: time, getObject: time, listObjects: time, deleteObject: time };
  const parts = { startUpload: time, putPart: time, completeUpload: time, abortUpload: time };
  const values = { readValue: time, listValues: time, writeValue: time, removeValue: time };
  const lease = { acquireLease: time, renewLease: time };
  const log = {
    listPartitions: time,
    fetchRows: time,
    startProducer: time,
    writeRows: time,
    appendRows: time,
  };
  const transactions = {
    ...{ beginTransaction: time, prepareTransaction: time },
    ...{ commitTransaction: time, abortTransaction: time },
  };
  return { ...store, ...parts, ...values, ...lease, ...log, ...transactions };
}

/**
 * Runs a plan to the end of its job and writes everything down.
 *
 * @param {House} house
 * @param {Plan} plan
 * @param {Data} data
 * @returns {Observed}
 */
export function observe(house, plan, data) {
  /** @type {Entry[]} */
  const entries = [];
  /** @type {Sent[]} */
  const sent = [];
  /** @type {Map<string, number>} */
  const services = new Map();
  /** @type {Observer} */
  const observer = {
    sees: 'all',
    messages: [],
    see: (entry) => {
      entries.push(entry);
      const { status } = /** @type {{ status?: string }} */ (entry.detail ?? {});
      if (entry.kind === 'jobStatus' && (status === 'FINISHED' || status === 'FAILED'))
        house.stopWorld(world);
    },
  };
  const world = worldOf(house, plan, data, observer, house.jobOf(plan.scenario), (name, program) =>
    watched(house, name, program, () => world, sent, services),
  );
  house.runWorld(world, { events: 1_000_000, until: 60_000_000 });
  const holds = ['clog', 'pause', 'partition'];
  return {
    fingerprint: house.hexOfFingerprint(world.pump.fingerprint),
    ...{ entries, sent, services },
    obstructed: plan.faults.some(({ what }) => holds.includes(what.kind)),
  };
}

/**
 * The same program, with what it sends and hears written down.
 *
 * @param {House} house
 * @param {string} name
 * @param {AnyProgram} program
 * @param {() => World} worldNow
 * @param {Sent[]} sent
 * @param {Map<string, number>} services
 * @returns {AnyProgram}
 */
function watched(house, name, program, worldNow, sent, services) {
  /** @type {Out | undefined} */
  let port;
  const portOver = (/** @type {Out & { workTime?: () => number }} */ out) => ({
    ...out,
    send: (/** @type {ConnectionId} */ id, /** @type {Message} */ message) => {
      const end = endOf(worldNow(), name, id);
      const line = end && lineOf(house, worldNow(), end, message);
      if (line !== undefined) expected(worldNow(), name, id, message).push(line);
      out.send(id, message);
      const isOnItsWay = line !== undefined && end?.lastArrival === line.due;
      if (isOnItsWay) sent.push(line); // neither lost nor withheld by a pause
    },
  });
  return {
    boot: () => program.boot(),
    step: (state, event, out) => {
      port ??= portOver(out);
      if (event.kind === 'received') {
        const line = waitingOf(worldNow(), name, event.connection, event.message).shift();
        if (line !== undefined) line.arrival = out.uptime();
      }
      program.step(state, event, port);
      for (const task of tasksOf(state)) noteServices(task, services);
    },
  };
}

/**
 * Lines of messages under way, by world, then by message and receiver's end.
 *
 * @typedef {Map<Message, Map<string, Sent[]>>} UnderWay
 * @type {WeakMap<World, UnderWay>}
 */
const underWay = new WeakMap();

/**
 * @param {World} world
 * @param {string} sender
 * @param {ConnectionId} id
 * @param {Message} message
 * @returns {Sent[]}
 */
function expected(world, sender, id, message) {
  const peer = endOf(world, sender, id)?.peer.process.spec.name ?? '';
  return waitingOf(world, peer, id, message);
}

/**
 * @param {World} world
 * @param {string} receiver
 * @param {ConnectionId} id
 * @param {Message} message
 * @returns {Sent[]}
 */
function waitingOf(world, receiver, id, message) {
  const ofWorld = underWay.get(world) ?? /** @type {UnderWay} */ (new Map());
  underWay.set(world, ofWorld);
  const ofMessage = ofWorld.get(message) ?? /** @type {Map<string, Sent[]>} */ (new Map());
  ofWorld.set(message, ofMessage);
  const key = `${receiver} ${id}`;
  const lines = ofMessage.get(key) ?? [];
  ofMessage.set(key, lines);
  return lines;
}

/** @param {World} world @param {string} process @param {ConnectionId} id */
function endOf(world, process, id) {
  const opener = world.ends[2 * id];
  if (opener === undefined || opener.process.spec.name === process) return opener;
  return opener.peer;
}

/**
 * The message with its place and its draw, asked of the world's own function before it is sent;
 * undefined when the connection is over or does not stand yet.
 *
 * @param {House} house
 * @param {World} world
 * @param {import('../../src/world/network.js').End} end
 * @param {Message} message
 * @returns {Sent | undefined}
 */
function lineOf(house, world, end, message) {
  if (end.phase !== house.OPEN) return undefined;
  const lane = house.laneOf(end, message.kind);
  const subject = message.subject >= 0 ? message.subject : lane.count;
  const drawn = house.latencyOf(world.key, world.network, lane, end.life, message, subject);
  const at = world.pump.queue.now;
  const { link, route } = end;
  const ends = `${link.from.spec.name}>${link.to.spec.name}/${route.channel}`;
  const lives = `${route.incarnation}/${end.peer.route.incarnation}`;
  const about = `${message.about?.name ?? '-'} ${message.attempt ?? '-'}`;
  return {
    place: `${ends} ${message.kind} ${message.subject}/${subject} ${about} ${lives}`,
    ...{ at, drawn, due: Math.max(at + drawn, end.lastArrival) },
    isIdle: end.lastArrival <= at,
    arrival: undefined,
  };
}

/**
 * The tasks of a process; none where it is no task manager.
 *
 * @param {unknown} state
 * @returns {Iterable<Task>}
 */
function tasksOf(state) {
  const { tasks } = /** @type {Partial<TaskManager>} */ (state);
  return tasks?.values() ?? [];
}

/**
 * What the ends of a batch say of each record of a source that was not applied yet.
 *
 * @param {Task} task
 * @param {Map<string, number>} services
 */
function noteServices({ current, work, ends }, services) {
  if (current === undefined || current.channel !== undefined || work === undefined) return;
  for (let index = work.applied; index < work.count; index += 1) {
    const offset = current.number - work.applied + index;
    const micros = (ends[index] ?? NaN) - (index === 0 ? 0 : (ends[index - 1] ?? NaN));
    services.set(`${current.place.name} ${offset}`, micros);
  }
}

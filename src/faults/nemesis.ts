/**
 * The nemesis: draws the faults of one plan. Each kind is on or off per seed (swarm testing), a
 * share of crashes and pauses is aimed at moments of the protocol, some faults come in bursts, some
 * plans begin with a script, every fault ends. What it draws stays within the fault budget: so many
 * faults, each within its bounds, all healed at the end.
 */
import type { Decisions } from '../kernel/decisions.js';
import type { Micros } from '../kernel/time.js';
import type { Fault, FaultKind, Misfortune, SomeRequests, When } from './fault.js';
import { drawRow } from './scripts.js';
import { servicesOf, type NemesisSpec } from './spec.js';

/** Moments at which crashes and pauses are aimed, with the role that states them. */
const jobManagerMoments = [
  'triggered',
  'acknowledged',
  'lastAcknowledged',
  'metadataWritten',
  'stored',
  'completed',
  'restoring',
  'deploying',
  'running',
  'allEnded',
  'failure',
  'leader',
] as const;

const taskManagerMoments = [
  'barrierReceived',
  'alignmentStarted',
  'snapshotTaken',
  'uploaded',
  'notified',
  'prepared',
  'commitSent',
  'committed',
  'recovered',
  'endOfData',
  'taskState',
  'barrierHandedOver',
] as const;

/** How often a kind is drawn among those that are on: what protocols fear most comes most. */
const weights: Readonly<Record<FaultKind, number>> = {
  crash: 4,
  pause: 4,
  partition: 2,
  clog: 2,
  break: 1,
  slow: 2,
  failing: 5,
  unanswered: 2,
  clockSkew: 1,
  slowDisk: 1,
  failingDisk: 1,
};

/**
 * The faults of one plan, in the order in which they were drawn.
 *
 * @param decisions  for the faults that stand alone
 * @param scripted   for scripts: a stream of its own, so that plans without one stay what they are
 * @param narrowing  for which requests faults of the object store are of: another, for the same
 */
export function drawFaults(
  spec: NemesisSpec,
  decisions: Decisions,
  scripted: Decisions,
  narrowing: Decisions,
): Fault[] {
  const drawn = drawAlone(spec, decisions);
  const alone = drawn.map(({ when, what }) => ({ when, what: narrowed(spec, narrowing, what) }));
  const row = drawRow(spec, scripted)?.faults;
  if (row === undefined) return alone;
  // Others may lead a script astray, or further: mostly it stands alone.
  const others = scripted.chance(1, 3) ? spec.max - row.length : 0;
  return [...row, ...alone.slice(0, others)];
}

function drawAlone(spec: NemesisSpec, decisions: Decisions): Fault[] {
  const kinds = spec.kinds.filter(() => decisions.chance(1, 2));
  if (kinds.length === 0 || spec.max === 0) return [];
  const urn = kinds.flatMap((kind) => Array.from({ length: weights[kind] }, () => kind));
  const count = decisions.within(1, spec.max);
  const faults: Fault[] = [];
  let last: Micros = spec.from;
  while (faults.length < count) {
    const isBurst = faults.length > 0 && decisions.chance(1, 3);
    const at = isBurst
      ? Math.min(spec.to, last + decisions.within(0, spec.durationMin))
      : decisions.within(spec.from, spec.to);
    last = at;
    faults.push(drawFault(spec, decisions, decisions.pick(urn), at));
  }
  return faults;
}

/** Some faults of the object store are of some requests only: the others go on beside them. */
function narrowed(spec: NemesisSpec, decisions: Decisions, what: Misfortune): Misfortune {
  const { objectStore, objects } = spec;
  if (what.kind !== 'slow' && what.kind !== 'failing' && what.kind !== 'unanswered') return what;
  if (what.process !== objectStore || !decisions.chance(1, 4)) return what;
  const choices: SomeRequests[] = objects.map((one) => ({ objects: one }));
  return { ...what, ...decisions.pick([...choices, { access: 'read' }, { access: 'write' }]) };
}

function drawFault(spec: NemesisSpec, decisions: Decisions, kind: FaultKind, at: Micros): Fault {
  if ((kind === 'crash' || kind === 'pause') && decisions.chance(spec.aimedPerMille, 1_000))
    return drawAimed(spec, decisions, kind);
  return { when: { at }, what: drawMisfortune(spec, decisions, kind) };
}

/** A crash or pause at a moment: of the process that states it, or of another one. */
function drawAimed(spec: NemesisSpec, decisions: Decisions, kind: 'crash' | 'pause'): Fault {
  const ofJobManager = decisions.chance(1, 2);
  const moment = decisions.pick<string>(ofJobManager ? jobManagerMoments : taskManagerMoments);
  const after = decisions.chance(1, 2) ? 0 : decisions.within(1, 2_000);
  const occurrence = decisions.within(1, ofJobManager ? 5 : 16);
  const when: When = { aim: { moment, occurrence }, after };
  const isSelf = decisions.chance(2, 3);
  const process = isSelf ? 'self' : drawProcess(spec, decisions);
  const duration = durationIn(spec, decisions);
  if (kind === 'pause')
    return { when, what: { kind, process, duration: pauseIn(spec, decisions) } };
  const silent = decisions.chance(1, 4);
  return { when, what: { kind, process, silent, restartAfter: duration } };
}

function drawMisfortune(spec: NemesisSpec, decisions: Decisions, kind: FaultKind): Misfortune {
  const duration = durationIn(spec, decisions);
  switch (kind) {
    case 'crash': {
      const process = decisions.chance(1, 8) ? spec.logBroker : drawProcess(spec, decisions);
      const silent = decisions.chance(1, 4);
      return { kind, process, silent, restartAfter: duration };
    }
    case 'pause': {
      const process = drawProcess(spec, decisions);
      return { kind, process, duration: pauseIn(spec, decisions) };
    }
    case 'partition':
      return drawPartition(spec, decisions, duration);
    case 'clog': {
      const [from, to] = drawPair(spec, decisions);
      return { kind, from, to, duration };
    }
    case 'break':
      return { kind, between: drawPair(spec, decisions) };
    case 'slow': {
      const factor = decisions.within(2, 100);
      return { kind, process: drawService(spec, decisions), factor, duration };
    }
    case 'failing': {
      const perMille = drawShare(decisions);
      return { kind, process: drawService(spec, decisions), perMille, duration };
    }
    case 'unanswered': {
      const silent = [spec.objectStore, spec.logBroker, ...(spec.own ?? [])];
      const process = decisions.pick(silent);
      return { kind, process, perMille: drawShare(decisions), duration };
    }
    case 'clockSkew': {
      const by = decisions.within(-durationIn(spec, decisions), durationIn(spec, decisions));
      // The broker lays out time for its readers; the others only time their own doings.
      const process = decisions.chance(3, 4) ? spec.logBroker : drawProcess(spec, decisions);
      return { kind, process, by, duration };
    }
    case 'slowDisk':
      return { kind, process: spec.logBroker, factor: decisions.within(2, 100), duration };
    case 'failingDisk':
      return { kind, process: spec.logBroker, duration };
  }
}

/** One side is cut off: a task manager, the job manager, or a service from everyone. */
function drawPartition(spec: NemesisSpec, decisions: Decisions, duration: Micros): Misfortune {
  const everyone = [spec.jobManager, ...spec.taskManagers];
  const services = servicesOf(spec);
  const isService = decisions.chance(1, 4);
  const alone = isService ? decisions.pick(services) : decisions.pick(everyone);
  const others = (isService ? everyone : [...everyone, ...services]).filter(
    (name) => name !== alone && (isService || decisions.chance(2, 3)),
  );
  const bothWays = decisions.chance(1, 2);
  const from = [alone];
  const to = others.length === 0 ? [decisions.pick(services.concat(everyone))] : others;
  return decisions.chance(1, 2)
    ? { kind: 'partition', from, to, bothWays, duration }
    : { kind: 'partition', from: to, to: from, bothWays, duration };
}

function drawPair(spec: NemesisSpec, decisions: Decisions): readonly [string, string] {
  const everyone = [spec.jobManager, ...spec.taskManagers];
  const [one, other] = decisions.shuffled(everyone);
  const isService = decisions.chance(1, 4);
  const service = decisions.pick(servicesOf(spec));
  return [one ?? spec.jobManager, isService ? service : (other ?? service)];
}

/** Mostly some requests, so that others go on; sometimes all. */
function drawShare(decisions: Decisions): number {
  return decisions.chance(1, 5) ? 1_000 : decisions.within(100, 500);
}

function drawProcess(spec: NemesisSpec, decisions: Decisions): string {
  return decisions.chance(1, 4) ? spec.jobManager : decisions.pick(spec.taskManagers);
}

function drawService(spec: NemesisSpec, decisions: Decisions): string {
  const { objectStore, registry, logBroker, own = [] } = spec;
  return decisions.pick([objectStore, objectStore, registry, registry, logBroker, ...own, ...own]);
}

/** Every other pause is long enough that whoever pauses is given up meanwhile. */
function pauseIn(spec: NemesisSpec, decisions: Decisions): Micros {
  if (decisions.chance(1, 2)) return durationIn(spec, decisions);
  return decisions.within(Math.floor(spec.durationMax / 2), spec.durationMax);
}

/** Short ones are as likely as long ones on the scale of their orders of magnitude. */
function durationIn(spec: NemesisSpec, decisions: Decisions): Micros {
  let high = spec.durationMax;
  while (high > spec.durationMin * 2 && decisions.chance(1, 2)) high = Math.floor(high / 2);
  return decisions.within(spec.durationMin, Math.max(spec.durationMin, high));
}

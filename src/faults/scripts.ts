/**
 * Scripts: faults that belong together. Some situations need two or three faults in a row, each at
 * its moment of one checkpoint; drawn one by one they meet once in thousands of seeds. A script
 * draws such a row, and everything about it that need not be so: which checkpoint, which of several
 * ways, who dies, how long. None knows of a bug; each stands for a passage of the protocol in which
 * two things are true at once that are true one after the other on a calm day.
 *
 * The faults of a script count occurrences of moments as they are when nothing else happens, so
 * other faults of the same plan may lead it astray. Times are in the order of what a request to a
 * registry or a store takes (some milliseconds) and of a checkpoint (some tens of them).
 */
import type { Decisions } from '../kernel/decisions.js';
import type { Micros } from '../kernel/time.js';
import type { Fault, FaultKind, Misfortune, When } from './fault.js';
import { lastingIn, type NemesisSpec } from './spec.js';

/** A row of faults that belong together. */
export type Script = Readonly<{
  name: string;
  /** Kinds that it may strike with; all must be asked for. */
  kinds: readonly FaultKind[];
  /** Faults that the budget must have room for. */
  room: number;
  draw(spec: NemesisSpec, decisions: Decisions): readonly Fault[];
}>;

/** The process at whose moment a fault is aimed. */
const SELF = 'self';
/** Every request of a kind that the fault concerns. */
const ALL = 1_000;
const MILLIS: Micros = 1_000;

/**
 * A checkpoint fails after the sink has prepared for it, the next one completes, and who should
 * tell or do the commits dies: what is restored holds the transactions of two checkpoints.
 */
const twoPending: Script = {
  name: 'two-pending',
  kinds: ['failing', 'crash'],
  room: 2,
  draw: (spec, decisions) => {
    const nth = decisions.within(1, 4);
    const [moment, process] = decisions.pick([
      ['metadataWritten', spec.registry],
      ['lastAcknowledged', spec.objectStore],
      ['prepared', spec.objectStore],
    ] as const);
    const duration = lastingIn(spec, decisions, 35 * MILLIS, 90 * MILLIS);
    const fails: Misfortune = { kind: 'failing', process, perMille: ALL, duration };
    const [completed, time] = decisions.pick([
      ['stored', nth],
      ['completed', nth],
      ['commitSent', nth],
      ['commitSent', nth + 1],
      ['committed', nth],
    ] as const);
    return [
      { when: aimedAt(moment, nth), what: fails },
      { when: aimedAt(completed, time), what: crashOf(spec, decisions, SELF) },
    ];
  },
};

/**
 * Every source is at its end and the last checkpoint is on its way, slowly; somebody dies or is cut
 * off and nobody knows it yet. Nothing comes after this checkpoint that could make up for it.
 */
const lastMile: Script = {
  name: 'last-mile',
  kinds: ['slow', 'crash', 'partition'],
  room: 2,
  draw: (spec, decisions) => {
    const isPointer = decisions.chance(3, 4); // else it is the metadata, and the parts before it
    const slow: Misfortune = {
      kind: 'slow',
      process: isPointer ? spec.registry : spec.objectStore,
      factor: isPointer ? decisions.within(6, 22) : decisions.within(2, 8),
      duration: lastingIn(spec, decisions, 200 * MILLIS, 400 * MILLIS),
    };
    // Whoever states the end of a source is at work; the sink is beside one of them.
    const [moment, nth] = decisions.pick([
      ['endOfData', 1],
      ['endOfData', 1],
      ['endOfData', 2],
      ['allEnded', 1],
    ] as const);
    const when = aimedAt(moment, nth, decisions.within(20 * MILLIS, 100 * MILLIS));
    const victim = decisions.pick(spec.taskManagers);
    const process = moment === 'allEnded' ? victim : SELF;
    const restartAfter = lastingIn(spec, decisions, 100 * MILLIS, 400 * MILLIS);
    const silent = decisions.chance(7, 8);
    const crash: Misfortune = { kind: 'crash', process, silent, restartAfter };
    const cut: Misfortune = {
      kind: 'partition',
      from: [spec.jobManager],
      to: [victim],
      bothWays: decisions.chance(1, 2),
      duration: lastingIn(spec, decisions, 100 * MILLIS, 600 * MILLIS),
    };
    return [
      { when: aimedAt('allEnded', 1, decisions.within(0, 15 * MILLIS)), what: slow },
      { when, what: decisions.chance(1, 5) ? cut : crash },
    ];
  },
};

/**
 * The registry takes its time over a pointer, and a task manager dies meanwhile: the job restarts
 * while nobody can know whether the checkpoint is completed. Sometimes the write is also refused
 * and made again, or the parts were slow to come, so that the checkpoint is about to expire.
 */
const pointerUnderWay: Script = {
  name: 'pointer-under-way',
  kinds: ['slow', 'failing', 'crash', 'break'],
  room: 3,
  draw: (spec, decisions) => {
    const nth = decisions.within(1, 5);
    const { registry: process, objectStore, taskManagers } = spec;
    const duration = lastingIn(spec, decisions, 100 * MILLIS, 300 * MILLIS);
    const factor = decisions.within(16, 25);
    const slow: Misfortune = { kind: 'slow', process, factor, duration };
    const [one, other] = decisions.shuffled(taskManagers);
    const between = [one ?? spec.jobManager, other ?? objectStore] as const;
    const what: Misfortune = decisions.chance(1, 4)
      ? { kind: 'break', between }
      : crashOf(spec, decisions, decisions.pick(taskManagers));
    const loses = aimedAt('metadataWritten', nth, decisions.within(0, 15 * MILLIS));
    const faults: Fault[] = [
      { when: aimedAt('lastAcknowledged', nth), what: slow },
      { when: loses, what },
    ];
    if (decisions.chance(1, 4)) {
      const perMille = decisions.within(200, 600);
      const refuses: Misfortune = { kind: 'failing', process, perMille, duration };
      faults.push({ when: aimedAt('metadataWritten', nth), what: refuses });
    } else if (decisions.chance(1, 4)) {
      const late: Misfortune = { ...slow, process: objectStore, factor: decisions.within(8, 14) };
      faults.push({ when: aimedAt('triggered', nth), what: late });
    }
    return faults;
  },
};

/**
 * A service is slower than a restart: answers to the old attempt, and the effects of what it asked,
 * come when the new one is at work in the same place.
 */
const oldAnswers: Script = {
  name: 'old-answers',
  kinds: ['slow', 'crash', 'break'],
  room: 3,
  draw: (spec, decisions) => {
    const nth = decisions.within(1, 5);
    const moment = decisions.pick(['triggered', 'stored', 'prepared', 'commitSent']);
    const isBroker = decisions.chance(3, 4);
    const slow: Misfortune = {
      kind: 'slow',
      process: isBroker ? spec.logBroker : spec.objectStore,
      factor: isBroker ? decisions.within(40, 100) : decisions.within(5, 14),
      duration: lastingIn(spec, decisions, 100 * MILLIS, 250 * MILLIS),
    };
    const what: Misfortune = decisions.chance(1, 3)
      ? { kind: 'break', between: [spec.jobManager, decisions.pick(spec.taskManagers)] }
      : crashOf(spec, decisions, spec.jobManager);
    const restarts = aimedAt(moment, nth, decisions.within(5 * MILLIS, 120 * MILLIS));
    // Together they are slower than a restart, and about as slow as who asked is patient.
    const slower: Misfortune = { ...slow, factor: decisions.within(2, 4) };
    const begins = aimedAt(moment, nth);
    const faults: Fault[] = [
      { when: begins, what: slow },
      { when: restarts, what },
    ];
    return isBroker ? [...faults, { when: begins, what: slower }] : faults;
  },
};

/**
 * A service does what it was asked and its answer is lost; who asked must find out, ask again, or
 * give up. Half of the time somebody dies before that is settled.
 */
const lostAnswer: Script = {
  name: 'lost-answer',
  kinds: ['unanswered', 'crash'],
  room: 2,
  draw: (spec, decisions) => {
    const [moment, process, last] = decisions.pick([
      ['metadataWritten', spec.registry, 6],
      ['lastAcknowledged', spec.objectStore, 6],
      ['snapshotTaken', spec.objectStore, 25],
      ['alignmentStarted', spec.logBroker, 15],
      ['commitSent', spec.logBroker, 6],
    ] as const);
    const nth = decisions.within(1, last);
    const duration = lastingIn(spec, decisions, 10 * MILLIS, 60 * MILLIS);
    const lost: Misfortune = { kind: 'unanswered', process, perMille: ALL, duration };
    const faults: Fault[] = [{ when: aimedAt(moment, nth), what: lost }];
    if (decisions.chance(1, 2)) return faults;
    const victim = decisions.chance(1, 2) ? SELF : decisions.pick(spec.taskManagers);
    const when = aimedAt(moment, nth, decisions.within(10 * MILLIS, 250 * MILLIS));
    return [...faults, { when, what: crashOf(spec, decisions, victim) }];
  },
};

/**
 * Somebody dies between the completion of a checkpoint and its commits, and the recovery meets a
 * fault of its own, in what it needs next: pointers, state, transactions, or a process.
 */
const troubledRecovery: Script = {
  name: 'troubled-recovery',
  kinds: ['crash', 'failing', 'slow', 'unanswered'],
  room: 2,
  draw: (spec, decisions) => {
    const nth = decisions.within(1, 5);
    const dies = decisions.pick(['stored', 'stored', 'completed', 'commitSent']);
    const [moment, process] = decisions.pick([
      ['leader', spec.registry],
      ['restoring', spec.objectStore],
      ['recovered', spec.logBroker],
      ['recovered', spec.logBroker],
      ['deploying', SELF],
    ] as const);
    const second = aimedAt(moment, 2);
    // Half of them are over before the recovery gives up: it has to try again, and goes on.
    const longest = decisions.chance(1, 2) ? 12 * MILLIS : 150 * MILLIS;
    const duration = lastingIn(spec, decisions, 5 * MILLIS, longest);
    const crash = { when: aimedAt(dies, nth), what: crashOf(spec, decisions, SELF) };
    if (process === SELF) return [crash, { when: second, what: crashOf(spec, decisions, SELF) }];
    const kind = decisions.pick(['failing', 'failing', 'slow', 'unanswered'] as const);
    if (kind === 'slow') {
      const factor = decisions.within(5, 100);
      return [crash, { when: second, what: { kind, process, factor, duration } }];
    }
    const perMille = decisions.chance(1, 2) ? ALL : decisions.within(300, 700);
    return [crash, { when: second, what: { kind, process, perMille, duration } }];
  },
};

/** Checkpoints of a run in which the number of digits of an id, or of an attempt, grows. */
const DIGITS_GROW: readonly number[] = [10, 11];

/**
 * The job manager dies at one trigger after the other, and once more when a checkpoint is stored
 * at last. Each life takes an id and completes nothing, so ids run ahead, and what is retained is
 * of two lengths and far apart.
 */
const manyLives: Script = {
  name: 'many-lives',
  kinds: ['crash'],
  room: 4,
  draw: (spec, decisions) => {
    const lives = decisions.within(3, Math.min(6, spec.max - 1));
    const nth = decisions.pick(DIGITS_GROW) - lives;
    const faults = Array.from({ length: lives }, (_, life): Fault => ({
      when: aimedAt('triggered', nth + life),
      what: crashOf(spec, decisions, SELF),
    }));
    return [...faults, { when: aimedAt('stored', nth), what: crashOf(spec, decisions, SELF) }];
  },
};

/** All scripts, in the order in which they are drawn. */
export const scripts: readonly Script[] = [
  twoPending,
  lastMile,
  pointerUnderWay,
  oldAnswers,
  lostAnswer,
  troubledRecovery,
  manyLives,
];

/** A script that was drawn, and its faults. */
export type Row = Readonly<{ name: string; faults: readonly Fault[] }>;

/** Two of five plans have a script, if there is one that the budget allows. */
export function drawRow(spec: NemesisSpec, decisions: Decisions): Row | undefined {
  const { kinds, max, aimedPerMille } = spec;
  if (aimedPerMille === 0 || !decisions.chance(2, 5)) return undefined;
  const fit = scripts.filter(
    (script) => script.room <= max && script.kinds.every((kind) => kinds.includes(kind)),
  );
  if (fit.length === 0) return undefined;
  const { name, draw } = decisions.pick(fit);
  return { name, faults: draw(spec, decisions) };
}

function aimedAt(moment: string, occurrence: number, after: Micros = 0): When {
  return { aim: { moment, occurrence }, after };
}

/** A crash that is over soon, so that the rest of the script finds the job at work. */
function crashOf(spec: NemesisSpec, decisions: Decisions, process: string): Misfortune {
  const silent = decisions.chance(1, 8);
  const restartAfter = lastingIn(spec, decisions, 5 * MILLIS, 60 * MILLIS);
  return { kind: 'crash', process, silent, restartAfter };
}

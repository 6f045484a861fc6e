/**
 * The phases of the recoveries and of the checkpoints of one run: a fold over its entries that runs
 * beside the laws and hears no entry of single records. What each phase is, is said in
 * `recovery-phases.ts` and `checkpoint-phases.ts`.
 *
 * Memory: SAMPLES_MAX samples of a kind, and what the two say.
 */
import type { Entry, EntryKind } from '../history/entry.js';
import type { Data } from '../run/data.js';
import { lagOf } from '../run/lag.js';
import { settingMicros } from '../flink/settings.js';
import type { Plan } from '../run/plan.js';
import {
  checkpointKinds,
  closeCheckpoints,
  hearCheckpoint,
  noCheckpoints,
} from './checkpoint-phases.js';
import { closeRecoveries, hearRecovery, noRecoveries, recoveryKinds } from './recovery-phases.js';
import { noSamples, type Samples } from './samples.js';

/** The phases of each kind, in the order of the numbers of a sample. */
export const phaseNames = {
  recovery: ['detect', 'cancel', 'redeploy', 'restore', 'replay', 'caughtUp', 'total'],
  failover: ['elect', 'redeploy', 'restore', 'replay', 'caughtUp', 'total'],
  checkpoints: ['trigger', 'alignment', 'sync', 'async', 'endToEnd', 'store'],
} as const;

export type PhaseKind = keyof typeof phaseNames;

/** What a run tells of phases. */
export type Phases = Readonly<Record<PhaseKind, Samples>>;

/** A run of which nothing is known. */
export const noPhases: Phases = {
  recovery: noSamples(),
  failover: noSamples(),
  checkpoints: noSamples(),
};

export type PhaseFold = Readonly<{
  sees: readonly EntryKind[];
  see(entry: Entry): void;
  close(): Phases;
}>;

/** A fold that has seen nothing of the run of a plan. */
export function openPhases(plan: Plan, data: Data): PhaseFold {
  const { configuration } = plan.scenario;
  const silence =
    settingMicros(configuration, 'heartbeat.interval') +
    settingMicros(configuration, 'heartbeat.timeout');
  const recoveries = noRecoveries(lagOf(plan, data), silence);
  const checkpoints = noCheckpoints();
  return {
    sees: [...new Set([...checkpointKinds, ...recoveryKinds])],
    see: (entry) => {
      hearCheckpoint(checkpoints, entry);
      hearRecovery(recoveries, entry);
    },
    close: () => ({
      ...closeRecoveries(recoveries),
      checkpoints: closeCheckpoints(checkpoints),
    }),
  };
}

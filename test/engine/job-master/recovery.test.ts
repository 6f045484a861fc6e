/**
 * The reading of the restore point: what an earlier reading asked for is not for the newest one,
 * even within the same attempt. A task manager that is lost while the job restores begins it anew.
 * What is read decides what is deployed: a vertex of which every subtask had finished only passes
 * on events. Method: a job master by hand.
 */
import { describe, expect, it } from 'vitest';

import {
  encodeMetadata,
  metadataName,
  pointerKey,
  type Metadata,
} from '../../../src/engine/checkpoint/metadata.js';
import { masterOf, type JobMaster } from '../../../src/engine/job-master/master.js';
import {
  continueRestore,
  pointersAnswered,
  recoveryAnswered,
  wantRestorePoint,
} from '../../../src/engine/job-master/recovery.js';
import type { Deployment, Handle, Progress } from '../../../src/engine/protocol.js';
import type { Out } from '../../../src/kernel/actor.js';
import type { RegistryAnswer, StoreAnswer } from '../../../src/kernel/protocols.js';
import { textBlock } from '../../../src/kernel/words.js';
import { means, portByHand, type Sent } from '../stage.js';

const MANAGER = 'task-manager-0';

function restoringMaster(): JobMaster {
  const master = masterOf(means());
  master.scheduler = { ...master.scheduler, phase: 'restoring', slots: [MANAGER, MANAGER] };
  master.peers.set(MANAGER, { connection: 1, silence: undefined });
  return master;
}

function quietOut(restored: number[]): Out {
  const moment: Out['moment'] = (kind, subject) => {
    if (kind === 'restoring') restored.push(subject);
  };
  return { ...portByHand().out, moment };
}

const request = { subject: 0, request: 1 };

function listed(...ids: number[]): RegistryAnswer {
  const values = ids.map((id) => ({
    key: pointerKey(id),
    version: 1,
    words: textBlock(metadataName(id)),
  }));
  return { ...request, kind: 'valuesListed', values };
}

/** How each subtask stands in a checkpoint; one that had finished has no part. */
type Stands = Readonly<Record<string, Progress | 'finished'>>;

const handleOf = (id: number, name: string): Handle => ({ name: `chk-${id}/${name}`, words: 9 });
const witnessOf = (name: string) => textBlock(`witness of ${name}`);

function metadataOf(checkpoint: number, stands: Stands): Metadata {
  const parts: Metadata['parts'] = new Map(
    Object.entries(stands).flatMap(([name, progress]) =>
      progress === 'finished' ? [] : [[name, { handle: handleOf(checkpoint, name), progress }]],
    ),
  );
  const over = Object.keys(stands).filter((name) => stands[name] === 'finished');
  const finished = new Map(over.map((name) => [name, witnessOf(name)]));
  return { checkpoint, parts, finished, coordinators: new Map() };
}

const running: Stands = {
  ...{ 'source[0]': 'working', 'source[1]': 'working' },
  ...{ 'totals[0]': 'working', 'sink[0]': 'working' },
};

function got(checkpoint: number, stands: Stands = running): StoreAnswer {
  return { ...request, kind: 'objectGot', words: encodeMetadata(metadataOf(checkpoint, stands)) };
}

const tagOf = (id: number, reading = 1, tries = 0) => {
  return { kind: 'recover', reading, id, tries } as const;
};

describe('the reading of the restore point', () => {
  it('restores the newest when the metadata of every pointer has come', () => {
    const restored: number[] = [];
    const out = quietOut(restored);
    const master = restoringMaster();
    wantRestorePoint(master, out);
    pointersAnswered(master, out, 1, listed(2, 3));
    recoveryAnswered(master, out, tagOf(3), got(3));
    expect(restored).toEqual([]);
    recoveryAnswered(master, out, tagOf(2), got(2));
    expect(restored).toEqual([3]);
    expect(master.coordinator.completed.map(({ id }) => id)).toEqual([2, 3]);
    const [older] = master.coordinator.completed;
    expect(older?.handles.get('sink[0]')).toEqual(handleOf(2, 'sink[0]'));
  });

  it('does not count what an earlier reading of the same attempt asked for', () => {
    const restored: number[] = [];
    const out = quietOut(restored);
    const master = restoringMaster();
    wantRestorePoint(master, out);
    pointersAnswered(master, out, 1, listed(2, 3));
    wantRestorePoint(master, out);
    pointersAnswered(master, out, 2, listed(2, 3));
    recoveryAnswered(master, out, tagOf(2, 1), got(2));
    recoveryAnswered(master, out, tagOf(2, 2), got(2));
    expect(restored).toEqual([]);
    recoveryAnswered(master, out, tagOf(3, 2), got(3));
    expect(restored).toEqual([3]);
  });

  it('ignores pointers that an earlier reading asked for', () => {
    const restored: number[] = [];
    const out = quietOut(restored);
    const master = restoringMaster();
    wantRestorePoint(master, out);
    wantRestorePoint(master, out);
    pointersAnswered(master, out, 1, listed());
    expect(restored).toEqual([]);
    pointersAnswered(master, out, 2, listed());
    expect(restored).toEqual([0]);
  });

  it('waits for the pointer that is being written, and for those that are being removed', () => {
    const { out } = portByHand();
    const master = restoringMaster();
    const isAsked = () => master.registry.asks.size > 0;
    master.coordinator = { ...master.coordinator, finalizing: [4] };
    master.removals = 1;
    wantRestorePoint(master, out);
    expect(isAsked()).toBe(false);
    master.removals = 0;
    continueRestore(master, out);
    expect(isAsked()).toBe(false);
    master.coordinator = { ...master.coordinator, finalizing: [] };
    continueRestore(master, out);
    expect(isAsked()).toBe(true);
    continueRestore(master, out);
    expect(master.registry.asks.size).toBe(1);
  });
});

describe('what cannot be read', () => {
  const failureOf = (hear: (master: JobMaster, out: Out) => void): string | undefined => {
    const { out, moments } = portByHand();
    const master = restoringMaster();
    wantRestorePoint(master, out);
    hear(master, out);
    expect(master.recovery).toBeUndefined();
    expect(master.scheduler.status).toBe('RESTARTING');
    return moments.find((line) => line.startsWith('failure'));
  };

  it('fails the job: pointers, metadata that is gone, metadata that is none', () => {
    const refused: RegistryAnswer = { ...request, kind: 'unavailable' };
    const missing: StoreAnswer = { ...request, kind: 'objectGot', words: undefined };
    const other: StoreAnswer = { ...request, kind: 'objectGot', words: Int32Array.of(1, 2) };
    expect(
      failureOf((master, out) => {
        pointersAnswered(master, out, 1, refused);
      }),
    ).toBeDefined();
    for (const answer of [missing, other, undefined])
      expect(
        failureOf((master, out) => {
          pointersAnswered(master, out, 1, listed(3));
          recoveryAnswered(master, out, tagOf(3), answer);
        }),
      ).toBeDefined();
  });

  it('is asked for again while the store is unavailable, a bounded number of times', () => {
    const unavailable: StoreAnswer = { ...request, kind: 'unavailable' };
    const { out } = portByHand();
    const master = restoringMaster();
    wantRestorePoint(master, out);
    pointersAnswered(master, out, 1, listed(3));
    const { requestAttempts } = master.setup.configuration;
    expect(master.store.asks.size).toBe(1);
    for (let tries = 1; tries < requestAttempts; tries += 1) {
      recoveryAnswered(master, out, tagOf(3, 1, tries - 1), unavailable);
      expect(master.store.asks.size).toBe(1 + tries);
      expect(master.scheduler.phase).toBe('restoring');
    }
    recoveryAnswered(master, out, tagOf(3, 1, requestAttempts - 1), unavailable);
    expect(master.scheduler.status).toBe('RESTARTING');
  });
});

describe('what is deployed', () => {
  /** The deployments that follow from a restore point, by subtask. */
  function deployedFrom(stands: Stands): ReadonlyMap<string, Deployment> {
    const { out, sent } = portByHand();
    const master = restoringMaster();
    wantRestorePoint(master, out);
    pointersAnswered(master, out, 1, listed(3));
    recoveryAnswered(master, out, tagOf(3), got(3, stands));
    const isDeployment = ({ kind }: Sent) => kind === 'deployTask';
    const told = sent.map(([, message]) => message).filter(isDeployment);
    return new Map(
      told.map(({ about, deployment }) => [about?.name ?? '', deployment as Deployment]),
    );
  }

  it('has its part of the checkpoint', () => {
    const all = deployedFrom(running);
    expect([...all.keys()]).toEqual(['source[0]', 'source[1]', 'totals[0]', 'sink[0]']);
    for (const [name, deployment] of all)
      expect(deployment).toMatchObject({
        ...{ checkpoint: 3, finished: false, witness: undefined, handle: handleOf(3, name) },
      });
  });

  it.each<[Progress | 'finished', Progress | 'finished', boolean]>([
    ['finished', 'finished', true],
    ['finished', 'idle', true],
    ['idle', 'idle', true],
    ['finished', 'ended', false],
    ['finished', 'working', false],
    ['ended', 'ended', false],
    ['working', 'idle', false],
  ])('of a vertex whose subtasks were %s and %s is finished: %s', (one, other, finished) => {
    const all = deployedFrom({ ...running, 'source[0]': one, 'source[1]': other });
    for (const [name, how] of [
      ['source[0]', one],
      ['source[1]', other],
    ] as const) {
      const own = how === 'finished';
      expect(all.get(name)).toMatchObject({
        finished,
        handle: own ? undefined : handleOf(3, name),
        witness: own ? witnessOf(name) : undefined,
      });
    }
    expect(all.get('totals[0]')?.finished).toBe(false);
  });
});

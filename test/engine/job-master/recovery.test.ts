/**
 * The reading of the restore point: what an earlier reading asked for is not for the newest one,
 * even within the same attempt. A task manager that is lost while the job restores begins it anew.
 */
import { describe, expect, it } from 'vitest';

import {
  encodeMetadata,
  metadataName,
  pointerKey,
} from '../../../src/engine/checkpoint/metadata.js';
import { masterOf, type JobMaster } from '../../../src/engine/job-master/master.js';
import {
  pointersAnswered,
  recoveryAnswered,
  wantRestorePoint,
} from '../../../src/engine/job-master/recovery.js';
import type { Out } from '../../../src/kernel/actor.js';
import type { RegistryAnswer, StoreAnswer } from '../../../src/kernel/protocols.js';
import { textBlock } from '../../../src/kernel/words.js';
import { means, portByHand } from '../stage.js';

function restoringMaster(): JobMaster {
  const master = masterOf(means());
  master.scheduler = { ...master.scheduler, phase: 'restoring', slots: ['task-manager-0'] };
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

function got(checkpoint: number): StoreAnswer {
  const words = encodeMetadata({ checkpoint, handles: new Map(), coordinators: new Map() });
  return { ...request, kind: 'objectGot', words };
}

describe('the reading of the restore point', () => {
  it('restores the newest when the metadata of every pointer has come', () => {
    const restored: number[] = [];
    const out = quietOut(restored);
    const master = restoringMaster();
    wantRestorePoint(master, out);
    pointersAnswered(master, out, 1, listed(2, 3));
    recoveryAnswered(master, out, { kind: 'recover', reading: 1, id: 3, tries: 0 }, got(3));
    expect(restored).toEqual([]);
    recoveryAnswered(master, out, { kind: 'recover', reading: 1, id: 2, tries: 0 }, got(2));
    expect(restored).toEqual([3]);
  });

  it('does not count what an earlier reading of the same attempt asked for', () => {
    const restored: number[] = [];
    const out = quietOut(restored);
    const master = restoringMaster();
    wantRestorePoint(master, out);
    pointersAnswered(master, out, 1, listed(2, 3));
    wantRestorePoint(master, out);
    pointersAnswered(master, out, 2, listed(2, 3));
    recoveryAnswered(master, out, { kind: 'recover', reading: 1, id: 2, tries: 0 }, got(2));
    recoveryAnswered(master, out, { kind: 'recover', reading: 2, id: 2, tries: 0 }, got(2));
    expect(restored).toEqual([]);
    recoveryAnswered(master, out, { kind: 'recover', reading: 2, id: 3, tries: 0 }, got(3));
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
});

/**
 * Goal: a coordinator's part in a checkpoint is handed on when, and only when, all that was sent
 * before it has arrived; what is sent after it stays behind it; a lost event fails its target.
 * Method: each case of the transition, by sequences of events and the effects of the last one.
 */
import { describe, expect, test } from 'vitest';
import {
  emptyHolder,
  hold,
  type Holder,
  type HolderEffect,
  type HolderEvent,
} from '../../../src/engine/coordination/holder.js';

const [ATTEMPT, words] = [7, Int32Array.of(1)];
const [one, two] = ['in[0]', 'in[1]'];

function after(events: readonly HolderEvent[]): {
  state: Holder;
  effects: readonly HolderEffect[];
} {
  let state = emptyHolder();
  let effects: readonly HolderEffect[] = [];
  for (const event of events) [state, effects] = hold(state, event);
  return { state, effects };
}

const effectsOf = (...events: HolderEvent[]) => after(events).effects;
const deployed: HolderEvent = { kind: 'deployed', attempt: ATTEMPT, subtasks: [one, two] };
const begun = (id = 1): HolderEvent => ({ kind: 'checkpointBegun', id });
const taken = (id = 1): HolderEvent => ({ kind: 'snapshotTaken', id, words });
const over = (id = 1): HolderEvent => ({ kind: 'checkpointOver', id });
const sent = (subtask: string, attempt = ATTEMPT): HolderEvent => {
  return { kind: 'eventSent', subtask, attempt, words };
};
const answered = (number: number, isTaken = true): HolderEvent => {
  return { kind: 'eventAnswered', number, isTaken };
};
const acknowledged = (subtask: string, id = 1, attempt = ATTEMPT): HolderEvent => {
  return { kind: 'subtaskAcknowledged', id, subtask, attempt };
};
const delivery = (subtask: string, number: number) => {
  return { kind: 'deliver', subtask, attempt: ATTEMPT, event: { number, words } };
};

describe('a checkpoint', () => {
  test('asks the coordinator, closes the gateways, and hands its state on', () => {
    expect(effectsOf(deployed, begun())).toEqual([{ kind: 'takeSnapshot', id: 1 }]);
    expect(effectsOf(deployed, begun(), taken())).toEqual([
      { kind: 'sayClosed', id: 1 },
      { kind: 'handOn', id: 1, words },
    ]);
  });

  test('waits for what was sent before it, also between its begin and the state', () => {
    const under = [deployed, sent(one), begun(), sent(two), taken()];
    expect(effectsOf(...under)).toEqual([{ kind: 'sayClosed', id: 1 }]);
    expect(effectsOf(...under, answered(2))).toEqual([]);
    expect(effectsOf(...under, answered(2), answered(1))).toEqual([
      { kind: 'handOn', id: 1, words },
    ]);
  });

  test('does not wait for what is sent after it, which stays until the subtask is past', () => {
    const under = [deployed, sent(one), begun(), taken()];
    expect(effectsOf(...under, sent(two))).toEqual([]);
    expect(effectsOf(...under, sent(two), answered(1))).toMatchObject([{ kind: 'handOn' }]);
    expect(effectsOf(...under, sent(two), acknowledged(one))).toEqual([]);
    expect(effectsOf(...under, sent(two), acknowledged(two))).toEqual([delivery(two, 2)]);
    expect(effectsOf(...under, sent(two), acknowledged(two, 1, 6))).toEqual([]);
    expect(effectsOf(...under, sent(two), over())).toEqual([delivery(two, 2)]);
  });

  test('fails when there is no attempt, and is forgotten with its attempt', () => {
    expect(effectsOf(begun())).toEqual([{ kind: 'fail', id: 1 }]);
    expect(effectsOf(deployed, begun(), { kind: 'undeployed' }, taken())).toEqual([]);
    const again: HolderEvent = { ...deployed, attempt: 8 };
    expect(effectsOf(deployed, begun(), again, taken())).toEqual([]);
  });

  test('that is over before the coordinator answers closes nothing', () => {
    expect(effectsOf(deployed, begun(), over(), taken())).toEqual([]);
    expect(effectsOf(deployed, begun(), over(), taken(), sent(one))).toEqual([delivery(one, 1)]);
  });
});

describe('an event', () => {
  test('passes at once while no checkpoint is taken', () => {
    expect(effectsOf(deployed, sent(one))).toEqual([delivery(one, 1)]);
    expect(effectsOf(deployed, sent(one), answered(1))).toEqual([]);
  });

  test('for an attempt that is not deployed is dropped', () => {
    expect(effectsOf(deployed, sent(one, 6))).toEqual([]);
    expect(effectsOf(deployed, { kind: 'undeployed' }, sent(one))).toEqual([]);
  });

  test('that is lost fails its target, and the checkpoint that waits for it', () => {
    const target = { kind: 'failTarget', subtask: one, attempt: ATTEMPT };
    expect(effectsOf(deployed, sent(one), answered(1, false))).toEqual([target]);
    const under = [deployed, sent(one), begun(), taken()];
    expect(effectsOf(...under, answered(1, false))).toEqual([{ kind: 'fail', id: 1 }, target]);
    expect(after([...under, answered(1, false)]).state.part).toBeUndefined();
  });

  test('of an attempt before says nothing of this one', () => {
    const again: HolderEvent = { ...deployed, attempt: 8 };
    expect(effectsOf(deployed, sent(one), again, answered(1, false))).toEqual([]);
  });
});

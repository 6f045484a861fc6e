/**
 * Goal: a client asks at its times, looks less and less often until it hears what came of it, and
 * asks again, so often and no more, where it hears nothing or nobody leads. Method: one by hand.
 */
import { describe, expect, test } from 'vitest';

import { client } from '../../src/engine/client.js';
import type { AskStatus } from '../../src/engine/protocol.js';
import type { Event } from '../../src/kernel/actor.js';
import { portByHand, setup } from './stage.js';

const REST = 101;
const peer = 'job-manager-0';
const configuration = { ...setup.configuration, restRetries: 2, restRetryDelayMicros: 50 };

/** One that has begun to ask; it is connected. */
function asking() {
  const port = portByHand();
  const program = client({ jobManager: peer, configuration, millis: [3] });
  const state = program.boot();
  const clock = { now: 0 };
  const out = { ...port.out, now: () => clock.now };
  const step = (event: Event): void => {
    program.step(state, event, out);
  };
  const elapse = (kind: string): void => {
    const timer = port.elapse(kind);
    if (timer === undefined) throw new Error(`no timer ${kind}`);
    step({ kind: 'elapsed', timer });
  };
  const line = { connection: REST, peer, channel: 'rest' };
  step({ kind: 'started', incarnation: 1 });
  const first = port.armed();
  clock.now = 2_000; // it was set back
  elapse('begin');
  const second = port.armed();
  clock.now = 3_500;
  elapse('begin');
  step({ kind: 'connected', ...line });
  const answer = (outcome: AskStatus): void => {
    const [, asked] = port.sent.at(-1) ?? [];
    const message = {
      kind: 'checkpointAnswered',
      subject: 1,
      request: asked?.['request'],
      outcome,
    };
    step({ kind: 'received', connection: REST, message });
  };
  return { port, step, elapse, answer, line, armed: [first, second] };
}

const unavailable: AskStatus = { status: 'unavailable' };
const asked = '101: checkpointAsked 1';
const looked = '101: checkpointStatusAsked 1';

describe('a client', () => {
  test('asks at its time, not before its clock says so, and is told', () => {
    const { port, armed } = asking();
    expect(armed).toEqual([['begin 3000'], ['begin 1000']]);
    expect(port.said()).toEqual([asked]);
    expect(port.moments).toEqual(['checkpointAsked 1']);
  });

  test('looks, each time after twice the pause, at most 2 s', () => {
    const { port, elapse, answer } = asking();
    const pauses = Array.from({ length: 10 }, () => {
      answer({ status: 'inProgress' });
      const [pause = ''] = port.armed();
      elapse('look');
      return Number(pause.split(' ')[1]) / 1_000;
    });
    expect(pauses).toEqual([10, 20, 40, 80, 160, 320, 640, 1_280, 2_000, 2_000]);
    answer({ status: 'completed', checkpoint: 4 });
    expect(port.said().slice(1)).toEqual(pauses.map(() => looked));
    expect(port.armed()).toEqual([]);
    const heard = [...pauses, 0].map(() => 'checkpointAnswered 1');
    expect(port.moments).toEqual(['checkpointAsked 1', ...heard]);
  });

  test('asks again where nobody leads or answers, and gives up in the end', () => {
    const { port, step, elapse, answer, line } = asking();
    answer(unavailable);
    expect(port.armed()).toEqual(['retry 50']);
    elapse('retry');
    elapse('askTimedOut');
    elapse('retry');
    step({ kind: 'disconnected', ...line });
    expect(port.said()).toEqual([asked, asked, asked]);
    expect(port.armed()).toEqual([]);
    const heard = ['checkpointAnswered 1', 'checkpointAnswered 1']; // that nobody leads; no more
    expect(port.moments).toEqual(['checkpointAsked 1', ...heard]);
  });

  test.each<AskStatus>([{ status: 'unknown' }, { status: 'failed', reason: 'IO_EXCEPTION' }])(
    'takes %j for an answer',
    (outcome) => {
      const { port, answer } = asking();
      answer(outcome);
      expect(port.armed()).toEqual([]);
      expect(port.moments).toEqual(['checkpointAsked 1', 'checkpointAnswered 1']);
    },
  );
});

test('what is past when it comes up it does not ask for', () => {
  const port = portByHand();
  const program = client({ jobManager: peer, configuration, millis: [3, 8] });
  const out = { ...port.out, now: () => 5_000 };
  program.step(program.boot(), { kind: 'started', incarnation: 2 }, out);
  expect(port.armed()).toEqual(['begin 3000']);
});

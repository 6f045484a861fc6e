/**
 * Goal: the coordinators of aligned sources tell every reader how far its group may go, once an
 * interval, whatever restarts. Method: the actor by hand, with two sources of one group.
 */
import { expect, test } from 'vitest';
import { clientOf } from '../../../src/engine/ask.js';
import {
  coordinatorMail,
  coordinatorTimer,
  sourceCoordinatorsOf,
} from '../../../src/engine/coordination/source-coordinators.js';
import {
  decodeDown,
  decodeUp,
  encodeDown,
  encodeUp,
  type EventUp,
} from '../../../src/engine/coordination/source-events.js';
import type { EnumeratorEvent } from '../../../src/engine/coordination/enumerator.js';
import { mailboxes, type ActorTimer } from '../../../src/engine/mail.js';
import { streamExecutionEnvironment, twoPhaseSink } from '../../../src/job/data-stream.js';
import { portByHand, setup } from '../stage.js';
import { END_OF_TIME } from '../../../src/job/time-bounds.js';

const UPDATE = 20_000;
const alignment = { group: 'g', maxDrift: '10min', updateMillis: UPDATE / 1_000 };

function aligned() {
  const env = streamExecutionEnvironment('aligned');
  const eventTime = { field: 'at', unit: 'min', outOfOrderness: '0min', alignment } as const;
  const from = (topic: string) =>
    env.fromSource({ topic, splits: 1, row: { at: 'int' }, eventTime }).uid(topic);
  from('a').union(from('b')).sinkTo(twoPhaseSink('out'));
  return env.getJobGraph();
}

/** Coordinators that began, with a reader of each source. */
function hand() {
  const mail = mailboxes();
  const log = clientOf<{ source: string; resets: number }>('log-broker', 'log');
  const coordinators = sourceCoordinatorsOf({ ...setup, job: aligned() }, log, mail);
  const { out, timers } = portByHand();
  const tell = (source: string, event: EnumeratorEvent): void =>
    coordinatorMail(coordinators, out, { source, event });
  const hear = (source: string, event: EventUp): void =>
    tell(source, {
      ...{ kind: 'eventHeard', subtask: source + '[0]', attempt: 7 },
      words: encodeUp(event),
    });
  /** What was announced since, by subtask. */
  const said = (): string[] =>
    mail.jobMaster.splice(0).flatMap((letter) => {
      if (letter.kind !== 'coordinatorActed' || letter.event.kind !== 'eventSent') return [];
      const event = decodeDown(letter.event.words);
      if (event.kind !== 'watermarkAllowed') return [];
      return [`${letter.event.subtask} ${event.watermark}`];
    });
  /** Every announcement that is armed now comes due, and what is said on it. */
  const announce = (): string[] => {
    const armed = [...timers].filter(([, { timer }]) => timer.kind === 'announcement');
    for (const [handle, { delay, timer }] of armed) {
      expect(delay).toBe(UPDATE);
      timers.delete(handle);
      coordinatorTimer(coordinators, out, timer as ActorTimer);
    }
    return said();
  };
  const restart = (source: string): void =>
    tell(source, {
      ...{ kind: 'subtaskReset', subtask: source + '[0]', checkpoint: 0 },
      words: undefined,
    });
  const register = (source: string): void => hear(source, { kind: 'readerRegistered', splits: [] });
  const report = (source: string, watermark: number): void =>
    hear(source, { kind: 'watermarkReported', watermark });
  const reset = (source: string): void => tell(source, { kind: 'reset', words: undefined });
  reset('a');
  reset('b');
  return { announce, register, report, reset, restart };
}

test('events of alignment are words like others', () => {
  for (const watermark of [-5, 0, END_OF_TIME]) {
    const down = { kind: 'watermarkAllowed', watermark } as const;
    const up = { kind: 'watermarkReported', watermark } as const;
    expect(decodeDown(encodeDown(down))).toEqual(down);
    expect(decodeUp(encodeUp(up))).toEqual(up);
  }
});

test('readers hear, once an interval, how far the one that is furthest behind lets them go', () => {
  const { announce, register, report } = hand();
  expect(announce()).toEqual([]);
  register('a');
  register('b');
  expect(announce()).toEqual([]);
  report('a', 100);
  expect(announce()).toEqual(['a[0] 110', 'b[0] 110']);
  report('b', 40);
  expect(announce()).toEqual(['a[0] 50', 'b[0] 50']);
  expect(announce()).toEqual(['a[0] 50', 'b[0] 50']);
});

test('a reader at its end holds nobody back', () => {
  const { announce, register, report } = hand();
  register('a');
  register('b');
  report('a', 100);
  report('b', 40);
  report('b', END_OF_TIME);
  expect(announce()).toEqual(['a[0] 110', 'b[0] 110']);
  report('a', END_OF_TIME);
  expect(announce()).toEqual([`a[0] ${END_OF_TIME}`, `b[0] ${END_OF_TIME}`]);
});

test('a reader that begins anew is unknown until it reports, and hears nothing before', () => {
  const { announce, register, report, restart } = hand();
  register('a');
  register('b');
  report('a', 100);
  report('b', 40);
  restart('b');
  expect(announce()).toEqual(['a[0] 110']);
  register('b');
  expect(announce()).toEqual(['a[0] 110', 'b[0] 110']);
  report('b', 30);
  expect(announce()).toEqual(['a[0] 40', 'b[0] 40']);
});

test('a coordinator that begins anew announces no oftener than before', () => {
  const { announce, register, report, reset } = hand();
  reset('a');
  reset('a');
  register('a');
  report('a', 5);
  expect(announce()).toEqual(['a[0] 15']);
  expect(announce()).toEqual(['a[0] 15']);
});

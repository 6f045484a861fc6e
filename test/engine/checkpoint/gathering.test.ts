/**
 * Goal: a checkpoint has its place before the operator coordinators are asked, and their state
 * before tasks are triggered; each acknowledgement counts once, and what comes late is removed,
 * never what is in use. Method: sequences of events and the effects of the last one.
 */
import { describe, expect, test } from 'vitest';
import {
  ATTEMPT,
  acknowledged,
  begun,
  chosen,
  collected,
  completed,
  coordinated,
  coordinationFailed,
  coordinatorWith,
  declined,
  elapsed,
  expired,
  finalized,
  handle,
  located,
  locationFailed,
  metadataWritten,
  part,
  play,
  running,
  settings,
  standing,
  stopped,
  told,
  triggered,
  type Step,
} from './hand.js';

const triggers = (id = 1) => [`triggerTask ${id} source[0]`, `triggerTask ${id} source[1]`];

describe('its place', () => {
  const asked: Step[] = [...running, ...begun()];

  test('comes first; without operator coordinators the tasks are next', () => {
    const { effects, state } = play([...asked, located()]);
    const trigger = { kind: 'triggerTask', id: 1, attempt: ATTEMPT, timestamp: 5 };
    expect(effects).toEqual([
      { ...trigger, subtask: 'source[0]' },
      { ...trigger, subtask: 'source[1]' },
    ]);
    expect(state).toMatchObject({ triggering: undefined });
    expect(state.pending.get(1)?.phase).toBe('collecting');
  });

  test('that cannot be made aborts it, and the next request is chosen', () => {
    const reason = 'abort 1 behind 0: IO_EXCEPTION';
    expect(told([...asked, locationFailed()])).toEqual([reason]);
    expect(told([...asked, elapsed, locationFailed()])).toEqual([reason, 'takeId']);
  });

  test('of another checkpoint, or told twice, changes nothing', () => {
    expect(told([...asked, located(2)])).toEqual([]);
    expect(told([...asked, locationFailed(2)])).toEqual([]);
    expect(told([...asked, located(), located()])).toEqual([]);
    expect(told([...asked, located(), locationFailed()])).toEqual([]);
  });
});

describe('operator coordinators', () => {
  const two = coordinatorWith({ coordinators: ['flights', 'rules'] });
  const asked: Step[] = [...running, ...triggered()];
  const both: Step[] = [...asked, coordinated('rules'), coordinated('flights')];

  test('come before the tasks, which are triggered when all have given their state', () => {
    expect(told(asked, two)).toEqual(['coordinate 1 flights', 'coordinate 1 rules']);
    expect(told([...asked, coordinated('rules')], two)).toEqual([]);
    expect(told([...asked, coordinated('rules'), coordinated('rules')], two)).toEqual([]);
    expect(told(both, two)).toEqual(triggers());
    const { coordinators } = play(both, two).state.pending.get(1) ?? {};
    expect(coordinators).toEqual(
      new Map([
        ['rules', Int32Array.of(1)],
        ['flights', Int32Array.of(1)],
      ]),
    );
  });

  test('hold the next request back until then', () => {
    const more = coordinatorWith({ coordinators: ['flights'], concurrent: 2 });
    expect(chosen([...asked, elapsed], more)).toEqual([]);
    const waiting: Step[] = [...asked, elapsed, coordinated('flights')];
    expect(told(waiting, more)).toEqual([...triggers(), 'takeId']);
  });

  test('one that fails aborts it', () => {
    expect(told([...asked, coordinationFailed()], two)).toEqual([
      'abort 1 behind 0: TRIGGER_CHECKPOINT_FAILURE',
    ]);
    const next = told([...asked, elapsed, coordinationFailed()], two);
    expect(next.at(-1)).toBe('takeId');
  });

  test('what is of another checkpoint, or comes when tasks are triggered, changes nothing', () => {
    expect(told([...asked, coordinated('flights', 2)], two)).toEqual([]);
    expect(told([...asked, coordinationFailed(2)], two)).toEqual([]);
    expect(told([...both, coordinated('rules')], two)).toEqual([]);
    expect(told([...both, coordinationFailed()], two)).toEqual([]);
  });
});

describe('acknowledgements', () => {
  const pending: Step[] = [...running, ...triggered()];

  test('one of some is told, the last one writes the metadata with all parts', () => {
    expect(told([...pending, acknowledged('sink[0]')])).toEqual(['acknowledge 1 sink[0]']);
    const { effects } = play([...pending, ...collected()]);
    const parts = new Map(settings.subtasks.map(({ name }) => [name, part(name)]));
    expect(effects).toMatchObject([
      { kind: 'acknowledge', id: 1, subtask: 'sink[0]', last: true },
      { kind: 'writeMetadata', pending: { id: 1, phase: 'writingMetadata', parts } },
    ]);
  });

  test('those of tasks that had finished are not waited for', () => {
    const over: Step[] = [...running, standing('source[0]', 'finished'), ...triggered()];
    const all = [acknowledged('source[1]'), acknowledged('sink[0]')];
    expect(told([...over, ...all])).toEqual(['acknowledge 1 sink[0], the last', 'writeMetadata 1']);
  });

  test('a second one of the same subtask counts once', () => {
    const twice = [acknowledged('sink[0]'), acknowledged('sink[0]'), acknowledged('source[0]')];
    expect(told([...pending, ...twice.slice(0, 2)])).toEqual([]);
    expect(play([...pending, ...twice]).state.pending.get(1)?.phase).toBe('collecting');
  });

  test('several checkpoints collect side by side', () => {
    const two = coordinatorWith({ concurrent: 2 });
    const both: Step[] = [...pending, ...triggered(2)];
    expect(told([...both, ...collected(1).slice(1), acknowledged('sink[0]', 2)], two)).toEqual([
      'acknowledge 2 sink[0]',
    ]);
  });

  test.each<[string, readonly Step[]]>([
    ['of another attempt', [acknowledged('sink[0]', 1, { attempt: 6 })]],
    ['of a checkpoint that was aborted', [declined(), acknowledged('sink[0]')]],
    ['of a checkpoint that has expired', [expired(), acknowledged('sink[0]')]],
    ['of a job that was stopped', [stopped, acknowledged('sink[0]')]],
  ])('one %s is removed', (_what, steps) => {
    expect(told([...pending, ...steps])).toEqual(['discard chk-1/sink[0]']);
  });

  test('so is one of a checkpoint that was subsumed', () => {
    const two = coordinatorWith({ concurrent: 2 });
    const newer: Step[] = [...triggered(2), ...collected(2), ...finalized(2)];
    const late: Step[] = [...pending, ...newer, acknowledged('sink[0]')];
    expect(told(late, two)).toEqual(['discard chk-1/sink[0]']);
  });

  test('so is one that nobody waits for', () => {
    expect(told([...pending, acknowledged('sink[0]', 9)])).toEqual(['discard chk-9/sink[0]']);
    expect(told([...running, ...begun(), acknowledged('sink[0]')])).toHaveLength(1);
    const over: Step[] = [...running, standing('source[0]', 'finished'), ...triggered()];
    expect(told([...over, acknowledged('source[0]')])).toEqual(['discard chk-1/source[0]']);
  });

  test('but never the part of a checkpoint that is retained, or about to be', () => {
    const late = acknowledged('sink[0]');
    expect(told([...pending, ...collected(), late])).toEqual([]);
    expect(told([...pending, ...collected(), metadataWritten(), late])).toEqual([]);
    expect(told([...running, ...completed(1), late])).toEqual([]);
    const other = acknowledged('sink[0]', 1, {
      part: { handle: handle('other'), progress: 'working' },
    });
    expect(told([...pending, ...collected(), other])).toEqual(['discard chk-1/other']);
  });
});

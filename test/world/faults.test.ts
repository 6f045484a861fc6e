/** Faults of a plan: aims, overlaps, what is stated, and that a run is a function of its setup. */
import fc from 'fast-check';
import { expect, test } from 'vitest';

import type { Aim, Fault, Misfortune } from '../../src/faults/fault.js';
import type { Observer } from '../../src/history/entry.js';
import type { ConnectionId } from '../../src/kernel/actor.js';
import {
  at,
  idle,
  linesOf,
  message,
  range,
  run,
  statedBy,
  textsOf,
  type Actor,
  type Play,
  type Played,
} from './stage.js';

const crash = (process: string): Misfortune => ({
  kind: 'crash',
  process,
  silent: false,
  restartAfter: 20_000,
});
const pause = (process: string): Misfortune => ({ kind: 'pause', process, duration: 20_000 });

function aimed(aim: Partial<Aim>, what: Misfortune, after = 0): Fault {
  return { when: { aim: { moment: 'stored', occurrence: 1, ...aim }, after }, what };
}

/** At each tick: sends 'early', states 'stored' about a checkpoint, sends 'late'. */
const storing: Actor = (event, out, memory) => {
  if (event.kind === 'started') out.connect('sink', 'x');
  if (event.kind === 'connected') {
    memory.set('connection', event.connection);
    for (const subject of range(1, 4)) out.setTimer(subject * 5_000, { kind: 'tick', subject });
  }
  if (event.kind !== 'elapsed') return;
  const connection = memory.get('connection') as ConnectionId;
  const { subject } = event.timer;
  out.send(connection, message('early', subject));
  out.moment('stored', subject, `checkpoint-${subject}`);
  out.send(connection, message('late', subject));
  out.moment('sent', subject, '');
  out.append('file', Int32Array.of(subject), subject);
};

const actors = { 'manager-0': storing, 'manager-1': storing, sink: idle };

const receivedBySink = (played: Played) =>
  textsOf(played, 'sink').filter((text) => text.startsWith('received'));

test('an aimed crash strikes within the step: what was done before it stays', () => {
  const played = run({
    actors: { 'manager-0': storing, sink: idle },
    faults: [aimed({ occurrence: 2 }, crash('self'))],
  });
  expect(receivedBySink(played)).toEqual([
    ...['received early 1', 'received late 1', 'received early 2'],
    ...range(1, 4).flatMap((subject) => [`received early ${subject}`, `received late ${subject}`]),
  ]);
  expect(statedBy(played, 'stored', 'processCrashed', 'sent').slice(0, 5)).toEqual([
    '7000 manager-0 stored 1',
    '7000 manager-0 sent 1',
    '12000 manager-0 stored 2',
    '12000 manager-0 processCrashed 1',
    '39000 manager-0 stored 1',
  ]);
  expect(linesOf(played, 'manager-0')).not.toContain('12010 disk 2 done');
});

test('an aim counts the moments of its kind that fit process and entity', () => {
  const crashes = (aim: Partial<Aim>) =>
    statedBy(run({ actors, faults: [aimed(aim, crash('self'))] }), 'processCrashed');
  expect(crashes({})).toEqual(['7000 manager-0 processCrashed 1']);
  expect(crashes({ occurrence: 2 })).toEqual(['7000 manager-1 processCrashed 1']);
  expect(crashes({ process: 'manager', occurrence: 4 })).toEqual([
    '12000 manager-1 processCrashed 1',
  ]);
  expect(crashes({ process: 'manager-1', occurrence: 2 })).toEqual([
    '12000 manager-1 processCrashed 1',
  ]);
  expect(crashes({ about: 'checkpoint-3' })).toEqual(['17000 manager-0 processCrashed 1']);
  expect(crashes({ process: 'man' })).toEqual([]);
  expect(crashes({ process: 'sink' })).toEqual([]);
  expect(crashes({ occurrence: 7 })).toEqual([]);
  expect(crashes({ moment: 'unheard' })).toEqual([]);
});

test('an aimed fault may strike another, and may wait', () => {
  const other = run({ actors, faults: [aimed({ process: 'manager-0' }, crash('manager-1'))] });
  expect(statedBy(other, 'processCrashed')).toEqual(['7000 manager-1 processCrashed 1']);

  const later = run({ actors, faults: [aimed({ process: 'manager-1' }, crash('self'), 3_000)] });
  expect(statedBy(later, 'processCrashed')).toEqual(['10000 manager-1 processCrashed 1']);
  expect(textsOf(later, 'sink')).toContain('received late 1');
});

test('a pause within a step withholds what the step does after it, in order', () => {
  const played = run({
    actors: { 'manager-0': storing, sink: idle },
    faults: [aimed({}, pause('self'))],
  });
  expect(linesOf(played, 'sink').slice(2, 5)).toEqual([
    '8000 received early 1',
    '28000 received late 1',
    '28000 received early 2',
  ]);
  expect(statedBy(played, 'stored', 'sent').slice(0, 3)).toEqual([
    '7000 manager-0 stored 1',
    '27000 manager-0 sent 1',
    '27000 manager-0 stored 2',
  ]);
  expect(linesOf(played, 'manager-0')).toContain('27010 disk 1 done');
});

test('what a pause withheld is dropped by a crash, and may itself end the process', () => {
  const dropped = run({
    actors: { 'manager-0': storing, sink: idle },
    faults: [aimed({}, pause('self')), at(10_000, crash('manager-0'))],
  });
  expect(receivedBySink(dropped).slice(0, 2)).toEqual(['received early 1', 'received early 1']);

  const exiting: Actor = (event, out, memory) => {
    storing(event, out, memory);
    if (event.kind !== 'elapsed') return;
    out.connect('sink', 'y');
    out.exit('fatal');
    out.moment('afterwards', 0, '');
  };
  const ended = run(
    { actors: { 'manager-0': exiting, sink: idle }, faults: [aimed({}, pause('self'))] },
    { events: Infinity, until: 60_000 },
  );
  expect(statedBy(ended, 'afterwards')).toEqual([]);
  expect(statedBy(ended, 'sent', 'processCrashed').slice(0, 2)).toEqual([
    '27000 manager-0 sent 1',
    '27000 manager-0 processCrashed 1',
  ]);
  expect(linesOf(ended, 'sink').slice(3, 5)).toEqual([
    '28000 received late 1',
    '28000 disconnected manager-0/x',
  ]);
  expect(textsOf(ended, 'sink')).not.toContain('accepted manager-0/y');
});

test('a pause that strikes what an earlier pause withheld withholds the rest again', () => {
  const played = run({
    actors: { 'manager-0': storing, sink: idle },
    faults: [aimed({}, pause('self')), aimed({ moment: 'sent' }, pause('self'))],
  });
  expect(linesOf(played, 'manager-0')).toContain('47010 disk 1 done');
  expect(linesOf(played, 'manager-0')).not.toContain('27010 disk 1 done');
});

test('a connection opened behind a pause begins when the process goes on', () => {
  const dialling: Actor = (event, out) => {
    if (event.kind !== 'started') return;
    out.moment('stored', 1, '');
    out.connect('sink', 'x');
  };
  const played = run({
    actors: { a: dialling, sink: idle },
    faults: [aimed({}, pause('self'))],
  });
  expect(linesOf(played, 'sink')).toEqual(['0 started 1', '21000 accepted a/x']);
  expect(linesOf(played, 'a')).toEqual(['0 started 1', '22000 connected sink/x']);
});

test('an aim at a delivery needs nobody who watches, and may end who receives', () => {
  const blind: Observer = { sees: ['processCrashed'], messages: [], see: () => undefined };
  const aim = { moment: 'delivered', process: 'sink', occurrence: 2 };
  const faults = [aimed(aim, crash('self'))];
  const watched = run({ actors: { 'manager-0': storing, sink: idle }, faults });
  const unwatched = run({
    actors: { 'manager-0': storing, sink: idle },
    faults,
    observer: blind,
  });
  expect(receivedBySink(watched)).toEqual(['received early 1']);
  expect(unwatched.fingerprint).toBe(watched.fingerprint);
  expect(unwatched.world.kinds.get('delivered')?.count).toBe(2);
  expect(watched.world.kinds.get('delivered')?.count).toBe(2);
});

test('an observer is shown the kinds and the messages that it asks for', () => {
  const seen: string[] = [];
  const see: Observer['see'] = ({ kind, subject, detail }) =>
    seen.push(`${kind} ${subject} ${(detail as { message?: string } | undefined)?.message ?? ''}`);
  run({
    actors: { 'manager-0': storing, sink: idle },
    observer: { sees: ['stored'], messages: ['late'], see },
  });
  expect(seen).toEqual(
    range(1, 4).flatMap((subject) => [`stored ${subject} `, `delivered ${subject} late`]),
  );
});

test('a crash aimed at a start or at a crash leaves one death', () => {
  const started = run({
    actors: { a: idle },
    faults: [aimed({ moment: 'processStarted' }, crash('self'))],
  });
  expect(linesOf(started, 'a')).toEqual(['20000 started 2']);

  const crashed = run({
    actors: { a: idle },
    faults: [
      at(1_000, crash('a')),
      aimed({ moment: 'processCrashed' }, crash('self')),
      aimed({ moment: 'processCrashed', occurrence: 2 }, crash('self')),
    ],
  });
  expect(statedBy(crashed, 'processCrashed', 'processStarted')).toEqual([
    '0 a processStarted 1',
    '1000 a processCrashed 1',
    '21000 a processStarted 2',
  ]);
});

test('what begins, ends and is healed is stated', () => {
  const played = run({
    actors: { a: idle, b: idle },
    faults: [
      at(1_000, pause('a')),
      at(15_000, { kind: 'clog', from: 'a', to: 'b', duration: 2_000 }),
      at(50_000, { kind: 'break', between: ['a', 'b'] }),
      at(60_000, crash('b')),
    ],
  });
  expect(statedBy(played, 'faultBegan', 'faultEnded', 'allHealed', 'processStarted')).toEqual([
    '0 a processStarted 1',
    '0 b processStarted 1',
    '1000 a faultBegan 0',
    '15000 a faultBegan 1',
    '17000 a faultEnded 1',
    '21000 a faultEnded 0',
    '50000 a faultBegan 2',
    '50000 a faultEnded 2',
    '60000 a faultBegan 3',
    '80000 b processStarted 2',
    '80000 a faultEnded 3',
    '80000 a allHealed 0',
  ]);
  expect(played.entries.find(({ kind }) => kind === 'faultBegan')).toMatchObject({
    about: 'pause',
    detail: { fault: 'pause of a' },
  });
});

test('a run whose faults are all aimed is healed at first, and again after each of them', () => {
  const played = run({ actors, faults: [aimed({}, pause('self'))] });
  expect(statedBy(played, 'allHealed')).toEqual([
    '0 manager-0 allHealed 0',
    '27000 manager-0 allHealed 0',
  ]);
});

test('a service is told what is in force; shares and factors end one by one', () => {
  const play: Play = {
    actors: { a: idle },
    faults: [
      at(1_000, { kind: 'slow', process: 'a', factor: 3, duration: 5_000 }),
      at(2_000, { kind: 'slow', process: 'a', factor: 3, duration: 1_000 }),
      at(2_000, { kind: 'failing', process: 'a', perMille: 100, duration: 2_000 }),
      at(2_000, { kind: 'unanswered', process: 'a', perMille: 200, duration: 2_000 }),
    ],
  };
  const conditionsAt = (until: number) =>
    run(play, { events: Infinity, until }).world.byName.get('a')?.spec.conditions;
  const all = { objects: undefined, access: undefined };
  expect(conditionsAt(2_500)).toMatchObject({
    slow: [
      { size: 3, ...all },
      { size: 3, ...all },
    ],
    failing: [{ size: 100, ...all }],
    unanswered: [{ size: 200, ...all }],
  });
  expect(conditionsAt(3_500)).toMatchObject({
    slow: [{ size: 3 }],
    failing: [{ size: 100 }],
  });
  expect(conditionsAt(9_000)).toMatchObject({ slow: [], failing: [], unanswered: [] });
});

test('faults of some requests end each for itself', () => {
  const failing = { kind: 'failing', process: 'a', perMille: 100, duration: 1_000 } as const;
  const play: Play = {
    actors: { a: idle },
    faults: [
      at(1_000, { ...failing, objects: '/_metadata$', duration: 9_000 }),
      at(1_000, { ...failing, objects: '/_metadata$', access: 'read', duration: 9_000 }),
      at(1_000, { ...failing, objects: '/$' }),
      at(1_000, { ...failing, access: 'read' }),
      at(1_000, failing),
    ],
  };
  const { failing: left } = run(play, { events: Infinity, until: 3_000 }).world.byName.get('a')
    ?.spec.conditions ?? { failing: [] };
  expect(left).toEqual([
    { size: 100, objects: /\/_metadata$/u, access: undefined },
    { size: 100, objects: /\/_metadata$/u, access: 'read' },
  ]);
});

/* A busy play: everyone talks to everyone, connects again, writes and sets timers. */

const names = ['a', 'b', 'c'];

/** What was sent over each connection, in order, and what arrived. */
type Ledger = { sent: Map<string, number>; received: Map<string, number[]> };

function talker(name: string, ledger: Ledger): Actor {
  const speak = (connection: number, out: Parameters<Actor>[1]): void => {
    const way = `${connection} ${name}`;
    const subject = ledger.sent.get(way) ?? 0;
    ledger.sent.set(way, subject + 1);
    out.send(connection, message('word', subject));
  };
  return (event, out, memory) => {
    switch (event.kind) {
      case 'started':
        for (const peer of names) if (peer > name) out.connect(peer, 'x');
        out.append('file', Int32Array.of(event.incarnation), 1);
        return;
      case 'connected':
      case 'accepted':
        memory.set(String(event.connection), 1);
        for (let count = 0; count < 3; count += 1) speak(event.connection, out);
        return;
      case 'received': {
        const way = `${event.connection} ${name}`;
        ledger.received.set(way, [...(ledger.received.get(way) ?? []), event.message.subject]);
        out.moment('heard', event.message.subject, name);
        if (event.message.subject < 25) speak(event.connection, out);
        if (event.message.subject === 12) out.sync('file', 2);
        return;
      }
      case 'disconnected':
        memory.delete(String(event.connection));
        if (event.peer > name) out.setTimer(3_000, { kind: 'again', subject: 0 });
        return;
      case 'elapsed':
        for (const peer of names) if (peer > name) out.connect(peer, 'x');
        return;
      default:
        return;
    }
  };
}

function busy(faults: readonly Fault[], key: number): Played & { ledger: Ledger } {
  const ledger: Ledger = { sent: new Map(), received: new Map() };
  const play: Play = {
    actors: Object.fromEntries(names.map((name) => [name, talker(name, ledger)])),
    network: { latencyMicrosMin: 100, latencyMicrosMax: 5_000, tailMicrosMean: 500 },
    faults,
    key,
  };
  return { ...run(play, { events: 20_000, until: 400_000 }), ledger };
}

const process = fc.constantFrom(...names);
const processOrSelf = fc.constantFrom(...names, 'self');
const span = fc.integer({ min: 0, max: 40_000 });
const some = fc.uniqueArray(process, { minLength: 1, maxLength: 3 });

const misfortune = (target: fc.Arbitrary<string>): fc.Arbitrary<Misfortune> =>
  fc.oneof(
    fc.record({
      kind: fc.constant('crash' as const),
      process: target,
      silent: fc.boolean(),
      restartAfter: span,
    }),
    fc.record({ kind: fc.constant('pause' as const), process: target, duration: span }),
    fc.record({
      kind: fc.constant('partition' as const),
      from: some,
      to: some,
      bothWays: fc.boolean(),
      duration: span,
    }),
    fc.record({ kind: fc.constant('clog' as const), from: target, to: process, duration: span }),
    fc.record({ kind: fc.constant('break' as const), between: fc.tuple(process, target) }),
    fc.record({
      kind: fc.constantFrom('failingDisk' as const),
      process: target,
      duration: span,
    }),
    fc.record({
      kind: fc.constantFrom('slow' as const, 'slowDisk' as const),
      process: target,
      factor: fc.integer({ min: 1, max: 9 }),
      duration: span,
    }),
    fc.record({
      kind: fc.constant('clockSkew' as const),
      process: target,
      by: fc.integer({ min: -9_000, max: 9_000 }),
      duration: span,
    }),
  );

const moments = ['heard', 'delivered', 'processStarted', 'processCrashed', 'faultBegan'];

const fault: fc.Arbitrary<Fault> = fc.oneof(
  fc.record({
    when: fc.record({ at: fc.integer({ min: 0, max: 80_000 }) }),
    what: misfortune(process),
  }),
  fc.record({
    when: fc.record({
      aim: fc.record(
        {
          moment: fc.constantFrom(...moments),
          occurrence: fc.integer({ min: 1, max: 60 }),
          process,
        },
        { requiredKeys: ['moment', 'occurrence'] },
      ),
      after: fc.oneof(fc.constant(0), span),
    }),
    what: misfortune(processOrSelf),
  }),
);

const plan = fc.tuple(fc.array(fault, { maxLength: 8 }), fc.nat());

test('whatever happens, what arrives over a connection is what was sent, in order', () => {
  fc.assert(
    fc.property(plan, ([faults, key]) => {
      const { ledger } = busy(faults, key);
      for (const [way, subjects] of ledger.received) {
        expect(subjects, way).toEqual(range(0, subjects.length));
      }
    }),
    { numRuns: 300 },
  );
});

test('whatever happens, a connection of which nobody heard the end lost nothing', () => {
  fc.assert(
    fc.property(plan, ([faults, key]) => {
      const { ledger, heard, world, ending } = busy(faults, key);
      expect(ending).toBe('drained');
      for (const end of world.ends) {
        if (end?.phase !== 2 || end.peer.phase !== 2) continue;
        const id = end.way >> 1;
        const sent = ledger.sent.get(`${id} ${end.process.spec.name}`) ?? 0;
        const received = ledger.received.get(`${id} ${end.peer.process.spec.name}`) ?? [];
        expect(received).toHaveLength(sent);
      }
      expect(heard.length).toBeGreaterThan(0);
    }),
    { numRuns: 300 },
  );
});

test('whatever happens, each life is one, and its state is the life of its own', () => {
  fc.assert(
    fc.property(plan, ([faults, key]) => {
      const { entries } = busy(faults, key);
      for (const name of names) {
        const lives = entries
          .filter(({ process: who, kind }) => who === name && kind.startsWith('process'))
          .filter(({ kind }) => kind === 'processStarted' || kind === 'processCrashed')
          .map(({ kind, subject }) => `${kind} ${subject}`);
        const expected = range(0, lives.length).map(
          (index) => `${index % 2 === 0 ? 'processStarted' : 'processCrashed'} ${(index >> 1) + 1}`,
        );
        expect(lives).toEqual(expected);
      }
    }),
    { numRuns: 200 },
  );
});

test('the same setup twice gives the same run', () => {
  fc.assert(
    fc.property(plan, ([faults, key]) => {
      const one = busy(faults, key);
      const two = busy(faults, key);
      expect(two.fingerprint).toBe(one.fingerprint);
      expect(two.entries).toEqual(one.entries);
      expect(two.heard).toEqual(one.heard);
    }),
    { numRuns: 100 },
  );
  expect(busy([], 1).fingerprint).not.toBe(busy([], 2).fingerprint);
});

/** Latency of each ping by the lives of its ends and its number; pings leave far apart. */
function latencies(faults: readonly Fault[]): Map<string, number> {
  const found = new Map<string, number>();
  const left = new Map<string, number>();
  run({
    network: { latencyMicrosMin: 100, latencyMicrosMax: 9_999, tailMicrosMean: 900 },
    faults,
    actors: {
      a: (event, out, memory) => {
        if (event.kind === 'started') {
          memory.set('life', event.incarnation);
          for (const subject of range(0, 30))
            out.setTimer(100_000 * (subject + 1), { kind: 'due', subject });
        }
        if (event.kind === 'started' || event.kind === 'disconnected') out.connect('b', 'x');
        if (event.kind === 'connected') memory.set('connection', event.connection);
        if (event.kind !== 'elapsed') return;
        const { subject } = event.timer;
        left.set(`${memory.get('life')} ${subject}`, out.now());
        out.send(memory.get('connection') ?? 0, message(`ping ${memory.get('life')}`, subject));
      },
      b: (event, out, memory) => {
        if (event.kind === 'started') memory.set('life', event.incarnation);
        if (event.kind !== 'received') return;
        const life = event.message.kind.slice(5);
        const sent = left.get(`${life} ${event.message.subject}`) ?? NaN;
        const place = `${life} ${memory.get('life')} ${event.message.subject}`;
        found.set(place, out.now() - sent);
      },
    },
  });
  return found;
}

test('taking a fault out changes no latency of the messages that remain the same', () => {
  const faults = [
    at(250_000, crash('b')),
    at(850_000, { kind: 'break', between: ['a', 'b'] }),
    at(1_050_000, { kind: 'partition', from: ['a'], to: ['b'], bothWays: true, duration: 90_000 }),
    at(1_450_000, crash('a')),
  ] satisfies Fault[];
  const all = latencies(faults);
  expect(all.size).toBeGreaterThan(40);
  for (const gone of faults) {
    const fewer = latencies(faults.filter((one) => one !== gone));
    const common = [...fewer].filter(([place]) => all.has(place));
    expect(common.length).toBeGreaterThan(1);
    expect(common).toEqual(common.map(([place]) => [place, all.get(place)]));
  }
});

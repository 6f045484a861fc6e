/** Processes: lives, pauses, timers, clocks, and how a run is driven. */
import { expect, test } from 'vitest';

import { runWorld, stopWorld } from '../../src/world/world.js';
import { hexOfFingerprint } from '../../src/kernel/trace.js';
import {
  at,
  idle,
  linesOf,
  message,
  range,
  run,
  stage,
  statedBy,
  textsOf,
  type Actor,
} from './stage.js';

const silently = (process: string, restartAfter: number) =>
  ({ kind: 'crash', process, silent: true, restartAfter }) as const;

/** Ticks every 1,000 µs and counts the ticks of this life. */
const ticker: Actor = (event, out, memory) => {
  if (event.kind !== 'started' && event.kind !== 'elapsed') return;
  const ticks = memory.get('ticks') ?? 0;
  memory.set('ticks', ticks + 1);
  if (ticks < 5) out.setTimer(1_000, { kind: 'tick', subject: ticks });
};

test('a crash drops the state and the timers, and raises the incarnation', () => {
  const played = run({ actors: { a: ticker }, faults: [at(2_500, silently('a', 1_000))] });
  expect(linesOf(played, 'a')).toEqual([
    '0 started 1',
    '1000 elapsed tick 0',
    '2000 elapsed tick 1',
    '3500 started 2',
    ...range(0, 5).map((tick) => `${4_500 + tick * 1_000} elapsed tick ${tick}`),
  ]);
  expect(statedBy(played, 'processStarted', 'processCrashed')).toEqual([
    '0 a processStarted 1',
    '2500 a processCrashed 1',
    '3500 a processStarted 2',
  ]);
});

test('a process that is crashed while it is down stays down until both restarts are due', () => {
  const played = run({
    actors: { a: idle },
    faults: [at(1_000, silently('a', 5_000)), at(3_000, silently('a', 9_000))],
  });
  expect(statedBy(played, 'processStarted', 'processCrashed')).toEqual([
    '0 a processStarted 1',
    '1000 a processCrashed 1',
    '12000 a processStarted 2',
  ]);
});

test('a process that ends itself does nothing more in that step, and starts again', () => {
  const played = run({
    restartDelayMicros: 7_000,
    actors: {
      a: (event, out) => {
        if (event.kind !== 'started' || event.incarnation > 1) return;
        out.setTimer(100, { kind: 'never', subject: 0 });
        out.moment('before', 1, '');
        out.exit('fatal');
        out.exit('again');
        out.moment('after', 1, '');
        out.append('file', Int32Array.of(1), 1);
        expect(out.connect('b', 'x')).toBe(0);
        out.cancelTimer(out.setTimer(100, { kind: 'never', subject: 1 }));
      },
      b: idle,
    },
  });
  expect(linesOf(played, 'a')).toEqual(['0 started 1', '7000 started 2']);
  expect(statedBy(played, 'before', 'after')).toEqual(['0 a before 1']);
  expect(played.entries.find(({ kind }) => kind === 'processCrashed')?.detail).toEqual({
    cause: 'fatal',
  });
  expect(textsOf(played, 'b')).toEqual(['started 1']);
});

test('a cancelled timer does not elapse, and cancelling it again does nothing', () => {
  const played = run({
    actors: {
      a: (event, out) => {
        if (event.kind !== 'started') return;
        const first = out.setTimer(10, { kind: 'first', subject: 0 });
        out.setTimer(20, { kind: 'second', subject: 0 });
        out.cancelTimer(first);
        out.cancelTimer(first);
      },
    },
  });
  expect(linesOf(played, 'a')).toEqual(['0 started 1', '20 elapsed second 0']);
});

const pause = (process: string, duration: number) =>
  ({ kind: 'pause', process, duration }) as const;

/** Connects to b and sends a ping every 1,000 µs. */
const pinger: Actor = (event, out) => {
  if (event.kind === 'started') out.connect('b', 'x');
  if (event.kind !== 'connected') return;
  for (const subject of range(0, 6)) out.setTimer(subject * 1_000, { kind: 'due', subject });
};

const echoing: Actor = (event, out, memory) => {
  if (event.kind === 'connected') memory.set('connection', event.connection);
  pinger(event, out, memory);
  if (event.kind === 'elapsed')
    out.send(memory.get('connection') as number, message('ping', event.timer.subject));
};

test('a pause keeps the backlog in order', () => {
  const played = run({
    actors: {
      a: echoing,
      b: (event, out) => {
        if (event.kind === 'started') out.setTimer(5_500, { kind: 'tick', subject: 0 });
      },
    },
    faults: [at(3_500, pause('b', 3_000))],
  });
  expect(linesOf(played, 'b').slice(2)).toEqual([
    '3000 received ping 0',
    '6500 received ping 1',
    '6500 received ping 2',
    '6500 elapsed tick 0',
    '6500 received ping 3',
    '7000 received ping 4',
    '8000 received ping 5',
  ]);
  expect(statedBy(played, 'processPaused', 'processResumed')).toEqual([
    '3500 b processPaused 0',
    '6500 b processResumed 0',
  ]);
});

test('pauses that overlap end with the last', () => {
  const played = run({
    actors: { a: ticker },
    faults: [at(500, pause('a', 2_000)), at(1_500, pause('a', 4_000))],
  });
  expect(linesOf(played, 'a')[1]).toBe('5500 elapsed tick 0');
});

test('a timer that waits in the backlog may still be cancelled', () => {
  const played = run({
    actors: {
      a: (event, out, memory) => {
        if (event.kind === 'started') {
          out.setTimer(1_000, { kind: 'first', subject: 0 });
          memory.set('second', out.setTimer(1_001, { kind: 'second', subject: 0 }));
          out.setTimer(1_002, { kind: 'third', subject: 0 });
        }
        if (event.kind === 'elapsed') out.cancelTimer(memory.get('second') as number);
      },
    },
    faults: [at(500, pause('a', 5_000))],
  });
  expect(textsOf(played, 'a')).toEqual(['started 1', 'elapsed first 0', 'elapsed third 0']);
});

test('what waits in the backlog for a connection is dropped when the process closes it', () => {
  const closer: Actor = (event, out, memory) => {
    if (event.kind === 'accepted') memory.set('connection', event.connection);
    if (event.kind === 'received') out.close(event.connection);
  };
  const played = run({ actors: { a: echoing, b: closer }, faults: [at(2_500, pause('b', 4_000))] });
  expect(linesOf(played, 'b').slice(2)).toEqual(['6500 received ping 0']);
  expect(linesOf(played, 'a')).toContain('7500 disconnected b/x');

  const crashed = run({
    actors: { a: echoing, b: closer },
    faults: [
      at(2_500, pause('b', 7_000)),
      at(5_000, { kind: 'crash', process: 'a', silent: false, restartAfter: 90_000 }),
    ],
  });
  expect(linesOf(crashed, 'b').slice(2, 3)).toEqual(['9500 received ping 0']);
  expect(textsOf(crashed, 'b').filter((text) => text.startsWith('disconnected'))).toEqual([]);
});

test('a crash during a pause drops the backlog; the next life waits for its end', () => {
  const played = run({
    actors: { a: ticker },
    faults: [at(500, pause('a', 9_000)), at(2_000, silently('a', 1_000))],
  });
  expect(linesOf(played, 'a').slice(0, 3)).toEqual([
    '0 started 1',
    '9500 started 2',
    '10500 elapsed tick 0',
  ]);
  expect(statedBy(played, 'processStarted')).toContain('3000 a processStarted 2');
});

test('a backlog stops where a step of it ends the process', () => {
  const played = run({
    actors: {
      a: (event, out) => {
        if (event.kind === 'started' && event.incarnation === 1)
          for (const subject of range(0, 3)) out.setTimer(1_000, { kind: 'tick', subject });
        if (event.kind === 'elapsed' && event.timer.subject === 1) out.exit('fatal');
      },
    },
    faults: [at(500, pause('a', 2_000))],
  });
  expect(textsOf(played, 'a')).toEqual([
    'started 1',
    'elapsed tick 0',
    'elapsed tick 1',
    'started 2',
  ]);
});

test('clocks begin where they are set, and jump for a while; the uptime does not', () => {
  const read: string[] = [];
  const uptimes: number[] = [];
  const reader: Actor = (event, out, memory) => {
    read.push(String(out.now()));
    uptimes.push(out.uptime());
    ticker(event, out, memory);
  };
  const skew = { kind: 'clockSkew', process: 'a', duration: 2_000 } as const;
  run({
    actors: { a: reader },
    clocks: { a: 100_000 },
    faults: [at(1_500, { ...skew, by: -50_000 }), at(2_500, { ...skew, by: 7 })],
  });
  expect(read).toEqual(['100000', '101000', '52000', '53007', '104007', '105000']);
  expect(uptimes).toEqual(range(0, 6).map((tick) => tick * 1_000));
});

test('noise at a place is the same for every process and moment', () => {
  const drawn = new Set<number>();
  const entity = { name: 'place', high: 1, low: 2 };
  const drawer: Actor = (event, out, memory) => {
    drawn.add(out.noise(5, entity, 3, 1));
    ticker(event, out, memory);
  };
  run({ actors: { a: drawer, b: drawer } });
  expect(drawn.size).toBe(1);
});

test('a step that asks the platform for the time is told who did it', () => {
  const set = stage({ actors: { a: () => void Date.now() } });
  expect(() => runWorld(set.world, { events: 10, until: 10 })).toThrow('Date.now()');
});

test('effects outside a step are a bug of ours', () => {
  const set = stage({ actors: { a: idle } });
  expect(() => set.world.out.now()).toThrow('within a step');
});

test('names of processes are distinct, timers are set forward', () => {
  const set = stage({
    actors: { a: (_, out) => void out.setTimer(-1, { kind: 'early', subject: 0 }) },
  });
  expect(() => runWorld(set.world, { events: 10, until: 10 })).toThrow('set forward');
});

test('a run goes on where its budget ended it, and ends when it is stopped', () => {
  const play = { actors: { a: echoing, b: idle } };
  const whole = run(play);
  expect(whole.ending).toBe('drained');

  const parts = stage(play);
  expect(runWorld(parts.world, { events: 7, until: Infinity })).toBe('events-spent');
  expect(runWorld(parts.world, { events: Infinity, until: 4_500 })).toBe('time-spent');
  expect(runWorld(parts.world, { events: Infinity, until: Infinity })).toBe('drained');
  expect(hexOfFingerprint(parts.world.pump.fingerprint)).toBe(whole.fingerprint);
  expect(parts.entries).toEqual(whole.entries);

  const stopped = stage({
    actors: { a: echoing, b: (event) => event.kind === 'received' && stopWorld(stopped.world) },
  });
  expect(runWorld(stopped.world, { events: Infinity, until: Infinity })).toBe('stopped');
  expect(linesOf(stopped, 'b').at(-1)).toBe('3000 received ping 0');
});

/** Connections: order, loss only with the connection, and what faults on the way do to them. */
import { expect, test } from 'vitest';

import type { Entry } from '../../src/history/entry.js';
import type { ConnectionId, Out } from '../../src/kernel/actor.js';
import { runWorld } from '../../src/world/world.js';
import {
  at,
  idle,
  linesOf,
  message,
  range,
  run,
  stage,
  textsOf,
  type Actor,
  type Played,
} from './stage.js';

const wild = { latencyMicrosMin: 1, latencyMicrosMax: 9_999, tailMicrosMean: 2_000 };

/** Connects to b when it starts, and sends it a ping at each of those times. */
function pinger(...times: readonly number[]): Actor {
  return (event, out, memory) => {
    if (event.kind === 'started') out.connect('b', 'x');
    if (event.kind === 'connected') {
      memory.set('connection', event.connection);
      times.forEach((time, index) =>
        out.setTimer(time - out.now(), { kind: 'due', subject: index }),
      );
    }
    if (event.kind === 'elapsed')
      out.send(memory.get('connection') as ConnectionId, message('ping', event.timer.subject));
  };
}

/** Answers each ping with a pong of its number. */
const ponger: Actor = (event, out) => {
  if (event.kind === 'received') out.send(event.connection, message('pong', event.message.subject));
};

function sendAll(out: Out, connection: ConnectionId, kind: string, count: number): void {
  for (const subject of range(0, count)) out.send(connection, message(kind, subject));
}

const pings = (played: Played) => textsOf(played, 'b').filter((text) => text.includes('ping'));
const named = (kind: string, subjects: readonly number[]) =>
  subjects.map((subject) => `received ${kind} ${subject}`);

test('a message takes its latency, and a connection two of them to stand', () => {
  const played = run({ actors: { a: pinger(5_000), b: ponger } });
  expect(played.ending).toBe('drained');
  expect(linesOf(played, 'a')).toEqual([
    '0 started 1',
    '2000 connected b/x',
    '5000 elapsed due 0',
    '7000 received pong 0',
  ]);
  expect(linesOf(played, 'b')).toEqual([
    '0 started 1',
    '1000 accepted a/x',
    '6000 received ping 0',
  ]);
});

test('each direction of a connection keeps the order, whatever the latencies', () => {
  const played = run({
    network: wild,
    actors: {
      a: (event, out) => {
        if (event.kind === 'started') out.connect('b', 'x');
        if (event.kind === 'connected') sendAll(out, event.connection, 'ping', 300);
      },
      b: (event, out) => {
        if (event.kind === 'accepted') sendAll(out, event.connection, 'pong', 300);
      },
    },
  });
  expect(textsOf(played, 'a').slice(2)).toEqual(named('pong', range(0, 300)));
  expect(pings(played)).toEqual(named('ping', range(0, 300)));
});

test('two connections between the same processes overtake each other', () => {
  const rounds = range(0, 50);
  const played = run({
    network: wild,
    actors: {
      a: (event, out, memory) => {
        if (event.kind === 'started') for (const channel of ['x', 'y']) out.connect('b', channel);
        if (event.kind === 'connected') memory.set(event.channel, event.connection);
        if (event.kind === 'started')
          for (const subject of rounds)
            out.setTimer(100_000 * (subject + 1), { kind: 'round', subject });
        if (event.kind === 'elapsed')
          for (const channel of ['x', 'y'])
            out.send(memory.get(channel) as number, message(channel, event.timer.subject));
      },
      b: idle,
    },
  });
  const received = textsOf(played, 'b').filter((text) => text.startsWith('received'));
  const first = rounds.map((round) => received[2 * round]);
  expect(first).not.toEqual(named('x', rounds));
  expect(first).not.toEqual(named('y', rounds));
});

test('latencies lie within their bounds and depend on kind, subject and channel', () => {
  const sent = range(0, 200).map((index) => 100_000 + index * 20_000);
  const played = run({
    network: { latencyMicrosMin: 1_000, latencyMicrosMax: 9_999 },
    actors: { a: pinger(...sent), b: idle },
  });
  const latencies = played.heard
    .filter(({ process, event }) => process === 'b' && event.kind === 'received')
    .map(({ at: arrival }, index) => arrival - (sent[index] as number));
  expect(latencies).toHaveLength(200);
  expect(Math.min(...latencies)).toBeGreaterThanOrEqual(1_000);
  expect(Math.max(...latencies)).toBeLessThanOrEqual(9_999);
  expect(new Set(latencies).size).toBeGreaterThan(190);
});

/** When each message arrived, by its channel and number, with connections made in that order. */
function arrivalsIn(order: readonly string[]): Map<string, number> {
  const arrivals = new Map<string, number>();
  run({
    network: wild,
    actors: {
      a: (event, out) => {
        if (event.kind === 'started') for (const channel of order) out.connect('b', channel);
        if (event.kind === 'connected') {
          arrivals.set(`${event.channel} connected`, out.now());
          for (const round of range(1, 4))
            out.setTimer(round * 200_000 - out.now(), {
              kind: event.channel,
              subject: event.connection,
            });
        }
        if (event.kind === 'elapsed') out.send(event.timer.subject, message('ping', -1));
      },
      b: (event, out, memory) => {
        if (event.kind === 'accepted')
          memory.set(`${event.connection}`, order.indexOf(event.channel));
        if (event.kind !== 'received') return;
        const channel = order[memory.get(`${event.connection}`) as number];
        const round = Math.floor(out.now() / 200_000);
        arrivals.set(`${channel} ${round}`, out.now());
      },
    },
  });
  return arrivals;
}

test('the order in which connections are made changes no latency', () => {
  const order = ['x', 'y', 'z', 'store', 'log'];
  const forth = arrivalsIn(order);
  const back = arrivalsIn([...order].reverse());
  expect(forth.size).toBe(20);
  expect(new Set(forth.values()).size).toBe(20);
  expect(new Map(back)).toEqual(new Map(forth));
});

test('a process that is up when the request arrives takes it, even if it was not before', () => {
  const late = run({
    actors: {
      a: (event, out) => {
        if (event.kind === 'started') out.setTimer(10_000, { kind: 'dial', subject: 0 });
        if (event.kind === 'elapsed') out.connect('b', 'x');
      },
      b: (event, out) => {
        if (event.kind === 'accepted') out.send(event.connection, message('word', 0));
      },
    },
    faults: [at(5_000, { kind: 'crash', process: 'b', silent: false, restartAfter: 5_500 })],
  });
  expect(linesOf(late, 'a').slice(-2)).toEqual(['12000 connected b/x', '12000 received word 0']);
  const { detail } = late.entries.find(({ kind }) => kind === 'delivered') as Entry;
  expect(detail).toMatchObject({ message: 'word', from: 'b', fromIncarnation: 2 });
  expect(linesOf(late, 'b').slice(1)).toEqual(['10500 started 2', '11000 accepted a/x']);
});

/** a starts a connection at 10,000. */
const dialler: Actor = (event, out) => {
  if (event.kind === 'started') out.setTimer(10_000, { kind: 'dial', subject: 0 });
  if (event.kind === 'elapsed') out.connect('b', 'x');
};

test('a process that is down refuses', () => {
  const played = run({
    actors: { a: dialler, b: idle },
    faults: [at(5_000, { kind: 'crash', process: 'b', silent: false, restartAfter: 60_000 })],
  });
  expect(linesOf(played, 'a').slice(2)).toEqual(['12000 disconnected b/x']);
  expect(textsOf(played, 'b')).toEqual(['started 1', 'started 2']);
});

test.each([
  ['a machine that is gone', { kind: 'crash', process: 'b', silent: true, restartAfter: 99_000 }],
  ['a partition', { kind: 'partition', from: ['a'], to: ['b'], bothWays: false, duration: 99_000 }],
  [
    'a partition of the way back',
    { kind: 'partition', from: ['b'], to: ['a'], bothWays: false, duration: 99_000 },
  ],
] as const)('connecting into %s times out', (_, what) => {
  const played = run({ actors: { a: dialler, b: idle }, faults: [at(5_000, what)] });
  expect(linesOf(played, 'a').slice(2)).toEqual(['40000 disconnected b/x']);
});

test('who took a connection that its opener gave up learns it; who did not hears nothing', () => {
  const back = run({
    actors: { a: dialler, b: idle },
    faults: [
      at(5_000, {
        kind: 'partition',
        from: ['b'],
        to: ['a'],
        bothWays: false,
        duration: 99_000,
      }),
    ],
  });
  expect(linesOf(back, 'b').slice(1)).toEqual(['11000 accepted a/x', '41000 disconnected a/x']);

  const clogged = run({
    actors: { a: dialler, b: idle },
    faults: [at(5_000, { kind: 'clog', from: 'a', to: 'b', duration: 99_000 })],
  });
  expect(linesOf(clogged, 'a').slice(2)).toEqual(['40000 disconnected b/x']);
  expect(textsOf(clogged, 'b')).toEqual(['started 1']);
  expect(clogged.world.ends.filter(Boolean)).toEqual([]);
});

test('peers notice a crash after what was sent before it', () => {
  const played = run({
    network: wild,
    actors: {
      a: pinger(20_000, 20_000, 20_000),
      b: (event, out) => {
        if (event.kind === 'received') sendAll(out, event.connection, 'pong', 10);
        if (event.kind === 'received') out.exit('enough');
      },
    },
  });
  expect(textsOf(played, 'a').slice(-11)).toEqual([
    ...named('pong', range(0, 10)),
    'disconnected b/x',
  ]);
  expect(textsOf(played, 'b').slice(-1)).toEqual(['started 2']);
});

test('peers do not notice a silent crash; a message after the restart finds the end gone', () => {
  const played = run({
    actors: { a: pinger(20_000, 40_000), b: ponger },
    faults: [at(10_000, { kind: 'crash', process: 'b', silent: true, restartAfter: 20_000 })],
  });
  expect(linesOf(played, 'a').slice(2)).toEqual([
    '20000 elapsed due 0',
    '40000 elapsed due 1',
    '42000 disconnected b/x',
  ]);
  expect(linesOf(played, 'b').slice(2)).toEqual(['30000 started 2']);
});

test('a partition loses silently; when it is over both ends of what it severed learn it', () => {
  const actors = {
    a: pinger(5_000, 20_000, 50_000),
    b: (event, out, memory) => {
      if (event.kind === 'accepted') memory.set('connection', event.connection);
      if (event.kind === 'accepted') out.setTimer(29_000, { kind: 'speak', subject: 0 });
      if (event.kind === 'elapsed') sendAll(out, memory.get('connection') as number, 'word', 1);
    },
  } satisfies Record<string, Actor>;
  const partition = { kind: 'partition', from: ['a'], to: ['b'], duration: 50_000 } as const;

  const oneWay = run({ actors, faults: [at(10_000, { ...partition, bothWays: false })] });
  expect(pings(oneWay)).toEqual(['received ping 0']);
  expect(linesOf(oneWay, 'a').slice(4)).toEqual([
    '31000 received word 0',
    '50000 elapsed due 2',
    '61000 disconnected b/x',
  ]);
  expect(linesOf(oneWay, 'b').at(-1)).toBe('61000 disconnected a/x');

  const bothWays = run({ actors, faults: [at(10_000, { ...partition, bothWays: true })] });
  expect(pings(bothWays)).toEqual(['received ping 0']);
  expect(textsOf(bothWays, 'a')).not.toContain('received word 0');
  expect(linesOf(bothWays, 'a').at(-1)).toBe('61000 disconnected b/x');
  expect(linesOf(bothWays, 'b').at(-1)).toBe('61000 disconnected a/x');
});

test('a connection that nobody used during a partition survives it', () => {
  const played = run({
    actors: { a: pinger(5_000, 70_000), b: ponger },
    faults: [
      at(10_000, {
        kind: 'partition',
        from: ['a'],
        to: ['b'],
        bothWays: true,
        duration: 50_000,
      }),
    ],
  });
  expect(textsOf(played, 'a').filter((text) => text.startsWith('received'))).toEqual(
    named('pong', [0, 1]),
  );
});

test('what is under way when a partition begins is lost, and so is what is sent in it', () => {
  const played = run({
    actors: { a: pinger(9_500, 59_500, 80_000), b: ponger },
    faults: [
      at(10_000, {
        kind: 'partition',
        from: ['a'],
        to: ['b'],
        bothWays: true,
        duration: 50_000,
      }),
    ],
  });
  expect(pings(played)).toEqual([]);
  expect(linesOf(played, 'a').at(-2)).toBe('61000 disconnected b/x');
});

test('partitions that overlap end one by one', () => {
  const partition = { kind: 'partition', bothWays: true, duration: 20_000 } as const;
  const played = run({
    actors: { a: pinger(12_000, 35_000), b: ponger, c: idle },
    faults: [
      at(10_000, { ...partition, from: ['a', 'c'], to: ['b'] }),
      at(20_000, { ...partition, from: ['b'], to: ['c', 'a'] }),
    ],
  });
  expect(pings(played)).toEqual([]);
  expect(linesOf(played, 'a').slice(-1)).toEqual(['41000 disconnected b/x']);
  expect(linesOf(played, 'b').slice(-1)).toEqual(['41000 disconnected a/x']);
});

test('a clog holds what arrives during it, and lets it go in order', () => {
  const sent = [9_500, 10_500, 15_000, 59_500, 59_900, 60_000];
  const played = run({
    actors: { a: pinger(...sent), b: ponger },
    faults: [at(10_000, { kind: 'clog', from: 'a', to: 'b', duration: 50_000 })],
  });
  expect(linesOf(played, 'b').slice(2)).toEqual([
    '60000 received ping 0',
    '60000 received ping 1',
    '60000 received ping 2',
    '60500 received ping 3',
    '60900 received ping 4',
    '61000 received ping 5',
  ]);
});

test('what arrives at the very end of a clog stays behind what the clog held', () => {
  const played = run({
    actors: { a: pinger(20_000, 59_000), b: ponger },
    faults: [at(10_000, { kind: 'clog', from: 'a', to: 'b', duration: 50_000 })],
  });
  expect(linesOf(played, 'b').slice(2)).toEqual(['60000 received ping 0', '60000 received ping 1']);
});

test('clogs that overlap hold until the last of them is over', () => {
  const clog = { kind: 'clog', from: 'a', to: 'b', duration: 20_000 } as const;
  const played = run({
    actors: { a: pinger(15_000, 25_000, 35_000, 45_000), b: idle },
    faults: [at(10_000, clog), at(20_000, clog), at(40_000, { ...clog, duration: 10_000 })],
  });
  expect(linesOf(played, 'b').slice(2)).toEqual([
    '50000 received ping 0',
    '50000 received ping 1',
    '50000 received ping 2',
    '50000 received ping 3',
  ]);
});

test('a clog holds one direction only', () => {
  const played = run({
    actors: { a: pinger(20_000), b: ponger },
    faults: [at(10_000, { kind: 'clog', from: 'b', to: 'a', duration: 50_000 })],
  });
  expect(linesOf(played, 'b').at(-1)).toBe('21000 received ping 0');
  expect(linesOf(played, 'a').at(-1)).toBe('60000 received pong 0');
});

test('what a clog held is lost when a partition severed the connection meanwhile', () => {
  const played = run({
    actors: { a: pinger(15_000, 25_000, 55_000), b: idle },
    faults: [
      at(10_000, { kind: 'clog', from: 'a', to: 'b', duration: 30_000 }),
      at(24_000, {
        kind: 'partition',
        from: ['a'],
        to: ['b'],
        bothWays: false,
        duration: 10_000,
      }),
    ],
  });
  expect(linesOf(played, 'b').slice(2)).toEqual(['40000 disconnected a/x']);
  expect(linesOf(played, 'a').slice(-2)).toEqual(['35000 disconnected b/x', '55000 elapsed due 2']);
});

test('both ends notice a break, and what was under way is lost', () => {
  const played = run({
    actors: { a: pinger(9_500, 10_500), b: ponger },
    faults: [at(10_000, { kind: 'break', between: ['b', 'a'] })],
  });
  expect(linesOf(played, 'a').slice(3)).toEqual(['10500 elapsed due 1', '11000 disconnected b/x']);
  expect(linesOf(played, 'b').slice(2)).toEqual(['11000 disconnected a/x']);
  expect(played.world.ends.filter(Boolean)).toEqual([]);
});

test.each([
  ['a', 'b'],
  ['b', 'a'],
] as const)('a break between %s and %s meets a connection that is being opened', (one, other) => {
  const played = run({
    actors: { a: dialler, b: idle },
    faults: [at(10_500, { kind: 'break', between: [one, other] })],
  });
  expect(linesOf(played, 'a').slice(2)).toEqual(['11500 disconnected b/x']);
  expect(textsOf(played, 'b')).toEqual(['started 1']);
  expect(played.world.pump.queue.now).toBe(11_500); // nobody waits for the connection any more
});

test('who closes a connection hears no more of it; the peer learns it behind what was sent', () => {
  const played = run({
    network: wild,
    actors: {
      a: (event, out) => {
        if (event.kind === 'started') out.connect('b', 'x');
        if (event.kind !== 'connected') return;
        sendAll(out, event.connection, 'ping', 20);
        out.close(event.connection);
        sendAll(out, event.connection, 'late', 1);
      },
      b: ponger,
    },
  });
  expect(textsOf(played, 'a')).toEqual(['started 1', 'connected b/x']);
  expect(textsOf(played, 'b').slice(2)).toEqual([
    ...named('ping', range(0, 20)),
    'disconnected a/x',
  ]);
  expect(played.world.ends.filter(Boolean)).toEqual([]);
});

test('sending before the connection stands is a bug of ours', () => {
  const set = stage({
    actors: {
      a: (event, out) => {
        if (event.kind === 'started') out.send(out.connect('b', 'x'), message('ping', 0));
      },
      b: idle,
    },
  });
  expect(() => runWorld(set.world, { events: 100, until: 100_000 })).toThrow('wait for connected');
});

test('connecting to oneself or to nobody is a bug of ours', () => {
  for (const peer of ['a', 'nobody']) {
    const set = stage({ actors: { a: (_, out) => void out.connect(peer, 'x'), b: idle } });
    expect(() => runWorld(set.world, { events: 100, until: 100_000 })).toThrow('a process');
  }
});

import { expect, test } from 'vitest';

import type { Words } from '../../src/kernel/actor.js';
import { calmConditions } from '../../src/world/conditions.js';
import { logBroker } from '../../src/world/log-broker.js';
import { changesIn, recordOf, type Change } from '../../src/world/log-journal.js';
import { partitionsOf, type LogTopics } from '../../src/world/log-topics.js';
import { evenCosts, harness, rowsOf, trouble, type Tear } from './harness.js';

const kinds = [
  'fetchRows',
  'listPartitions',
  'startProducer',
  'beginTransaction',
  'writeRows',
  'prepareTransaction',
  'commitTransaction',
  'abortTransaction',
  'appendRows',
] as const;

const HOUR = 3_600_000_000;
const ROW_MICROS = 1_000;

const LATE = 50_000;

const topics: LogTopics = [
  {
    name: 'in',
    partitions: [
      { words: rowsOf(10, 11, 12, 13), starts: Int32Array.of(0, 2, 4, 6), micros: ROW_MICROS },
      { words: rowsOf(20), starts: Int32Array.of(0), micros: 0 },
    ],
  },
  {
    name: 'late',
    partitions: [
      { words: rowsOf(30), starts: Int32Array.of(0), micros: 0 },
      { words: rowsOf(31), starts: Int32Array.of(0), micros: ROW_MICROS, from: LATE },
    ],
  },
  {
    name: 'bursts',
    partitions: [
      {
        ...{ words: rowsOf(40, 41, 42, 43), starts: Int32Array.of(0, 2, 4, 6) },
        ...{ micros: ROW_MICROS, from: LATE, comes: Float64Array.of(1_000, 3_000, 3_000, 4_000) },
      },
    ],
  },
  {
    name: 'endless',
    partitions: [{ words: rowsOf(40), starts: Int32Array.of(0), micros: 0 }],
    unbounded: true,
  },
];

function brokerUnderTest(transactionTimeout = HOUR) {
  const conditions = calmConditions();
  const costs = { requests: evenCosts(kinds, 100), transactionTimeout };
  const broker = harness(logBroker('log-broker-0', conditions, costs, topics));
  let client = broker.connect('task-manager-0');
  const ask = (kind: string, body: object) => {
    if (!broker.isOpen(client)) client = broker.connect('task-manager-0');
    return broker.ask(client, { kind, ...body });
  };
  const start = (attempt: number, producer = 'sink[0]') =>
    ask('startProducer', { producer, attempt });
  const on = (attempt: number, transaction: string, producer = 'sink[0]') => {
    const by = { producer, attempt, transaction };
    return {
      begin: (topic = 'out') => ask('beginTransaction', { ...by, topic })?.['kind'],
      write: (...values: number[]) =>
        ask('writeRows', { ...by, words: rowsOf(...values) })?.['kind'],
      prepare: (checkpoint = 1) => ask('prepareTransaction', { ...by, checkpoint })?.['kind'],
      commit: () => ask('commitTransaction', by)?.['kind'],
      abort: () => ask('abortTransaction', by)?.['kind'],
    };
  };
  const fetch = (body: object = {}) =>
    ask('fetchRows', {
      ...{ topic: 'out', partition: 0, offset: 0, rowsMin: 0, rowsMax: 100, waitMax: 0 },
      ...body,
    });
  const visible = () => [...(fetch()?.['words'] as Words)];
  const kindsStated = () => broker.stated.map(({ kind }) => kind);
  return { broker, conditions, ask, start, on, fetch, visible, kindsStated };
}

/** A transaction with rows 1, 2 and 3, prepared for checkpoint 1. */
function prepared(attempt = 0) {
  const all = brokerUnderTest();
  all.start(attempt);
  const transaction = all.on(attempt, 't');
  transaction.begin();
  transaction.write(1, 2);
  transaction.write(3);
  transaction.prepare();
  return { ...all, transaction };
}

test('rows are visible when their transaction is committed, all at once', () => {
  const { broker, start, on, visible } = brokerUnderTest();
  expect(start(0)).toMatchObject({ kind: 'producerStarted', open: [] });
  const { begin, write, prepare, commit } = on(0, 't');
  expect([begin(), write(1, 2), write(3), prepare(7)]).toEqual([
    ...['transactionBegun', 'rowsWritten', 'rowsWritten', 'transactionPrepared'],
  ]);
  expect(visible()).toEqual([]);
  expect(commit()).toBe('transactionCommitted');
  expect(visible()).toEqual([...rowsOf(1, 2, 3)]);
  const by = { producer: 'sink[0]', attempt: 0 };
  const words = rowsOf(1, 2, 3);
  expect(broker.stated).toEqual([
    { kind: 'producerStarted', subject: -1, about: 'sink[0]', detail: { attempt: 0 } },
    { kind: 'transactionBegun', subject: -1, about: 't', detail: by },
    { kind: 'transactionPrepared', subject: 7, about: 't', detail: by },
    { kind: 'transactionCommitted', subject: -1, about: 't', detail: { ...by, checkpoint: 7 } },
    { kind: 'rowsVisible', subject: 3, about: 'out', detail: { transaction: 't', words } },
  ]);
});

test('what was done is answered again, and stated once', () => {
  const { kindsStated, start, on } = brokerUnderTest();
  start(0);
  expect(start(0)).toMatchObject({ kind: 'producerStarted' });
  const { begin, write, prepare, commit } = on(0, 't');
  const twice = (act: () => unknown) => [act(), act()];
  expect(twice(() => begin())).toEqual(['transactionBegun', 'transactionBegun']);
  write(1);
  expect(twice(() => prepare())).toEqual(['transactionPrepared', 'transactionPrepared']);
  expect(twice(commit)).toEqual(['transactionCommitted', 'transactionCommitted']);
  const other = on(0, 'u');
  other.begin();
  expect(twice(other.abort)).toEqual(['transactionAborted', 'transactionAborted']);
  expect(kindsStated()).toEqual([
    ...['producerStarted', 'transactionBegun', 'transactionPrepared', 'transactionCommitted'],
    ...['rowsVisible', 'transactionBegun', 'transactionAborted'],
  ]);
});

test('requests that do not fit the state of their transaction are answered so', () => {
  const { on, start } = brokerUnderTest();
  start(0);
  const { begin, write, prepare, commit, abort } = on(0, 't');
  const unknown = 'transactionUnknown';
  expect([write(1), prepare(), commit(), abort()]).toEqual([unknown, unknown, unknown, unknown]);
  begin();
  expect([begin('elsewhere'), commit()]).toEqual([unknown, unknown]);
  expect(on(0, 't', 'sink[1]').write(1)).toBe(unknown);
  prepare(3);
  expect([begin(), write(1), prepare(4)]).toEqual([unknown, unknown, unknown]);
  commit();
  expect([begin(), write(1), prepare(3), abort()]).toEqual([unknown, unknown, unknown, unknown]);
  const other = on(0, 'u');
  other.begin();
  other.abort();
  expect([other.begin(), other.write(1), other.prepare(), other.commit()]).toEqual([
    ...[unknown, unknown, unknown, unknown],
  ]);
});

test('a prepared transaction may be aborted, and its rows are never seen', () => {
  const { broker, transaction, visible } = prepared();
  expect(transaction.abort()).toBe('transactionAborted');
  expect(visible()).toEqual([]);
  const detail = { producer: 'sink[0]', attempt: 0, wasPrepared: true };
  expect(broker.stated.at(-1)).toMatchObject({ kind: 'transactionAborted', detail });
});

test('a producer that starts fences lower attempts and learns what they left', () => {
  const { broker, start, on, transaction } = prepared();
  const zombie = on(0, 'u');
  zombie.begin();
  on(0, 'foreign', 'sink[1]').begin();
  expect(start(2)).toMatchObject({
    open: [
      { transaction: 't', prepared: true, checkpoint: 1 },
      { transaction: 'u', prepared: false, checkpoint: -1 },
    ],
  });
  const fenced = 'producerFenced';
  expect([zombie.write(1), zombie.prepare(), transaction.commit(), zombie.abort()]).toEqual([
    ...[fenced, fenced, fenced, fenced],
  ]);
  expect(start(1)).toMatchObject({ kind: fenced, attempt: 2 });
  expect(on(0, 'v').begin()).toBe(fenced);
  expect(broker.stated.at(-1)).toEqual({
    ...{ kind: fenced, subject: -1, about: 'sink[0]' },
    detail: { attempt: 0, request: 'beginTransaction' },
  });
  expect(on(2, 'u').write(1)).toBe('transactionUnknown'); // it is no transaction of this attempt
  expect(on(2, 'u').abort()).toBe('transactionAborted');
  expect(on(5, 't', 'sink[7]').commit()).toBe('transactionCommitted'); // handed over by rescaling
  expect(broker.stated.at(-2)?.detail).toMatchObject({ producer: 'sink[7]', attempt: 5 });
});

test('rows outside transactions are visible at once; input topics are not written', () => {
  const { broker, ask, on, visible } = brokerUnderTest();
  const words = rowsOf(1, 2);
  expect(ask('appendRows', { topic: 'out', words })).toMatchObject({ kind: 'rowsAppended' });
  expect(visible()).toEqual([...words]);
  expect(broker.stated).toEqual([
    { kind: 'rowsVisible', subject: 2, about: 'out', detail: { transaction: '', words } },
  ]);
  expect(ask('appendRows', { topic: 'in', words })).toMatchObject({ kind: 'unavailable' });
  expect(on(0, 't').begin('in')).toBe('unavailable');
});

test('an input row is there when its time has come, and the last one ends the partition', () => {
  const { broker, fetch } = brokerUnderTest();
  const from = (offset: number, more: object = {}) => {
    const request = { topic: 'in', offset, rowsMin: 1, rowsMax: 2, waitMax: HOUR };
    return fetch({ ...request, ...more });
  };
  expect(from(0)).toMatchObject({ rows: 1, words: rowsOf(10), ended: false });
  expect(broker.now).toBe(ROW_MICROS);
  expect(from(1, { rowsMin: 2 })).toMatchObject({ rows: 2, words: rowsOf(11, 12), ended: false });
  expect(broker.now).toBe(3 * ROW_MICROS);
  expect(from(3, { rowsMin: 50 })).toMatchObject({ rows: 1, words: rowsOf(13), ended: true });
  expect(from(4)).toMatchObject({ rows: 0, ended: true, offset: 4 });
  expect(from(0)).toMatchObject({ rows: 2, ended: false });
  expect(from(0, { partition: 1 })).toMatchObject({ rows: 1, words: rowsOf(20), ended: true });
  expect(from(0, { partition: 2 })).toMatchObject({ rows: 0, ended: true });
  expect(fetch({ partition: 1 })).toMatchObject({ rows: 0, ended: true });
});

test('partitions are listed that have come into being, and whether these are all', () => {
  const { broker, ask } = brokerUnderTest();
  const list = (topic: string) => ask('listPartitions', { topic });
  const listed = (partitions: number, complete: boolean) => {
    return { kind: 'partitionsListed', partitions, complete };
  };
  expect(list('late')).toMatchObject(listed(1, false));
  expect(list('in')).toMatchObject(listed(2, true));
  expect(list('unknown')).toMatchObject(listed(0, true));
  broker.run(2 * LATE);
  expect(list('late')).toMatchObject(listed(2, true));
});

test('a clock that was set back takes no partition away that was there from the beginning', () => {
  const early = (name: string) => partitionsOf(topics, name, -1_000);
  expect(early('in')).toMatchObject({ partitions: 2, complete: true });
  expect(early('late')).toMatchObject({ partitions: 1, complete: false });
  const [first] = topics[0]?.partitions ?? [];
  const dated = { name: 'dated', partitions: first === undefined ? [] : [{ ...first, from: 0 }] };
  expect(partitionsOf([dated], 'dated', -1_000)).toMatchObject({ partitions: 1, complete: true });
});

test('the rows of a late partition come with its own age', () => {
  const { broker, fetch } = brokerUnderTest();
  const late = { topic: 'late', partition: 1, offset: 0, rowsMin: 1, rowsMax: 9, waitMax: HOUR };
  expect(fetch(late)).toMatchObject({ rows: 1, words: rowsOf(31), ended: true });
  expect(broker.now).toBe(LATE + ROW_MICROS);
});

test('the rows of a burst come at once', () => {
  const { broker, fetch } = brokerUnderTest();
  const from = (offset: number, waitMax: number) =>
    fetch({ topic: 'bursts', offset, rowsMin: 1, rowsMax: 9, waitMax });
  expect(from(0, 0)).toMatchObject({ rows: 0, ended: false });
  expect(from(0, HOUR)).toMatchObject({ rows: 1, words: rowsOf(40), ended: false });
  expect(broker.now).toBe(LATE + 1_000);
  expect(from(1, 1_000)).toMatchObject({ rows: 0 });
  expect(from(1, HOUR)).toMatchObject({ rows: 2, words: rowsOf(41, 42), ended: false });
  expect(broker.now).toBe(LATE + 3_000);
  expect(from(3, HOUR)).toMatchObject({ rows: 1, words: rowsOf(43), ended: true });
  expect(from(4, HOUR)).toMatchObject({ rows: 0, ended: true });
});

test('a topic that is not bounded never ends, and its readers wait', () => {
  const { broker, fetch, ask } = brokerUnderTest();
  const request = { topic: 'endless', rowsMin: 1, rowsMax: 9, waitMax: 700 };
  expect(fetch({ ...request, offset: 0 })).toMatchObject({ rows: 1, ended: false });
  const began = broker.now;
  expect(fetch({ ...request, offset: 1 })).toMatchObject({ rows: 0, ended: false });
  expect(broker.now).toBe(began + 100 + 700);
  expect(ask('listPartitions', { topic: 'endless' })).toMatchObject({ complete: false });
});

test('a poll is answered when its time is over, with what there is', () => {
  const { broker, fetch } = brokerUnderTest();
  const began = broker.now;
  const some = fetch({ topic: 'in', rowsMin: 4, waitMax: 1_500 });
  expect(some).toMatchObject({ rows: 1, ended: false });
  expect(broker.now).toBe(began + 100 + 1_500);
  expect(fetch({ rowsMin: 1, waitMax: 700 })).toMatchObject({ rows: 0, ended: false });
});

test('a poll whose clock jumps back goes on waiting', () => {
  const { broker, fetch } = brokerUnderTest();
  const client = broker.connect('task-manager-1');
  broker.tell(client, {
    ...{ kind: 'fetchRows', subject: 0, request: 1, topic: 'in', partition: 0, offset: 0 },
    ...{ rowsMin: 2, rowsMax: 9, waitMax: HOUR },
  });
  broker.run(500);
  broker.skew = -1_000;
  broker.run();
  expect(broker.sent.map(({ at }) => at)).toEqual([3 * ROW_MICROS]);
  expect(fetch({ topic: 'in' })).toMatchObject({ rows: 2 });
});

test('a poll of an output topic is answered as soon as the rows are visible', () => {
  const { broker, transaction } = prepared();
  const reader = broker.connect('reader');
  const poll = (request: number, topic: string, rowsMin: number) =>
    broker.tell(reader, {
      ...{ kind: 'fetchRows', subject: 0, request, topic, partition: 0, offset: 1 },
      ...{ rowsMin, rowsMax: 1, waitMax: HOUR },
    });
  poll(1_001, 'out', 2);
  poll(1_002, 'out', 3);
  poll(1_003, 'elsewhere', 1);
  broker.run(broker.now + 1_000);
  transaction.commit();
  const answers = broker.sent.filter(({ connection }) => connection === reader);
  expect(answers.map(({ message }) => message)).toMatchObject([
    { kind: 'rowsFetched', request: 1_001, offset: 1, rows: 1, words: rowsOf(2), ended: false },
  ]);
});

test('a poll is dropped with its connection', () => {
  const { broker } = brokerUnderTest();
  const poll = {
    ...{ kind: 'fetchRows', subject: 0, request: 1, topic: 'out', partition: 0, offset: 0 },
    ...{ rowsMin: 1, rowsMax: 1, waitMax: HOUR },
  };
  const [early, late] = [broker.connect('a'), broker.connect('b')];
  broker.tell(early, poll);
  broker.run(broker.now + 500);
  broker.tell(late, poll);
  broker.disconnect(late); // before it begins to wait
  broker.disconnect(early); // while it waits
  broker.run();
  expect(broker.now).toBeLessThan(HOUR);
  expect(broker.sent).toEqual([]);
});

test('an answer waits until what it rests on is durable', () => {
  const { broker, transaction } = prepared();
  const client = broker.connect('task-manager-0');
  const commit = { producer: 'sink[0]', attempt: 0, transaction: 't', subject: -1 };
  const sentBefore = broker.sent.length;
  broker.tell(client, { ...commit, kind: 'commitTransaction', request: 5_001 } as never);
  broker.run(broker.now + 50);
  broker.tell(client, { ...commit, kind: 'commitTransaction', request: 5_002 } as never);
  broker.run(broker.now + 240);
  expect(broker.sent.length).toBe(sentBefore); // both are decided, the sync is under way
  expect(broker.stated.at(-1)?.kind).toBe('transactionPrepared');
  broker.run(broker.now + 50);
  const kindsSent = broker.sent.slice(sentBefore).map(({ message }) => message.kind);
  expect(kindsSent).toEqual(['transactionCommitted', 'transactionCommitted']);
  expect(transaction.commit()).toBe('transactionCommitted');
});

test('one sync serves all that was written before it', () => {
  const { broker } = brokerUnderTest();
  const client = broker.connect('task-manager-0');
  for (let request = 1; request <= 20; request += 1) {
    const words = rowsOf(request);
    const append = { kind: 'appendRows', subject: request, request, topic: 'out', words };
    broker.tell(client, append);
  }
  broker.run();
  expect(broker.sent).toHaveLength(20);
  expect(broker.stated.map(({ subject }) => subject)).toEqual(Array(20).fill(1));
  expect(broker.sent.at(-1)?.at).toBeLessThan(1_000); // two syncs of 200
});

test('a disk that fails ends the process, and nothing is answered', () => {
  const { broker, ask, visible } = brokerUnderTest();
  broker.diskFailing = true;
  expect(ask('appendRows', { topic: 'out', words: rowsOf(1) })).toBeUndefined();
  expect(broker.exits).toEqual(['the disk failed']);
  broker.diskFailing = false;
  broker.run();
  expect(visible()).toEqual([]);
});

test('an append that failed is not taken for durable by a sync that did not', () => {
  const { broker } = brokerUnderTest();
  broker.appendMicros = 300; // longer than a sync
  const client = broker.connect('task-manager-0');
  const append = (request: number) =>
    broker.tell(client, {
      ...{ kind: 'appendRows', subject: request, request, topic: 'out', words: rowsOf(request) },
    });
  append(1);
  broker.run(broker.now + 250);
  append(2);
  broker.run(broker.now + 99);
  broker.diskFailing = true;
  broker.run(broker.now + 1); // the second is appended, and fails
  broker.diskFailing = false;
  broker.run();
  expect(broker.exits).toHaveLength(1);
  const rows = broker.stated.filter(({ kind }) => kind === 'rowsVisible');
  expect(rows.map(({ detail }) => detail)).toEqual([{ transaction: '', words: rowsOf(1) }]);
  expect(broker.sent.filter(({ message }) => message.subject === 2)).toEqual([]);
});

test('what a life finds on its disk is stated only when it is durable', () => {
  const { broker, visible } = brokerUnderTest();
  const client = broker.connect('task-manager-0');
  const words = rowsOf(1);
  const append = { kind: 'appendRows', subject: 0, request: 1, topic: 'out', words };
  broker.tell(client, append);
  broker.run(broker.now + 120); // appended, not synced
  broker.crash();
  broker.run(broker.now + 1_000 + 50 + 100); // it was read
  expect(broker.stated).toEqual([]);
  broker.crash({ keep: 0 });
  broker.run();
  expect(broker.stated).toEqual([]);
  expect(visible()).toEqual([]);
});

test('moments that stand in no journal do not count among those that do', () => {
  const { broker, start, on, kindsStated, transaction } = prepared(1);
  expect(start(0)).toMatchObject({ kind: 'producerFenced' });
  expect(on(0, 't').commit()).toBe('producerFenced');
  transaction.commit();
  const before = kindsStated();
  broker.crash();
  broker.run(broker.now + 10_000);
  on(1, 'u').begin();
  expect(kindsStated()).toEqual([...before, 'transactionBegun']);
});

test('a transaction that takes too long is aborted, also over a crash', () => {
  for (const tear of ['nothing', { keep: 0 }] as const) {
    const { broker, start, on } = brokerUnderTest(1_000_000);
    start(0);
    const [open, done] = [on(0, 'open'), on(0, 'done')];
    open.begin();
    open.prepare();
    done.begin();
    done.prepare();
    done.commit();
    broker.run(500_000);
    broker.crash(tear);
    broker.run(990_000);
    expect(broker.stated.at(-1)?.kind).toBe('transactionCommitted');
    broker.run();
    expect(broker.now).toBeLessThan(1_010_000);
    const detail = { producer: 'sink[0]', attempt: 0, wasPrepared: true };
    expect(broker.stated.at(-1)).toMatchObject({
      about: 'open',
      kind: 'transactionAborted',
      detail,
    });
    expect(broker.stated.filter(({ kind }) => kind === 'transactionAborted')).toHaveLength(1);
    expect(open.commit()).toBe('transactionUnknown');
    expect(done.commit()).toBe('transactionCommitted');
  }
});

test('requests that come while the journal is read wait for it', () => {
  const { broker, transaction } = prepared();
  broker.readMicros = 500;
  broker.crash();
  broker.run(broker.now + 1_000); // it has begun to read
  expect(transaction.commit()).toBe('transactionCommitted');
  const rows = broker.stated.filter(({ kind }) => kind === 'rowsVisible');
  expect(rows.map(({ subject }) => subject)).toEqual([3]);
});

test('refused requests do nothing, unanswered ones are done', () => {
  const { conditions, ask, visible } = brokerUnderTest();
  const append = (value: number) => ask('appendRows', { topic: 'out', words: rowsOf(value) });
  conditions.failing.push(trouble(1_000));
  expect(append(1)).toMatchObject({ kind: 'unavailable' });
  conditions.failing.pop();
  conditions.unanswered.push(trouble(1_000));
  expect(append(2)).toBeUndefined();
  conditions.unanswered.pop();
  expect(visible()).toEqual([...rowsOf(2)]);
});

test('a message of another kind is ignored', () => {
  const { broker, ask } = brokerUnderTest();
  expect(ask('putObject', {})).toBeUndefined();
  expect(broker.sent).toEqual([]);
});

/** Where the service ends: after a step, or at a moment that it states. */
type Point = Readonly<{ crashAfterStep: number } | { crashAtMoment: number }>;

/**
 * A sink that writes, prepares and commits one transaction; after a crash the next attempt finds
 * out what is left, as a real one does. Returns whether the broker did end on the way.
 */
function surviveCrash(point: Point, tear: Tear): boolean {
  const { broker, start, on, visible } = brokerUnderTest();
  Object.assign(broker, { tear }, point);
  const acknowledged: string[] = [];
  const note = (answer: unknown) => {
    if (typeof answer === 'string') acknowledged.push(answer);
    return broker.incarnation === 1;
  };
  const first = on(0, 't');
  const steps = [
    () => start(0)?.['kind'],
    () => first.begin(),
    () => first.write(1, 2),
    () => first.write(3),
    () => first.prepare(),
    () => first.commit(),
  ];
  for (const act of steps) if (!note(act())) break;
  const hasCrashed = broker.incarnation > 1;
  Object.assign(broker, { crashAfterStep: -1, crashAtMoment: -1 });
  broker.run(broker.now + 10_000);

  const again = start(1);
  const open = again?.['open'] as { transaction: string; prepared: boolean; checkpoint: number }[];
  const wasPrepared = acknowledged.includes('transactionPrepared');
  const wasCommitted = acknowledged.includes('transactionCommitted');
  const left = open.find(({ transaction }) => transaction === 't');
  const second = on(1, 't');
  if (left === undefined) {
    const fate = second.commit();
    if (wasPrepared) expect(fate).toBe('transactionCommitted'); // durable before it was answered
  } else {
    expect(wasCommitted).toBe(false);
    if (wasPrepared) expect(left).toEqual({ transaction: 't', prepared: true, checkpoint: 1 });
    expect(left.prepared ? second.commit() : second.abort()).toBe(
      left.prepared ? 'transactionCommitted' : 'transactionAborted',
    );
  }
  expectOneStory(broker.stated, visible());
  if (wasPrepared) expect(visible()).toEqual([...rowsOf(1, 2, 3)]);

  broker.crash({ keep: 0 }); // and what was said holds for ever
  broker.run(broker.now + 10_000);
  expectOneStory(broker.stated, visible());
  return hasCrashed;
}

/** Each moment is stated at most once, in its order, and visible rows just if they are there. */
function expectOneStory(
  stated: readonly { kind: string; about: string; detail: unknown }[],
  rows: readonly number[],
): void {
  const story = stated.filter(({ kind }) => kind !== 'producerStarted').map(({ kind }) => kind);
  const committed = [
    ...['transactionBegun', 'transactionPrepared', 'transactionCommitted', 'rowsVisible'],
  ];
  const ends = [committed, ['transactionBegun', 'transactionAborted'], []];
  expect(ends).toContainEqual(story);
  expect(rows).toEqual(story.includes('rowsVisible') ? [...rowsOf(1, 2, 3)] : []);
  const starts = stated.filter(({ kind }) => kind === 'producerStarted');
  expect(new Set(starts.map(({ detail }) => JSON.stringify(detail))).size).toBe(starts.length);
}

const tears: readonly Tear[] = ['nothing', ...[0, 1, 3, 4, 9, 20].map((keep) => ({ keep }))];

test.each(tears)('a crash after any step takes back nothing that was answered (%j)', (tear) => {
  let step = 4; // after start, read and accept
  while (surviveCrash({ crashAfterStep: step }, tear)) step += 1;
  expect(step).toBeGreaterThan(25);
});

test.each(tears)('a crash at any moment has each moment stated once (%j)', (tear) => {
  let moment = 0;
  while (surviveCrash({ crashAtMoment: moment }, tear)) moment += 1;
  expect(moment).toBe(5);
});

test('a crash amid many commits at once has each of them stated once, in order', () => {
  for (let moment = 0; moment < 40; moment += 1) {
    const { broker } = brokerUnderTest();
    const client = broker.connect('task-manager-0');
    for (let n = 0; n < 10; n += 1) {
      const about = { producer: 'sink[0]', attempt: 0, transaction: 't' + String(n) };
      broker.ask(client, { kind: 'beginTransaction', ...about, topic: 'out' });
      broker.ask(client, { kind: 'writeRows', ...about, words: rowsOf(n) });
      broker.ask(client, { kind: 'prepareTransaction', ...about, checkpoint: n });
    }
    const before = broker.stated.length;
    broker.crashAtMoment = before + moment;
    broker.tear = { keep: moment };
    for (let n = 0; n < 10; n += 1) {
      const about = { producer: 'sink[0]', attempt: 0, transaction: 't' + String(n) };
      broker.tell(client, {
        ...{ kind: 'commitTransaction', subject: n, request: 1_000 + n },
        ...about,
      });
    }
    broker.run(broker.now + 100_000);
    const story = broker.stated.slice(before).map(({ kind, about }) => kind + ' ' + about);
    const whole = Array.from({ length: 10 }, (_, n) => [
      ...['transactionCommitted t' + String(n), 'rowsVisible out'],
    ]).flat();
    expect(story).toEqual(whole.slice(0, story.length));
    expect(story.length % 2).toBe(0);
    const answered = broker.sent.filter(({ message }) => message.kind === 'transactionCommitted');
    expect(story.length).toBeGreaterThanOrEqual(2 * answered.length);
    expect(broker.incarnation).toBe(moment < story.length ? 2 : 1);
  }
});

const change: Change = {
  ...{ kind: 'rowsWritten', at: -5, producer: 'sink[0]', attempt: 2 ** 40 + 3 },
  ...{ transaction: 'transaction-17', topic: '', checkpoint: -1, words: rowsOf(1, 2) },
};

test('a journal gives back what was recorded', () => {
  const begun: Change = { ...change, kind: 'transactionBegun', topic: 'out', at: 2 ** 45 };
  const journal = [...recordOf(1, change), ...recordOf(2, begun)];
  expect(changesIn(Int32Array.from(journal))).toEqual([change, begun]);
});

test('a torn tail is ignored wherever it tears, also when records follow it', () => {
  const [first, torn, next] = [recordOf(1, change), recordOf(2, change), recordOf(2, change)];
  for (let kept = 0; kept < torn.length; kept += 1) {
    const tail = [...first, ...torn.slice(0, kept)];
    expect(changesIn(Int32Array.from(tail))).toEqual([change]);
    expect(changesIn(Int32Array.from([...tail, ...next]))).toEqual([change, change]);
  }
});

test('a record that was damaged, or whose predecessor is missing, is not taken', () => {
  const record = recordOf(1, change);
  for (let at = 0; at < record.length; at += 1) {
    const damaged = record.slice();
    damaged[at] = (damaged[at] as number) ^ 4;
    expect(changesIn(damaged)).toEqual([]);
  }
  const journal = [...recordOf(1, change), ...recordOf(3, change), ...recordOf(2, change)];
  expect(changesIn(Int32Array.from(journal))).toHaveLength(2);
});

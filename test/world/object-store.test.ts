import { describe, expect, test } from 'vitest';

import { entityOf } from '../../src/kernel/ids.js';
import { purposeOf } from '../../src/kernel/noise.js';
import { calmConditions } from '../../src/world/conditions.js';
import { objectStore } from '../../src/world/object-store.js';
import { evenCosts, harness, trouble } from './harness.js';

const kinds = [
  'putObject',
  'getObject',
  'listObjects',
  'deleteObject',
  'startUpload',
  'putPart',
  'completeUpload',
  'abortUpload',
] as const;

function storeUnderTest(conditions = calmConditions(), microsPerKiB = 0, micros = 100) {
  const costs = { requests: evenCosts(kinds, micros), microsPerKiB };
  const store = harness(objectStore('object-store-0', conditions, costs));
  const client = store.connect('job-manager-0');
  const put = (name: string, words: readonly number[], weight = 4 * words.length) =>
    store.ask(client, { kind: 'putObject', name, words: Int32Array.from(words), weight });
  const get = (name: string) => store.ask(client, { kind: 'getObject', name })?.['words'];
  const list = (prefix = '') => store.ask(client, { kind: 'listObjects', prefix })?.['names'];
  const ask = (body: object) => store.ask(client, body);
  return { store, client, conditions, put, get, list, ask };
}

test('what was put is got, listed in order of code units, replaced and deleted', () => {
  const { store, put, get, list, ask } = storeUnderTest();
  expect(put('b', [1])?.['kind']).toBe('objectPut');
  put('a/2', [2]);
  put('a/10', [3]);
  put('B', [4]);
  put('b', [5, 6]);
  expect(get('b')).toEqual(Int32Array.of(5, 6));
  expect(get('c')).toBeUndefined();
  expect(list()).toEqual(['B', 'a/10', 'a/2', 'b']);
  expect(list('a/')).toEqual(['a/10', 'a/2']);
  expect(ask({ kind: 'deleteObject', name: 'b' })?.['kind']).toBe('objectGone');
  expect(ask({ kind: 'deleteObject', name: 'b' })?.['kind']).toBe('objectGone');
  expect(get('b')).toBeUndefined();
  expect(store.stated.map(({ kind, about }) => [kind, about])).toEqual([
    ...['b', 'a/2', 'a/10', 'B', 'b'].map((name) => ['objectWritten', name]),
    ['objectDeleted', 'b'],
  ]);
  expect(store.stated[0]?.detail).toEqual({ words: Int32Array.of(1), by: 'job-manager-0' });
});

test('an answer repeats subject, entity, attempt and number of its request', () => {
  const { store, client } = storeUnderTest();
  const about = entityOf('sum[1]');
  store.tell(client, {
    ...{ kind: 'getObject', subject: 3, about, attempt: 2, request: 9, name: 'x' },
  });
  store.run();
  const repeated = { subject: 3, about, attempt: 2, request: 9 };
  expect(store.sent[0]?.message).toEqual({ kind: 'objectGot', words: undefined, ...repeated });
});

test('parts are invisible until the upload is complete, and joined in order', () => {
  const { store, get, list, ask } = storeUnderTest();
  const upload = ask({ kind: 'startUpload', name: 'big' })?.['upload'];
  const part = (index: number, ...words: number[]) =>
    ask({ kind: 'putPart', upload, part: index, words: Int32Array.from(words) })?.['kind'];
  const complete = () => ask({ kind: 'completeUpload', upload, parts: 2 })?.['kind'];
  expect(part(1, 3)).toBe('partPut');
  expect(complete()).toBe('uploadUnknown'); // part 0 is missing
  expect(list()).toEqual([]);
  expect(part(0, 1, 2)).toBe('partPut');
  expect(store.stated).toEqual([]);
  expect(complete()).toBe('objectPut');
  expect(get('big')).toEqual(Int32Array.of(1, 2, 3));
  expect(store.stated.map(({ kind }) => kind)).toEqual(['objectWritten']);
  expect(complete()).toBe('uploadUnknown');
  expect(part(0, 9)).toBe('uploadUnknown');
});

test('an aborted upload is never visible', () => {
  const { store, list, ask } = storeUnderTest();
  const upload = ask({ kind: 'startUpload', name: 'big' })?.['upload'];
  ask({ kind: 'putPart', upload, part: 0, words: Int32Array.of(1) });
  expect(ask({ kind: 'abortUpload', upload })?.['kind']).toBe('uploadAborted');
  expect(ask({ kind: 'abortUpload', upload })?.['kind']).toBe('uploadUnknown');
  expect(ask({ kind: 'completeUpload', upload, parts: 1 })?.['kind']).toBe('uploadUnknown');
  expect(list()).toEqual([]);
  expect(store.stated).toEqual([]);
});

test('time is the service time and the weight, times the largest factor', () => {
  const { store, conditions, put, get } = storeUnderTest(calmConditions(), 50);
  const timed = (act: () => unknown) => {
    const before = store.now;
    act();
    return store.now - before;
  };
  expect(timed(() => put('a', [1], 4096))).toBe(100 + 4 * 50);
  expect(timed(() => get('a'))).toBe(100 + 4 * 50);
  expect(timed(() => get('none'))).toBe(100);
  conditions.slow.push(trouble(3), trouble(2));
  expect(timed(() => put('a', [1], 1024))).toBe(3 * 150);
});

test('requests are worked on side by side, each for its own time', () => {
  const costs = {
    requests: { ...evenCosts(kinds, 100), putObject: { microsMin: 500, microsMax: 900 } },
    microsPerKiB: 0,
  };
  const store = harness(objectStore('object-store-0', calmConditions(), costs));
  const client = store.connect('task-manager-0');
  for (let subject = 0; subject < 50; subject += 1) {
    const words = Int32Array.of(subject);
    store.tell(client, {
      ...{ kind: 'putObject', subject, request: subject, name: 'x', words, weight: 4 },
    });
  }
  const began = store.now;
  store.run();
  const times = store.sent.map(({ at }) => at - began);
  expect(Math.min(...times)).toBeGreaterThanOrEqual(500);
  expect(Math.max(...times)).toBeLessThanOrEqual(900);
  expect(new Set(times).size).toBeGreaterThan(20);
});

test('draws are made at the place of the request, and a second try draws anew', () => {
  const { store, client, ask } = storeUnderTest();
  const about = entityOf('sum[0]');
  const body = { kind: 'getObject', name: 'x', about, subject: 4, attempt: 1 };
  ask(body);
  ask(body);
  store.tell(client, { ...{ kind: 'getObject', subject: -1, request: 77, name: 'x' } });
  const [first, second, third] = store.draws;
  expect(first).toMatchObject({ purpose: purposeOf('serviceTime/getObject'), entity: about, n: 4 });
  expect(second).toMatchObject({ entity: about, n: 4 });
  expect(second?.life).not.toBe(first?.life);
  expect(third).toMatchObject({ entity: entityOf('object-store-0'), n: 77 });
});

test('a refused request does nothing', () => {
  const { store, conditions, put, list } = storeUnderTest();
  conditions.failing.push(trouble(1_000));
  expect(put('a', [1])?.['kind']).toBe('unavailable');
  conditions.failing.pop();
  expect(list()).toEqual([]);
  expect(store.stated).toEqual([]);
});

test('an unanswered request is done all the same', () => {
  const { conditions, put, list } = storeUnderTest();
  conditions.unanswered.push(trouble(1_000));
  expect(put('a', [1])).toBeUndefined();
  conditions.unanswered.pop();
  expect(list()).toEqual(['a']);
});

test.each(['failing', 'unanswered'] as const)('%s strikes its share of the requests', (fault) => {
  const { conditions, put } = storeUnderTest();
  conditions[fault].push(trouble(300), trouble(100));
  let struck = 0;
  for (let n = 0; n < 2_000; n += 1) if (put('a', [n])?.['kind'] !== 'objectPut') struck += 1;
  expect(struck).toBeGreaterThan(500);
  expect(struck).toBeLessThan(700);
});

describe('a fault of some requests', () => {
  const kindsOf = (
    of: Parameters<typeof trouble>[1],
    act: 'failing' | 'unanswered' = 'failing',
  ) => {
    const { conditions, put, ask } = storeUnderTest();
    conditions[act].push(trouble(1_000, of));
    const answers = ['chk-1/', 'chk-1/agg[0]-7', 'chk-1/_metadata'].map((name) => put(name, [1]));
    const got = ask({ kind: 'getObject', name: 'chk-1/_metadata' });
    return [...answers, got].map((answer) => answer?.['kind']);
  };

  test.each<[string, Parameters<typeof trouble>[1], readonly number[]]>([
    ['of names that end so', { objects: /\/_metadata$/u }, [2, 3]],
    ['of no other name', { objects: /^_metadata/u }, []],
    ['that read', { access: 'read' }, [3]],
    ['that write', { access: 'write' }, [0, 1, 2]],
    ['that write such a name', { access: 'write', objects: /(\/|data)$/u }, [0, 2]],
  ])('strikes those %s', (_, of, struck) => {
    const done = ['objectPut', 'objectPut', 'objectPut', 'objectGot'];
    const expected = (other: string | undefined) =>
      done.map((kind, index) => (struck.includes(index) ? other : kind));
    expect(kindsOf(of)).toEqual(expected('unavailable'));
    expect(kindsOf(of, 'unanswered')).toEqual(expected(undefined));
  });

  test('knows an upload in parts by its name, also when it is complete', () => {
    const { conditions, ask, list } = storeUnderTest();
    conditions.unanswered.push(trouble(1_000, { objects: /^a$/u, access: 'read' }));
    const upload = ask({ kind: 'startUpload', name: 'a' })?.['upload'];
    ask({ kind: 'putPart', upload, part: 0, words: Int32Array.of(1) });
    conditions.unanswered.push(trouble(1_000, { objects: /^a$/u }));
    expect(ask({ kind: 'completeUpload', upload, parts: 1 })).toBeUndefined();
    expect(list()).toEqual(['a']);
  });

  test('makes only those slow', () => {
    const { store, conditions, put } = storeUnderTest();
    conditions.slow.push(trouble(4, { objects: /^slow/u }), trouble(2));
    const took = (name: string) => {
      const before = store.now;
      put(name, [1]);
      return store.now - before;
    };
    expect([took('slow'), took('quick')]).toEqual([400, 200]);
  });
});

test('a broken connection takes the answer, not the effect', () => {
  const { store, client } = storeUnderTest();
  const words = Int32Array.of(1);
  store.tell(client, {
    ...{ kind: 'putObject', subject: 0, request: 1, name: 'a', words, weight: 4 },
  });
  store.disconnect(client);
  store.run();
  expect(store.sent).toEqual([]);
  expect(store.stated[0]?.detail).toEqual({ words, by: 'job-manager-0' });
});

test('a crash drops the requests in work and keeps the objects and uploads', () => {
  const { store, client, put, ask } = storeUnderTest();
  put('a', [1]);
  const upload = ask({ kind: 'startUpload', name: 'b' })?.['upload'];
  const words = Int32Array.of(2);
  store.tell(client, {
    ...{ kind: 'putObject', subject: 0, request: 99, name: 'c', words, weight: 4 },
  });
  store.crash();
  store.run();
  const again = store.connect('job-manager-0');
  const names = () => store.ask(again, { kind: 'listObjects', prefix: '' })?.['names'];
  expect(names()).toEqual(['a']);
  store.ask(again, { kind: 'putPart', upload, part: 0, words });
  store.ask(again, { kind: 'completeUpload', upload, parts: 1 });
  expect(names()).toEqual(['a', 'b']);
});

test('a message of another kind is ignored', () => {
  const { store, client, ask } = storeUnderTest();
  store.tell(client, { kind: 'acquireLease', subject: 0 });
  expect(ask({ kind: 'toString' })).toBeUndefined();
  expect(store.sent).toEqual([]);
});

import { expect, test } from 'vitest';

import { calmConditions } from '../../src/world/conditions.js';
import { registry } from '../../src/world/registry.js';
import { evenCosts, harness, trouble } from './harness.js';

const kinds = [
  'acquireLease',
  'renewLease',
  'readValue',
  'listValues',
  'writeValue',
  'removeValue',
] as const;

const TTL = 10_000;

function registryUnderTest() {
  const conditions = calmConditions();
  const service = harness(registry('registry-0', conditions, { requests: evenCosts(kinds, 100) }));
  let client = service.connect('job-manager-0');
  const ask = (body: object) => service.ask(client, body);
  const acquire = (holder: string, lease = 'leader') =>
    ask({ kind: 'acquireLease', lease, holder, ttl: TTL });
  const renew = (epoch: number) => ask({ kind: 'renewLease', lease: 'leader', epoch })?.['kind'];
  const write = (epoch: number, expected: number, key = 'job', value = 1) =>
    ask({
      ...{ kind: 'writeValue', key, words: Int32Array.of(value) },
      ...{ lease: 'leader', epoch, expected },
    });
  const remove = (epoch: number, key = 'job') =>
    ask({ kind: 'removeValue', key, lease: 'leader', epoch })?.['kind'];
  const read = (key = 'job') => ask({ kind: 'readValue', key })?.['value'];
  const reconnect = () => {
    client = service.connect('job-manager-0');
  };
  return { service, conditions, ask, acquire, renew, write, remove, read, reconnect };
}

test('a lease has one holder; the same holder, come back, has a higher epoch', () => {
  const { service, acquire } = registryUnderTest();
  expect(acquire('a')).toMatchObject({ kind: 'leaseGranted', epoch: 1 });
  expect(acquire('b')).toMatchObject({ kind: 'leaseHeld', by: 'a' });
  expect(acquire('a')).toMatchObject({ kind: 'leaseGranted', epoch: 2 });
  expect(acquire('b', 'other')).toMatchObject({ kind: 'leaseGranted', epoch: 1 });
  expect(service.stated).toEqual([
    { kind: 'leaseGranted', subject: 1, about: 'leader', detail: { holder: 'a' } },
    { kind: 'leaseGranted', subject: 2, about: 'leader', detail: { holder: 'a' } },
    { kind: 'leaseGranted', subject: 1, about: 'other', detail: { holder: 'b' } },
  ]);
});

test('a lease that is not renewed expires and is taken over', () => {
  const { service, acquire, renew } = registryUnderTest();
  acquire('a');
  service.run(service.now + TTL - 200);
  expect(renew(1)).toBe('leaseRenewed');
  service.run(service.now + TTL - 200);
  expect(acquire('b')).toMatchObject({ kind: 'leaseHeld' });
  expect(renew(7)).toBe('leaseLost');
  service.run(service.now + TTL);
  expect(renew(1)).toBe('leaseLost');
  expect(acquire('b')).toMatchObject({ kind: 'leaseGranted', epoch: 2 });
  expect(renew(1)).toBe('leaseLost');
  expect(renew(2)).toBe('leaseRenewed');
});

test('a lease of an unknown name cannot be renewed', () => {
  const { renew } = registryUnderTest();
  expect(renew(1)).toBe('leaseLost');
});

test('versions rise by one from 1, and a write expects the version it read', () => {
  const { service, acquire, write, read, remove } = registryUnderTest();
  acquire('a');
  expect(write(1, 0)).toMatchObject({ kind: 'valueWritten', version: 1 });
  expect(write(1, 0)).toMatchObject({ kind: 'versionConflict', version: 1 });
  expect(write(1, 1, 'job', 5)).toMatchObject({ kind: 'valueWritten', version: 2 });
  expect(write(1, 1)).toMatchObject({ kind: 'versionConflict', version: 2 });
  expect(read()).toEqual({ key: 'job', version: 2, words: Int32Array.of(5) });
  expect(remove(1)).toBe('valueRemoved');
  expect(remove(1)).toBe('valueRemoved');
  expect(read()).toBeUndefined();
  expect(write(1, 2)).toMatchObject({ kind: 'versionConflict', version: 0 });
  expect(write(1, 0)).toMatchObject({ kind: 'valueWritten', version: 1 });
  expect(service.stated.map(({ kind }) => kind)).toEqual([
    ...['leaseGranted', 'valueWritten', 'writeRefused', 'valueWritten', 'writeRefused'],
    ...['valueDeleted', 'writeRefused', 'valueWritten'],
  ]);
  expect(service.stated[3]).toEqual({
    ...{ kind: 'valueWritten', subject: 1, about: 'job' },
    detail: { words: Int32Array.of(5), version: 2, by: 'job-manager-0' },
  });
});

test('values are listed by prefix, in order of code units', () => {
  const { acquire, write, ask } = registryUnderTest();
  acquire('a');
  for (const key of ['c/9', 'c/10', 'd', 'C']) write(1, 0, key);
  const keys = (prefix: string) =>
    (ask({ kind: 'listValues', prefix })?.['values'] as { key: string }[]).map(({ key }) => key);
  expect(keys('')).toEqual(['C', 'c/10', 'c/9', 'd']);
  expect(keys('c/')).toEqual(['c/10', 'c/9']);
});

test('a deposed writer is fenced, whatever the version', () => {
  const { service, acquire, write, remove, read } = registryUnderTest();
  acquire('a');
  write(1, 0);
  service.run(service.now + TTL);
  expect(write(1, 1)).toMatchObject({ kind: 'epochFenced', epoch: 1 }); // nobody else holds it yet
  acquire('b');
  expect(write(1, 1)).toMatchObject({ kind: 'epochFenced', epoch: 2 });
  expect(remove(1)).toBe('epochFenced');
  expect(write(3, 1)).toMatchObject({ kind: 'epochFenced', epoch: 2 });
  expect(read()).toMatchObject({ version: 1 });
  expect(write(2, 1)).toMatchObject({ kind: 'valueWritten', version: 2 });
  const refused = service.stated.filter(({ kind }) => kind === 'writeRefused');
  const by = 'job-manager-0';
  expect(refused.map(({ subject, detail }) => [subject, detail])).toEqual([
    [1, { reason: 'leaseExpired', by }],
    [1, { reason: 'epochFenced', by }],
    [1, { reason: 'epochFenced', by }],
    [3, { reason: 'epochUnknown', by }],
  ]);
});

test('a write under a lease that nobody ever held is refused', () => {
  const { write } = registryUnderTest();
  expect(write(1, 0)).toMatchObject({ kind: 'epochFenced', epoch: 0 });
});

test('a crash keeps leases, epochs and values, and lets each lease begin anew', () => {
  const { service, acquire, write, read, reconnect } = registryUnderTest();
  acquire('a');
  write(1, 0);
  service.run(service.now + TTL - 500);
  service.crash();
  service.run(service.now + 1_000);
  reconnect();
  expect(acquire('b')).toMatchObject({ kind: 'leaseHeld', by: 'a' });
  expect(read()).toMatchObject({ version: 1 });
  service.run(service.now + TTL);
  expect(acquire('b')).toMatchObject({ kind: 'leaseGranted', epoch: 2 });
});

test('refused requests do nothing, unanswered ones are done', () => {
  const { conditions, acquire } = registryUnderTest();
  conditions.failing.push(trouble(1_000));
  expect(acquire('a')).toMatchObject({ kind: 'unavailable' });
  conditions.failing.pop();
  conditions.unanswered.push(trouble(1_000));
  expect(acquire('b')).toBeUndefined();
  conditions.unanswered.pop();
  expect(acquire('a')).toMatchObject({ kind: 'leaseHeld', by: 'b' });
});

test('a slow registry may lose its clients their leases', () => {
  const { service, conditions, acquire, renew } = registryUnderTest();
  acquire('a');
  conditions.slow.push(trouble(2 * (TTL / 100)));
  expect(renew(1)).toBe('leaseLost');
  expect(service.now).toBeGreaterThan(2 * TTL);
});

test('a message of another kind is ignored', () => {
  const { ask, service } = registryUnderTest();
  expect(ask({ kind: 'putObject' })).toBeUndefined();
  expect(service.sent).toEqual([]);
});

test('a fault of some requests knows keys, prefixes and leases', () => {
  const { conditions, acquire, write, ask } = registryUnderTest();
  const struck = (objects: RegExp) => {
    conditions.failing.push(trouble(1_000, { objects }));
    const answers = [
      ...[acquire('a'), write(1, 0), ask({ kind: 'readValue', key: 'job' })],
      ask({ kind: 'listValues', prefix: 'jobs/' }),
    ];
    conditions.failing.pop();
    return answers.map((answer) => answer?.['kind'] === 'unavailable');
  };
  expect(struck(/^leader$/u)).toEqual([true, false, false, false]);
  expect(struck(/^job$/u)).toEqual([false, true, true, false]);
  expect(struck(/^jobs\//u)).toEqual([false, false, false, true]);
});

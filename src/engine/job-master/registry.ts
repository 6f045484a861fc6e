/**
 * Writes to the registry under the leader's epoch.
 */
import type { Out, Words } from '../../kernel/actor.js';
import { ask, type AskPolicy } from '../ask.js';
import { named } from '../protocol.js';
import { LEASE, type JobManager, type RegistryTag } from './master.js';

/**
 * Writes a value that only the leader may write.
 *
 * @param expected  version that it must have now; 0: it must not exist
 */
export function writeOwned(
  master: JobManager,
  out: Out,
  key: string,
  words: Words,
  tag: RegistryTag,
  expected: number,
  policy: AskPolicy,
): void {
  const { epoch } = master;
  const body = {
    kind: 'writeValue',
    subject: 'id' in tag ? tag.id : epoch,
    about: named(key),
    attempt: epoch,
    key,
    words,
    lease: LEASE,
    epoch,
    expected,
  };
  ask(master.registry, out, body, tag, policy);
}

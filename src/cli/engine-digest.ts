/** What this build is: the digest of everything that a run is computed by. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const rooms = [
  ...['kernel', 'history', 'job', 'flink', 'faults', 'world', 'engine', 'check', 'run'],
] as const;

const built = fileURLToPath(new URL('..', import.meta.url));

/** SHA-256 over the names and texts of the built modules of those rooms. */
export function engineDigest(): string {
  const hash = createHash('sha256');
  for (const room of rooms) {
    const names = readdirSync(join(built, room), { recursive: true, encoding: 'utf8' });
    const modules = names.filter((name) => name.endsWith('.js')).map((name) => name.split('\\'));
    for (const path of modules.map((steps) => steps.join('/')).sort(byText))
      hash
        .update(`${room}/${path}\0`)
        .update(readFileSync(join(built, room, path)))
        .update('\0');
  }
  return hash.digest('hex');
}

function byText(one: string, other: string): number {
  return one < other ? -1 : Number(one > other);
}

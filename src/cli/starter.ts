/**
 * The files that `init` writes: a scenario that runs by itself, a test and a workflow that run it,
 * and the schema by which editors complete it.
 */

/** A file, its path below the folder and its text. */
export type StarterFile = Readonly<{ path: string; text: string }>;

const scenario = `# A first scenario of flinch: totals of sales by shop, under faults. Try it:
#   flinch run scenario.yaml --seeds 0..99
#   flinch explain configuration scenario.yaml
name: sales

# The input: 400 drawn records, so that no file is needed. Rows of your own (JSON, NDJSON or CSV) go
# by file: sales.ndjson, and the columns then name their fields.
data:
  topic: sales
  columns:
    shop: { keys: 20, skew: 1.1 }
    sale: $record
    amount: { uniform: [1, 100] }
    second: { every: 1 }
  time: second
  records: 400
  splits: 2
  recordsPerSecond: 400

# The job: a source, running totals by key, and a sink whose rows become visible once.
job:
  parallelism: 2
  operators:
    - uid: source
      source: sales
    - uid: totals
      input: source
      keyBy: shop
      aggregate:
        sale: { last: sale }
        count: count
        total: { sum: amount }
    - uid: sink
      input: totals
      sink: { kind: two-phase, topic: totals }
      parallelism: 1

# Flink's own keys, in its units. Times are short, since the whole run takes a few seconds.
configuration:
  execution.checkpointing.interval: 200ms
  execution.checkpointing.timeout: 500ms
  execution.checkpointing.tolerable-failed-checkpoints: 2
  heartbeat.interval: 100ms
  heartbeat.timeout: 300ms
  restart-strategy.type: fixed-delay
  restart-strategy.fixed-delay.attempts: 2147483647
  restart-strategy.fixed-delay.delay: 50ms
  taskmanager.numberOfTaskSlots: 1

cluster:
  taskManagers: 3

# What may go wrong (flinch explain crash tells what a crash is): at most so many faults in a run,
# which begin and last within these bounds.
faults:
  kinds: [crash, pause, partition, clog, break, slow, failing, unanswered]
  max: 5
  fromMillis: 50
  toMillis: 1500
  minMillis: 10
  maxMillis: 800

# Every law is judged that a job of any kind must keep; laws: [exactly-once] would name just one.
budget: { simulatedSeconds: 60, events: 400000 }
`;

const example = `/** Runs scenario.yaml under 20 seeds: every law must hold in each. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const scenario = fileURLToPath(new URL('scenario.yaml', import.meta.url));

test('every law holds under faults', () => {
  const args = ['flinch', 'run', scenario, '--seeds', '0..19', '--json'];
  const { stdout, stderr } = spawnSync('npx', args, { encoding: 'utf8' });
  const result: unknown = stdout === '' ? 'no result' : JSON.parse(stdout);
  // Each failure that is shown here has the line that replays it.
  expect(result, stderr).toMatchObject({ verdict: 'holds', failures: [] });
}, 60_000);
`;

const workflow = `# Runs the scenario under 1,000 seeds, shared out over the jobs of a matrix; one
# more job tells what all of them came to.
# The repository needs flinch among its devDependencies.
name: flinch
on:
  push:
  pull_request:
jobs:
  seeds:
    runs-on: ubuntu-latest
    strategy:
      fail-fast: false
      matrix:
        shard: [1, 2, 3, 4]
    env:
      SHARD: \${{ matrix.shard }}
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-node@v4
        with: { node-version: 22 }
      - run: npm ci
      - name: Judge the seeds of this shard
        run: |
          npx flinch run scenario.yaml --seeds 0..999 --shard "$SHARD/4" \\
            --reporter "default,shard=flinch-out/shard-$SHARD.jsonl"
      - name: Keep the answer, and what failing seeds left
        if: always()
        uses: actions/upload-artifact@v4
        with:
          name: flinch-\${{ matrix.shard }}
          path: flinch-out/
  answer:
    needs: seeds
    if: always()
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-node@v4
        with: { node-version: 22 }
      - run: npm ci
      - uses: actions/download-artifact@v4
        with: { pattern: flinch-*, path: flinch-out, merge-multiple: true }
      - name: Tell what all shards came to
        run: |
          npx flinch merge flinch-out/shard-*.jsonl \\
            --reporter default,github,junit=flinch-out/junit.xml
`;

/**
 * The files, in the order in which they are named.
 *
 * @param schema  the JSON Schema of scenarios; the scenario names it only if there is one
 */
export function starterFiles(schema: string | undefined): readonly StarterFile[] {
  const named = '# yaml-language-server: $schema=./scenario.schema.json\n';
  const head = schema === undefined ? '' : named;
  return [
    { path: 'scenario.yaml', text: head + scenario },
    ...(schema === undefined ? [] : [{ path: 'scenario.schema.json', text: schema }]),
    { path: 'scenario.test.ts', text: example },
    { path: '.github/workflows/flinch.yaml', text: workflow },
  ];
}

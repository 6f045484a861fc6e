/**
 * The JSON Schemas (draft 7) of the documents that commands print with `--json`, of the lines of
 * `--reporter ndjson`, and of the files of `run --checkpoints` and `--rollbacks`. Every key that
 * has a unit names it; a document of another schemaVersion may have lost keys, one of this may have
 * gained some.
 */
import * as z from 'zod';
import { lawNames } from '../check/suite.js';

const schemaVersion = z.literal(1);
const count = z.int().min(0);
const text = z.string();
const seed = z.string().min(1).max(64).describe('exact, as it was given');
const fingerprint = z.string().describe('16 hexadecimal digits; empty if the run crashed');
const law = z.enum(lawNames as [string, ...string[]]);
const verdict = z.enum(['holds', 'violated', 'inconclusive', 'nondeterministic', 'crashed']);
const failed = z.enum(['violated', 'nondeterministic', 'crashed']);
const replay = z.string().describe('the line that runs it again');
const folder = z.string().nullable().describe('relative to the current directory');
const millis = z.number().min(0);

const phases = z.object({
  rows: z.array(
    z.object({
      phase: text,
      samples: count,
      medianMillis: millis,
      p95Millis: millis,
      p99Millis: millis,
      maxMillis: millis,
      maxSeed: seed,
    }),
  ),
  unfinished: count,
  dropped: count.describe('beyond what one run gives'),
});

const plan = {
  plan: text.describe('the name of its file'),
  verdict,
  laws: z.array(law).describe('violated or, if it is inconclusive, unknown'),
  fingerprint,
  faults: count,
};

const one = z.object({
  schemaVersion,
  scenario: text,
  verdict,
  seeds: z.object({ asked: count, judged: count, partial: count }),
  fingerprint: fingerprint.describe('of all seeds in their order; of one seed, its own'),
  laws: z.partialRecord(
    law,
    z.object({
      judged: count.describe('conditions'),
      holds: count.describe('seeds'),
      violated: count,
      unknown: count,
      vacuous: z.boolean().describe('nothing was judged'),
    }),
  ),
  failures: z.array(
    z.object({
      seed,
      verdict: failed,
      law: law.nullable(),
      fingerprint,
      folder,
      replay,
      faults: count,
      shrunkFaults: count.nullable(),
      expected: z.boolean(),
    }),
  ),
  corpus: z
    .object({
      plans: z.array(z.object({ ...plan, folder, replay })),
      stored: z.array(text).describe('files that failing seeds of this run left in it'),
    })
    .optional(),
  moments: z.record(text, count),
  events: count,
  simulatedSeconds: z.number().min(0),
  cpuSeconds: z.number().min(0),
  recovery: phases,
  failover: phases,
  checkpoints: phases,
  configuration: z
    .record(text, z.union([text, z.number(), z.boolean()]))
    .describe("the effective configuration, by Flink's keys"),
  interrupted: z.literal(true).optional(),
});

/** One scenario, or several in the order in which they were named. */
const run = z.union([
  one,
  z.object({
    schemaVersion,
    verdict: verdict.describe('the worst of all'),
    runs: z.array(one),
    interrupted: z.literal(true).optional(),
  }),
]);

/** A line of ndjson: a plan of the corpus, a seed, or the mark of an interrupted scenario. */
const line = z.union([
  z.object({ schemaVersion, scenario: text, ...plan, message: text, folder, replay }),
  z.object({
    schemaVersion,
    scenario: text,
    seed,
    verdict,
    end: text.describe('why the run ended'),
    fingerprint,
    events: count,
    simulatedSeconds: z.number().min(0),
    faults: count,
    laws: z.partialRecord(law, z.enum(['holds', 'violated', 'unknown'])),
    failures: z.array(z.object({ law: law.nullable(), message: text, expected: z.boolean() })),
    error: text,
    folder,
    replay: replay.nullable(),
  }),
  z.object({
    schemaVersion,
    scenario: text,
    interrupted: z.literal(true),
    verdict,
    seedsAsked: count,
    seedsJudged: count,
  }),
]);

const replayed = z.object({
  schemaVersion,
  seed,
  verdict,
  fingerprint,
  expected: fingerprint.describe('the fingerprint that the folder holds'),
  engine: z.enum(['same', 'other']),
});

const zoo = z.object({
  schemaVersion,
  mutants: z.array(
    z.object({
      id: text,
      ticket: text,
      law,
      found: z.boolean(),
      foundBy: z.array(law).describe('violated first in the first finding seed'),
      firstPercent: z.number().min(0).max(100),
      faultFree: z.enum(['holds', 'fails']),
      seeds: count,
      seedsFirst: count.nullable(),
      seedsMedian: z.number().nullable(),
      seedsP95: z.number().nullable(),
      cpuSecondsMedian: z.number().nullable(),
      shrunkFaults: count.nullable(),
    }),
  ),
  score: z.number().min(0).max(1),
  cleanSeeds: count,
  falseAlarms: count,
});

const name = z.union([text, z.number()]);
const found = z.array(
  z.object({
    id: name,
    due: count,
    visible: count,
    sourceLines: z.array(count),
    sinkLines: z.array(count),
    fault: z.object({ line: count, fault: text }).nullable(),
    checkpoint: z.object({ line: count, checkpoint: name }).nullable(),
  }),
);

const check = z.object({
  schemaVersion,
  guarantee: z.enum(['exactly-once', 'at-least-once']),
  verdict,
  records: count.describe('places that were read'),
  lost: count.describe('ids'),
  doubled: count,
  unexpected: count,
  examples: z.object({ lost: found, doubled: found, unexpected: found }),
});

const bytes = count.describe('bytes');
const clock = z.int().describe("milliseconds of the job manager's clock; the run begins at 0");
const ackedAt = z.int().min(-1).describe('as the others; -1 before the first acknowledgement');
const percentile = z.union([z.number(), z.literal('NaN')]).describe('NaN of no checkpoint');
const spread = z.object({
  min: count,
  max: count,
  avg: count,
  p50: percentile,
  p90: percentile,
  p95: percentile,
  p99: percentile,
  p999: percentile,
});

const shown = {
  id: count,
  is_savepoint: z.literal(false),
  savepointFormat: z.null(),
  trigger_timestamp: clock,
  latest_ack_timestamp: ackedAt,
  checkpointed_size: bytes,
  state_size: bytes,
  end_to_end_duration: z.int().min(-1).describe('milliseconds; -1 before the first of them'),
  alignment_buffered: z.literal(0),
  persisted_data: z.literal(0),
  num_subtasks: count,
  num_acknowledged_subtasks: count,
  checkpoint_type: z.literal('CHECKPOINT'),
  tasks: z.object({}),
};
const completedCheckpoint = z.object({
  className: z.literal('completed'),
  status: z.literal('COMPLETED'),
  ...shown,
  discarded: z.boolean(),
});
const failedCheckpoint = z.object({
  className: z.literal('failed'),
  status: z.literal('FAILED'),
  ...shown,
  failure_timestamp: clock,
  failure_message: text,
});
const inProgress = z.object({
  className: z.literal('in_progress'),
  status: z.literal('IN_PROGRESS'),
  ...shown,
});

/** As Flink's REST has it, but for what the engine does not know. */
const checkpoints = z
  .object({
    counts: z.object({
      restored: count,
      total: count,
      in_progress: count,
      completed: count,
      failed: count,
    }),
    summary: z.object({
      checkpointed_size: spread,
      state_size: spread,
      end_to_end_duration: spread,
      alignment_buffered: spread,
      persisted_data: spread,
    }),
    latest: z.object({
      completed: completedCheckpoint.nullable(),
      savepoint: z.null(),
      failed: failedCheckpoint.nullable(),
      restored: z
        .object({ id: count, restore_timestamp: clock, is_savepoint: z.literal(false) })
        .nullable(),
    }),
    history: z
      .array(z.discriminatedUnion('className', [completedCheckpoint, failedCheckpoint, inProgress]))
      .describe('the newest first, at most web.checkpoints.history'),
  })
  .describe('left out: processed_data, and external_path of a checkpoint');

const ranges = z.array(
  z.object({
    name: text,
    reached: count,
    restored: count.nullable().describe('null where it was not read before the next restore'),
    again: z.int().nullable(),
  }),
);

const rollbacks = z.object({
  schemaVersion,
  checkpoints: z
    .array(
      z.object({
        checkpoint: count,
        completedMillis: millis,
        subtasks: z.record(text, count).describe('records that had entered each'),
      }),
    )
    .describe('in the order in which they completed'),
  rollbacks: z
    .array(
      z.object({
        attempt: count,
        checkpoint: count.describe('0 for the beginning'),
        triggeredMillis: millis.nullable(),
        failedMillis: millis.describe('the job left RUNNING, or its job manager was gone'),
        restoredMillis: millis,
        subtasks: ranges.describe('in records that entered it'),
        splits: ranges.describe('in offsets'),
        redoneMillis: millis.nullable().describe('all had come as far again'),
        heldBy: count.nullable().describe('the first completed checkpoint triggered after that'),
      }),
    )
    .describe('one for each restore but the first'),
});

const doctor = z.object({
  schemaVersion,
  flinch: text.describe('the version of the package'),
  engineSha256: z.string().describe('over the built modules that a run is computed by'),
  node: text,
  platform: text,
  arch: text,
  checks: z.array(
    z.object({ name: text, ok: z.boolean(), detail: text.describe('what to do, if not ok') }),
  ),
});

const documents: Readonly<Record<string, z.ZodType>> = {
  run,
  ndjson: line,
  replay: replayed,
  zoo,
  check,
  checkpoints,
  rollbacks,
  doctor,
};

/** Names of the documents that have a schema. */
export const documentNames: readonly string[] = Object.keys(documents);

/** The schema of a document; undefined if there is none of that name. */
export function documentSchema(document: string): object | undefined {
  const form = Object.hasOwn(documents, document) ? documents[document] : undefined;
  return form && z.toJSONSchema(form, { target: 'draft-7', io: 'input' });
}

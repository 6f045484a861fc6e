/**
 * Sinks as a scenario declares them: a kind, the place that it writes to, and how.
 */
import * as z from 'zod';
import type { SinkOperator } from '../job/job-graph.js';

export type SinkDeclaration =
  | Readonly<{ kind: 'two-phase' | 'plain'; topic: string }>
  | Readonly<{
      kind: 'file';
      directory: string;
      rollRows?: number | undefined;
      rollOnCheckpoint?: boolean | undefined;
    }>
  | Readonly<{ kind: 'upsert'; table: string; key: readonly string[] }>;

const name = z.string().min(1);

/** The form of a sink. */
export const sink: z.ZodType<SinkDeclaration, unknown> = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.enum(['two-phase', 'plain']), topic: name }),
  z.strictObject({
    kind: z.literal('file'),
    directory: name,
    rollRows: z.int().min(1).optional(),
    rollOnCheckpoint: z.boolean().optional(),
  }),
  z.strictObject({ kind: z.literal('upsert'), table: name, key: z.array(name).min(1) }),
]);

/** The operator that is declared. */
export function sinkDeclared(declared: SinkDeclaration): SinkOperator {
  switch (declared.kind) {
    case 'file': {
      const { directory, rollRows, rollOnCheckpoint = false } = declared;
      return { kind: 'fileSink', directory, rollRows, rollOnCheckpoint };
    }
    case 'upsert':
      return { kind: 'upsertSink', table: declared.table, key: declared.key };
    case 'plain':
      return { kind: 'plainSink', topic: declared.topic };
    case 'two-phase':
      return { kind: 'twoPhaseSink', topic: declared.topic };
  }
}

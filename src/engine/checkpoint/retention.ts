/**
 * What becomes of the files of completed checkpoints when their job is over for good. Where the job
 * is only suspended, its leader being gone, nothing is touched.
 *
 * Source: Flink 2.x, CheckpointProperties, ExternalizedCheckpointRetention.
 */
import type { Retention } from '../../flink/configuration.js';

/** Whether the files go; `status`: how the job ended. */
export function discardsAtEnd(retention: Retention, status: string): boolean {
  return status === 'FINISHED' || retention === 'NO_EXTERNALIZED_CHECKPOINTS';
}

/** The door of this room: every form in which a result is told. All of them are pure texts. */
export { failureReport } from './failure.js';
export { replayDocument, type Trail } from './documents.js';
export type {
  Corpus,
  CorpusPlan,
  Detail,
  Manner,
  OpenReporter,
  Reporter,
  Results,
  Telling,
} from './reporter.js';
export { shardLine, type Shard, type ShardEnd } from './shard.js';
export { reporters } from './reporters.js';
export { checkDocument, checkText } from './recorded.js';
export { checkpointsDocument } from './checkpoints.js';
export { rankOf, replayText, sweepText } from './screen.js';
export { shortLog } from './short-log.js';
export { configurationFile, configurationText } from './configuration.js';

/**
 * The public API of flinch. A name that is exported from here is promised to users; everything else
 * under src/ may change without notice.
 *
 * The pipeline is one of values: `parseScenario` reads a scenario, `planOf` makes every decision
 * from a seed, `run` turns a plan into a history, and `judge` gives the verdicts of its laws.
 *
 * @example
 * const scenario = parseScenario(readFileSync('small.yaml', 'utf8'), 'small.yaml');
 * const data = dataOfTopics(scenario.data, (file) => JSON.parse(readFileSync(file, 'utf8')));
 * const { verdicts, fingerprint } = judge(planOf(scenario, '42'), data);
 */
export {
  fileSink,
  plainSink,
  streamExecutionEnvironment,
  twoPhaseSink,
  upsertSink,
  type LogSource,
  type StreamExecutionEnvironment,
} from './job/data-stream.js';
export type {
  BroadcastStreams,
  ConnectedStreams,
  CountedStream,
  DataStream,
  DataStreamSink,
  JoinedStreams,
  KeyedStream,
  WindowedDataStream,
  WindowedStream,
} from './job/stream-types.js';
export {
  aggregatingState,
  listState,
  mapState,
  reducingState,
  valueState,
  type StateDeclarations,
  type StateOf,
} from './job/states.js';
export type { BroadcastProcess } from './job/broadcasts.js';
export type { KeyedCoProcess, KeyedContext, KeyedProcess } from './job/processes.js';
export {
  splitListState,
  unionListState,
  type ListDeclaration,
  type OperatorProcess,
} from './job/operator-states.js';
export type { AsyncOptions } from './job/async-calls.js';
export { sessionWindow, slidingWindow, tumblingWindow, type TimeWindow } from './job/windows.js';
export { JobError } from './job/job-error.js';
export type { FlatMapFunction, MapFunction, ProcessFunction } from './job/user-code.js';
export { parseScenario, ScenarioError, type Scenario } from './run/scenario.js';
export { planOf, type Plan } from './run/plan.js';
export { judge, run, type Outcome, type RunOptions, type RunResult } from './run/run.js';
export {
  DataError,
  dataOfTopics,
  type Data,
  type DataFormat,
  type FileRow,
  type TopicData,
  type TopicSpec,
} from './run/data.js';
export { minuteOf, secondOf } from './run/calendar.js';
export { recorder, type Recorder } from './history/recorder.js';
export { entryOf, HistoryError, lineOf } from './history/codec.js';
export type { Entry, Observer } from './history/entry.js';
export { lawNames, type LawName } from './check/suite.js';
export type { Verdict, Violation } from './check/verdict.js';
export type { Fault } from './faults/fault.js';

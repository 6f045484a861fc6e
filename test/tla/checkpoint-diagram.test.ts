/**
 * Goal: the state machine of a checkpoint is told and drawn as the transition function makes it.
 * Method: all of it by hand, once; every stage begins and ends; the drawings have an edge for each
 * passage; the command answers and says what is wrong.
 */
import { afterAll, expect, test } from 'vitest';

import {
  checkpointDiagram,
  checkpointText,
  allPassages,
  type Passage,
} from '../../src/tla/checkpoint-diagram.js';
import { stage } from '../cli/stage.js';

const { flinch, clear } = stage();
const passages = allPassages();

afterAll(clear);

test('all that can happen to a checkpoint', () => {
  expect(checkpointText()).toMatchInlineSnapshot(`
    "checkpoint, a state machine
      none             locating         idTaken
      locating         coordinating     located
      locating         collecting       located
      locating         aborted          expired CHECKPOINT_EXPIRED
      locating         aborted          locationFailed IO_EXCEPTION
      locating         aborted          shutDown CHECKPOINT_COORDINATOR_SHUTDOWN
      locating         aborted          stopped CHECKPOINT_COORDINATOR_SUSPEND
      coordinating     coordinating     coordinated
      coordinating     collecting       coordinated
      coordinating     aborted          coordinationFailed TRIGGER_CHECKPOINT_FAILURE
      coordinating     aborted          expired CHECKPOINT_EXPIRED
      coordinating     aborted          shutDown CHECKPOINT_COORDINATOR_SHUTDOWN
      coordinating     aborted          stopped CHECKPOINT_COORDINATOR_SUSPEND
      collecting       collecting       acknowledged
      collecting       collected        acknowledged
      collecting       writingMetadata  acknowledged
      collecting       aborted          acknowledged CHECKPOINT_DECLINED_TASK_CLOSING
      collecting       aborted          declined CHECKPOINT_ASYNC_EXCEPTION
      collecting       aborted          declined CHECKPOINT_DECLINED_ON_CANCELLATION_BARRIER
      collecting       aborted          declined CHECKPOINT_DECLINED_SUBSUMED
      collecting       aborted          declined CHECKPOINT_DECLINED_TASK_CLOSING
      collecting       aborted          declined CHECKPOINT_DECLINED_TASK_NOT_READY
      collecting       aborted          declined TASK_CHECKPOINT_FAILURE
      collecting       aborted          expired CHECKPOINT_EXPIRED
      collecting       aborted          shutDown CHECKPOINT_COORDINATOR_SHUTDOWN
      collecting       aborted          stopped CHECKPOINT_COORDINATOR_SUSPEND
      collecting       aborted          stored CHECKPOINT_SUBSUMED
      collected        writingMetadata  metadataFailed
      collected        writingMetadata  storeFailed
      collected        writingMetadata  stored
      collected        aborted          shutDown CHECKPOINT_COORDINATOR_SHUTDOWN
      collected        aborted          stopped CHECKPOINT_COORDINATOR_SUSPEND
      collected        aborted          stored CHECKPOINT_SUBSUMED
      writingMetadata  storing          metadataWritten
      writingMetadata  aborted          metadataFailed FINALIZE_CHECKPOINT_FAILURE
      storing          completed        stored
      storing          aborted          storeFailed FINALIZE_CHECKPOINT_FAILURE
      completed        subsumed         stored"
  `);
});

test('no stage is reached from nowhere, and only the last ones lead nowhere', () => {
  const entered = new Set(passages.map(({ to }) => to));
  const left = new Set(passages.map(({ from }) => from));
  expect([...left].filter((stage) => !entered.has(stage))).toEqual(['none']);
  expect([...entered].filter((stage) => !left.has(stage))).toEqual(['aborted', 'subsumed']);
});

test('what is aborted has its reason, and nothing else has one', () => {
  const isOdd = ({ to, reason }: Passage): boolean => (to === 'aborted') !== (reason !== undefined);
  expect(passages.filter(isOdd)).toEqual([]);
});

test('a drawing has an edge for each passage', () => {
  const mermaid = checkpointDiagram('mermaid');
  expect(mermaid.startsWith('stateDiagram-v2\n  [*] --> locating : idTaken\n')).toBe(true);
  expect(mermaid.match(/^ {2}(?:\w+|\[\*\]) --> \w+ : \w+(?: [A-Z_]+)?$/gm)).toHaveLength(
    passages.length,
  );
  const dot = checkpointDiagram('dot');
  expect(dot).toMatch(/^digraph checkpoint \{\n(?: {2}[^{}]+;\n)+\}\n$/);
  expect(dot.match(/^ {2}\w+ -> \w+ \[label="\w+(?: [A-Z_]+)?"\];$/gm)).toHaveLength(
    passages.length,
  );
});

test.each([
  [['checkpoint'], checkpointText() + '\n'],
  [['checkpoint', '--diagram'], checkpointDiagram('mermaid')],
  [['checkpoint', '--diagram', 'dot'], checkpointDiagram('dot')],
])('explain %j', (args, text) => {
  const { status, stdout } = flinch(['explain', ...args]);
  expect({ status, stdout }).toEqual({ status: 0, stdout: text });
});

test.each([
  [['checkpoint', '--diagram', 'svg'], '--diagram svg: there are mermaid and dot'],
  [['stored', '--diagram', 'dot'], '--diagram draws the states of a checkpoint'],
  [['checkpoints'], 'checkpoints: no such subject. Did you mean checkpoint?'],
])('explain %j is a mistake', (args, hint) => {
  const { status, stdout, stderr } = flinch(['explain', ...args]);
  expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
  expect(stderr).toContain(hint);
});

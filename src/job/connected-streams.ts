/**
 * What the DataStream API does with two streams: connected or joined by key, or one of them
 * broadcast to the other.
 */
import { broadcastFunctionOf } from './broadcasts.js';
import { JobError } from './job-error.js';
import { intervalJoin, keysOf } from './joins.js';
import { processFunctionOf } from './processes.js';
import type { RowShape } from './shapes.js';
import {
  originOf,
  sentBy,
  type DraftInput,
  type KeyedOrigin,
  type Origin,
} from './stream-draft.js';
import type { BroadcastStreams, ConnectedStreams, JoinedStreams } from './stream-types.js';

/** The records of both, each with the field of its key. */
function bothInputs(left: KeyedOrigin, right: KeyedOrigin): DraftInput[] {
  return [...left.inputs, ...right.inputs.map((input) => ({ ...input, input: 1 }))];
}

function keyedOf({ output: row, field: key }: KeyedOrigin): { row: Origin['output']; key: string } {
  return { row, key };
}

/** Two streams by key, whose records one function takes. */
export function connectedStreams<Left extends RowShape, Right extends RowShape>(
  left: KeyedOrigin,
  right: KeyedOrigin,
): ConnectedStreams<Left, Right> {
  const { drafts, place } = left;
  const keyFields = keysOf(keyedOf(left), keyedOf(right), place);
  return {
    process: (declared) => {
      const rows = [left.output, right.output];
      const at = place + '.connect';
      const made = processFunctionOf('process', declared, rows, drafts.time(), at);
      const operator = { kind: 'process', keyFields, function: made } as const;
      return drafts.streamOf(drafts.add(operator, bothInputs(left, right), made.output));
    },
  };
}

/** Two streams by key, whose records are joined when their times are close. */
export function joinedStreams<Left extends RowShape, Right extends RowShape>(
  left: KeyedOrigin,
  right: KeyedOrigin,
): JoinedStreams<Left, Right> {
  const { drafts, place } = left;
  return {
    between: (from, to) => ({
      join: <Out extends RowShape>(options: Readonly<{ prefix?: string }> = {}) => {
        const declared = { from, to, ...options };
        const [one, other] = [keyedOf(left), keyedOf(right)];
        const made = intervalJoin(declared, one, other, drafts.time(), place);
        const draft = drafts.add(made.operator, bothInputs(left, right), made.output);
        return drafts.streamOf<Out>(draft);
      },
    }),
  };
}

/**
 * A stream, and one whose records go to all of its subtasks.
 *
 * @throws JobError unless the other one is broadcast
 */
export function broadcastStreams<In extends RowShape, Rule extends RowShape>(
  origin: Origin,
  rules: object,
): BroadcastStreams<In, Rule> {
  const { drafts, inputs, output } = origin;
  const sent = originOf(rules, 'connect');
  if (!sent.inputs.every(({ exchange }) => exchange.kind === 'broadcast'))
    throw new JobError(
      'connect',
      'takes a stream that is broadcast, as in connect(rules.broadcast()); or two keyed streams',
    );
  return {
    process: (declared) => {
      const rows = [output, sent.output] as const;
      const made = broadcastFunctionOf('process', declared, rows, 'connect');
      const both = [...inputs, ...sentBy({ kind: 'broadcast' }, sent.inputs, 1)];
      const operator = { kind: 'broadcastState', function: made } as const;
      return drafts.streamOf(drafts.add(operator, both, made.output));
    },
  };
}

/**
 * The state machine of one checkpoint, from its id to its end, as `coordinate` makes it: found by
 * exploring small worlds in which everything happens that can happen to a checkpoint.
 */
import type { CoordinatorEvent } from '../engine/checkpoint/coordinator.js';
import type { Phase } from '../engine/checkpoint/coordinator-state.js';
import type { AbortReason } from '../engine/checkpoint/reasons.js';
import type { Step } from './small-world-steps.js';
import type { Bounds, World } from './small-world.js';
import { explore } from './state-graph.js';

/** Where a checkpoint stands. */
export type Stage = 'none' | Phase | 'completed' | 'subsumed' | 'aborted';

/** All stages, in the order in which a checkpoint goes through them. */
const stages: readonly Stage[] = [
  ...(['none', 'locating', 'coordinating', 'collecting', 'collected'] as const),
  ...(['writingMetadata', 'storing', 'completed', 'subsumed', 'aborted'] as const),
];

/** What happens to a checkpoint: the event that the coordinator hears, and why it is aborted. */
export type Passage = Readonly<{
  from: Stage;
  to: Stage;
  event: CoordinatorEvent['kind'];
  reason: AbortReason | undefined;
}>;

const plain: Bounds = {
  sources: ['source'],
  sinks: ['sink'],
  union: [],
  coordinators: ['source'],
  kinds: ['periodic'],
  reasons: [],
  progresses: ['working'],
  faults: [],
  maxId: 2,
  maxAttempt: 1,
  maxCrashes: 0,
  maxQueue: 1,
  concurrent: 1,
  retained: 1,
  tolerable: 0,
  minPause: false,
  afterFinish: true,
};

/** Small worlds that have between them all that there is; one with all of it would be large. */
const worlds: readonly Bounds[] = [
  { ...plain, faults: ['refusals', 'failedCoordinators', 'failures'] },
  {
    ...plain,
    coordinators: ['one', 'two'],
    reasons: [
      ...(['CHECKPOINT_DECLINED_TASK_NOT_READY', 'CHECKPOINT_DECLINED_SUBSUMED'] as const),
      ...(['CHECKPOINT_DECLINED_ON_CANCELLATION_BARRIER', 'TASK_CHECKPOINT_FAILURE'] as const),
      ...(['CHECKPOINT_DECLINED_TASK_CLOSING', 'CHECKPOINT_ASYNC_EXCEPTION'] as const),
    ],
    maxId: 1,
  },
  { ...plain, coordinators: [], concurrent: 2, faults: ['refusals', 'failures'] },
  { ...plain, faults: ['expiry', 'finishing'], maxId: 1 },
  { ...plain, sinks: [], coordinators: [], concurrent: 2, faults: ['finishing'] },
  {
    ...plain,
    sources: ['left', 'right'],
    sinks: [],
    union: ['left', 'right'],
    progresses: ['working', 'ended'],
    maxId: 1,
  },
];

let known: readonly Passage[] | undefined;

/** All that can happen to a checkpoint, in the order of the stages. */
export function allPassages(): readonly Passage[] {
  known ??= passagesIn(worlds);
  return known;
}

function passagesIn(all: readonly Bounds[]): readonly Passage[] {
  const found = new Map<string, Passage>();
  const visit = (world: World, step: Step): void => {
    for (const passage of passagesOf(world, step)) found.set(labelOf(passage), passage);
  };
  for (const bounds of all) explore(bounds, visit);
  const rank = ({ from, to }: Passage): number =>
    stages.indexOf(from) * stages.length + stages.indexOf(to);
  return [...found]
    .sort(([label, one], [other, another]) => rank(one) - rank(another) || compare(label, other))
    .map(([, passage]) => passage);
}

function compare(one: string, other: string): number {
  return one < other ? -1 : Number(one > other);
}

function labelOf({ from, to, event, reason }: Passage): string {
  return [from, to, event, reason ?? ''].join(' ');
}

/** What a step does to checkpoints: those that stand elsewhere after it, or hold more. */
function passagesOf(world: World, { event, next }: Step): readonly Passage[] {
  if (event === undefined) return [];
  const ids = [...world.coordinator.pending.keys(), ...next.coordinator.pending.keys()];
  const kept = world.coordinator.completed.map(({ id }) => id);
  return [...new Set([...ids, ...kept])].flatMap((id): readonly Passage[] => {
    const from = stageIn(world, id);
    const to = stageAfter(next, id);
    const isMore = world.coordinator.pending.get(id) !== next.coordinator.pending.get(id);
    if (from === to && !isMore) return [];
    return [{ from, to, event: event.kind, reason: reasonIn(next, id) }];
  });
}

function stageIn({ coordinator }: World, id: number): Stage {
  const phase = coordinator.pending.get(id)?.phase;
  const isCompleted = coordinator.completed.some((checkpoint) => checkpoint.id === id);
  return phase ?? (isCompleted ? 'completed' : 'none');
}

/** After a step: where it stands now, or how it ended in it. */
function stageAfter(next: World, id: number): Stage {
  if (reasonIn(next, id) !== undefined) return 'aborted';
  const isSubsumed = next.said.some(
    (effect) => effect.kind === 'subsume' && effect.checkpoint.id === id,
  );
  return isSubsumed ? 'subsumed' : stageIn(next, id);
}

function reasonIn({ said }: World, id: number): AbortReason | undefined {
  for (const effect of said)
    if (effect.kind === 'abort' && effect.pending.id === id) return effect.reason;
  return undefined;
}

/** The state machine in words: from where, to where, and on what. */
export function checkpointText(): string {
  const width = Math.max(...stages.map((stage) => stage.length)) + 2;
  const rows = allPassages().map(
    (passage) => `  ${passage.from.padEnd(width)}${passage.to.padEnd(width)}${textOf(passage)}`,
  );
  return ['checkpoint, a state machine', ...rows].join('\n');
}

/** The forms in which the state machine is drawn. */
export const diagramForms = ['mermaid', 'dot'] as const;

export type DiagramForm = (typeof diagramForms)[number];

/** The state machine as a diagram. */
export function checkpointDiagram(form: DiagramForm): string {
  const passages = allPassages();
  return form === 'dot' ? dotOf(passages) : mermaidOf(passages);
}

function mermaidOf(passages: readonly Passage[]): string {
  const name = (stage: Stage): string => (stage === 'none' ? '[*]' : stage);
  const lines = passages.map(
    (passage) => `  ${name(passage.from)} --> ${name(passage.to)} : ${textOf(passage)}`,
  );
  return ['stateDiagram-v2', ...lines, '  subsumed --> [*]', '  aborted --> [*]', ''].join('\n');
}

function dotOf(passages: readonly Passage[]): string {
  const lines = passages.map(
    (passage) => `  ${passage.from} -> ${passage.to} [label="${textOf(passage)}"];`,
  );
  const head = [
    'digraph checkpoint {',
    '  node [shape=box, style=rounded];',
    '  none [shape=point];',
  ];
  return [...head, ...lines, '}', ''].join('\n');
}

/** What stands on an edge: the event, and the reason where there is one. */
function textOf({ event, reason }: Passage): string {
  return reason === undefined ? event : `${event} ${reason}`;
}

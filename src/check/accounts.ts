/**
 * What is expected of a run, and what came: the common part of exactly-once and at-least-once. An
 * account is opened for each topic of a sink, and for each input of an operator whose output is
 * derived from what entered it (see `job/meaning`).
 *
 * A topic that depends on the input alone is judged as its rows become visible. Everything else is
 * judged at the end, along the surviving history: what entered a derived operator is compared with
 * what must have, and then gives what must enter the next, or become visible.
 *
 * Memory: for each topic one row an expected row, and one number a row in each run; for derived
 * ones the rows that are visible, and what entered since the job began, of which a restore that
 * goes back leaves no more than a retained checkpoint needs.
 */
import { detailOf, type Entry } from '../history/entry.js';
import {
  channelsOf,
  isSink,
  placeOfSink,
  rowTypeOfEdge,
  senderOf,
  vertexOf,
  type Edge,
  type JobGraph,
} from '../job/job-graph.js';
import { derivationOf, meaningOf, type Derivation, type Meaning } from '../job/meaning/meaning.js';
import { tableOf } from '../job/meaning/tables.js';
import type { Bag } from '../job/meaning/bag.js';
import type { TopicInput } from '../job/meaning/input.js';
import { enter, type Stage } from '../job/meaning/stage.js';
import { entranceOf } from './entrance.js';
import type { RowType } from '../job/row.js';
import { accountOf, bookBlock, rowText, type Account } from './account.js';
import {
  hearSurviving,
  lostIn,
  survivingKinds,
  survivingOf,
  survivors,
  type Heard,
  type Surviving,
} from './surviving.js';
import { hearValues, settleTable, tableAccountOf, type TableAccount } from './tables.js';
import { mayRepeat, type Context, type LawName } from './verdict.js';
import { END_OF_TIME, NO_TIME } from '../job/time-bounds.js';

export type Accounts = {
  readonly meaning: Meaning;
  readonly inputs: readonly TopicInput[];
  readonly surviving: Surviving;
  readonly topics: ReadonlyMap<string, Readonly<{ account: Account | undefined; row: RowType }>>;
  readonly tables: ReadonlyMap<string, TableAccount>;
  /** Entries of derived topics. */
  readonly visible: Heard[];
  /** Index of the entry that was heard last. */
  heard: number;
  settled: readonly Account[] | undefined;
  /** The laws that judge from them. */
  readonly laws: Set<LawName>;
};

/** Kinds of entries that the accounts are made of. */
export const accountKinds: readonly string[] = ['rowsVisible', 'valuesUpserted', ...survivingKinds];

/** More than a vertex has subtasks. */
const LANES = 65_536;

/** Laws over one run share their accounts. */
const shared = new WeakMap<Context, Accounts>();

/** The accounts of a run, in which nothing has come yet. */
export function accountsOf(context: Context, law: LawName): Accounts {
  const known = shared.get(context);
  if (known !== undefined && !known.laws.has(law)) {
    known.laws.add(law);
    return known;
  }
  const { job, topics: input } = context;
  const meaning = meaningOf(job, input, mayRepeat(context));
  const topics = new Map<string, { account: Account | undefined; row: RowType }>();
  const tables = new Map<string, TableAccount>();
  for (const { operator, uid, output: row } of job.vertices.flatMap((one) => one.operators)) {
    if (!isSink(operator)) continue;
    const topic = placeOfSink(operator);
    const isFixed = meaning.standings.get(uid)?.class === 'functional';
    if (operator.kind === 'upsertSink') {
      const fixed = isFixed ? (meaning.fixed.tables.get(topic) ?? tableOf()) : undefined;
      tables.set(topic, tableAccountOf(operator, row, fixed));
      continue;
    }
    const account = accountOf(topicPlace(topic), topic, row, false, [
      meaning.fixed.topics.get(topic),
    ]);
    topics.set(topic, { account: isFixed ? account : undefined, row });
  }
  const accounts: Accounts = {
    meaning,
    inputs: input,
    surviving: survivingOf(
      meaning.derived,
      [...tables.values()].some(({ fixed }) => fixed === undefined),
    ),
    topics,
    tables,
    visible: [],
    heard: -1,
    settled: undefined,
    laws: new Set([law]),
  };
  shared.set(context, accounts);
  return accounts;
}

function topicPlace(topic: string): string {
  return 'visible in ' + topic;
}

/** One more entry; each is heard once, whichever law shows it. */
export function hearEntry(accounts: Accounts, entry: Entry, index: number): void {
  if (index <= accounts.heard) return;
  accounts.heard = index;
  if (entry.kind === 'valuesUpserted') {
    const table = accounts.tables.get(entry.about);
    if (table !== undefined) hearValues(table, { entry, index, subtask: 0 });
    return;
  }
  if (entry.kind !== 'rowsVisible') return hearSurviving(accounts.surviving, entry, index);
  const topic = accounts.topics.get(entry.about);
  if (topic === undefined) return;
  const heard = { entry, index, subtask: 0 };
  if (topic.account === undefined) accounts.visible.push(heard);
  else bookBlock(topic.account, heard, detailOf(entry, 'rowsVisible').words);
}

/** The accounts that are judged as rows become visible. */
export function accountsAtOnce({ topics, tables }: Accounts): Account[] {
  const atOnce = [...tables.values()].filter(({ fixed }) => fixed !== undefined);
  return [
    ...[...topics.values()].flatMap(({ account }) => account ?? []),
    ...atOnce.map(({ account }) => account),
  ];
}

/** All accounts at the end of a run; only those judged at once where what survived is not known. */
export function settled(accounts: Accounts): readonly Account[] {
  return (accounts.settled ??= settle(accounts));
}

function settle(accounts: Accounts): Account[] {
  const { meaning, surviving, topics, visible, tables, inputs } = accounts;
  const list = [...topics.values()].flatMap(({ account }) => account ?? []);
  for (const table of tables.values())
    if (table.fixed !== undefined) list.push(settleTable(table, undefined, []));
  if (surviving.gap !== undefined) return list;
  const derivation = derivationOf(meaning);
  for (const { id } of meaning.derived) {
    const stage = derivation.stages.get(id) as Stage;
    list.push(...feed(meaning, derivation, id, stage, survivors(surviving, id), inputs));
    endTime(meaning, derivation, id, stage, inputs);
  }
  for (const [topic, { account, row }] of topics) {
    if (account !== undefined) continue;
    const bags = [meaning.fixed.topics.get(topic), derivation.expected.topics.get(topic)];
    const derived = accountOf(topicPlace(topic), topic, row, false, bags);
    for (const heard of visible)
      if (heard.entry.about === topic)
        bookBlock(derived, heard, detailOf(heard.entry, 'rowsVisible').words);
    list.push(derived);
  }
  const others = lostDerivations(meaning, surviving);
  for (const [name, table] of tables) {
    if (table.fixed !== undefined) continue;
    const own = derivation.expected.tables.get(name) ?? tableOf();
    const fixed = meaning.fixed.tables.get(name) ?? [];
    const lost = others.flatMap(({ expected }) => expected.tables.get(name) ?? []);
    list.push(settleTable(table, own, lost.concat(fixed)));
  }
  return list;
}

/** What is derived from each history that was rolled back. */
function lostDerivations(meaning: Meaning, surviving: Surviving): Derivation[] {
  return [...(surviving.lost?.keys() ?? [])].map((attempt) => {
    const derivation = derivationOf(meaning);
    for (const vertex of meaning.derived) {
      const stage = derivation.stages.get(vertex.id) as Stage;
      feed(meaning, derivation, vertex.id, stage, lostIn(surviving, attempt, vertex));
    }
    return derivation;
  });
}

/** Feeds the stage of a vertex with what entered it; the accounts of its inputs. */
function feed(
  { job, fixed }: Meaning,
  { expected }: Derivation,
  vertex: string,
  stage: Stage,
  entries: readonly Heard[],
  inputs: readonly TopicInput[] = [],
): Account[] {
  const hasTime = job.eventTime !== undefined;
  const edges = new Map<Edge, Account>();
  for (const edge of job.edges)
    if (edge.to === vertex) {
      const bags = [fixed.edges.get(edge), expected.edges.get(edge)];
      const where = `let into ${vertex} by ${senderOf(job, edge).uid}`;
      edges.set(edge, accountOf(where, vertex, rowTypeOfEdge(job, edge), hasTime, bags));
    }
  const channels = channelsInto(job, vertex);
  const { parallelism } = vertexOf(job, vertex);
  const dueOf = (edge: Edge): Bag | undefined => fixed.edges.get(edge) ?? expected.edges.get(edge);
  const entrance = entranceOf(job, [...edges.keys()], inputs, parallelism, dueOf);
  const place = job.vertices.findIndex(({ id }) => id === vertex);
  for (const heard of entries) {
    const { entry, subtask } = heard;
    expected.lane.now = place * LANES + subtask;
    if (entry.kind !== 'entered') {
      entrance.pass(heard);
      passTime(stage, heard, edges.values().next().value);
      continue;
    }
    const { channel, words, now } = detailOf(entry, 'entered');
    const edge = channels.get(channel);
    if (edge === undefined) continue;
    const arrival = { subtask, input: edge.input, words, from: 0, to: 0, time: NO_TIME, now };
    const account = edges.get(edge) as Account;
    bookBlock(account, heard, words, (from, end) => {
      const fault = entrance.faultOf(edge, subtask, words, from, end);
      if (fault !== undefined) {
        const message = `${rowText(account, words, from, end)} ${fault}`;
        account.surplus ??= { entry, index: heard.index, about: entry.about, message };
      }
      arrival.from = from;
      arrival.to = hasTime ? end - 1 : end;
      if (hasTime) arrival.time = words[end - 1] as number;
      enter(stage, arrival);
    });
  }
  return [...edges.values()];
}

/** A bounded input is over in the end: windows that did not fire by then are missing. */
function endTime(
  { job }: Meaning,
  { expected }: Derivation,
  vertex: string,
  stage: Stage,
  inputs: readonly TopicInput[],
): void {
  if (job.eventTime === undefined || inputs.some(({ unbounded }) => unbounded === true)) return;
  const place = job.vertices.findIndex(({ id }) => id === vertex);
  for (let subtask = 0; subtask < vertexOf(job, vertex).parallelism; subtask += 1) {
    expected.lane.now = place * LANES + subtask;
    stage.watermark(subtask, END_OF_TIME, undefined);
  }
}

function channelsInto(job: JobGraph, vertex: string): Map<string, Edge> {
  return new Map(
    channelsOf(job)
      .filter(({ edge }) => edge.to === vertex)
      .map(({ name, edge }) => [name, edge]),
  );
}

/** The time of a subtask goes on, or begins anew; or a timer fires, which must be set. */
function passTime(stage: Stage, heard: Heard, account: Account | undefined): void {
  const { entry, index, subtask } = heard;
  if (entry.kind === 'restoring') {
    stage.watermark(subtask, NO_TIME, undefined);
    if (subtask === 0 && entry.subject !== 0) stage.restored?.();
    return;
  }
  if (entry.kind === 'watermark')
    return stage.watermark(subtask, entry.subject, detailOf(entry, 'watermark').now);
  const { key, now } = detailOf(entry, 'timerFired');
  const fault = stage.timer(subtask, entry.subject, key, now);
  if (account === undefined || fault === undefined) return;
  const at = String(entry.subject);
  const message = `a timer of the clock for ${at} fires in ${entry.about}, and ${fault}`;
  account.surplus ??= { entry, index, about: entry.about, message };
}

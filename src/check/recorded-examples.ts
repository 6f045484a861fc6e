/**
 * Examples of what a recorded history convicts for: the first ids of each kind by line, found in a
 * second reading of the same lines, since the first keeps none. Faults and checkpoints change no
 * verdict; here those that stand nearest are shown.
 *
 * Memory: at most ten ids of each kind, and ten lines of each.
 */
import { countOf, findId, plainName, type Name } from './recorded-ids.js';
import { findingAt, type Finding, type Ledger, type Told } from './recorded-ledger.js';

/** The most ids of each kind, and the most lines of an id. */
const EXAMPLES_MAX = 10;

/** One id, and where the history tells of it. */
export type Example = Readonly<{
  id: Name;
  /** How often it is due, and visible. */
  due: number;
  visible: number;
  sourceLines: readonly number[];
  /** Lines of its visible rows. */
  sinkLines: readonly number[];
  /**
   * The last one before the first row that came in vain; for what is lost, the first one after its
   * first source line.
   */
  fault: Readonly<{ line: number; fault: string }> | null;
  checkpoint: Readonly<{ line: number; checkpoint: Name }> | null;
}>;

export type Examples = Readonly<Record<Finding, readonly Example[]>>;

/** A fold over the same lines as the judgement. */
export type ExampleSearch = Readonly<{
  /** @param line  counted from 1 */
  see(told: Told, line: number): void;
  close(): Examples;
}>;

type Open = {
  -readonly [Field in keyof Example]: Example[Field] extends readonly number[]
    ? number[]
    : Example[Field];
} & { readonly finding: Finding; shown: number };

type Search = {
  readonly ledger: Ledger;
  readonly open: Map<number, Open>;
  readonly found: Readonly<Record<Finding, Open[]>>;
  fault: Example['fault'];
  checkpoint: Example['checkpoint'];
};

/** Opens the search for examples in a history that was judged. */
export function examplesIn(ledger: Ledger): ExampleSearch {
  const found = { lost: [], doubled: [], unexpected: [] };
  const search: Search = { ledger, open: new Map(), found, fault: null, checkpoint: null };
  return { see: (told, line) => hear(search, told, line), close: () => closed(search) };
}

function hear(search: Search, told: Told, line: number): void {
  switch (told.kind) {
    case 'source':
      return note(exampleOf(search, told.id)?.sourceLines, line);
    case 'sink':
      return hearRow(search, told, line);
    case 'fault':
      search.fault = { line, fault: told.fault };
      for (const lost of waiting(search)) lost.fault ??= search.fault;
      return;
    case 'checkpoint':
      search.checkpoint = { line, checkpoint: told.checkpoint };
      for (const lost of waiting(search)) lost.checkpoint ??= search.checkpoint;
      return;
    case 'commit':
    case 'cut':
      return;
  }
}

function hearRow(search: Search, { id, transaction }: Told & { kind: 'sink' }, line: number): void {
  const { transactions } = search.ledger;
  if (transaction !== undefined && !transactions.get(plainName(transaction))?.isCommitted) return;
  const example = exampleOf(search, id);
  if (example === undefined) return;
  note(example.sinkLines, line);
  example.shown += 1;
  if (example.finding === 'lost' || example.shown !== example.due + 1) return;
  example.fault = search.fault;
  example.checkpoint = search.checkpoint;
}

function note(lines: number[] | undefined, line: number): void {
  if (lines !== undefined && lines.length < EXAMPLES_MAX) lines.push(line);
}

/** What is lost, and was read before this line. */
function waiting({ found }: Search): readonly Open[] {
  return found.lost.filter(({ sourceLines }) => sourceLines.length > 0);
}

function exampleOf({ ledger, open, found }: Search, id: Name): Open | undefined {
  const cell = findId(ledger.ids, id);
  const finding = cell < 0 ? undefined : findingAt(ledger, cell);
  if (finding === undefined) return undefined;
  const known = open.get(cell);
  if (known !== undefined || found[finding].length >= EXAMPLES_MAX) return known;
  const [due, visible] = [countOf(ledger.due, cell), countOf(ledger.visible, cell)];
  const lines = { sourceLines: [], sinkLines: [] };
  const nothing = { fault: null, checkpoint: null, shown: 0 };
  const example: Open = { id: plainName(id), due, visible, ...lines, ...nothing, finding };
  open.set(cell, example);
  found[finding].push(example);
  return example;
}

function closed({ found: { lost, doubled, unexpected } }: Search): Examples {
  return {
    lost: lost.map(exampleFrom),
    doubled: doubled.map(exampleFrom),
    unexpected: unexpected.map(exampleFrom),
  };
}

function exampleFrom({ finding: _finding, shown: _shown, ...example }: Open): Example {
  return example;
}

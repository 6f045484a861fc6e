/**
 * Texts that a person writes (YAML, and so JSON), with the place of each of their values: what is
 * wrong with one is told with its line and column.
 */
import { isScalar, LineCounter, parseDocument, Parser, visit, type CST } from 'yaml';
import type * as z from 'zod';
import { issueText, messagesOf } from './mistake.js';

/** One mistake in a file. */
export type ScenarioMistake = Readonly<{
  line: number;
  column: number;
  path: string;
  message: string;
}>;

/** Bad input: every mistake that was found, each with its place. */
export class ScenarioError extends Error {
  readonly mistakes: readonly ScenarioMistake[];

  constructor(file: string, mistakes: readonly ScenarioMistake[]) {
    super(mistakes.map((mistake) => lineOfMistake(file, mistake)).join('\n'));
    this.name = 'ScenarioError';
    this.mistakes = mistakes;
  }
}

function lineOfMistake(file: string, mistake: ScenarioMistake): string {
  const place = [file, String(mistake.line), String(mistake.column)].join(':');
  return place + ': ' + (mistake.path === '' ? '' : mistake.path + ': ') + mistake.message;
}

/** Steps from the whole of a document to a value in it. */
export type Path = readonly (string | number)[];

/** A text that was read. */
export type Document = Readonly<{
  file: string;
  value: unknown;
  /** A mistake at a path, or at the nearest thing around it. */
  mistake(path: Path, message: string): ScenarioMistake;
}>;

/**
 * Reads a text.
 *
 * @param file  name for the errors
 * @throws ScenarioError for a text that is no YAML
 */
export function readDocument(text: string, file: string): Document {
  const counter = new LineCounter();
  const at = (offset: number, path: string, message: string): ScenarioMistake => {
    const { line, col } = counter.linePos(offset);
    return { line, column: col, path, message };
  };
  const refuse = (offset: number, message: string): never => {
    throw new ScenarioError(file, [at(offset, '', message)]);
  };
  const tokens = [...new Parser(counter.addNewLine).parse(text)];
  const deep = tooDeep(tokens);
  if (deep !== undefined) refuse(deep, TOO_DEEP);
  const document = parseDocument(text, { prettyErrors: false, uniqueKeys: isSameKey });
  if (document.errors.length > 0)
    throw new ScenarioError(
      file,
      document.errors.map(({ pos, message }) => at(pos[0], '', message)),
    );
  visit(document, {
    Pair: (_index, { key }) => {
      const [offset = 0] = (key as { range?: readonly number[] } | null)?.range ?? [];
      if (!isScalar(key)) refuse(offset, 'a key is a text; write one');
    },
  });
  const value = valueOf(document, refuse);
  return {
    file,
    value,
    mistake: (path, message) => at(nearestNode(document, path), path.join('.'), message),
  };
}

/**
 * A text of JSON that was read: places are looked for only where something is wrong.
 *
 * @param value  what `JSON.parse` made of it
 * @throws ScenarioError for one that is nested too deeply
 */
export function documentOf(value: unknown, text: string, file: string): Document {
  let read = isTooDeep(value) ? readDocument(text, file) : undefined;
  return {
    file,
    value,
    mistake: (path, message) => (read ??= readDocument(text, file)).mistake(path, message),
  };
}

/** Most values within each other; who reads them goes from one to the next within it. */
const DEPTH_MAX = 100;
export const TOO_DEEP: string = `more than ${String(DEPTH_MAX)} values stand within each other`;

type Token = CST.Token | null | undefined;

/** Where a text is nested too deeply: the parser of the document would not return. */
function tooDeep(tokens: readonly Token[]): number | undefined {
  const rest = tokens.map((token) => ({ token, depth: 0 }));
  for (let next = rest.pop(); next !== undefined; next = rest.pop()) {
    const { token, depth } = next;
    if (token === null || token === undefined) continue;
    if (depth > DEPTH_MAX) return token.offset;
    if (token.type === 'document') rest.push({ token: token.value, depth });
    if (!('items' in token)) continue;
    for (const { key, value } of token.items)
      for (const inner of [key, value]) rest.push({ token: inner, depth: depth + 1 });
  }
  return undefined;
}

/** Keys are texts, however they are written. */
function isSameKey(one: unknown, other: unknown): boolean {
  return isScalar(one) && isScalar(other) && String(one.value) === String(other.value);
}

type YamlDocument = ReturnType<typeof parseDocument>;

/** The value of a document; an alias may name nothing, too much, or what it stands in. */
function valueOf(
  document: YamlDocument,
  refuse: (offset: number, message: string) => never,
): unknown {
  const alias = (): number => {
    let offset = 0;
    visit(document, {
      Alias: (_key, { range }) => {
        offset = range?.[0] ?? 0;
        return visit.BREAK;
      },
    });
    return offset;
  };
  try {
    const value: unknown = document.toJS();
    return isTooDeep(value) ? refuse(alias(), TOO_DEEP) : value;
  } catch (error) {
    if (!(error instanceof ReferenceError)) throw error;
    return refuse(alias(), error.message);
  }
}

/** Whether too many values stand within each other. */
export function isTooDeep(value: unknown, depth = 0): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return depth > DEPTH_MAX || Object.values(value).some((inner) => isTooDeep(inner, depth + 1));
}

/** Offset of the node at the path, or of the nearest one around it. */
function nearestNode(document: YamlDocument, path: Path): number {
  for (let length = path.length; length >= 0; length -= 1) {
    const node: unknown = document.getIn(path.slice(0, length), true);
    const range = (node as { range?: readonly number[] } | undefined)?.range;
    if (range !== undefined) return range[0] ?? 0;
  }
  return 0;
}

/**
 * What a part of a document is by its form.
 *
 * @param within  where in the document that part stands
 * @throws ScenarioError with every mistake, in the order of their places
 */
export function formed<Value>(
  { file, mistake, value }: Document,
  form: z.ZodType<Value, unknown>,
  within: Path = [],
): Value {
  const parsed = form.safeParse(partOf(value, within), { error: issueText });
  if (parsed.success) return parsed.data;
  const mistakes = parsed.error.issues
    .flatMap(messagesOf)
    .map(({ path, message }) => mistake([...within, ...path.map(stepOf)], message));
  mistakes.sort((one, other) => one.line - other.line || one.column - other.column);
  throw new ScenarioError(file, mistakes);
}

/** What stands at a path of a value; undefined if nothing does. */
export function partOf(value: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (part, step) => (part as Readonly<Record<string, unknown>> | null | undefined)?.[step],
    value,
  );
}

function stepOf(step: PropertyKey): string | number {
  return typeof step === 'number' ? step : String(step);
}

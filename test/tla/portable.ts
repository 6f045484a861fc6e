/**
 * The part of TLA+ in which models are written: what every model checker understands in one way.
 * What is refused here is read otherwise, or silently passed over, by one of them, or makes the one
 * that the tests use slow.
 */
import { declared, definitionsOf, hasNestedComment, tokensOf } from './tla-text.js';
import type { Definition, Token } from './tla-text.js';
import { disjunctsOf, readDisjunct } from './checker-graph.js';

/** What is not portable in a module, each with its line; nothing in one that is. */
export function unportable(module: string): readonly string[] {
  const tokens = tokensOf(module);
  const definitions = definitionsOf(module);
  return [
    ...(hasNestedComment(module) ? ['a comment stands within another'] : []),
    ...headFaults(module, definitions),
    ...tokens.flatMap((token, at) => tokenFaults(tokens, at).map((text) => onLine(token, text))),
    ...shadowFaults(module, definitions, tokens),
    ...actionFaults(module, definitions),
  ];
}

function onLine({ line }: Token, text: string): string {
  return `line ${String(line)}: ${text}`;
}

const libraries = new Set(['Naturals', 'Integers', 'Sequences', 'FiniteSets', 'TLC']);

function headFaults(module: string, definitions: readonly Definition[]): readonly string[] {
  const faults: string[] = [];
  for (const name of declared(module, 'EXTENDS'))
    if (!libraries.has(name)) faults.push(`EXTENDS ${name}: it stands alone`);
  const many = tokensOf(module).filter(({ text }) => /^VARIABLES?$/.test(text)).length;
  if (many !== 1) faults.push(`${String(many)} declarations of VARIABLES: only one counts`);
  const tuple = definitions.find(({ name }) => name === 'vars')?.body ?? [];
  const named = tuple.map(({ text }) => text).filter((text) => /^\w+$/.test(text));
  const variables = declared(module, 'VARIABLES');
  if (named.join() !== variables.join()) faults.push('vars is not the tuple of all variables');
  return faults;
}

/** Words that mean other things to other checkers, or nothing. */
const banned: ReadonlyMap<string, string> = new Map([
  ['Nat', 'a range 0..Max is for every checker the same'],
  ['Int', 'a range is for every checker the same'],
  ['Real', 'there are no reals'],
  ['STRING', 'a set of the strings that are meant is for every checker the same'],
  ['INSTANCE', 'it stands alone'],
  ['LOCAL', 'it stands alone'],
  ['\\div', 'rounds negative numbers in two ways'],
  ['%', 'rounds negative numbers in two ways'],
  ['\\X', 'nests pairs in one checker; use records'],
  ['\\times', 'nests pairs in one checker; use records'],
]);

const INTEGER_MAX = 2 ** 31 - 1;

function tokenFaults(tokens: readonly Token[], at: number): readonly string[] {
  const text = tokens[at]?.text ?? '';
  const before = tokens[at - 1]?.text ?? '';
  const after = tokens[at + 1]?.text ?? '';
  const faults: string[] = [];
  const why = banned.get(text);
  if (why !== undefined) faults.push(`${text}: ${why}`);
  if (/^\d+$/.test(text) && Number(text) > INTEGER_MAX) faults.push(`${text}: is beyond 2^31 - 1`);
  if (text === '==') faults.push(...headOfDefinition(tokens, at));
  if (/^(?:CHOOSE|\\[EA])$/.test(text) && !isBounded(tokens, at + 1))
    faults.push(`${text} without a set: every bound is written`);
  const opener = text === ')' ? openerOf(tokens, at) : undefined;
  const isCall = opener !== undefined && isName(tokens[opener - 1]?.text ?? '');
  if (isCall && (after === '.' || after === '['))
    faults.push(`a part of what an operator gives: bind it first`);
  if (text === '{' && isMixed(tokens, at)) faults.push('numbers and strings in one set');
  if (text === '|->' && before.startsWith('_')) faults.push(`${before}: a field begins with _`);
  if (text === '[' && isVariant(tokens, at)) faults.push('tag and value alone: reads as a variant');
  return faults;
}

/** Names that are not operators. */
const keywords = new Set(
  ['IF', 'THEN', 'ELSE', 'LET', 'IN', 'CASE', 'OTHER', 'CHOOSE', 'LAMBDA', 'EXCEPT'].concat([
    'UNION',
    'SUBSET',
    'DOMAIN',
    'UNCHANGED',
    'ENABLED',
    'RECURSIVE',
  ]),
);

function isName(text: string): boolean {
  return /^[A-Za-z]\w*$/.test(text) && !keywords.has(text);
}

/** A definition is of a name, or of an operator with parameters: no infix, no function. */
function headOfDefinition(tokens: readonly Token[], at: number): readonly string[] {
  const last = tokens[at - 1]?.text ?? '';
  if (last === ']') return ['a function is defined: use an operator'];
  const start = last === ')' ? (openerOf(tokens, at - 1) ?? 0) - 1 : at - 1;
  const isInfix = !isName(tokens[start]?.text ?? '') || isOperator(tokens[start - 1]?.text ?? '');
  return isInfix ? ['an infix operator is defined'] : [];
}

function isOperator(text: string): boolean {
  return text !== '>>' && /^[+*&|^#$%!?<>-]+$/.test(text);
}

/** Names, or a tuple of them, and then the set. */
function isBounded(tokens: readonly Token[], from: number): boolean {
  let at = from;
  while (/^(?:[A-Za-z]\w*|,|<<|>>)$/.test(tokens[at]?.text ?? '')) at += 1;
  return tokens[at]?.text === '\\in';
}

function openerOf(tokens: readonly Token[], closer: number): number | undefined {
  let depth = 0;
  for (let at = closer; at >= 0; at -= 1) {
    if (tokens[at]?.text === ')') depth += 1;
    if (tokens[at]?.text === '(') depth -= 1;
    if (depth === 0) return at;
  }
  return undefined;
}

/** Literals of a set that are written out, if they are of two kinds. */
function isMixed(tokens: readonly Token[], at: number): boolean {
  const end = tokens.findIndex(({ text }, place) => place > at && text === '}');
  const inside = tokens.slice(at + 1, end).map(({ text }) => text);
  if (!inside.every((text) => /^(?:,|\d+|".*")$/.test(text))) return false;
  return inside.some((text) => /^\d/.test(text)) && inside.some((text) => text.startsWith('"'));
}

function isVariant(tokens: readonly Token[], at: number): boolean {
  const end = tokens.findIndex(({ text }, place) => place > at && text === ']');
  const inside = tokens.slice(at + 1, end);
  const fields = inside.flatMap(({ text }, place) =>
    inside[place + 1]?.text === '|->' ? [text] : [],
  );
  return fields.sort().join() === 'tag,value';
}

/** A local name that is also a definition: a checker may take the one for the other. */
function shadowFaults(
  module: string,
  definitions: readonly Definition[],
  tokens: readonly Token[],
): readonly string[] {
  const top = new Set([
    ...definitions.map(({ name }) => name),
    ...declared(module, 'CONSTANTS'),
    ...declared(module, 'VARIABLES'),
  ]);
  const parameters = definitions.flatMap(({ parameters: names, line }) =>
    names.map((text) => ({ text, line })),
  );
  const bound = tokens.filter((_, at) =>
    /^(?:\\[EA]|CHOOSE|LAMBDA)$/.test(tokens[at - 1]?.text ?? ''),
  );
  const inSets = tokens.filter(
    (_, at) => /^[{[]$/.test(tokens[at - 1]?.text ?? '') && tokens[at + 1]?.text === '\\in',
  );
  const letted = definitions.flatMap(({ body }) =>
    body.filter((_, at) => body[at + 1]?.text === '=='),
  );
  return [...parameters, ...bound, ...inSets, ...letted]
    .filter(({ text }) => top.has(text))
    .map((token) => onLine(token, `${token.text}: is the name of something else, too`));
}

/** Each action of the next-state relation assigns each variable, once, before it reads it. */
function actionFaults(module: string, definitions: readonly Definition[]): readonly string[] {
  const byName = new Map(definitions.map((definition) => [definition.name, definition]));
  const disjuncts = disjunctsOf(module);
  if (disjuncts.length === 0) return ['there is no Next in disjuncts'];
  return disjuncts.flatMap((disjunct) => {
    let action = '';
    try {
      action = readDisjunct(disjunct).action;
    } catch (error) {
      return [error instanceof Error ? error.message : disjunct];
    }
    const definition = byName.get(action);
    if (definition === undefined) return [`${action}: is not defined`];
    return assignmentFaults(definition, byName, declared(module, 'VARIABLES'));
  });
}

function assignmentFaults(
  { name, body }: Definition,
  definitions: ReadonlyMap<string, Definition>,
  variables: readonly string[],
): readonly string[] {
  const faults: string[] = [];
  for (const { text } of body)
    if (text === '\\/' || text === 'LET') faults.push(`${name}: ${text} in an action`);
  const assigned: string[] = [];
  for (const { variable, isRead } of primesOf(body, definitions)) {
    if (isRead && !assigned.includes(variable))
      faults.push(`${name}: ${variable}' is read before it is assigned`);
    if (!isRead && assigned.includes(variable)) faults.push(`${name}: assigns ${variable} twice`);
    if (!isRead) assigned.push(variable);
  }
  const missing = variables.filter((variable) => !assigned.includes(variable));
  if (missing.length > 0) faults.push(`${name}: does not assign ${missing.join(', ')}`);
  return faults;
}

type Prime = Readonly<{ variable: string; isRead: boolean }>;

/** Primed variables in their order, those of the operators that are called too. */
function primesOf(
  body: readonly Token[],
  definitions: ReadonlyMap<string, Definition>,
): readonly Prime[] {
  return body.flatMap(({ text }, at): readonly Prime[] => {
    const next = body[at + 1]?.text ?? '';
    if (text.endsWith("'"))
      return [{ variable: text.slice(0, -1), isRead: next !== '=' && next !== '\\in' }];
    if (text === 'UNCHANGED') {
      const end = body.findIndex((token, place) => place > at && token.text === '>>');
      const names = body.slice(at + 1, end).map((token) => token.text);
      return names
        .filter((name) => /^\w+$/.test(name))
        .map((variable) => ({ variable, isRead: false }));
    }
    const called = definitions.get(text);
    const isAction = called?.body.some((token) => /'$|^UNCHANGED$/.test(token.text)) ?? false;
    return called !== undefined && isAction ? primesOf(called.body, definitions) : [];
  });
}

const configurationWords =
  /^(?:SPECIFICATION|INIT|NEXT|CONSTANTS|INVARIANT|PROPERTY|CHECK_DEADLOCK)$/;

/** What is not portable in a configuration of a module. */
export function unportableConfiguration(text: string, module: string): readonly string[] {
  const faults: string[] = [];
  const defined = new Set(definitionsOf(module).map(({ name }) => name));
  const constants = [...text.matchAll(/^ {2}(\w+) = /gm)].map(([, name = '']) => name);
  for (const line of text.split('\n').filter((one) => /^[^\s\\]/.test(one))) {
    const [word = '', name] = line.split(' ');
    if (!configurationWords.test(word)) faults.push(`${word}: is not for every checker`);
    if (/^(?:INVARIANT|PROPERTY|SPECIFICATION)$/.test(word) && !defined.has(name ?? ''))
      faults.push(`${word} ${name ?? ''}: is not defined`);
  }
  if (text.includes('<-')) faults.push('<-: is not for every checker');
  if (!/^INVARIANT /m.test(text)) faults.push('no INVARIANT: a checker chooses by names');
  if (!/^CHECK_DEADLOCK (?:TRUE|FALSE)$/m.test(text)) faults.push('CHECK_DEADLOCK is not said');
  const wanted = declared(module, 'CONSTANTS');
  if (constants.join() !== wanted.join()) faults.push('the constants are not those of the module');
  return faults;
}

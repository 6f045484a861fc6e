/**
 * A text of JSON in which one object names a field twice. `JSON.parse` keeps the last of them and
 * says nothing, so what a person wrote before is lost.
 */

/** A name that stands twice in one object: the second time, and the path to it. */
export type NamedTwice = Readonly<{ name: string; path: string; offset: number }>;

/**
 * Finds a name that an object of a text has twice. Mostly there is none, which counting shows: the
 * text then writes as many names as the value has.
 *
 * @param text   what `JSON.parse` took
 * @param value  what it made of it
 */
export function namedTwice(text: string, value: unknown): NamedTwice | undefined {
  const written = namesWritten(text);
  // An object of texts and numbers is told without a look at them: lines of a log are many.
  if (written === ownNames(value) || written === namesKept(value)) return undefined;
  return scanned(text);
}

const QUOTE = 34;
const SPACE = 32;

/** How many names stand in a text; more, where a text within it looks like one. */
function namesWritten(text: string): number {
  let names = 0;
  for (let colon = text.indexOf(':'); colon >= 0; colon = text.indexOf(':', colon + 1)) {
    let before = colon - 1;
    while (text.charCodeAt(before) <= SPACE) before -= 1;
    if (text.charCodeAt(before) === QUOTE) names += 1;
  }
  return names;
}

function ownNames(value: unknown): number {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isObject ? Object.keys(value).length : 0;
}

/** How many names a value has, and all that stand within it. */
function namesKept(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  let names = 0;
  const inner: object[] = [value];
  for (let one = inner.pop(); one !== undefined; one = inner.pop()) {
    const held: readonly unknown[] = Array.isArray(one) ? one : Object.values(one);
    if (held !== one) names += held.length;
    for (const each of held) if (typeof each === 'object' && each !== null) inner.push(each);
  }
  return names;
}

/** A string, or what begins, parts or ends lists and objects. */
const TOKEN = /"[^"\\]*(?:\\.[^"\\]*)*"|[{}[\],:]/g;

/** An object or a list that was begun: its names so far, and where in it we are. */
type Open = { readonly names: Set<string> | undefined; step: string; index: number };

function scanned(text: string): NamedTwice | undefined {
  const open: Open[] = [];
  let last = '';
  let lastOffset = 0;
  for (const { 0: token, index: offset } of text.matchAll(TOKEN)) {
    const inside = open.at(-1);
    if (token === '{') open.push({ names: new Set(), step: '', index: 0 });
    else if (token === '[') open.push({ names: undefined, step: '[0]', index: 0 });
    else if (token === '}' || token === ']') open.pop();
    else if (token === ',' && inside?.names === undefined && inside !== undefined)
      inside.step = `[${(inside.index += 1)}]`;
    else if (token === ':' && inside?.names !== undefined) {
      const name = JSON.parse(last) as string;
      const path = open
        .slice(0, -1)
        .map(({ step }) => step)
        .join('');
      if (inside.names.has(name)) return { name, path, offset: lastOffset };
      inside.names.add(name);
      inside.step = `.${name}`;
    } else {
      last = token;
      lastOffset = offset;
    }
  }
  return undefined;
}

/** The text of a module as tokens and definitions: as much of TLA+ as the rules of models need. */

export type Token = Readonly<{ text: string; line: number }>;

/** A definition, at the top or in a LET: its name, its parameters, and the tokens behind `==`. */
export type Definition = Readonly<{
  name: string;
  parameters: readonly string[];
  body: readonly Token[];
  line: number;
}>;

const pattern =
  /"[^"\n]*"|\\\/|\/\\|\\[A-Za-z]+|\[\]|<>|~>|==|=>|<=|>=|\|->|->|:>|@@|\.\.|<<|>>|\w+'?|\S/g;

/** The tokens of a module without its comments. */
export function tokensOf(module: string): readonly Token[] {
  const start = module.indexOf('\n');
  return withoutComments(module.slice(Math.max(0, start)))
    .split('\n')
    .flatMap((text, line) =>
      /^(?:-{4,}|={4,})/.test(text)
        ? []
        : [...text.matchAll(pattern)].map(([token]) => ({ text: token, line: line + 1 })),
    );
}

/** Comments become spaces, so that lines stay where they are. */
function withoutComments(text: string): string {
  return text
    .replaceAll(/\\\*.*$/gm, '')
    .replaceAll(/\(\*.*?\*\)/gs, (comment) => comment.replaceAll(/[^\n]/g, ' '));
}

/** Whether a comment stands within another one. */
export function hasNestedComment(module: string): boolean {
  return /\(\*(?:(?!\*\)).)*\(\*/s.test(module.replaceAll(/\\\*.*$/gm, ''));
}

/** The definitions at the top of a module: those whose names begin a line. */
export function definitionsOf(module: string): readonly Definition[] {
  const lines = module.split('\n');
  const starts = lines.flatMap((text, line) =>
    /^\w+(?:\([\w, ]*\))? ==/.test(text) || /^-{4,}|^={4,}|^(?:RECURSIVE|EXTENDS)\b/.test(text)
      ? [line]
      : [],
  );
  return starts.flatMap((start, place) => {
    const text = lines.slice(start, starts[place + 1]).join('\n');
    const [head, name, parameters = ''] = /^(\w+)(?:\(([\w, ]*)\))? ==/.exec(text) ?? [];
    if (head === undefined || name === undefined) return [];
    const body = tokensOf(`\n${text.slice(head.length)}`).map((token) => ({
      ...token,
      line: token.line + start - 1,
    }));
    const list = parameters.split(', ').filter((parameter) => parameter !== '');
    return [{ name, parameters: list, body, line: start + 1 }];
  });
}

/** The names that a declaration (CONSTANTS, VARIABLES) lists. */
export function declared(module: string, word: string): readonly string[] {
  const tokens = tokensOf(module);
  const at = tokens.findIndex(({ text }) => text === word);
  const names: string[] = [];
  for (let place = at + 1; at >= 0; place += 2) {
    names.push(tokens[place]?.text ?? '');
    if (tokens[place + 1]?.text !== ',') break;
  }
  return names;
}

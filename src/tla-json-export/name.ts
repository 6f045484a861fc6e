/**
 * Names of TLA+: of model values, of variables, and of fields that text spells without quotes.
 *
 * Source: L. Lamport, Specifying Systems, section 15.1 and the reserved words of TLA+ 2.
 */

const reserved: ReadonlySet<string> = new Set([
  ...['ACTION', 'ASSUME', 'ASSUMPTION', 'AXIOM', 'BOOLEAN', 'BY', 'CASE', 'CHOOSE', 'CONSTANT'],
  ...['CONSTANTS', 'COROLLARY', 'DEF', 'DEFINE', 'DEFS', 'DOMAIN', 'ELSE', 'ENABLED', 'EXCEPT'],
  ...['EXTENDS', 'FALSE', 'HAVE', 'HIDE', 'IF', 'IN', 'INSTANCE', 'LAMBDA', 'LEMMA', 'LET'],
  ...['LOCAL', 'MODULE', 'NEW', 'OBVIOUS', 'OMITTED', 'ONLY', 'OTHER', 'PICK', 'PROOF'],
  ...['PROPOSITION', 'PROVE', 'QED', 'RECURSIVE', 'STATE', 'STRING', 'SUBSET', 'SUFFICES', 'TAKE'],
  ...['TEMPORAL', 'THEN', 'THEOREM', 'TRUE', 'UNCHANGED', 'UNION', 'USE', 'VARIABLE', 'VARIABLES'],
  ...['WITH', 'WITNESS'],
]);

/** Letters, digits and underscores, with a letter among them, and no word of the language. */
export function isName(text: string): boolean {
  return /^\w*[A-Za-z]\w*$/.test(text) && !/^[WS]F_/.test(text) && !reserved.has(text);
}

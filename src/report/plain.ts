/** Texts from elsewhere (a law's message, the name of a seed), as other formats take them. */

/** Without what XML forbids and a log acts on: control characters and halves of characters. */
export function plain(text: string): string {
  const lines = text.replace(/\r\n?/g, '\n').replaceAll('\t', ' ');
  return lines.replace(/(?!\n)[\p{Cc}\p{Cs}\uFFFE\uFFFF]/gu, '');
}

/** On one line. */
export function oneLine(text: string): string {
  return plain(text).replace(/\s+/gu, ' ').trim();
}

const NAMES_MAX = 20;

/** The names of seeds or files, the first of many. */
export function listOf(names: readonly string[]): string {
  const more = names.length - NAMES_MAX;
  return names.slice(0, NAMES_MAX).join(', ') + (more > 0 ? ` and ${more} more` : '');
}

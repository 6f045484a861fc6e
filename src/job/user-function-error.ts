/**
 * A function of the job threw: its task fails, and the run goes on.
 */
export class UserFunctionError extends Error {
  override readonly name: string = 'UserFunctionError';
}

/** What code of the user threw, as a text; it may have thrown anything. */
export function textOfThrown(thrown: unknown): string {
  try {
    return String(thrown instanceof Error ? thrown.message : thrown);
  } catch {
    return 'a value that has no text';
  }
}

/** Bad input: the user's mistake, told in one message with place and remedy; exit code 2. */
export class InputError extends Error {
  override readonly name: string = 'InputError';
}

/** Whether an error of the operating system has this code. */
export function hasCode(error: unknown, ...codes: readonly string[]): boolean {
  const { code } = (error ?? {}) as { code?: unknown };
  return typeof code === 'string' && codes.includes(code);
}

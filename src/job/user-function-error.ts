/**
 * A function of the job threw: its task fails, and the run goes on.
 */
export class UserFunctionError extends Error {
  override readonly name: string = 'UserFunctionError';
}

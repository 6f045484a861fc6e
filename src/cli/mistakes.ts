/** Mistakes of the user that are told together: who has five should not have to run five times. */
import { InputError } from '../campaign/input-error.js';

export type Mistakes = Readonly<{
  add(message: string): void;
  /** Gives what an act gives; undefined if it found a mistake, which is kept. */
  in<T>(act: () => T | Promise<T>): Promise<T | undefined>;
  /**
   * Goes on only if there was none.
   *
   * @throws InputError that tells all of them
   */
  check(): void;
}>;

/** None yet. */
export function noMistakes(): Mistakes {
  const told: string[] = [];
  return {
    add: (message) => void told.push(message),
    in: async (act) => {
      try {
        return await act();
      } catch (error) {
        if (!(error instanceof InputError)) throw error;
        told.push(error.message);
        return undefined;
      }
    },
    check: () => {
      if (told.length > 0) throw new InputError(told.join('\n'));
    },
  };
}

/** The lives of processes: of each the newest that has said something. */
import type { Entry } from '../history/entry.js';

/** By process. */
export type Lives<Life extends Readonly<{ incarnation: number }>> = Map<string, Life>;

/** The life that states this; it begins if it has stated nothing before. */
export function lifeOf<Life extends Readonly<{ incarnation: number }>>(
  lives: Lives<Life>,
  { process, incarnation }: Entry,
  begin: (incarnation: number) => Life,
): Life {
  const known = lives.get(process);
  if (known?.incarnation === incarnation) return known;
  const life = begin(incarnation);
  lives.set(process, life);
  return life;
}

/**
 * What a worker of the pool runs. The work is imported when the first task comes, and by `import`:
 * whichever way the pool loaded this file, a mutant's module hook is asked for all the rest.
 */
import type { Answers, Task } from './runner.js';

export default async function work(task: Task): Promise<Answers[Task['kind']]> {
  const { answer } = await import('./runner.js');
  return answer(task);
}

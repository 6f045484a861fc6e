/**
 * The model checker (tla-checker, of an exact version), each check in a thread with a deadline.
 *
 * It names a violated invariant by its place in the configuration, prints its trace as text, and
 * stops on its own at bounds that are set here out of reach.
 */
import { Worker } from 'node:worker_threads';

export type Check = Readonly<{
  /** Text of the module, and of its configuration. */
  module: string;
  configuration: string;
  /** Whether the graph of all states is wanted. */
  graph: boolean;
}>;

export type Checked = Readonly<{
  /** Distinct states that were found. */
  states: number;
  /** What does not hold: an invariant or property by its name; undefined if all hold. */
  violated: string | undefined;
  /** Length of the behaviour that shows it. */
  length: number;
  /** The graph as the checker writes it. */
  dot: string;
}>;

/** What the checker answers. */
type Answer = Readonly<{
  success: boolean;
  error_type: string | null;
  error_message: string | null;
  states_explored: number;
  /** A behaviour; a second one for the circle that breaks a liveness property. */
  trace: readonly string[] | null;
  dot: string | null;
  warnings: readonly string[];
}>;

const DEADLINE_MILLIS = 300_000;

/**
 * Checks a module.
 *
 * @throws if the module is not understood, a warning is given, or the deadline passes
 */
export async function check({ module, configuration, graph }: Check): Promise<Checked> {
  const options = {
    cfg_source: configuration,
    max_states: 10_000_000,
    max_depth: 1_000_000,
    allow_deadlock: true,
    export_dot: graph,
    dot_mode: 'full',
  };
  const answer = await answerOf({ module, options });
  const { success, error_type: type, error_message: message, warnings } = answer;
  if (warnings.length > 0) throw new Error(`the checker warns: ${warnings.join('; ')}`);
  const found = { states: answer.states_explored, length: lengthOf(answer.trace ?? []) };
  const dot = answer.dot ?? '';
  if (success) return { ...found, violated: undefined, dot };
  const violated = violatedOf(type, message, configuration);
  if (violated === undefined) throw new Error(`${String(type)}: ${String(message)}`);
  return { ...found, violated, dot };
}

function answerOf(data: Readonly<{ module: string; options: object }>): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./checker-worker.mjs', import.meta.url), {
      workerData: data,
    });
    const late = setTimeout(() => {
      void worker.terminate();
      reject(new Error(`no answer within ${DEADLINE_MILLIS / 1000} s`));
    }, DEADLINE_MILLIS);
    worker.once('message', (text: string) => {
      clearTimeout(late);
      void worker.terminate();
      resolve(JSON.parse(text) as Answer);
    });
    worker.once('error', (error) => {
      clearTimeout(late);
      reject(error);
    });
  });
}

/** The name behind the place that the checker gives; of properties there is one. */
function violatedOf(
  type: string | null,
  message: string | null,
  configuration: string,
): string | undefined {
  if (type === 'LivenessViolation') return namesAfter(configuration, 'PROPERTY')[0];
  const [, place] = /^Invariant (\d+) violated$/.exec(message ?? '') ?? [];
  return place === undefined ? undefined : namesAfter(configuration, 'INVARIANT')[Number(place)];
}

/** The names that a configuration lists behind a word, a line each. */
export function namesAfter(configuration: string, word: string): readonly string[] {
  return [...configuration.matchAll(new RegExp(`^${word} (\\w+)$`, 'gm'))].map(
    ([, name = '']) => name,
  );
}

function lengthOf(trace: readonly string[]): number {
  return [...trace.join('\n').matchAll(/^State \d+$/gm)].length;
}

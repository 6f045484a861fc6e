/** The effective configuration of a scenario, for a person and as a file that Flink reads too. */
import { effectiveSettings, type EffectiveSetting } from '../flink/effective.js';
import { coresOf, ioPoolOf } from '../run/configuration.js';
import type { Scenario } from '../run/scenario.js';

function effectiveOf(scenario: Scenario): EffectiveSetting[] {
  return effectiveSettings(scenario.configuration, { 'cluster.io-pool.size': ioPoolOf(scenario) });
}

/** Every key with its value and what is to be said of it; then what no key of Flink says. */
export function configurationText(scenario: Scenario): string {
  const rows = effectiveOf(scenario).map(({ key, value, note }) =>
    `  ${key.padEnd(58)} ${String(value).padEnd(12)} ${note}`.trimEnd(),
  );
  const { taskManagers, recordsPerBuffer } = scenario.cluster;
  const cluster = [
    `  taskManagers ${taskManagers}`,
    `coresPerTaskManager ${coresOf(scenario)}`,
    `recordsPerBuffer ${recordsPerBuffer}`,
  ];
  return ['effective configuration (Flink 2.2):', ...rows, 'cluster:', cluster.join(', ')]
    .map((line) => `${line}\n`)
    .join('');
}

/** One line: how much was set, and where all of it is shown. */
export function configurationLine(scenario: Scenario, command: string): string {
  const rows = effectiveOf(scenario);
  const count = (wanted: (note: string) => boolean): number =>
    rows.filter(({ note }) => wanted(note)).length;
  const ignored = count((note) => note === 'ignored');
  const parts = [
    `${count((note) => note === '')} keys set`,
    `${count((note) => note === 'default')} as Flink has them`,
    `${count((note) => note.startsWith('Flink'))} otherwise`,
    ...(ignored === 0 ? [] : [`${ignored} ignored`]),
  ];
  return `  configuration: ${parts.join(', ')}; ${command} shows them\n`;
}

/** The effective configuration as `config.yaml` has it; what is ignored stands in comments. */
export function configurationFile(scenario: Scenario): string {
  return effectiveOf(scenario)
    .map(({ key, value, note }) => {
      const line = `${key}: ${typeof value === 'string' ? JSON.stringify(value) : String(value)}`;
      if (note === 'ignored') return `# ignored: ${line}\n`;
      return note === '' ? `${line}\n` : `${line} # ${note}\n`;
    })
    .join('');
}

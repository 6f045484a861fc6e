/** The effective configuration as a person reads it: every key, its value, and a note on it. */
import { optionOf, options, type Setting } from './options.js';
import type { Settings } from './settings.js';

/** One key; `note` says whether it is Flink's default, departs from it, or is ignored. */
export type EffectiveSetting = Readonly<{ key: string; value: Setting; note: string }>;

/**
 * Every key in the order of the options, then those that are ignored.
 *
 * @param computed  what follows from other settings where nothing is set
 */
export function effectiveSettings(settings: Settings, computed: Settings): EffectiveSetting[] {
  const own = options.flatMap(({ key, flinkDefault }): EffectiveSetting[] => {
    const set = settings[key];
    const value = set ?? computed[key];
    if (value === undefined) return [];
    return [{ key, value, note: set === undefined ? 'computed' : noteOf(key, set, flinkDefault) }];
  });
  const ignored = Object.entries(settings)
    .filter(([key]) => optionOf(key) === undefined)
    .map(([key, value]): EffectiveSetting => ({ key, value, note: 'ignored' }));
  return [...own, ...ignored];
}

function noteOf(key: string, value: Setting, flinkDefault: Setting | undefined): string {
  if (value === flinkDefault) return 'default';
  const isOnly = optionOf(key)?.unset === value;
  return isOnly ? `Flink's default: ${String(flinkDefault)}` : '';
}

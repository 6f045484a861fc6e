/** Plans as a person may have changed them. */
import * as z from 'zod';
import { formed, type Document, type Path } from './document.js';
import { faultsForm, type Names } from './fault-form.js';
import type { Plan } from './plan.js';
import { namesOf } from './processes.js';
import { scenarioIn } from './scenario.js';

/**
 * The fields of a plan beside its scenario. A plan of version 1 reads as one of version 2, of which
 * new is that faults may be of some requests only, and more of them drawn.
 */
function planForm(names: Names): z.ZodType<Omit<Plan, 'scenario'>, unknown> {
  return z.strictObject({
    planVersion: z.literal([1, 2]).transform(() => 2 as const),
    scenario: z.unknown(),
    seed: z.string().max(64),
    key: z.strictObject({ high: z.int32(), low: z.int32() }),
    faults: faultsForm(names),
    deviations: z.array(z.never('is not known; a run of this version deviates from nothing')),
  });
}

/**
 * The plan that a part of a document is.
 *
 * @param within  where in the document it stands
 * @throws ScenarioError with every mistake of the scenario, else of the rest, and its place
 */
export function planIn(document: Document, within: Path): Plan {
  const scenario = scenarioIn(document, [...within, 'scenario']);
  const parsed = formed(document, planForm(namesOf(scenario)), within);
  return { ...parsed, scenario };
}

/**
 * The walls between the rooms as rules of dependency-cruiser, made from the table in rooms.mjs.
 *
 * It is an allow-list: an import that no rule names is a violation, so that a new room is closed
 * until the table opens it. Types are walls too (`tsPreCompilationDeps`).
 */
import { barrel, rooms } from './rooms.mjs';

/** @typedef {import('dependency-cruiser').IAllowedRuleType} Rule */

/** @type {import('dependency-cruiser').DependencyType[]} */
const types = ['type-only'];

/** @param {string} name  the pattern of the files that a grant opens */
function doorsOf(name) {
  if (name.includes('/')) return `^src/${name}(?:\\.ts$|/)`;
  const doors = rooms[name]?.doors;
  return doors === undefined ? `^src/${name}/` : `^src/${name}/(?:${doors.join('|')})\\.ts$`;
}

/** @returns {Rule[]} */
function rulesOfRooms() {
  return Object.entries(rooms).flatMap(([name, { may }]) => {
    const from = { path: `^src/${name}/` };
    const open = may.filter((grant) => typeof grant === 'string').map(doorsOf);
    const typesOnly = may.filter((grant) => typeof grant !== 'string');
    return [
      { from, to: { path: [`^src/${name}/`, ...open] } },
      ...typesOnly.map(({ typesOf }) => ({
        from,
        to: { path: doorsOf(typesOf), dependencyTypes: types },
      })),
    ];
  });
}

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    {
      name: 'no-unresolvable',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  allowed: [
    { from: { path: `^${barrel}$` }, to: { path: Object.keys(rooms).map(doorsOf) } },
    ...rulesOfRooms(),
    { from: { path: '^src/' }, to: { pathNot: '^src/' } },
  ],
  allowedSeverity: 'error',
  options: {
    doNotFollow: { path: ['node_modules', '^src/tla-json-export/dist/'] },
    exclude: { path: '\\.test\\.ts$' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'types'] },
  },
};

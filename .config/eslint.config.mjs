/**
 * The linter's rules: those of typescript-eslint with types, and the laws of the house.
 *
 * The rooms of rooms.mjs that are not impure hold a pure computation. What would let a clock, a
 * random number or the order of promises into a run is banned there by name, and each ban says what
 * to use in its place.
 */
import { defineConfig } from 'eslint/config';
import { fileURLToPath } from 'node:url';
import tseslint from 'typescript-eslint';

import { rooms } from './rooms.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));

const impure = Object.entries(rooms).flatMap(([name, room]) => {
  if (room.impure === undefined) return [];
  return room.impure === true
    ? [`src/${name}/**`]
    : room.impure.map((file) => `src/${name}/${file}.ts`);
});

const eventLoop = 'name the wait as a state and its end as an event: out.after(delay, event)';
const timer = `Timers run on the machine's clock; ${eventLoop}.`;
const outside =
  'Only cli, campaign, outside and testing touch the machine; take it as an argument.';
const drawn =
  "Draw noise by its place (kernel/noise) or a decision from the plan's seed (run/plan).";
const told = 'Return a value, or tell the history; only cli prints.';
const clock = 'Simulated time is the only time: out.now().';
const settled = `Promises settle in an order that no seed decides; ${eventLoop}.`;

const bannedGlobals = {
  Promise: settled,
  Date: clock,
  performance: clock,
  setTimeout: timer,
  setInterval: timer,
  setImmediate: timer,
  queueMicrotask: timer,
  process: outside,
  crypto: drawn,
  console: told,
  Intl: 'Locales differ by machine; format with plain code over integers.',
};

const bannedModules = {
  'timers|timers/promises': timer,
  perf_hooks: clock,
  crypto: `${drawn} A hash comes from kernel/noise.`,
  console: told,
  'process|fs|fs/promises|child_process|worker_threads|cluster|os|module': outside,
  'net|http|https|http2|dns|dgram|tls|stream|stream/promises|readline': outside,
  'async_hooks|events|diagnostics_channel': settled,
};

const asyncSyntax = [
  ':function[async=true]',
  'AwaitExpression',
  'ForOfStatement[await=true]',
  'ImportExpression',
  'TSTypeReference[typeName.name="Promise"]',
].map((selector) => ({ selector, message: settled }));

const shapes = [
  {
    selector: 'TSEnumDeclaration',
    message: 'No enums: use a union of string literals (a `kind`), or an `as const` table.',
  },
];

const classes = {
  selector: ':matches(ClassDeclaration, ClassExpression):not([superClass.name=/Error$/])',
  message: 'No classes but errors and the queue: use a Readonly type and functions over it.',
};

const objectOrder = {
  selector: 'ForInStatement',
  message: 'The order of object keys is no part of a run: iterate an array, a Map or a Set.',
};

const inexact = ['log', 'log2', 'log10', 'log1p', 'exp', 'expm1', 'pow', 'sin', 'cos', 'tan'];

export default defineConfig(
  {
    ignores: ['**/dist/', 'coverage/', 'flinch-out/', '.nightly/', 'reports/', '**/fixtures/'],
  },
  {
    files: ['**/*.ts', '**/*.mjs'],
    extends: [tseslint.configs.recommendedTypeChecked],
    // One program that holds all files: the types of src/ are worked out once.
    languageOptions: { parserOptions: { project: 'test/tsconfig.json', tsconfigRootDir: root } },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      eqeqeq: 'error',
      'no-var': 'error',
      'prefer-const': 'error',
      'no-restricted-syntax': ['error', ...shapes, classes],
      'no-warning-comments': ['error', { terms: ['todo', 'fixme', 'xxx'], location: 'anywhere' }],
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_' },
      ],
      '@typescript-eslint/require-array-sort-compare': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
    },
  },
  {
    files: ['src/**/*.ts'],
    ignores: ['**/*.test.ts'],
    rules: {
      'max-lines': ['error', 400],
      'max-lines-per-function': ['error', { max: 60, skipBlankLines: true, skipComments: true }],
    },
  },
  {
    files: ['src/**/*.ts'],
    ignores: [...impure, '**/*.test.ts'],
    rules: {
      'no-restricted-syntax': ['error', ...shapes, classes, ...asyncSyntax, objectOrder],
      'no-restricted-globals': [
        'error',
        {
          checkGlobalObject: true,
          globals: Object.entries(bannedGlobals).map(([name, message]) => ({ name, message })),
        },
      ],
      'no-restricted-properties': ['error', { object: 'Math', property: 'random', message: drawn }],
      'no-restricted-imports': [
        'error',
        {
          patterns: Object.entries(bannedModules).map(([names, message]) => ({
            regex: `^(?:node:)?(?:${names})$`,
            message,
          })),
        },
      ],
    },
  },
  {
    files: ['src/kernel/noise.ts', 'src/world/**/*.ts'],
    rules: {
      'no-restricted-properties': [
        'error',
        { object: 'Math', property: 'random', message: drawn },
        ...inexact.map((property) => ({
          object: 'Math',
          property,
          message:
            'Its last bit differs by engine and machine: use an integer table (kernel/noise).',
        })),
      ],
    },
  },
  {
    files: ['src/kernel/queue.ts'],
    rules: { 'no-restricted-syntax': ['error', ...shapes, ...asyncSyntax, objectOrder] },
  },
  {
    files: ['test/**/*.ts', 'test/**/*.mjs', '**/*.test.ts'],
    rules: {
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
    },
  },
);

/** The house is tidy: what lies where, how it is named, and how long it may be. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
  cwd: root,
  encoding: 'utf8',
})
  .split('\n')
  .filter((file) => file !== '' && existsSync(join(root, file)));

const textOf = (file: string) => readFileSync(join(root, file), 'utf8');
const within = (...folders: string[]) =>
  files.filter((file) => folders.some((folder) => file.startsWith(`${folder}/`)));
const code = within('src', 'test', '.config', '.ci').filter((file) => !file.includes('/golden/'));

test('the top level holds what a reader expects there, and nothing else', () => {
  const expected = [
    ...['package.json', 'package-lock.json', 'tsconfig.json', 'README.md', 'LICENSE'],
    ...['src', 'models', 'scenarios', 'reports', 'test'],
  ];
  const top = [...new Set(files.map((file) => file.split('/')[0] ?? ''))];
  expect(top.filter((name) => !name.startsWith('.') && !expected.includes(name))).toEqual([]);
});

test('names are in kebab-case', () => {
  const named = files.filter((file) => /\.(?:ts|mjs|cjs|js|json|yaml|sh)$/.test(file));
  const kebab = /^\.?[a-z0-9]+(?:[-.][a-z0-9]+)*$/;
  const odd = [...named, ...within('src')].filter(
    (file) =>
      !file
        .split('/')
        .slice(0, -1)
        .every((folder) => kebab.test(folder)) ||
      (named.includes(file) && !kebab.test(basename(file))),
  );
  expect(odd).toEqual([]);
});

// The rows of a Markdown table and the words of a diff cannot be broken.
test('no line is longer than 100 columns', () => {
  const prose = files.filter((file) => file.endsWith('.md') && !file.startsWith('reports/'));
  const long = [...code, ...prose]
    .filter((file) => /\.(?:ts|mjs|cjs|json|yaml|md|sh)$|^\.ci\//.test(file))
    .flatMap((file) =>
      textOf(file)
        .split('\n')
        .flatMap((line, index) =>
          [...line].length > 100 && !line.startsWith('|') ? [`${file}:${index + 1}`] : [],
        ),
    );
  expect(long).toEqual([]);
});

test('no source file is longer than 400 lines', () => {
  const long = within('src').filter(
    (file) => file.endsWith('.ts') && textOf(file).split('\n').length > 401,
  );
  expect(long).toEqual([]);
});

test('each source file begins by saying what it is and why', () => {
  const headless = within('src').filter(
    (file) => file.endsWith('.ts') && !/^(?:#!.*\n)?\/\*\*[\s*]+\S/.test(textOf(file)),
  );
  expect(headless).toEqual([]);
});

test('no file names a path of one machine, or the host of a registry', () => {
  const paths = new RegExp(`(?<![\\w.~-])/(?:${['work', 'root', 'home'].join('|')})/`);
  const registries = /\/\/[\w.-]*(?:registry|npmjs)[\w.-]*/;
  const registry = process.env['npm_config_registry'];
  const host = registry === undefined ? undefined : new URL(registry).host;
  const telling = files.filter((file) => {
    const text = textOf(file);
    return paths.test(text) || registries.test(text) || (host !== undefined && text.includes(host));
  });
  expect(telling).toEqual([]);
});

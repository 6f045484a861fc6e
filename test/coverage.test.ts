/**
 * The floor of coverage holds: in a small package with the same configuration of c8 and vitest, a
 * function that no test calls makes it fail, and so does a file that no test loads.
 */
import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
const called = 'export function called(): number {\n  return 1;\n}\n';
const uncalled = 'export function uncalled(): number {\n  const two = 2;\n  return two;\n}\n';

function makePackage(folder: string, sources: Readonly<Record<string, string>>) {
  for (const name of ['.c8rc.json', '.config']) {
    cpSync(join(root, name), join(folder, name), { recursive: true });
  }
  for (const name of ['src', 'dist', 'test']) mkdirSync(join(folder, name));
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  writeFileSync(
    join(folder, 'test/small.test.ts'),
    `import { expect, test } from 'vitest';
import { called } from '../src/small.js';
test('called', () => expect(called()).toBe(1));
`,
  );
  for (const [name, text] of Object.entries(sources)) {
    const options = { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2023 };
    const { outputText, sourceMapText } = ts.transpileModule(text, {
      compilerOptions: { ...options, sourceMap: true, sourceRoot: '../src' },
      fileName: `${name}.ts`,
    });
    writeFileSync(join(folder, 'src', `${name}.ts`), text);
    writeFileSync(join(folder, 'dist', `${name}.js`), outputText);
    writeFileSync(join(folder, 'dist', `${name}.js.map`), sourceMapText ?? '');
  }
}

async function coverageOf(sources: Readonly<Record<string, string>>) {
  const folder = mkdtempSync(join(tmpdir(), 'flinch-coverage-'));
  makePackage(folder, sources);
  const args = ['c8/bin/c8.js', 'vitest/vitest.mjs'].map((name) => `node_modules/${name}`);
  const { NODE_V8_COVERAGE: _, ...env } = process.env;
  const child = spawn(
    process.execPath,
    [args[0] ?? '', process.execPath, args[1] ?? '', 'run', '-c', '.config/vitest.config.mjs'],
    { cwd: folder, env: { ...env, NO_COLOR: '1' } },
  );
  let output = '';
  const keep = (chunk: Buffer) => (output += chunk.toString());
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  const code = await new Promise((resolve) => child.on('close', resolve));
  rmSync(folder, { recursive: true });
  return { code, output };
}

test.concurrent('covered code passes', async () => {
  const { code, output } = await coverageOf({ small: called });
  expect(output).toMatch(/small\.ts +\| +100 /);
  expect(code).toBe(0);
});

test.concurrent('a function that no test calls fails', async () => {
  const { code, output } = await coverageOf({ small: called + uncalled });
  expect(output).toMatch(/ERROR: Coverage for lines \([\d.]+%\) does not meet/);
  expect(output).toContain('1 passed');
  expect(code).toBe(1);
});

test.concurrent('a file that no test loads fails', async () => {
  const { code, output } = await coverageOf({ small: called, forgotten: uncalled });
  expect(output).toMatch(/forgotten\.ts +\| +0 /);
  expect(code).toBe(1);
});

/** What the package says of itself, and where its files are. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** What of the manifest others ask for. */
export type Manifest = Readonly<{
  version: string;
  engines: Readonly<{ node: string }>;
  peerDependencies: Readonly<Record<string, string>>;
}>;

/** The version, for `--version` and for what a failure leaves behind. */
export function versionOfPackage(): string {
  return manifest().version;
}

/** The manifest of the package. */
export function manifest(): Manifest {
  return JSON.parse(readFileSync(fileOfPackage('package.json'), 'utf8')) as Manifest;
}

/** A file of the package, wherever it is installed. */
export function fileOfPackage(path: string): string {
  return fileURLToPath(new URL(`../../${path}`, import.meta.url));
}

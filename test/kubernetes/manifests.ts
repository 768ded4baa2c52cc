import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { parseAllDocuments } from 'yaml';

const run = promisify(execFile);
const root = join(import.meta.dirname, '../..');
/** kubectl, and the types and schemas of what it renders; brought by scripts/setup.mjs. */
const tools = join(root, 'scripts/kubernetes/node_modules');

/** A value of JSON, looked into by name. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly [key: string]: unknown;
}

/** What `kubectl apply -k` would send. @param folder in deploy/kubernetes, or anywhere by its whole path */
export async function render(folder: string): Promise<readonly Manifest[]> {
  const { stdout } = await run(join(tools, '.cache/kubectl'), [
    'kustomize',
    resolve(root, 'deploy/kubernetes', folder),
  ]);
  return parseAllDocuments(stdout).map((document) => document.toJS() as Manifest);
}

/** Where the packages have the types of a group of the API. */
function moduleOf({ apiVersion }: Manifest): string {
  if (apiVersion.startsWith('monitoring.coreos.com/')) return `@kubernetes-models/prometheus-operator/${apiVersion}`;
  if (apiVersion.startsWith('external-secrets.io/')) return `@kubernetes-models/external-secrets/${apiVersion}`;
  return `kubernetes-models/${apiVersion}`;
}

/**
 * What is wrong with manifests, by two witnesses: the types, which know every field (what is not in them is an error to
 * TypeScript, as it is to `kubectl --validate=strict`), and the schemas, which know forms and bounds.
 */
export async function complaintsAbout(manifests: readonly Manifest[]): Promise<readonly string[]> {
  const schemas = await Promise.all(manifests.map((manifest) => againstSchema(manifest)));
  return [...(await againstTypes(manifests)), ...schemas.flat()];
}

const compilerOptions = {
  noEmit: true,
  strict: true,
  skipLibCheck: true,
  module: 'nodenext',
  target: 'es2024',
  types: [],
};

async function againstTypes(manifests: readonly Manifest[]): Promise<readonly string[]> {
  const folder = await mkdtemp(join(tools, '.cache/manifests-'));
  try {
    const lines = manifests.map((manifest, index) => {
      const type = `import('${moduleOf(manifest)}').I${manifest.kind}`;
      return `export const manifest${index}: ${type} = ${JSON.stringify(manifest, undefined, 1)};\n`;
    });
    await writeFile(join(folder, 'manifests.ts'), lines.join(''));
    await writeFile(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions }));
    await run(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', folder]);
    return [];
  } catch (error) {
    if (error instanceof Error && 'stdout' in error) return String(error.stdout).trim().split('\n');
    throw error;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

interface Validating {
  validate(): void;
}

async function againstSchema(manifest: Manifest): Promise<readonly string[]> {
  const file = pathToFileURL(join(tools, moduleOf(manifest), 'index.js')).href;
  const kinds = (await import(file)) as Readonly<Record<string, new (data: Manifest) => Validating>>;
  const Kind = kinds[manifest.kind];
  if (Kind === undefined) return [`${manifest.apiVersion} has no ${manifest.kind}`];
  try {
    new Kind(manifest).validate();
    return [];
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)];
  }
}

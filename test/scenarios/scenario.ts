import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseDocument } from 'yaml';
import * as z from 'zod';

/** One situation as data: a folder with scenario.yaml, config.yaml, LDIF files and expected.yaml. */
export interface Scenario {
  readonly name: string;
  readonly folder: string;
  /** A sentence: what it shows. */
  readonly shows: string;
  /** The commands of its steps run as child processes, as a user starts them; otherwise in this process, which is much faster. */
  readonly process: boolean;
  /** What the target holds before anything is synced: a name for each, and its SCIM body by resource type. */
  readonly target: Readonly<Record<string, TargetResource>>;
  readonly steps: readonly Step[];
  /** Whose resources at the end are expected whole; of all others only who has access and who is a member. */
  readonly whole: readonly string[];
  /** config.yaml, without path and url. */
  readonly config: string;
  /** The directory that is synced first, unobserved; without it the state starts empty. */
  readonly before: string | undefined;
}

export type TargetResource = z.output<typeof resource>;

/** Something happens, then `plan`, `sync`, and both again. */
export interface Step {
  readonly title: string;
  /** The directory from now on; absent: it stays as it is. */
  readonly ldif: string | undefined;
  /** The configuration from now on; absent: it stays as it is. */
  readonly config: string | undefined;
  /** What a person decides about the plan that is held. */
  readonly decide: 'approve' | 'reject' | undefined;
  /** `sync` looks again for accounts that it could not use; it may read then, but never write. */
  readonly looksAgain: boolean;
  /** The sync leaves something for the next one, so that it is not asked for again before the next step. */
  readonly unfinished: boolean;
}

const body = z.record(z.string(), z.unknown());
const resource = z.union([z.strictObject({ User: body }), z.strictObject({ Group: body })]);

const stepSchema = z.strictObject({
  ldif: z.string().optional(),
  config: z.string().optional(),
  decide: z.enum(['approve', 'reject']).optional(),
  looksAgain: z.boolean().default(false),
  unfinished: z.boolean().default(false),
});

const scenarioSchema = z.strictObject({
  shows: z.string().min(10),
  process: z.boolean().default(false),
  target: z.record(z.string(), resource).default({}),
  whole: z.array(z.string()).default([]),
  /** Without it: a step for each after.ldif, after-2.ldif, … */
  steps: z.array(stepSchema).min(1).optional(),
});

/** Every folder here is a scenario. */
export async function readScenarios(root: string): Promise<Scenario[]> {
  const entries = await readdir(root, { withFileTypes: true });
  const names = entries
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort();
  return Promise.all(names.map((name) => readScenario(root, name)));
}

async function readScenario(root: string, name: string): Promise<Scenario> {
  const folder = join(root, name);
  const files = await readdir(folder);
  const read = (file: string): Promise<string> => readFile(join(folder, file), 'utf8');
  const yaml = parseDocument(await read('scenario.yaml'));
  if (yaml.errors.length > 0) throw new Error(`${name}/scenario.yaml: ${yaml.errors.join('; ')}`);
  const checked = scenarioSchema.safeParse(yaml.toJS());
  if (!checked.success) throw new Error(`${name}/scenario.yaml: ${z.prettifyError(checked.error)}`);
  const { shows, process, target, whole, steps } = checked.data;
  const own = steps ?? afterFiles(files).map((ldif) => stepSchema.parse({ ldif }));
  if (own.length === 0) throw new Error(`${name}: there is no after.ldif`);
  return {
    name,
    folder,
    shows,
    process,
    target,
    whole,
    config: await read('config.yaml'),
    before: files.includes('before.ldif') ? await read('before.ldif') : undefined,
    steps: await Promise.all(
      own.map(async ({ ldif, config, decide, looksAgain, unfinished }) => ({
        title: [ldif, config, decide].filter((part) => part !== undefined).join(', ') || 'nothing changes',
        ldif: ldif === undefined ? undefined : await read(ldif),
        config: config === undefined ? undefined : await read(config),
        decide,
        looksAgain,
        unfinished,
      })),
    ),
  };
}

/** after.ldif, after-2.ldif, after-3.ldif, … in this order. */
function afterFiles(files: readonly string[]): string[] {
  const number = (file: string): number => Number(/^after-(\d+)\.ldif$/.exec(file)?.[1] ?? 1);
  return files.filter((file) => /^after(-\d+)?\.ldif$/.test(file)).sort((a, b) => number(a) - number(b));
}

import { execFile } from 'node:child_process';
import { chmod, chown, cp, lstat, mkdir, readdir, readFile } from 'node:fs/promises';
import { basename, join, relative, resolve } from 'node:path';
import { promisify } from 'node:util';
import { makeBaseRoot } from './base-root.ts';
import { contextFilter, execForm, pairsOf, parseDockerfile, withVariables, type Instruction } from './dockerfile.ts';

const run = promisify(execFile);
const checkout = join(import.meta.dirname, '../..');

/** What a Dockerfile leads to. */
export interface Image {
  readonly root: string;
  readonly environment: ReadonlyMap<string, string>;
  readonly labels: ReadonlyMap<string, string>;
  readonly workdir: string;
  readonly user: string;
  readonly entrypoint: readonly string[];
  readonly command: readonly string[];
  readonly healthcheck:
    { readonly flags: ReadonlyMap<string, string>; readonly command: readonly string[] } | undefined;
  readonly volumes: readonly string[];
  readonly ports: readonly string[];
  readonly stopSignal: string;
}

interface Stage {
  readonly name: string;
  readonly root: string;
  readonly variables: Map<string, string>;
  readonly environment: Map<string, string>;
  readonly labels: Map<string, string>;
  readonly volumes: string[];
  readonly ports: string[];
  workdir: string;
  user: string;
  entrypoint: readonly string[];
  command: readonly string[];
  healthcheck: Image['healthcheck'];
  stopSignal: string;
}

/**
 * Follows the Dockerfile of the checkout, instruction by instruction, with folders in place of layers: COPY takes only what the
 * context or the other stage has, RUN runs inside.
 *
 * @param folder empty
 * @throws Error for what the Dockerfile asks for and nothing has
 */
export async function buildImage(folder: string): Promise<Image> {
  const isInContext = contextFilter(await readFile(join(checkout, '.dockerignore'), 'utf8'));
  const base = join(folder, 'base');
  await makeBaseRoot(base);
  const global = new Map<string, string>();
  const stages: Stage[] = [];
  for (const instruction of parseDockerfile(await readFile(join(checkout, 'Dockerfile'), 'utf8'))) {
    const stage = stages.at(-1);
    if (instruction.name === 'FROM')
      stages.push(await begin(instruction, { folder, base, global, number: stages.length }));
    else if (stage === undefined) declare(instruction, global, global);
    else await follow(instruction, stage, { stages, isInContext, global });
  }
  const last = stages.at(-1);
  if (last === undefined) throw new Error('the Dockerfile has no stage');
  return last;
}

interface Beginning {
  readonly folder: string;
  readonly base: string;
  readonly global: ReadonlyMap<string, string>;
  readonly number: number;
}

async function begin({ rest }: Instruction, { folder, base, global, number }: Beginning): Promise<Stage> {
  const [image = '', , name = String(number)] = withVariables(rest, global).split(/\s+/);
  if (!/^node:24\b/.test(image)) throw new Error(`the test has no base image ${image}`);
  const root = join(folder, name);
  await run('cp', ['-a', base, root]);
  return {
    name,
    root,
    variables: new Map(),
    environment: new Map([['PATH', '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin']]),
    labels: new Map(),
    volumes: [],
    ports: [],
    workdir: '/',
    user: '0:0',
    entrypoint: [],
    command: [],
    healthcheck: undefined,
    stopSignal: 'SIGTERM',
  };
}

/** ARG: with a default, or with what stands above the first stage. */
function declare({ rest }: Instruction, variables: Map<string, string>, global: ReadonlyMap<string, string>): void {
  const [name = '', value] = rest.split('=');
  variables.set(name, value?.replaceAll('"', '') ?? global.get(name) ?? '');
}

interface Around {
  readonly stages: readonly Stage[];
  readonly isInContext: (path: string) => boolean;
  readonly global: ReadonlyMap<string, string>;
}

async function follow(instruction: Instruction, stage: Stage, around: Around): Promise<void> {
  const { name, flags } = instruction;
  const known = (text: string): string => withVariables(text, new Map([...stage.variables, ...stage.environment]));
  switch (name) {
    case 'ARG':
      declare(instruction, stage.variables, around.global);
      return;
    case 'ENV':
      for (const [key, value] of pairsOf(known(instruction.rest))) stage.environment.set(key, value);
      return;
    case 'LABEL':
      for (const [key, value] of pairsOf(known(instruction.rest))) stage.labels.set(key, value);
      return;
    case 'WORKDIR':
      stage.workdir = resolve(stage.workdir, known(instruction.rest));
      await mkdir(join(stage.root, stage.workdir), { recursive: true });
      return;
    case 'COPY':
      await copy(instruction, stage, around);
      return;
    case 'RUN':
      await runInside(stage, instruction.rest);
      return;
    case 'USER':
      stage.user = instruction.rest;
      return;
    case 'VOLUME':
      stage.volumes.push(instruction.rest);
      return;
    case 'EXPOSE':
      stage.ports.push(instruction.rest);
      return;
    case 'STOPSIGNAL':
      stage.stopSignal = instruction.rest;
      return;
    case 'ENTRYPOINT':
      stage.entrypoint = execForm(instruction.rest);
      return;
    case 'CMD':
      stage.command = execForm(instruction.rest);
      return;
    case 'HEALTHCHECK':
      stage.healthcheck = { flags, command: execForm(instruction.rest.replace(/^CMD\s+/, '')) };
      return;
    default:
      throw new Error(`the test does not know ${name}`);
  }
}

/** A folder gives what is in it; one file becomes the destination, or goes into it where that is a folder. */
async function copy({ flags, rest }: Instruction, stage: Stage, { stages, isInContext }: Around): Promise<void> {
  const words = rest.split(/\s+/);
  const destination = words.pop() ?? '';
  const from = flags.get('from');
  const source = from === undefined ? checkout : stages.find(({ name }) => name === from)?.root;
  if (source === undefined) throw new Error(`no stage is called ${from ?? ''}`);
  const target = join(stage.root, resolve(stage.workdir, destination));
  if (words.length > 1 && !destination.endsWith('/')) throw new Error(`${destination} has to be a folder: ${rest}`);
  for (const word of words) {
    const path = join(source, from === undefined ? word : resolve('/', word));
    if (from === undefined && !isInContext(relative(checkout, path)))
      throw new Error(`.dockerignore leaves ${word} out`);
    const facts = await lstat(path); // throws where there is nothing
    const into = !facts.isDirectory() && /(^\.?|\/)$/.test(destination) ? join(target, basename(word)) : target;
    await cp(path, into, {
      recursive: true,
      verbatimSymlinks: true,
      filter: (one) => from !== undefined || isInContext(relative(checkout, one)),
    });
    await everything(into, async (one) => {
      const [user = 0, group = 0] = (flags.get('chown') ?? '0:0').split(':').map(Number);
      if (!(await lstat(one)).isSymbolicLink()) await chown(one, user, group);
      const mode = flags.get('chmod');
      if (mode !== undefined) await chmod(one, Number.parseInt(mode, 8));
    });
  }
}

async function everything(path: string, act: (path: string) => Promise<void>): Promise<void> {
  await act(path);
  if (!(await lstat(path)).isDirectory()) return;
  for (const name of await readdir(path)) await everything(join(path, name), act);
}

/** As root, in the stage's folder and nowhere else, with the checkout to take packages from. */
async function runInside(stage: Stage, command: string): Promise<void> {
  const environment = [...stage.environment].map(([key, value]) => `${key}=${value}`);
  const script = `set -e
mkdir -p "$1/checkout"
mount --bind "$2" "$1/checkout"
mount -t proc proc "$1/proc"
root=$1; directory=$3; text=$4; shift 4
exec chroot "$root" /bin/env -i "$@" HOME=/tmp npm_config_update_notifier=false /bin/sh -ec "cd $directory
$text"`;
  const args = ['--mount', 'sh', '-c', script, 'sh', stage.root, checkout, stage.workdir, command, ...environment];
  await run('unshare', args).catch((error: unknown) => {
    const why = error instanceof Error && 'stderr' in error ? String(error.stderr) : String(error);
    throw new Error(`RUN ${command} failed. It needs root, and a kernel that lets root mount and chroot:\n${why}`);
  });
}

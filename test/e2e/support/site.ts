import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rename, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runProgram, startProgram, type ProgramResult, type RunningProgram } from '../../support/program.ts';
import type { PartialBehaviour } from '../../support/scim-server/behaviour.ts';
import { startScimServer, type ScimServer } from '../../support/scim-server/server.ts';
import { companyLdif, type Company } from './company.ts';

/** A place where dir2scim is installed: a folder with its configuration, a directory and a target. */
export interface Site extends AsyncDisposable {
  readonly folder: string;
  /** The configuration file. */
  readonly config: string;
  readonly state: string;
  readonly ldif: string;
  readonly target: ScimServer;
  readonly token: string;
  /** Replaces the directory, in one step. */
  show(company: Company): Promise<void>;
  /** The same by the text of an LDIF file. */
  showLdif(text: string): Promise<void>;
  /** Replaces words of the configuration. */
  reconfigure(change: (text: string) => string): Promise<void>;
  /** Runs a command to its end. */
  run(...args: readonly string[]): Promise<ProgramResult>;
  /** Starts a command. */
  start(...args: readonly string[]): Promise<RunningProgram>;
}

export interface SiteOptions {
  readonly company?: Company;
  /** Keys of the directory, indented by four, in place of the LDIF file. */
  readonly directory?: string;
  /** More keys of the target, indented by four. */
  readonly target?: string;
  /** `leaves: …, groups: …` */
  readonly removal?: string;
  /** What the target is like, where it is not as the RFC has it. */
  readonly behaviour?: PartialBehaviour;
  /** Top-level sections. */
  readonly sections?: string;
}

/**
 * Where sites are: in memory, where there is such a place. A SIGKILL loses nothing that the kernel has, so that waiting
 * for a disk would prove nothing here.
 */
export const ground = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();

/** The token of every site: easily found should it leak. */
const token = 'canary-token-7f3a91';

/** Compiled modules are kept from one child to the next: a test starts hundreds. */
export const childEnvironment = { NODE_COMPILE_CACHE: join(tmpdir(), 'dir2scim-compile-cache') };

export async function createSite(options: SiteOptions = {}): Promise<Site> {
  const folder = await mkdtemp(join(ground, 'dir2scim-e2e-'));
  const target = await startScimServer({
    token,
    ...(options.behaviour === undefined ? {} : { behaviour: options.behaviour }),
  });
  const config = join(folder, 'dir2scim.yaml');
  const ldif = join(folder, 'people.ldif');
  const showLdif = async (text: string): Promise<void> => {
    await writeFile(`${ldif}.new`, text);
    // As if it had been there for a while: a file that was just written is not read until it has settled.
    const earlier = Date.now() / 1_000 - 10;
    await utimes(`${ldif}.new`, earlier, earlier);
    await rename(`${ldif}.new`, ldif);
  };
  const show = (company: Company): Promise<void> => showLdif(companyLdif(company));
  await writeFile(join(folder, 'token'), `${token}\n`);
  await writeFile(config, configuration(options, target.url));
  if (options.company !== undefined) await show(options.company);
  return {
    folder,
    config,
    state: join(folder, 'state'),
    ldif,
    target,
    token,
    show,
    showLdif,
    reconfigure: async (change) => writeFile(config, change(await readFile(config, 'utf8'))),
    run: (...args) => runProgram([...args, '--config', config], childEnvironment),
    start: (...args) => startProgram([...args, '--config', config], childEnvironment),
    async [Symbol.asyncDispose]() {
      await target.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function configuration({ directory, target = '', removal, sections = '' }: SiteOptions, url: string): string {
  return `directories:
  corp:
${directory ?? '    kind: ldif\n    path: people.ldif'}
targets:
  wiki:
    url: ${url}
    auth: { bearer: { file: token } }
    removal: { ${removal ?? 'leaves: deactivate'} }
${target}
${sections}
`;
}

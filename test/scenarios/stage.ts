import { mkdtemp, rename, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createColors } from 'picocolors';
import { isMap, parseDocument, type YAMLMap } from 'yaml';
import { createProgram } from '../../src/cli/program.ts';
import { toBridgeError } from '../../src/core/model/errors.ts';
import { runProgram } from '../support/program.ts';
import { startScimServer, type ScimServer, type ScimServerOptions } from '../support/scim-server/server.ts';

const token = 'scenario-token';

export interface CommandResult {
  readonly exit: number;
  /** What `--json` printed; undefined when it printed nothing. */
  readonly json: unknown;
  /** Error lines, without the path of the temporary folder. */
  readonly errors: readonly string[];
}

/** A target, a folder with a directory file, a configuration and a state, and the commands of dir2scim on them. */
export interface Stage {
  readonly server: ScimServer;
  /** Puts the directory file in place, as a careful export does: written beside, then renamed. */
  place(ldif: string): Promise<void>;
  configure(config: string): Promise<void>;
  /** Runs a command with `--json`, in this process or as one of its own. */
  command(args: readonly string[], asProcess?: boolean): Promise<CommandResult>;
  post(type: 'User' | 'Group', body: Readonly<Record<string, unknown>>): Promise<string>;
  close(): Promise<void>;
}

/** @param like in what the target differs from a clean server. @param concurrency of requests: one at a time unless said */
export async function openStage(
  like: Pick<ScimServerOptions, 'behaviour' | 'faults'> = {},
  concurrency = 1,
): Promise<Stage> {
  const folder = await mkdtemp(join(tmpdir(), 'dir2scim-scenario-'));
  const server = await startScimServer({ ...like, token });
  const config = join(folder, 'dir2scim.yaml');
  const directory = join(folder, 'directory.ldif');
  await writeFile(join(folder, 'token'), token);
  return {
    server,
    async place(ldif) {
      await writeFile(`${directory}.new`, ldif);
      // Old enough to be read at once: whoever reads a file that was just written waits until its writer has finished.
      await utimes(`${directory}.new`, new Date(0), new Date(0));
      await rename(`${directory}.new`, directory);
    },
    configure: (text) => writeFile(config, completeConfig(text, server.url, concurrency)),
    async command(args, asProcess = false) {
      const all = [...args, '--json', '--config', config];
      const { exit, stdout, stderr } = asProcess ? await runThere(all) : await runHere(all);
      const errors = stderr
        .split('\n')
        .filter((line) => line.startsWith('D2S_'))
        .map((line) => line.replaceAll(`${folder}/`, ''));
      return { exit, json: stdout.trim() === '' ? undefined : JSON.parse(stdout), errors };
    },
    async post(type, body) {
      const response = await fetch(`${server.url}/${type}s`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/scim+json' },
        body: JSON.stringify({ schemas: [`urn:ietf:params:scim:schemas:core:2.0:${type}`], ...body }),
      });
      const answer: unknown = await response.json();
      if (response.status === 201 && typeof answer === 'object' && answer !== null && 'id' in answer)
        return String(answer.id);
      throw new Error(`the target refused ${JSON.stringify(body)}: ${JSON.stringify(answer)}`);
    },
    async close() {
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Adds what a scenario leaves out: the file, the url, the token, and requests at a time: one, for their order to be always the same. */
function completeConfig(text: string, url: string, concurrency: number): string {
  const document = parseDocument(text);
  const sections = (key: string): YAMLMap[] => {
    const section: unknown = document.get(key);
    return isMap(section) ? section.items.map(({ value }) => value).filter((value) => isMap(value)) : [];
  };
  for (const directory of sections('directories')) {
    directory.set('kind', 'ldif');
    directory.set('path', 'directory.ldif');
  }
  for (const target of sections('targets')) {
    target.set('url', url);
    target.set('auth', document.createNode({ bearer: { file: 'token' } }));
    target.setIn(['limits', 'concurrency'], concurrency);
  }
  return document.toString();
}

interface Printed {
  readonly exit: number;
  readonly stdout: string;
  readonly stderr: string;
}

async function runThere(args: readonly string[]): Promise<Printed> {
  const { code, stdout, stderr } = await runProgram(args);
  return { exit: code ?? -1, stdout, stderr };
}

/** The same program, in this process. */
async function runHere(args: readonly string[]): Promise<Printed> {
  const lines = { print: [] as string[], note: [] as string[] };
  const terminal = {
    colors: createColors(false),
    interactive: false,
    width: 80,
    print: (line: string) => void lines.print.push(line),
    note: (line: string) => void lines.note.push(line),
  };
  let exit = 0;
  const program = createProgram(terminal, (code) => {
    exit = code;
  });
  try {
    await program.parseAsync(args, { from: 'user' });
  } catch (thrown) {
    const error = toBridgeError(thrown);
    terminal.note(error.line);
    exit = error.exitCode;
  }
  return { exit, stdout: lines.print.join('\n'), stderr: lines.note.join('\n') };
}

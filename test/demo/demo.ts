/**
 * `npm run demo`: the whole journey on one screen. A bundled directory (an LDIF file, or a real OpenLDAP with
 * `--openldap`), a small SCIM server as the target, and the real daemon between them; then the directory changes while
 * you watch. `--once` ends after that round.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { isatty } from 'node:tty';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createColors } from 'picocolors';
import { freePort } from '../support/process.ts';
import { startScimServer, type ScimServer } from '../support/scim-server/server.ts';
import { runProgram, startProgram } from '../support/program.ts';
import { until } from '../support/until.ts';
import { demoDirectory, type DemoDirectory } from './directory.ts';

const { values } = parseArgs({
  options: { once: { type: 'boolean' }, openldap: { type: 'boolean' }, help: { type: 'boolean' } },
});
const colors = createColors(isatty(1) && (process.env['NO_COLOR'] ?? '') === '');
const token = 'demo-token';

if (values.help === true) {
  say('npm run demo [-- --once] [-- --openldap]');
  say('  --once      one round, then the end');
  say('  --openldap  a real slapd as the directory, in place of the bundled LDIF file');
} else {
  process.exitCode = await demo();
}

async function demo(): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'dir2scim-demo-'));
  const interrupted = new AbortController();
  process.once('SIGINT', () => interrupted.abort());
  process.once('SIGTERM', () => interrupted.abort());
  const target = await startScimServer({ token });
  try {
    const directory = await demoDirectory(folder, values.openldap === true);
    try {
      return await show(folder, directory, target, interrupted.signal);
    } finally {
      await directory.close();
    }
  } finally {
    await target.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

async function show(
  folder: string,
  directory: DemoDirectory,
  target: ScimServer,
  interrupted: AbortSignal,
): Promise<number> {
  const httpPort = await freePort();
  const config = join(folder, 'dir2scim.yaml');
  await writeFile(config, configuration(directory, target, httpPort));
  const environment = { DIR2SCIM_CONFIG: config, DEMO_TOKEN: token, ...directory.environment };

  step('1', `The directory: ${directory.what}`);
  step('2', 'What would be done, before anything is: dir2scim plan');
  const planned = await runProgram(['plan'], environment);
  say(indent(planned.stdout));
  if (planned.code !== 10) throw new Error(planned.stderr);

  step('3', 'The daemon starts, and does exactly that: dir2scim run');
  const daemon = await startProgram(['run'], environment);
  daemon.onLine((line) => {
    say(indent(line));
  });
  const stopped = new AbortController();
  const over = AbortSignal.any([interrupted, stopped.signal]);
  void daemon.ended.then(({ code }) => {
    stopped.abort(new Error(`the daemon ended with ${String(code)}`));
  });
  try {
    await until('the target has everyone', () => target.users().length === 12 && groupsAreComplete(target), {
      signal: over,
    });
    say(
      colors.green(
        `    The target has ${target.users().length} users and ${target.groups().length} groups, after ${target.requests.length} requests.`,
      ),
    );

    step('4', 'The directory changes: a new title, a newcomer, and someone who leaves');
    target.clearRequests();
    const changed = performance.now();
    await directory.change();
    await until('the change has arrived', () => hasArrived(target), { signal: over });
    const seconds = ((performance.now() - changed) / 1_000).toFixed(1);
    await until(
      'members have followed',
      () => target.groups().some((group) => memberCount(group) === 4 && group['displayName'] === 'sales'),
      { signal: over },
    );
    say(colors.green(`    On the target ${seconds} s later, in ${target.requests.length} requests:`));
    for (const { method, path, body } of target.requests)
      say(colors.dim(`      ${method} ${path} ${body === undefined ? '' : shorten(JSON.stringify(body))}`));

    step('5', 'Nothing changes, so nothing is sent');
    target.clearRequests();
    await pollsPassed(httpPort, 2, over);
    say(colors.green(`    Two polls later: ${target.requests.length} requests.`));

    step('6', 'Where to look');
    say(`    health   http://127.0.0.1:${httpPort}/readyz?verbose   http://127.0.0.1:${httpPort}/livez`);
    say(`    metrics  http://127.0.0.1:${httpPort}/metrics`);
    say(`    target   ${target.url}/Users   (Authorization: Bearer ${token})`);
    say(`    source   ${directory.where}`);
    if (values.once !== true && !interrupted.aborted) {
      say('\n  Change the source and watch. Ctrl-C ends the demo.');
      await new Promise((resolve) => {
        interrupted.addEventListener('abort', resolve, { once: true });
      });
    }
    return 0;
  } catch (error) {
    if (interrupted.aborted) return 0;
    throw error;
  } finally {
    await daemon.stop('SIGTERM');
  }
}

function configuration(directory: DemoDirectory, target: ScimServer, httpPort: number): string {
  return `directories:
  corp:
${directory.configuration}
targets:
  wiki:
    url: ${target.url}
    auth: { bearer: { env: DEMO_TOKEN } }
    removal: { leaves: deactivate, deleteAfter: 30d, groups: keep }
schedule: { poll: 1s }
http: { listen: "127.0.0.1:${httpPort}" }
log: { format: pretty }
`;
}

function groupsAreComplete(target: ScimServer): boolean {
  return target.groups().length === 5 && target.groups().every((group) => memberCount(group) > 0);
}

function memberCount(group: Readonly<Record<string, unknown>>): number {
  return Array.isArray(group['members']) ? group['members'].length : 0;
}

function hasArrived(target: ScimServer): boolean {
  const user = (name: string) => target.users().find(({ userName }) => userName === name);
  return (
    user('hugo')?.['title'] === 'Head of Accounts' && user('noor') !== undefined && user('liam')?.['active'] === false
  );
}

/** Waits until the daemon has done so many more cycles, by its own count. */
async function pollsPassed(port: number, polls: number, signal: AbortSignal): Promise<void> {
  const count = async (): Promise<number> => {
    const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
    return Number(
      /^dir2scim_cycles_total\{[^}]*mode="incremental"[^}]*result="success"[^}]*\} (\d+)/m.exec(text)?.[1] ?? 0,
    );
  };
  const before = await count();
  await until('two polls have passed', async () => (await count()) >= before + polls, { signal });
}

function step(number: string, text: string): void {
  say(`\n${colors.bold(colors.cyan(` ${number} `))} ${colors.bold(text)}`);
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

function indent(text: string): string {
  return text
    .trimEnd()
    .split('\n')
    .map((line) => `    ${line}`)
    .join('\n');
}

function shorten(text: string): string {
  return text.length > 140 ? `${text.slice(0, 139)}…` : text;
}

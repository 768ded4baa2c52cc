/**
 * What commands cost beside a large state and directory: time, processor time and the most memory of each, as a process of
 * its own. Usage: node bench/scale/commands.ts [--users N] [--groups N]
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { openCachedWorld } from './cached-world.ts';

const { values } = parseArgs({ options: { users: { type: 'string', default: '25000' }, groups: { type: 'string' } } });
const users = Number(values.users);
const world = await openCachedWorld({ users, groups: Number(values.groups ?? users / 20) });
console.log(`${users} users, in ${world.folder}`);

const commands = [
  ['explain', 'u11'],
  ['explain', `uid=u11,ou=people,dc=bench,dc=example`],
  ['plan'],
  ['status'],
  ['log', '--since', '1m'],
  ['check'],
];
for (const command of commands) await run(command);

async function run(command: readonly string[]): Promise<void> {
  const child = spawn(
    process.execPath,
    [
      '--max-semi-space-size=8',
      '--import',
      fileURLToPath(new URL('./most-memory.mjs', import.meta.url)),
      fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url)),
      ...command,
      '--config',
      world.config,
    ],
    { stdio: ['ignore', 'ignore', 'pipe'], env: { ...process.env, BENCH_TOKEN: 'bench' } },
  );
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
  const [code] = (await once(child, 'close')) as [number | null];
  const used = /^used: (.*)$/m.exec(said)?.[1] ?? said.slice(0, 200);
  console.log(`${command.join(' ').padEnd(48)} exit ${code ?? 'by a signal'}  ${used}`);
}

// What `npm run check` runs: everything that needs no server. Side by side, because most of it keeps one core busy; what
// each one printed comes whole, when it has ended.
import { spawn } from 'node:child_process';

const steps = ['lint', 'formatting', 'unit-tests', 'pure-tests', 'types', 'boundaries', 'dead-code'];
const atOnce = 2;
/** Each test file is a process of its own: compiled modules are kept from one to the next. */
const env = { ...process.env, NODE_COMPILE_CACHE: 'node_modules/.cache/node' };
const failed = [];

async function run(step) {
  const child = spawn('npm', ['run', '--silent', step], { stdio: ['ignore', 'pipe', 'pipe'], env });
  const output = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => output.push(chunk));
  const code = await new Promise((resolve) => child.on('close', resolve));
  if (code !== 0) failed.push(step);
  process.stdout.write(`== ${step}${code === 0 ? '' : ': failed'}\n${Buffer.concat(output).toString()}`);
}

const waiting = [...steps];
await Promise.all(
  Array.from({ length: atOnce }, async () => {
    for (let step = waiting.shift(); step !== undefined; step = waiting.shift()) await run(step);
  }),
);
if (failed.length > 0) process.stdout.write(`failed: ${failed.join(', ')}\n`);
process.exitCode = failed.length === 0 ? 0 : 1;

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { appendFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { it, type TestContext } from 'node:test';
import { startDaemon } from '../e2e/support/daemon.ts';
import { childEnvironment, ground } from '../e2e/support/site.ts';
import { serveOnLoopback } from '../support/loopback.ts';
import { notifySocket } from '../support/notify-socket.ts';
import { runProgram } from '../support/program.ts';
import { until } from '../support/until.ts';

/*
 * A secret and a person, both easily found, and a target that repeats everything that it is sent, with escape sequences
 * and forged lines around it. Neither may come out where it does not belong, whatever the command and the level.
 */

const secret = 'canary-secret-5b1f';
const person = 'Zebedee Canary';
const forged = '\u001b]0;title\u0007\r\nD2S_INTERNAL: forged\u202e\u009b31m';

async function site(
  context: TestContext,
  level: string,
): Promise<{ readonly folder: string; readonly config: string }> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const isList = request.method === 'GET' && request.url?.startsWith('/Users?') === true;
      const echo = `${request.headers.authorization ?? ''} ${secret} ${forged} ${Buffer.concat(chunks).toString()}`;
      const body = isList
        ? { totalResults: 0, Resources: [] }
        : { status: '400', scimType: 'invalidValue', detail: echo };
      response.writeHead(isList ? 200 : 400, { 'content-type': 'application/scim+json' }).end(JSON.stringify(body));
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const folder = await mkdtemp(join(ground, 'dir2scim-canary-'));
  context.after(async () => {
    server.closeAllConnections();
    server.close();
    await rm(folder, { recursive: true });
  });
  const address = server.address();
  assert.ok(address !== null && typeof address !== 'string');
  const name = (text: string) => `:: ${Buffer.from(text).toString('base64')}`;
  await writeFile(join(folder, 'token'), secret);
  await writeFile(
    join(folder, 'people.ldif'),
    [
      'dn: uid=zeb,ou=people,dc=corp',
      'objectClass: inetOrgPerson',
      'entryUUID: 10000000-0000-4000-8000-000000000001',
      'uid: zeb',
      `cn${name(`${person}${forged}`)}`,
      `sn${name(`Canary\u200b`)}`,
      'mail: zebedee.canary@corp.example',
      '',
      'dn: uid=odd,ou=people,dc=corp',
      'objectClass: inetOrgPerson',
      'entryUUID: 10000000-0000-4000-8000-000000000002',
      `uid${name('оdd')}`,
      'cn: Odd',
      'sn: One',
      'mail: odd@corp.example',
      '',
    ].join('\n'),
  );
  await mkdir(join(folder, 'state'));
  const config = join(folder, 'dir2scim.yaml');
  await writeFile(
    config,
    `directories: { corp: { kind: ldif, path: people.ldif } }
targets:
  wiki:
    url: http://127.0.0.1:${address.port}
    auth: { bearer: { file: token } }
    removal: { leaves: deactivate }
schedule: { poll: 300ms }
http: { listen: "127.0.0.1:0" }
log: { format: json, level: ${level} }
`,
  );
  return { folder, config };
}

const secretForms = [secret, Buffer.from(secret).toString('base64'), encodeURIComponent(secret)];

function withoutSecret(text: string, where: string): void {
  for (const form of secretForms) assert.ok(!text.includes(form), `${where} has the secret`);
  // Colours are ours; everything else that moves a cursor or hides is not.
  assert.doesNotMatch(
    text,
    /[\u0000-\u0008\u000b-\u001a\u001c-\u001f\u0080-\u009f\u200b\u202e]|\u001b\]/,
    `${where} has characters that nobody sees`,
  );
  assert.doesNotMatch(text, /^D2S_INTERNAL: forged/m, `${where} has a line of somebody else's`);
}

it('the commands print no secret, and what others wrote is visible', async (context) => {
  const { config } = await site(context, 'info');
  const commands = [
    ['check'],
    ['check', '--json'],
    ['plan'],
    ['plan', '--all'],
    ['plan', '--json'],
    ['sync'],
    ['sync', '--json'],
    ['explain', 'zeb'],
    ['explain', 'zeb', '--json'],
    ['explain', 'zeb', '--push'],
    ['status'],
    ['status', '--json'],
    ['log'],
    ['support-bundle', '--json'],
    ['doctor', '--target', 'wiki'],
    ['doctor', '--target', 'wiki', '--json'],
  ];
  for (const command of commands) {
    const { stdout, stderr } = await runProgram([...command, '--config', config], childEnvironment);
    withoutSecret(stdout + stderr, command.join(' '));
    if (command.includes('--json') && stdout !== '')
      assert.doesNotThrow(() => JSON.parse(stdout) as unknown, command.join(' '));
    if (command.join() === 'plan') assert.match(stdout, /look twice: the login оdd mixes Latin and Cyrillic letters/);
    if (command.join() === 'check') assert.match(stdout, /odd_login|a login is not what it looks like/);
  }
});

for (const level of ['trace', 'info']) {
  it(`the log at ${level}, the metrics and the state hold no secret${level === 'info' ? ", and nobody's name" : ''}`, async (context) => {
    const { folder, config } = await site(context, level);
    const told: string[] = [];
    const hooks = createServer((request, response) => {
      request.setEncoding('utf8').on('data', (text: string) => told.push(text));
      request.on('end', () => response.writeHead(204).end());
    });
    const url = await serveOnLoopback(context, hooks);
    await appendFile(config, `notify: [{ webhook: "${url}/hook", secret: { file: token } }]\n`);
    const socket = join(folder, 'notify.sock');
    const messages = await notifySocket(context, socket);
    await using daemon = await startDaemon({ config }, { NOTIFY_SOCKET: socket });
    await daemon.moreCycles(3);
    await until('somebody is told', () => told.length > 0 && messages.some((one) => one.startsWith('STATUS=')));
    const metrics = (await daemon.get('/metrics')).text + (await daemon.get('/readyz?verbose')).text;
    const bundle = await runProgram(['support-bundle', '--json', '--config', config], childEnvironment);
    assert.equal(bundle.code, 0, bundle.stderr);
    daemon.kill('SIGTERM');
    await daemon.ended;
    withoutSecret(daemon.text(), 'the log');
    const files = await Promise.all(
      (await readdir(join(folder, 'state'), { withFileTypes: true, recursive: true }))
        .filter((one) => one.isFile())
        .map((one) => readFile(join(one.parentPath, one.name), 'utf8')),
    );
    for (const [where, text] of [
      ['the metrics', metrics],
      ['the support bundle', bundle.stdout],
      ['what is told', told.join('\n')],
      ['the status for systemd', messages.join('\n')],
      ['the state', files.join('\n')],
      ...(level === 'info' ? [['the log', daemon.text()] as const] : []),
    ] as const) {
      withoutSecret(text, where);
      assert.doesNotMatch(text, /zebedee|canary@/i, `${where} has a person`);
    }
  });
}

/** Makes a bug of ours: what it throws quotes whatever was at hand. */
async function bug(folder: string, message: string): Promise<NodeJS.ProcessEnv> {
  const file = join(folder, 'bug.mjs');
  await writeFile(
    file,
    `import crypto from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';
crypto.createHash = () => { throw new TypeError(${JSON.stringify(message)}, { cause: new Error(${JSON.stringify(message)}) }); };
syncBuiltinESMExports();`,
  );
  return { ...childEnvironment, NODE_OPTIONS: `--import ${file}` };
}

for (const command of [['sync'], ['run'], ['plan', '--json'], ['check']]) {
  it(`a bug in ${command.join(' ')} is told without what it quotes`, async (context) => {
    const { folder, config } = await site(context, 'info');
    const environment = await bug(folder, `bug: ${secret} ${person}`);
    const { stdout, stderr, code } = await runProgram([...command, '--config', config], environment);
    assert.notEqual(code, 0, stdout);
    withoutSecret(stdout + stderr, command.join(' '));
    assert.doesNotMatch(stdout + stderr, /zebedee/i);
    assert.match(stderr, /D2S_(?:INTERNAL|STATE_UNWRITABLE)/);
    if (command.join() === 'run') assert.match(stderr, /^ {4}at hashOf \(/m, 'where it was');
  });
}

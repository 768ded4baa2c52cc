import assert from 'node:assert/strict';
import { readdir, stat } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { daemonSections, startDaemon } from '../e2e/support/daemon.ts';
import { office } from '../e2e/support/people.ts';
import { createSite } from '../e2e/support/site.ts';
import { httpAnswer, jsonAnswer, startHostileTarget, type RawRequest } from '../support/hostile-target.ts';
import { createLdapStub, entryMessage } from '../support/ldap-stub.ts';
import { startScimServer } from '../support/scim-server/server.ts';
import { until } from '../support/until.ts';

/** Attacks from outside on the program as it is started by its users. */

const root = 'dc=partner,dc=example';

/** The directory of a partner, and a target that follows it alone, beside those of the site. */
async function partnership(context: TestContext, ldapUrl: string) {
  const chat = await startScimServer({ token: 'canary-token-7f3a91' });
  context.after(() => chat.stop());
  return {
    directory: `    kind: ldif\n    path: people.ldif\n  partner:\n    urls: ["${ldapUrl}"]\n    users: { bases: ["${root}"] }`,
    target: `    from: [corp]\n  chat:\n    url: ${chat.url}\n    auth: { bearer: { file: token } }\n    removal: { leaves: deactivate }\n    from: [partner]`,
  };
}

describe('a directory that does not come to an end, before a running daemon', { concurrency: 2 }, () => {
  it('sends an entry now and then: the other target is loaded, and log, status and metrics tell since when', async (context) => {
    const stub = await createLdapStub({ objectClass: ['OpenLDAProotDSE'] }, ({ id }, socket) => {
      let number = 0;
      const timer = setInterval(() => {
        number += 1;
        socket.write(
          entryMessage(id, `cn=p${number},${root}`, {
            entryUUID: [`00000000-0000-4000-8000-${String(number).padStart(12, '0')}`],
            objectClass: ['person'],
          }),
        );
      }, 200);
      socket.on('close', () => clearInterval(timer));
    });
    context.after(() => stub.close());
    await using site = await createSite({
      company: office,
      sections: daemonSections,
      ...(await partnership(context, stub.url)),
    });
    await using daemon = await startDaemon(site);
    await until('everyone is there', () => site.target.users().length === 8);
    await daemon.moreCycles(2);
    assert.match(
      (await daemon.get('/metrics')).text,
      /^dir2scim_reading_started_timestamp_seconds\{directory="partner"\} \d/m,
    );
    assert.equal((await daemon.get('/livez')).status, 200);
    await until(
      'it is told',
      () => daemon.log.some((line) => line['event'] === 'still_reading' && line['directory'] === 'partner'),
      { milliseconds: 60_000 },
    );
    await until('the status has it', async () =>
      /partner.*still reading since/.test((await site.run('status')).stdout),
    );
  });

  it('accepts connections, and says nothing', async (context) => {
    const sockets = new Set<Socket>();
    const silent = createServer((socket) => void sockets.add(socket.on('error', () => undefined))).listen(
      0,
      '127.0.0.1',
    );
    await once(silent, 'listening');
    context.after(() => {
      for (const socket of sockets) socket.destroy();
      silent.close();
    });
    const address = silent.address();
    assert.ok(address !== null && typeof address !== 'string');
    await using site = await createSite({
      company: office,
      sections: daemonSections,
      ...(await partnership(context, `ldap://127.0.0.1:${address.port}`)),
    });
    await using daemon = await startDaemon(site);
    await until('everyone is there', () => site.target.users().length === 8);
    await daemon.moreCycles(2, 'success');
  });
});

const list = { schemas: ['urn:ietf:params:scim:api:messages:2.0:ListResponse'], totalResults: 0, Resources: [] };
const created = ({ body }: RawRequest, more: object): Buffer =>
  jsonAnswer(201, { ...(JSON.parse(body) as object), id: String(Math.random()), ...more });

const answers: Readonly<Record<string, (request: RawRequest) => Uint8Array | string>> = {
  'a version with a line break': (request) =>
    request.method === 'GET' ? jsonAnswer(200, list) : created(request, { meta: { version: 'W/"1"\r\nx: y' } }),
  'versions of 900 kB': (request) =>
    request.method === 'GET' ? jsonAnswer(200, list) : created(request, { meta: { version: 'v'.repeat(900_000) } }),
  'half a character as a cursor': () =>
    jsonAnswer(200, { ...list, totalResults: 5, Resources: [{ id: '1' }], nextCursor: '\ud800' }),
  'JSON that is nested 100,000 deep': () =>
    httpAnswer(200, `{"Resources":${'['.repeat(100_000)}${']'.repeat(100_000)}}`),
  'numbers of a million digits': () =>
    httpAnswer(200, `{"totalResults":${'9'.repeat(1_000_000)},"Resources":[{"id":${'1'.repeat(500_000)}}]}`),
  'lists of millions of empty objects': () =>
    httpAnswer(
      200,
      `{"schemas":["${list.schemas[0] ?? ''}"],"totalResults":1,"Resources":[${'{},'.repeat(3_700_000)}{}]}`,
    ),
  'no HTTP at all': () => '\u0000\u0001garbage\r\n\r\n',
  'headers without end': () => `HTTP/1.1 200 OK\r\n${'x: y\r\n'.repeat(100_000)}`,
  'a status of its own': () => httpAnswer(999, '{}'),
  '__proto__ everywhere': (request) =>
    request.method === 'GET'
      ? httpAnswer(200, '{"__proto__":{"Resources":[]},"Resources":[{"__proto__":{"id":"1"}}],"totalResults":1}')
      : httpAnswer(201, '{"__proto__":{"id":"1"},"id":"7"}'),
};

describe('a target that answers whatever it likes, before sync', { concurrency: 2 }, () => {
  for (const [what, answer] of Object.entries(answers)) {
    it(`${what}: it is no bug of ours, and the state stays small`, async (context) => {
      const hostile = await startHostileTarget(answer);
      context.after(() => hostile.close());
      await using site = await createSite({ company: office });
      await site.reconfigure((text) => text.replace(site.target.url, hostile.url));
      for (const command of ['sync', 'status', 'plan']) {
        const { code, stdout, stderr } = await site.run(command);
        assert.ok(
          code !== null && [0, 1, 3, 10].includes(code),
          `${command}: ${String(code)} ${stderr.slice(0, 2_000)}`,
        );
        assert.doesNotMatch(stdout + stderr, /D2S_INTERNAL|D2S_STATE|at .*\.ts:\d+/);
        assert.ok(
          stdout.length + stderr.length < 100_000,
          `${command} says ${stdout.length + stderr.length} characters`,
        );
      }
      const files = await readdir(site.state, { withFileTypes: true });
      for (const file of files.filter((one) => one.isFile()))
        assert.ok((await stat(join(site.state, file.name))).size < 100_000, file.name);
    });
  }
});

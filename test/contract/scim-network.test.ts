import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { sockets, type Network } from '../../src/adapters/scim/http/network.ts';
import { createScimTarget } from '../../src/adapters/scim/target.ts';
import { systemClock } from '../../src/adapters/system/clock.ts';
import type { Clock } from '../../src/ports/clock.ts';
import type { ScimTarget } from '../../src/ports/scim-target.ts';
import { fakeClock } from '../support/fake-clock.ts';
import {
  createScimService,
  faultFor,
  inProcess,
  startScimServer,
  type Faults,
  type PartialBehaviour,
  type ScimService,
} from '../support/scim-server/index.ts';
import { scripts } from '../simulation/targets/scripts.ts';
import { set, signal } from './scim-target.ts';
import { targetOptions } from './scim-target-options.ts';

/** What a client makes of a server, and the server of the client, over one of the two networks. */
type Over = (behaviour: PartialBehaviour, faults: Faults) => Promise<unknown>;

const person = new Map<string, string | boolean>([
  ['externalId', 'a1'],
  ['userName', 'alice'],
  ['active', true],
]);

function client(url: string, clock: Clock, network: Network): ScimTarget {
  const timeouts = { requestMilliseconds: 500 };
  return createScimTarget(targetOptions(url, 'any', { clock, network, timeouts, limits: { concurrency: 2 } }));
}

async function converse(target: ScimTarget, server: ScimService): Promise<unknown> {
  const created = await target.create('user', person, signal);
  const found = await target.find('user', 'userName', 'alice', signal);
  const [user] = server.users();
  const id = typeof user?.['id'] === 'string' ? user['id'] : 'nobody';
  const updated = await target.update('user', id, [set('title', 'Chief', false)], signal);
  const removed = await target.remove('user', id, signal);
  await target.close();
  const { requests, violations } = server;
  return {
    created,
    found,
    updated,
    removed,
    requests: requests.map(({ method, path, status }) => ({ method, path, status })),
    violations,
    users: server.users().length,
  };
}

const overSockets: Over = async (behaviour, faults) => {
  const server = await startScimServer({ behaviour, faults });
  try {
    const clock = { ...systemClock(), sleep: () => Promise.resolve() };
    return await converse(client(server.url, clock, sockets), server);
  } finally {
    await server.stop();
  }
};

const inOneProcess: Over = async (behaviour, faults) => {
  const clock = fakeClock();
  const { network, service } = inProcess(
    clock,
    (sleep) => createScimService(() => 'http://wiki.example', { behaviour, faults, sleep, now: Date.now }),
    () => 1,
  );
  let isOver = false;
  const ending = converse(client(service.url, clock, network), service).finally(() => (isOver = true));
  ending.catch(() => undefined);
  for (let idle = 0; !isOver;) {
    await new Promise((resolve) => setImmediate(resolve));
    idle = network.busy() === 0 ? idle + 1 : 0;
    if (idle > 1) await clock.advance(clock.untilNext() ?? 0);
  }
  return ending;
};

/** Ids and times differ in any two conversations. */
function comparable(value: unknown): string {
  return JSON.stringify(value, (_key, one: unknown) => (one instanceof Map ? [...one] : one), 1)
    .replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}/g, 'id')
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'time')
    .replaceAll(/https?:\/\/[\w.:]+/g, 'origin');
}

async function expectSame(behaviour: PartialBehaviour, faults: () => Faults): Promise<void> {
  assert.equal(comparable(await inOneProcess(behaviour, faults())), comparable(await overSockets(behaviour, faults())));
}

/** What is waited for is the client's own affair, and real time over sockets. */
const asksToWait = /^(?:429|503|403 with)/;

describe('a server in the same process is to a client what one behind a socket is', () => {
  for (const method of ['POST', 'GET', 'PATCH', 'DELETE'])
    for (const [kind, ways] of Object.entries(scripts))
      for (const [way, script] of Object.entries(ways).filter(([name]) => !asksToWait.test(name)))
        it(`where ${method} comes to ${kind}: ${way}`, () =>
          expectSame({}, () => ({ before: faultFor((one) => one.method === method, script(Date.now()), 1) })));

  for (const encoding of ['gzip', 'deflate', 'br'] as const)
    it(`where answers are packed with ${encoding}`, () => expectSame({ http: { encoding } }, () => ({})));

  for (const http of [
    { byteOrderMark: true },
    { mediaType: 'text/html' },
    { latencyMilliseconds: 2 },
    { trailingSlash: 'redirected' },
    { writes: 'asynchronous' },
    { etags: 'demanded' },
    { requiredHeaders: ['user-agent'] },
    { maxBodyBytes: 60 },
  ] as const)
    it(`where ${JSON.stringify(http)}`, () => expectSame({ http }, () => ({})));
});

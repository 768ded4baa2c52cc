import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { describe, it, type TestContext } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createScimTarget } from '../../src/adapters/scim/target.ts';
import { systemClock } from '../../src/adapters/system/clock.ts';
import type { Link } from '../../src/core/model/link.ts';
import type { MembersOperation } from '../../src/core/model/plan.ts';
import { createFingerprints } from '../../src/cycle/quarantine/fingerprints.ts';
import { QuarantineLedger } from '../../src/cycle/quarantine/ledger.ts';
import { applyMembers } from '../../src/cycle/push/apply-members.ts';
import { createOperationLog } from '../../src/cycle/push/operation-log.ts';
import type { PushContext } from '../../src/cycle/push/push-context.ts';
import type { StateChange } from '../../src/ports/state-change.ts';
import { serveOnLoopback } from '../support/loopback.ts';
import { createMemoryStore } from '../support/memory-store.ts';
import { signal } from './scim-target.ts';
import { targetOptions } from './scim-target-options.ts';
import { acknowledgedMembers } from '../support/acknowledged-members.ts';

const count = 100_000;
const megabyte = 1024 * 1024;

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** Takes every PATCH, shows no members, and now and then answers with the whole group, as servers do that have no other way. */
async function startServer(context: TestContext, seen: (bytes: number, members: number) => void): Promise<string> {
  let requests = 0;
  const whole = JSON.stringify({
    id: 'g',
    members: Array.from({ length: count }, (_, at) => ({ value: `u${at}`, display: 'Somebody' })),
  });
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      if (request.method !== 'PATCH') {
        response.writeHead(200, { 'content-type': 'application/scim+json' }).end('{"id":"g"}');
        return;
      }
      seen(Buffer.byteLength(body), body.match(/"value":"u|value eq /g)?.length ?? 0);
      requests += 1;
      if (requests % 100 === 0) response.writeHead(200, { 'content-type': 'application/scim+json' }).end(whole);
      else response.writeHead(204).end();
    });
  });
  return serveOnLoopback(context, server);
}

const linkOf = (sourceId: string, type: Link['type'], targetId: string): Link => ({
  target: 'wiki',
  type,
  sourceId,
  directory: 'corp',
  targetId,
  origin: 'created',
  lifecycle: 'active',
  attributes: {},
});

describe('a group of a hundred thousand', () => {
  it('gets and loses its members in bounded memory, request by request and record by record', async (context) => {
    const sizes = { bytes: 0, members: 0, requests: 0, sent: 0 };
    const url = await startServer(context, (bytes, members) => {
      sizes.bytes = Math.max(sizes.bytes, bytes);
      sizes.members = Math.max(sizes.members, members);
      sizes.sent += members;
      sizes.requests += 1;
    });
    const target = createScimTarget(
      targetOptions(url, 'any', {
        dialect: [{ origin: 'profile', says: { discovery: { use: false }, members: { read: 'own-record' } } }],
      }),
    );
    context.after(() => target.close());
    const ids = Array.from({ length: count }, (_, at) => `s${at}`);
    const links = new Map(ids.map((id, at) => [id, linkOf(id, 'user', `u${at}`)]));
    links.set('staff', linkOf('staff', 'group', 'g'));
    const store = createMemoryStore();
    await store.record([...links.values()].map((link) => ({ kind: 'link', link }) as const));
    let longestRecord = 0;
    let highest = 0;
    let records = 0;
    const heap = (): number => {
      collectGarbage();
      return process.memoryUsage().heapUsed;
    };
    const record = async (changes: readonly StateChange[]): Promise<void> => {
      longestRecord = Math.max(longestRecord, JSON.stringify(changes).length);
      records += 1;
      if (records % 100 === 0) highest = Math.max(highest, heap());
      await store.record(changes);
    };
    const push: PushContext = {
      target,
      store: { ...store, record },
      clock: systemClock(),
      observer: () => undefined,
      links,
      unsearched: new Set(),
      showsNamed: new Set(),
      quarantine: new QuarantineLedger({
        target: 'wiki',
        quarantined: new Map(),
        orphaned: [],
        fingerprints: createFingerprints([], store.digest, { user: [], group: [] }),
        attempt: 'due',
        now: 0,
      }),
      successors: new Map(),
      removalsOf: () => [],
      logged: createOperationLog({
        cycle: 'c',
        target: 'wiki',
        approvals: [],
        decided: [],
        values: false,
        digest: store.digest,
        clock: systemClock(),
      }),
      claims: new Map(),
      lists: new Map(),
      toEnd: new Set(),
      missing: new Set(),
      intents: new Map(),
      listed: { user: new Set(), group: new Set() },
      attempt: 'due',
      initialMembers: { wanted: new Map(), joined: new Map() },
      policy: { user: { match: [], adopt: 'never', create: true }, group: { match: [], adopt: 'never', create: true } },
      readAt: 0,
      signal,
      isStopping: () => false,
    };
    const operation = (add: readonly string[], remove: readonly string[]): MembersOperation => ({
      type: 'group',
      sourceId: 'staff',
      directory: 'corp',
      label: '',
      reason: '',
      stage: 0,
      verb: 'members',
      add,
      remove,
      cause: 'changed',
    });
    for (const [add, remove] of [
      [ids, []],
      [[], ids],
    ] as const) {
      assert.deepEqual(await applyMembers(operation(add, remove), push), { kind: 'applied' });
      assert.equal((await acknowledgedMembers(store, 'wiki', 'staff')).length, add.length);
    }
    assert.deepEqual([sizes.requests, sizes.members, sizes.sent], [2 * (count / 100), 100, 2 * count]);
    assert.ok(sizes.bytes < 16 * 1024, `${sizes.bytes} bytes in a request`);
    assert.ok(longestRecord < 16 * 1024, `${longestRecord} characters in a record`);
    // What is left at the end is the state itself: links and members of everybody, and this test's own lists.
    const rest = heap();
    assert.ok(highest - rest < 16 * megabyte, `${Math.round((highest - rest) / megabyte)} MB while they were sent`);
  });
});

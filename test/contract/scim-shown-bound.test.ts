import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { describe, it, type TestContext } from 'node:test';
import { createScimTarget } from '../../src/adapters/scim/target.ts';
import type { Outcome } from '../../src/core/model/outcome.ts';
import { serveOnLoopback } from '../support/loopback.ts';
import { applied, failureClass, signal } from './scim-target.ts';
import { targetOptions } from './scim-target-options.ts';

interface Operation {
  readonly op: string;
  readonly path: string;
  readonly value?: unknown;
}

function memberOf(element: unknown): string {
  return typeof element === 'object' && element !== null ? String(Reflect.get(element, 'value')) : String(element);
}

/** A server with one group, of which it shows so many members at most. */
async function startServer(context: TestContext, most: number, takes: () => boolean) {
  const members = new Set<string>();
  const requests: string[] = [];
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      requests.push(request.method ?? '');
      const answer = (status: number, content: object): void => {
        response.writeHead(status, { 'content-type': 'application/scim+json' }).end(JSON.stringify(content));
      };
      if (!String(request.url).startsWith('/Groups/g')) {
        answer(404, { detail: 'none' });
        return;
      }
      if (request.method === 'PATCH' && takes())
        for (const { op, path, value } of (JSON.parse(body) as { Operations: readonly Operation[] }).Operations) {
          if (op === 'add') for (const one of Array.isArray(value) ? value : []) members.add(memberOf(one));
          else for (const [, id = ''] of path.matchAll(/value eq "([^"]+)"/g)) members.delete(id);
        }
      answer(200, {
        schemas: ['urn:ietf:params:scim:schemas:core:2.0:Group'],
        id: 'g',
        displayName: 'everybody',
        members: [...members].slice(0, most).map((value) => ({ value })),
      });
    });
  });
  const target = createScimTarget(
    targetOptions(await serveOnLoopback(context, server), 'any', {
      dialect: [{ origin: 'profile', says: { discovery: { use: false } } }],
    }),
  );
  context.after(() => target.close());
  return { target, members, requests };
}

const ids = Array.from({ length: 250 }, (_, at) => `u${at}`);
const unstored = (outcome: Outcome) => (outcome.kind === 'applied' ? outcome.shown?.unstored : undefined);

describe('a target that shows only some members of a group', () => {
  it('is given the others once, and who cannot be seen is counted and never sent again', async (context) => {
    const { target, members, requests } = await startServer(context, 100, () => true);
    const known = new Set<string>();
    const change = async (add: readonly string[], remove: readonly string[] = []): Promise<Outcome> => {
      const outcome = await target.changeMembers(
        'g',
        { add: add.map((id) => ({ id, type: 'user' })), remove, current: () => Promise.resolve([...known]) },
        signal,
      );
      applied(outcome);
      for (const id of add) known.add(id);
      for (const id of remove) known.delete(id);
      return outcome;
    };
    assert.equal(unstored(await change(ids.slice(0, 100))), undefined);
    assert.deepEqual(unstored(await change(ids.slice(100, 200))), ['members']);
    const before = requests.length;
    assert.deepEqual(unstored(await change(ids.slice(200))), ['members']);
    assert.deepEqual(requests.slice(before), ['PATCH'], 'what was found out once is not tried again');
    assert.equal(members.size, 250);
    await change([], ['u249']);
    await change([], ['u3']);
    assert.deepEqual([members.size, members.has('u3'), members.has('u249')], [248, false, false]);
    const group = await target.read('group', 'g', signal);
    assert.ok(!('class' in group));
    assert.equal(await target.membersOf(group, signal), undefined, 'who is in it cannot be told');
  });

  it('is not seen in one that takes nobody any more, at a number that nobody chooses', async (context) => {
    let isOpen = true;
    const { target } = await startServer(context, Infinity, () => isOpen);
    const change = (add: readonly string[], known: readonly string[]) =>
      target.changeMembers(
        'g',
        { add: add.map((id) => ({ id, type: 'user' })), remove: [], current: () => Promise.resolve(known) },
        signal,
      );
    applied(await change(ids.slice(0, 30), []));
    isOpen = false;
    assert.equal(failureClass(await change(['u40'], ids.slice(0, 30))), 'rejected');
  });

  it('is not seen where somebody is in it who is not known', async (context) => {
    const { target, members } = await startServer(context, 25, () => true);
    members.add('guest');
    const add = ids.slice(0, 40).map((id) => ({ id, type: 'user' as const }));
    const outcome = await target.changeMembers('g', { add, remove: [], current: () => Promise.resolve([]) }, signal);
    assert.equal(failureClass(outcome), 'rejected');
  });
});

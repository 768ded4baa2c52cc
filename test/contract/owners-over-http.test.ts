import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { describe, it, type TestContext } from 'node:test';
import { createScimTarget } from '../../src/adapters/scim/target.ts';
import { rfc7644 } from '../../src/core/dialect/rfc7644.ts';
import { overriding } from '../../src/ports/scim-target.ts';
import { cycleStage, person, team } from '../support/cycle-stage.ts';
import { serveOnLoopback } from '../support/loopback.ts';
import { clean } from '../support/scim-server/clean.ts';
import type { Fault, ScimRequestRecord } from '../support/scim-server/faults.ts';
import { applied, members, signal } from './scim-target.ts';
import { begin, type Stage } from './scim-target-dialects-stage.ts';
import { targetOptions } from './scim-target-options.ts';

/** Two who share an address: the target writes the second into the account of the first. */
const ada = 'ada';
const dan = 'dan';

async function rename(stage: Stage, id: string, externalId: string): Promise<void> {
  const message = {
    schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
    Operations: [{ op: 'replace', path: 'externalId', value: externalId }],
  };
  await fetch(`${stage.server.url}/Users/${id}`, {
    method: 'PATCH',
    headers: { 'content-type': 'application/scim+json' },
    body: JSON.stringify(message),
  });
}

const isCreation = ({ method, path }: ScimRequestRecord): boolean => method === 'POST' && path === '/Users';
const resource = (id: string, externalId: string) => ({
  schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'],
  id,
  externalId,
  userName: 'ada@example.org',
  active: true,
});

type Answer = (stage: Stage, id: string, request: ScimRequestRecord) => Promise<Fault | undefined>;
const answers: Readonly<Record<string, Answer>> = {
  'a promise (202), and a search finds it': async (stage, id, request) => {
    if (!isCreation(request)) return undefined;
    await rename(stage, id, dan);
    return { kind: 'answer', status: 202 };
  },
  'nothing (504), and a search finds it': async (stage, id, request) => {
    if (!isCreation(request)) return undefined;
    await rename(stage, id, dan);
    return { kind: 'answer', status: 504 };
  },
  'it (201)': async (_stage, id, request) =>
    Promise.resolve(isCreation(request) ? { kind: 'answer', status: 201, body: resource(id, dan) } : undefined),
  'it in a bulk request': async (_stage, id, { path, body }) => {
    const operations =
      path === '/Bulk' && Array.isArray(body?.['Operations'])
        ? (body['Operations'] as readonly { readonly bulkId?: string; readonly method: string }[])
        : [];
    if (!operations.some(({ method }) => method === 'POST')) return Promise.resolve(undefined);
    const outcomes = operations.map(({ bulkId }) => ({
      method: 'POST',
      bulkId,
      location: `/Users/${id}`,
      status: '201',
      response: resource(id, dan),
    }));
    return Promise.resolve({
      kind: 'answer',
      status: 200,
      body: { schemas: ['urn:ietf:params:scim:api:messages:2.0:BulkResponse'], Operations: outcomes },
    });
  },
};

describe("somebody else's account, with which a creation is answered", () => {
  for (const [name, answer] of Object.entries(answers)) {
    it(`is not taken: the answer is ${name}`, async (context) => {
      const inBulk = name.includes('bulk');
      const stage = await begin(
        context,
        { bulk: { ...clean.bulk, supported: true } },
        { bulk: { ...rfc7644.bulk, use: inBulk } },
      );
      const company = cycleStage([person(ada)]);
      const input = { prepare: () => Promise.resolve({ ...company.setup, target: stage.target }) };
      await company.cycle(input);
      const id = String(stage.server.users()[0]?.['id']);
      company.source.put(person(dan));
      if (inBulk) company.source.put(person('eve')); // one alone goes by itself
      stage.server.setFaults({
        before: (request) =>
          request.headers['user-agent'] === undefined || !request.headers['user-agent'].startsWith('dir2scim')
            ? undefined
            : answer(stage, id, request),
      });
      const { report } = await company.cycle(input);
      const failed = report.failed.find(({ operation }) => operation.sourceId === dan);
      assert.equal(failed?.failure.reason, 'match_taken');
      const links = await company.store.links('wiki', [ada, dan]);
      assert.deepEqual([links.get(ada)?.targetId, links.get(dan)], [id, undefined]);
      stage.server.setFaults({});
      company.source.remove(dan);
      await company.cycle(input);
      assert.equal(
        stage.server.users().find((user) => user['id'] === id)?.['active'],
        true,
        'ada keeps her account when dan leaves',
      );
    });
  }
});

describe('a group of one slug, which nobody listed, and with which a creation is answered as if it were new', () => {
  for (const shows of ['with its members', 'without'] as const) {
    it(`is not taken, and nobody gets into it: the answer shows it ${shows}`, async (context) => {
      const stage = await begin(context, {});
      const guest = applied(await stage.target.create('user', new Map([['userName', 'guest']]), signal));
      const attributes = new Map([
        ['displayName', 'R&D'],
        ['externalId', 'somebody else'],
      ]);
      const older = applied(await stage.target.create('group', attributes, signal));
      applied(await stage.target.changeMembers(older, members([guest], [], []), signal));
      const company = cycleStage([person(ada), team('R D', [ada])]);
      const input = {
        // A list that does not add up shows nobody that is certainly new.
        prepare: () =>
          Promise.resolve({
            ...company.setup,
            target: overriding(stage.target, { inventory: () => Promise.resolve(undefined) }),
          }),
      };
      stage.server.setFaults({
        before: ({ method, path, body }) => {
          if (method !== 'POST' || path !== '/Groups') return undefined;
          const shown = shows === 'without' ? {} : { members: [{ value: guest }] };
          return { kind: 'answer', status: 201, body: { ...body, id: older, ...shown } };
        },
      });
      const { report } = await company.cycle(input);
      assert.equal(report.failed.length, 1);
      const held = stage.server.groups().find(({ id }) => id === older)?.['members'];
      assert.deepEqual(
        (held as readonly { readonly value: string }[]).map(({ value }) => value),
        [guest],
      );
      assert.equal((await company.store.links('wiki', ['R D'])).size, 0);
    });
  }
});

/** A server whose ids are long numbers, and which keeps the text of what it was sent. */
async function startLongServer(
  context: TestContext,
  group: string,
): Promise<{ readonly url: string; readonly puts: string[] }> {
  const puts: string[] = [];
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      if (request.method === 'PUT') puts.push(body);
      response
        .writeHead(request.method === 'PATCH' ? 405 : 200, { 'content-type': 'application/scim+json' })
        .end(request.method === 'PUT' ? body : group);
    });
  });
  return { url: await serveOnLoopback(context, server), puts };
}

describe('a group with long numbers for members that is written whole', () => {
  it('gives back each digit of those who are not ours, and takes out the one who is meant', async (context) => {
    const [group, guest, leaver, near] = [
      '918273645546372801',
      '918273645546372803',
      '918273645546372805',
      '918273645546372806',
    ];
    const { url, puts } = await startLongServer(
      context,
      `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"],"id":${group},"displayName":"Crew","members":[{"value":${guest},"display":"Guest"},{"value":${leaver}},{"value":${near}}]}`,
    );
    const target = createScimTarget(targetOptions(url, 'any'));
    context.after(() => target.close());
    applied(await target.changeMembers(group, members([], [leaver], [leaver]), signal));
    assert.equal(puts.length, 1);
    assert.match(puts[0] ?? '', new RegExp(`\\{"value":${guest},"display":"Guest"\\},\\{"value":${near}\\}\\]`));
    assert.ok(puts[0]?.includes(`"id":${group}`));
  });
});

import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { readScimPath, scimPath } from '../../src/core/mapping/scim-path.ts';
import { isFailure, type FoundResource } from '../../src/ports/scim-target.ts';
import type { Fault, ScimRequestRecord } from '../support/scim-server/faults.ts';
import type { Json } from '../support/scim-server/protocol.ts';
import { applied, found, signal } from './scim-target.ts';
import { begin, createTeam, type Stage } from './scim-target-dialects-stage.ts';

const refusal = (status: number): Fault => ({ kind: 'answer', status, body: { detail: 'unknown parameter', status } });
const listed = (...rows: Json[]): Fault => ({
  kind: 'answer',
  status: 200,
  body: { schemas: ['urn:ietf:params:scim:api:messages:2.0:ListResponse'], totalResults: rows.length, Resources: rows },
});

/** What a target makes of `excludedAttributes`, other than leaving out the members. */
const misreadings: Readonly<Record<string, (group: string) => Fault | undefined>> = {
  'refuses it with 400': () => refusal(400),
  'refuses it with 422': () => refusal(422),
  'fails on it': () => refusal(500),
  'knows no such place': () => refusal(404),
  'shows nothing but what shall be left out': (group) => listed({ id: group, members: [] }),
  'shows nothing but what shall be left out, and no id': () => listed({ members: [] }),
  'answers with nobody': () => listed(),
};

const asks = ({ path }: ScimRequestRecord): boolean => path.includes('excludedAttributes');

async function teamAt(context: TestContext, misread?: (group: string) => Fault | undefined) {
  const stage = await begin(context, {});
  const { group, ids } = await createTeam(stage, 1);
  const add = ids.map((id) => ({ id, type: 'user' as const }));
  applied(await stage.target.changeMembers(group, { add, remove: [], current: () => Promise.resolve([]) }, signal));
  if (misread !== undefined)
    stage.server.setFaults({ before: (request) => (asks(request) ? misread(group) : undefined) });
  stage.server.clearRequests();
  return { stage, group };
}

const asked = ({ server }: Stage): string[] => {
  const lines = server.requests.map(({ path }) => path);
  server.clearRequests();
  return lines;
};

/** What fails on its way is tried again before it counts. */
const attempts = (what: string): number => (what === 'fails on it' ? 4 : 1);

const members = ({ body }: FoundResource): unknown => readScimPath(body, scimPath('members'));

describe('lists in which nobody looks at the members of groups', () => {
  it('come without them, and those for matching with them', async (context) => {
    const { stage, group } = await teamAt(context);
    const [without] = found(await stage.target.inventory('group', 5, signal, 'members')) ?? [];
    assert.deepEqual([without?.id, without && members(without)], [group, undefined]);
    const [withThem] = found(await stage.target.inventory('group', 5, signal)) ?? [];
    assert.equal((withThem && (members(withThem) as unknown[]))?.length, 1);
    await stage.target.find('group', 'displayName', 'Team', signal, 'members');
    await stage.target.find('user', 'userName', 'a', signal, 'members');
    assert.deepEqual(asked(stage), [
      '/Groups?startIndex=1&count=100&excludedAttributes=members',
      '/Groups?startIndex=2&count=100&excludedAttributes=members',
      '/Groups?startIndex=1&count=100',
      '/Groups?startIndex=2&count=100',
      '/Groups?filter=displayName eq "Team"&excludedAttributes=members',
      '/Users?filter=userName eq "a"',
    ]);
  });

  it('are walked without them, and a group is looked for without them to see whether the type is there', async (context) => {
    const { stage } = await teamAt(context);
    await stage.target.walk('group', 5, () => Promise.resolve(true), signal);
    assert.ok(await stage.target.answers('group', signal));
    assert.deepEqual(asked(stage), [
      '/Groups?startIndex=1&count=100&excludedAttributes=members',
      '/Groups?startIndex=2&count=100&excludedAttributes=members',
      '/Groups?startIndex=1&count=1&excludedAttributes=members',
    ]);
  });

  for (const [what, misread] of Object.entries(misreadings)) {
    it(`lose nobody where a target ${what}, which is learned`, async (context) => {
      const { stage, group } = await teamAt(context, misread);
      const ids: string[] = [];
      const walk = async (): Promise<void> => {
        const end = await stage.target.walk(
          'group',
          5,
          (page) => {
            ids.push(...page.map((one) => one.id));
            return Promise.resolve(true);
          },
          signal,
        );
        assert.equal(end, 'whole');
      };
      await walk();
      assert.equal(asked(stage).filter((path) => path.includes('excludedAttributes')).length, attempts(what));
      await walk();
      assert.deepEqual(
        asked(stage).filter((path) => path.includes('excludedAttributes')),
        [],
      );
      assert.deepEqual(ids, [group, group]);
      const hits = await stage.target.find('group', 'id', group, signal, 'members');
      assert.ok(!isFailure(hits));
      assert.deepEqual(
        hits.map(({ id }) => id),
        [group],
      );
    });
  }
});

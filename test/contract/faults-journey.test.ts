import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { openStage, type Stage } from '../scenarios/stage.ts';
import { html, type Fault, type Faults, type PartialBehaviour } from '../support/scim-server/index.ts';
import { after, before, groupsOf, groupsOn, ldifOf, peopleOf, peopleOn } from './companies.ts';

/** The whole program before servers that lie, fail and limit: it gets where it wants to, and makes nobody twice. */
const servers: Readonly<Record<string, { readonly faults: Faults } | PartialBehaviour>> = {
  'fails after it has done what was asked': { pace: { failAfterCommit: 3 } },
  'is away at every fourth request': { pace: { unavailable: 4 } },
  'cuts the connection after it has done what was asked': every(5, { kind: 'cut', applied: true }),
  'cuts the connection before it does anything': every(5, { kind: 'cut', applied: false }),
  'shows a page of HTML in place of what it did': every(5, { kind: 'garble', status: 200, body: html }),
  'ignores filters': { filter: { ignored: true } },
  'finds nobody by filters that it does not know': { filter: { users: [], groups: [], unsupported: 'empty' } },
  'fails at filters': { filter: { users: [], groups: [], unsupported: 'fails' } },
  'refuses filters': { filter: { users: [], groups: [] } },
  'answers 404 when nobody was found': { filter: { emptyStatus: 404 } },
  'compares names with case': { filter: { ignoresCase: false }, users: { userNames: 'exact' } },
  'always shows the first page': { list: { paging: 'ignored', defaultPage: 2 } },
  'starts again past the end': { list: { paging: 'wraps', maxPage: 2 } },
  'counts what is on the page': { list: { total: 'page', maxPage: 2 } },
  'goes by cursor, and loses some': { list: { paging: 'cursor', maxPage: 2, expiredCursors: 2 } },
  'lists late what is new': { list: { lag: 3 } },
  'lists nobody': { list: { unfiltered: 'empty' } },
  'ignores paths with a filter': { patch: { valueFilters: 'ignored' }, members: { remove: ['values'] } },
  'refuses paths with a filter': { patch: { valueFilters: 'refused' } },
  'leaves half of a PATCH behind': { patch: { atomic: false, maxOperations: 2 } },
  'knows no PATCH': { users: { patch: 405 }, groups: { patch: 501 } },
  'knows no PUT': { users: { put: 405 }, groups: { put: 405 } },
  'answers nothing': {
    users: { createAnswer: 'empty', patchAnswer: 'empty', putAnswer: 'empty' },
    groups: { createAnswer: 'empty', patchAnswer: 'empty' },
  },
  'only promises': { http: { writes: 'asynchronous' } },
  'wants a version with each change': { http: { etags: 'required' } },
  'takes short bodies only': { http: { maxBodyBytes: 500 } },
  'takes few members at a time': { members: { maxPerRequest: 2, tooManyStatus: 413 } },
  'never shows members': { members: { shown: 'never' } },
  'adds members twice': { members: { repeated: 'twice' } },
  'removes members by value alone': { members: { remove: ['values'] } },
  'takes no members at creation': { members: { onCreate: 'refused' } },
  'words errors in its own way': { errors: { shape: 'zoom' }, users: { put: 405 }, patch: { valueFilters: 'refused' } },
  'says nothing of why': { errors: { shape: 'html' }, patch: { maxOperations: 1 } },
  'has numbers for ids': { users: { ids: 'number' } },
  'tells nothing of itself': { discovery: { serviceProviderConfig: 'absent', resourceTypes: false, schemas: false } },
};

for (const [name, like] of Object.entries(servers)) {
  describe(`the program before a server that ${name}`, () => {
    it('makes it what the directory says, and nobody twice', async (context) => {
      const stage = await openStage({}, 4);
      context.after(() => stage.close());
      await stage.configure(configuration);
      for (const userName of ['ada', 'Ben', 'zoe']) await stage.post('User', { userName });
      if ('faults' in like) stage.server.setFaults(like.faults);
      else stage.server.setBehaviour(like);
      for (const company of [before, after]) {
        await stage.place(ldifOf(company));
        await settles(stage, letTimePass(context));
        const { zoe, ...people } = peopleOn(stage.server);
        assert.ok(zoe !== undefined, 'somebody who is not ours was touched');
        assert.deepEqual(lowered(people), peopleOf(company));
        assert.deepEqual(groupsOn(stage.server), groupsOf(company));
      }
      const names = stage.server.users().map(({ userName }) => String(userName).toLowerCase());
      assert.deepEqual(
        names.filter((one, index) => names.indexOf(one) !== index),
        [],
        'somebody is there twice',
      );
      assert.deepEqual(
        stage.server.violations.filter((line) => name !== 'says nothing of why' || !trial.test(line)),
        [],
      );
    });
  });
}

/** Where a refusal does not say what it is about, members are removed in the form outside of the RFC, once. */
const trial = /^PATCH \/Groups\/\S+: remove takes no value$/;

describe('the program before a server with a budget', () => {
  for (const tells of ['seconds', 'date', 'x-ratelimit-reset', 'ratelimit', 'nothing'] as const) {
    it(`that tells of it by ${tells} stays within it`, async (context) => {
      const behaviour: PartialBehaviour = { pace: { buckets: [{ requests: 20, perSeconds: 2, burst: 10 }], tells } };
      const stage = await openStage({ behaviour }, 4);
      context.after(() => stage.close());
      await stage.configure(configuration);
      await stage.place(ldifOf(before));
      await settles(stage);
      assert.deepEqual(peopleOn(stage.server), peopleOf(before));
      // What was under way when the server said so may still come in.
      if (tells !== 'nothing')
        assert.deepEqual(
          stage.server.early.filter(({ since }) => since > 100),
          [],
        );
      assert.ok(
        stage.server.requests.filter(({ status }) => status === 429).length <= 12,
        'it was asked again and again',
      );
    });
  }
});

const configuration = `directories:
  corp: {}
targets:
  wiki:
    removal: { leaves: deactivate }
`;

/** At every so many-th write. */
function every(times: number, fault: Fault): { readonly faults: Faults } {
  let count = 0;
  return {
    faults: {
      before({ method }) {
        if (method === 'GET') return undefined;
        count += 1;
        return count % times === 0 ? fault : undefined;
      },
    },
  };
}

/** By the calendar alone. What a create without an answer may have made is looked for, for some minutes. */
function letTimePass({ mock }: TestContext): () => void {
  mock.timers.reset();
  mock.timers.enable({ apis: ['Date'], now: Date.now() });
  return () => {
    mock.timers.tick(6 * 60_000);
  };
}

/** Syncs until one succeeds, as a daemon would; then there is nothing left to do. */
async function settles(stage: Stage, wait = (): void => undefined): Promise<void> {
  let last: unknown;
  for (let round = 1; round <= 6; round += 1) {
    if (round > 1) wait();
    const { exit, errors, json } = await stage.command(['sync']);
    last = { exit, errors, json };
    if (exit === 0) break;
  }
  const plan = await stage.command(['plan']);
  assert.deepEqual([plan.exit, plan.errors], [0, []], JSON.stringify({ last, plan: plan.json }).slice(0, 1500));
}

function lowered(people: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(people).map(([name, value]) => [name.toLowerCase(), value]));
}

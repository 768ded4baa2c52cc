import assert from 'node:assert/strict';
import type { Company } from './company.ts';
import { idOf, mailOf } from './company.ts';
import { approveHere, syncHere } from './in-process.ts';
import { shapeOf } from './shape.ts';
import { createSite, type Site } from './site.ts';

/*
 * One journey with everything a cycle can do. What the directory shows at its stations:
 *
 *   first     six people, two groups
 *   absent    Rex is disabled
 *   purge     two leave and one is disabled: more than the guard lets pass, and a person approves it
 *   last      Rex is back; two newcomers who manage each other; one whose account exists already; a new title, a
 *             marriage, a member more and one fewer, a new group, a group that is gone. All this and the approved
 *             removals are one plan: the one that is disturbed.
 */
const first: Company = {
  people: {
    ada: { name: 'Ada Okafor', title: 'Chief' },
    bo: { name: 'Bo Lindqvist', manager: 'ada' },
    cy: { name: 'Cy Haddad', manager: 'ada' },
    dee: { name: 'Dee Ramirez' },
    eli: { name: 'Eli Novak' },
    rex: { name: 'Rex Mbeki' },
  },
  groups: { sales: ['ada', 'bo', 'dee'], support: ['cy'] },
};
const absent: Company = { ...first, people: { ...first.people, rex: { name: 'Rex Mbeki', disabled: true } } };
const purge: Company = {
  people: {
    ada: { name: 'Ada Okafor', title: 'Chief' },
    bo: { name: 'Bo Lindqvist', manager: 'ada' },
    cy: { name: 'Cy Haddad', manager: 'ada', disabled: true },
    rex: { name: 'Rex Mbeki', disabled: true },
  },
  groups: { sales: ['ada', 'bo'], support: ['cy'] },
};
const last: Company = {
  people: {
    ada: { name: 'Ada Okafor', title: 'Chief of Everything' },
    bo: { name: 'Bo Larsson', manager: 'hal' },
    cy: { name: 'Cy Haddad', manager: 'ada', disabled: true },
    rex: { name: 'Rex Mbeki' },
    gus: { name: 'Gus Tanaka' },
    hal: { name: 'Hal Petrov', manager: 'ivy' },
    ivy: { name: 'Ivy Moreau', manager: 'hal' },
  },
  groups: { sales: ['ada', 'hal', 'gus'], travel: ['ivy', 'rex'] },
};

const settings = {
  removal: 'leaves: delete, groups: delete',
  target: '    guard: { removals: { percent: 0, atLeast: 1 } }',
};

/** A site whose target is empty, before the first load. */
export async function beforeFirstLoad(concurrency: number | 'auto'): Promise<Site> {
  return createSite({
    ...settings,
    target: `${settings.target}\n    limits: { concurrency: ${concurrency} }`,
    company: first,
  });
}

/** A site before the sync that does everything. */
export async function beforeEverything(concurrency: number | 'auto'): Promise<Site> {
  const site = await beforeFirstLoad(concurrency);
  await createAccount(site);
  assert.equal((await syncHere(site.config)).code, 0);
  await site.show(absent);
  assert.equal((await syncHere(site.config)).code, 0);
  await site.show(purge);
  const held = await syncHere(site.config);
  assert.equal(held.code, 3);
  const holdId = /"release": "[^"]* approve (hold-\w+)/.exec(held.output)?.[1] ?? '';
  assert.equal((await approveHere(site.config, holdId)).code, 0);
  await site.show(last);
  site.target.clearRequests();
  return site;
}

/** Gus has an account that nobody of us made. */
async function createAccount({ target, token }: Site): Promise<void> {
  const answer = await fetch(`${target.url}/Users`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/scim+json' },
    body: JSON.stringify({
      schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'],
      userName: 'gus',
      nickName: 'Gussie',
    }),
  });
  assert.equal(answer.status, 201);
}

/** What the undisturbed run leaves behind: checked by eye once, so that the others are compared with something right. */
export function checkUndisturbed(site: Site): void {
  const users = new Map(site.target.users().map((user) => [user['userName'], user]));
  assert.deepEqual([...users.keys()].sort(), ['ada', 'bo', 'cy', 'gus', 'hal', 'ivy', 'rex']);
  assert.deepEqual(
    [...users.values()].filter((user) => user['active'] === false).map((user) => user['userName']),
    ['cy'],
  );
  assert.equal(users.get('gus')?.['nickName'], 'Gussie');
  assert.equal(users.get('gus')?.['externalId'], idOf('gus'));
  assert.deepEqual(users.get('ivy')?.['emails'], [{ type: 'work', value: mailOf('ivy') }]);
  assert.deepEqual(
    site.target
      .groups()
      .map((group) => group['displayName'])
      .sort(),
    ['sales', 'travel'],
  );
}

/**
 * Restarts, and compares: as in the undisturbed run, nobody twice, then silence.
 * @param name of the case, for whoever has to repeat it
 */
export async function checkConverged(site: Site, expected: unknown, name: string): Promise<void> {
  const { target, config } = site;
  const restarted = await syncHere(config);
  assert.equal(restarted.code, 0, `${name}: ${restarted.notes}${restarted.output}`);
  assert.deepEqual(shapeOf(target), expected, name);
  assert.deepEqual(target.violations, [], name);
  assert.deepEqual(
    target.requests.filter(({ status }) => status === 409).map(({ body }) => body),
    [],
    `${name}: someone was created twice`,
  );
  const before = target.requests.length;
  const silent = await syncHere(config);
  assert.equal(silent.code, 0, `${name}: ${silent.notes}`);
  assert.deepEqual(
    target.requests.slice(before).map(({ method, path }) => `${method} ${path}`),
    [],
    `${name}: the second sync is not silent`,
  );
}

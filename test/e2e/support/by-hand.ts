import assert from 'node:assert/strict';
import type { Json } from '../../support/scim-server/protocol.ts';
import type { Site } from './site.ts';

const patchSchema = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';

/** Somebody works on the target by hand. */
async function byHand({ target, token }: Site, method: string, path: string, body?: unknown): Promise<void> {
  const answer = await fetch(`${target.url}${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/scim+json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  assert.ok(answer.ok, `${method} ${path}: ${answer.status}`);
}

export function change(site: Site, path: string, ...operations: readonly Json[]): Promise<void> {
  return byHand(site, 'PATCH', path, { schemas: [patchSchema], Operations: operations });
}

export const user = ({ target }: Site, userName: string): string =>
  `/Users/${String(target.users().find((one) => String(one['userName']).startsWith(userName))?.['id'])}`;
const group = ({ target }: Site, displayName: string): string =>
  `/Groups/${String(target.groups().find((one) => one['displayName'] === displayName)?.['id'])}`;
const idOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

/** Whoever is there under a name that begins like this. */
export const userNamed = ({ target }: Site, name: string): Json | undefined =>
  target.users().find(({ userName }) => String(userName).startsWith(name));

/** Changes of every kind. */
export async function disturb(site: Site): Promise<void> {
  await change(site, user(site, 'amara'), { op: 'replace', path: 'title', value: 'Queen' });
  await change(site, user(site, 'bastian'), { op: 'remove', path: 'title' });
  await change(site, user(site, 'celeste'), { op: 'replace', path: 'active', value: false });
  await byHand(site, 'DELETE', user(site, 'fergus'));
  await change(
    site,
    group(site, 'oslo-sales'),
    { op: 'remove', path: `members[value eq "${idOf(user(site, 'amara'))}"]` },
    { op: 'add', path: 'members', value: [{ value: idOf(user(site, 'giselle')) }] },
  );
  await byHand(site, 'POST', '/Users', {
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'],
    userName: 'visitor',
  });
  site.target.clearRequests();
}

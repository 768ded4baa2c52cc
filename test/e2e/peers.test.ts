import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { startPeer, type Peer } from '../support/peer.ts';
import { startScimmy } from '../support/scimmy.ts';
import type { Company } from './support/company.ts';
import { createSite } from './support/site.ts';

type Json = Record<string, unknown>;

const uids = Array.from({ length: 45 }, (_, at) => `person${at}`);

/** More people than a page of any peer holds; `change` is a day's work. */
function company(change: boolean): Company {
  const people = Object.fromEntries(
    uids.map((uid, at) => [
      uid,
      { name: `Given${at} Surname${at}`, title: `Grade ${at % 3}`, ...(at > 0 ? { manager: 'person0' } : {}) },
    ]),
  );
  if (!change) return { people, groups: { everyone: uids, few: uids.slice(0, 5) } };
  const { person44, ...others } = people;
  assert.ok(person44);
  return {
    people: {
      ...others,
      person1: { name: 'Given1 Surname1', title: 'Chief', manager: 'person2' },
      person2: { name: 'Given2 Other' },
      person3: { name: 'Given3 Surname3', title: 'Grade 0', manager: 'person0', disabled: true },
      newcomer: { name: 'New Comer', manager: 'person1' },
    },
    groups: { everyone: [...uids.slice(0, 44), 'newcomer'], few: ['person2', 'person3', 'person4'] },
  };
}

async function get(peer: Pick<Peer, 'url' | 'token'>, path: string): Promise<Json> {
  const response = await fetch(`${peer.url}${path}`, { headers: { authorization: `Bearer ${peer.token}` } });
  assert.equal(response.status, 200, path);
  return (await response.json()) as Json;
}

async function findUser(peer: Pick<Peer, 'url' | 'token'>, uid: string): Promise<Json | undefined> {
  const list = await get(peer, `/Users?filter=${encodeURIComponent(`userName eq "${uid}@corp.example"`)}`);
  return (list['Resources'] as Json[])[0];
}

/** Somebody works on the peer by hand: a title, an account that is switched off, a member who leaves. */
async function disturb(peer: Pick<Peer, 'url' | 'token'>): Promise<void> {
  const idOf = async (uid: string): Promise<string> => String((await findUser(peer, uid))?.['id']);
  const send = async (method: string, path: string, operations?: readonly Json[]): Promise<void> => {
    const response = await fetch(`${peer.url}${path}`, {
      method,
      headers: { authorization: `Bearer ${peer.token}`, 'content-type': 'application/scim+json' },
      ...(operations === undefined
        ? {}
        : {
            body: JSON.stringify({
              schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
              Operations: operations,
            }),
          }),
    });
    assert.ok(response.ok, `${method} ${path}: ${response.status} ${await response.text()}`);
  };
  await send('PATCH', `/Users/${await idOf('person5')}`, [{ op: 'replace', path: 'title', value: 'Queen' }]);
  await send('PATCH', `/Users/${await idOf('person6')}`, [{ op: 'replace', path: 'active', value: false }]);
  const groups = (await get(peer, '/Groups'))['Resources'] as Json[];
  const few = String(groups.find(({ displayName }) => displayName === 'few')?.['id']);
  await send('PATCH', `/Groups/${few}`, [{ op: 'remove', path: `members[value eq "${await idOf('person2')}"]` }]);
}

const peers = [
  ['scimmy on Express 4', 'rfc7644', () => startScimmy()],
  ['scimmy on Express 5', 'rfc7644', () => startPeer('scimmy-express5')],
  ['Polis', 'polis', () => startPeer('polis')],
] as const;

describe('the journey to SCIM servers that others wrote', () => {
  for (const [title, profile, start] of peers) {
    it(`keeps ${title} in step: what was applied is planned no more`, async () => {
      const peer = await start();
      try {
        await using site = await createSite({
          company: company(false),
          removal: 'leaves: deactivate',
          target: `    profile: ${profile}\n    users: { map: { userName: mail } }`,
        });
        await writeFile(join(site.folder, 'token'), peer.token);
        await site.reconfigure((text) => text.replace(site.target.url, peer.url));
        const run = async (command: string, code: number) => {
          const result = await site.run(...command.split(' '));
          assert.equal(result.code, code, `${command}: ${result.stdout}${result.stderr}`);
        };
        await run('check', 0);
        await run('plan', 10);
        await run('sync', 0);
        await run('plan', 0);
        await run('verify', 0);
        await site.show(company(true));
        await run('plan', 10);
        await run('sync', 0);
        await run('plan', 0);
        await run('verify', 0);
        await disturb(peer);
        await run('verify', 10);
        await run('verify --repair', 0);
        await run('verify', 0);
        await run('plan', 0);
        const chief = await findUser(peer, 'person1');
        const enterprise = chief?.['urn:ietf:params:scim:schemas:extension:enterprise:2.0:User'] as Json | undefined;
        assert.deepEqual(
          [chief?.['title'], (enterprise?.['manager'] as Json | undefined)?.['value']],
          ['Chief', (await findUser(peer, 'person2'))?.['id']],
        );
        for (const uid of ['person3', 'person44']) assert.equal((await findUser(peer, uid))?.['active'], false, uid);
        assert.equal((await findUser(peer, 'newcomer'))?.['active'], true);
        assert.doesNotMatch(await readFile(join(site.state, 'journal.ndjson'), 'utf8'), /corp\.example|Surname/);
      } finally {
        await peer.stop();
      }
    });
  }
});

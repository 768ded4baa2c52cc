import assert from 'node:assert/strict';
import { it } from 'node:test';
import { configurationHash } from '../../../src/config/configuration-hash.ts';
import { changed, loadText, smallest, withTarget } from './files.ts';

const other: Record<string, string> = {
  'another base': changed('OU=Staff', 'OU=People'),
  'a filter': changed('"] }', '"], filter: "(cn=*)" }'),
  'another target address': changed('/scim/v2', '/scim/v3'),
  'a condition': withTarget("scope: { users: { where: 'department == \"Sales\"' } }"),
  'a group': withTarget('scope: { users: { memberOf: ["CN=a"] } }'),
  'nested groups': withTarget('scope: { groups: { nested: keep } }'),
  'a map line': withTarget('users: { map: { title: cn } }'),
  'a removed map line': withTarget('users: { map: { title: null } }'),
  'another match': withTarget('users: { match: [userName] }'),
  'inactive accounts': withTarget('users: { createInactive: true }'),
  'another removal': changed('leaves: deactivate', 'leaves: deactivate, groups: empty'),
};

const same: Record<string, string> = {
  'another server': changed('dc1', 'dc2'),
  'another password': changed('urls:', 'bind: { dn: "cn=a", password: { env: P } }\n    urls:'),
  'another token': changed('WIKI_TOKEN', 'OTHER'),
  'limits and guard': withTarget('limits: { concurrency: 2 }\nguard: { removals: { percent: 1 } }'),
  'a schedule': `${smallest}schedule: { poll: 1m }\n`,
  'defaults that are written out': withTarget('from: [corp]\nusers: { match: [externalId, userName] }'),
};

for (const [name, text] of Object.entries(other)) {
  it(`the hash changes with ${name}`, async (t) => {
    assert.notEqual(configurationHash(await loadText(t, text), 'wiki'), configurationHash(await loadText(t, smallest), 'wiki'));
  });
}

for (const [name, text] of Object.entries(same)) {
  it(`the hash stays the same with ${name}`, async (t) => {
    assert.equal(configurationHash(await loadText(t, text), 'wiki'), configurationHash(await loadText(t, smallest), 'wiki'));
  });
}

it('the order of map lines does not count', async (t) => {
  const one = await loadText(t, withTarget('users: { map: { title: cn, nickName: sn } }'));
  const two = await loadText(t, withTarget('users: { map: { nickName: sn, title: cn } }'));
  assert.equal(configurationHash(one, 'wiki'), configurationHash(two, 'wiki'));
});

it('another target does not count', async (t) => {
  const text = smallest + smallest.slice(smallest.indexOf('  wiki:')).replace('  wiki:', '  chat:');
  assert.equal(configurationHash(await loadText(t, text), 'wiki'), configurationHash(await loadText(t, smallest), 'wiki'));
});

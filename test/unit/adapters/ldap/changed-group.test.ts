import assert from 'node:assert/strict';
import { it } from 'node:test';
import { createLdapSource } from '../../../../src/adapters/ldap/source.ts';
import { ldapOptions } from '../../../contract/ldap-fixture.ts';
import { follow } from '../../../support/following.ts';
import { createLdapStub, entryMessage, resultMessage, type StubRequest } from '../../../support/ldap-stub.ts';

const base = 'ou=groups';
const bind = { dn: 'cn=reader', password: 'secret' };
const members = (from: number, to: number): string[] =>
  Array.from({ length: to - from + 1 }, (_, index) => `cn=m${from + index}`);

it('reads all values again of a large attribute that comes in parts', async () => {
  let csn = '1';
  const answer = ({ id, attributes }: StubRequest): Buffer => {
    const identity = { entryUUID: ['00010203-0405-0607-0809-0a0b0c0d0e0f'], entryCSN: [csn] };
    if (attributes.includes('member'))
      return entryMessage(id, `cn=big,${base}`, { ...identity, member: [], 'member;range=0-1499': members(0, 1499) });
    const [asked = ''] = attributes;
    return entryMessage(
      id,
      `cn=big,${base}`,
      asked.startsWith('member') ? { 'member;range=1500-*': members(1500, 1599 + Number(csn)) } : identity,
    );
  };
  const stub = await createLdapStub({ namingContexts: [base], objectClass: ['OpenLDAProotDSE'] }, (request, socket) => {
    socket.write(Buffer.concat([answer(request), resultMessage(request.id)]));
  });
  try {
    const source = createLdapSource(ldapOptions(stub.url, bind, { groups: { bases: [base] }, changes: 'timestamp' }));
    const follower = follow(source, { user: [], group: ['member'] });
    const count = (): number | undefined => [...follower.directoryCache.known][0]?.attributes.get('member')?.length;
    await follower.check(true);
    assert.equal(count(), 1601);
    csn = '2';
    assert.equal((await follower.check(true)).kind, 'delta');
    assert.equal(count(), 1602);
  } finally {
    await stub.close();
  }
});

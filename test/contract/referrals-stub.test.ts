import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { describe, it, type TestContext } from 'node:test';
import { createLdapSource } from '../../src/adapters/ldap/source.ts';
import {
  createLdapStub,
  entryMessage,
  message,
  pagedResults,
  referenceMessage,
  resultMessage,
  tlv,
  type LdapStub,
  type StubRequest,
} from '../support/ldap-stub.ts';
import { first, readAll } from './directory-source.ts';
import { ldapOptions } from './ldap-fixture.ts';
import { fails } from './openldap-tree.ts';

const root = 'dc=example,dc=org';
const uuid = (number: number): string => `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`;
const person = (id: number, number: number, rest: Record<string, string[]> = {}): Buffer =>
  entryMessage(id, `cn=p${number}`, { entryUUID: [uuid(number)], cn: [`p${number}`], ...rest });
const end = (id: number): Buffer => resultMessage(id, 0x65, 0, '', '');

/** Servers that refer to each other: what each answers to a search. */
async function serve(
  context: TestContext,
  ...answers: ((request: StubRequest, urls: readonly string[]) => Buffer)[]
): Promise<{ stubs: readonly LdapStub[]; read: () => Promise<(string | undefined)[]> }> {
  const stubs: LdapStub[] = [];
  for (const answer of answers) {
    const rootDse = { objectClass: ['OpenLDAProotDSE'], supportedControl: [pagedResults] };
    const stub = await createLdapStub(rootDse, (request, socket: Socket) => {
      socket.write(
        answer(
          request,
          stubs.map(({ url }) => url),
        ),
      );
    });
    stubs.push(stub);
  }
  context.after(() => Promise.all(stubs.map((stub) => stub.close().catch(() => undefined))));
  const follow = stubs.map(({ url }) => url.replace('ldap://', ''));
  const source = createLdapSource(
    ldapOptions(
      stubs[0]?.url ?? '',
      { dn: 'cn=x', password: 'y' },
      { users: { bases: [root], filter: '(sn=a)' }, referrals: { follow, allowsCleartext: () => true } },
    ),
  );
  return { stubs, read: async () => (await readAll(source)).entries.map((entry) => first(entry, 'cn')) };
}

/** Searches of the reading itself: what is asked of a server beside it comes without pages. */
const pages = (stub: LdapStub | undefined) => stub?.requests.filter(({ cookie }) => cookie !== undefined);

describe('References to other servers', () => {
  it('lead to the base, scope and filter that they name, or else to those of the search (RFC 4511 §4.5.3)', async (context) => {
    const { stubs, read } = await serve(
      context,
      ({ id }, [, other = '']) => {
        const references = ['', '/', '/ou=a', '/ou=b??base', '/ou=c??one', '/ou=d???(cn=x)'].map((rest) =>
          referenceMessage(id, `${other}${rest}`),
        );
        return Buffer.concat([person(id, 1), ...references, end(id)]);
      },
      ({ id }) => end(id),
    );
    assert.deepEqual(await read(), ['p1']);
    const [first, second] = stubs;
    const own = pages(first)?.[0]?.filter;
    assert.deepEqual(
      pages(second)?.map(({ base, scope, filter }) => [base, scope, own?.equals(filter)]),
      [
        [root, 2, true],
        ['ou=a', 2, true],
        ['ou=b', 0, true],
        ['ou=c', 1, true],
        ['ou=d', 2, false],
      ],
      'the same search is not done twice',
    );
  });

  it('may lead on, page by page', async (context) => {
    const { stubs, read } = await serve(
      context,
      ({ id }, [, second = '']) => Buffer.concat([referenceMessage(id, `${second}/ou=a`), person(id, 1), end(id)]),
      ({ id, cookie }, [, , third = '']) =>
        cookie === ''
          ? Buffer.concat([
              person(id, 2),
              referenceMessage(id, `${third}/ou=b`),
              resultMessage(id, 0x65, 0, '', 'more'),
            ])
          : Buffer.concat([person(id, 3), person(id, 1), end(id)]),
      ({ id }) => Buffer.concat([person(id, 4), end(id)]),
    );
    assert.deepEqual(await read(), ['p1', 'p2', 'p3', 'p4']);
    assert.equal(stubs[1]?.requests.length, 2);
  });

  it('fail the reading when they lead in a circle', async (context) => {
    const there = await serve(
      context,
      ({ id, base }, [, second = '']) =>
        Buffer.concat([person(id, 1), referenceMessage(id, `${second}/${base}`), end(id)]),
      ({ id, base }, [own = '']) => Buffer.concat([referenceMessage(id, `${own}/${base}`), end(id)]),
    );
    await assert.rejects(there.read(), fails('D2S_DIRECTORY_READ_INCOMPLETE', /in a circle/));
    assert.deepEqual(
      there.stubs.map((stub) => pages(stub)?.length),
      [1, 1],
    );

    const self = await serve(context, ({ id, base }, [own = '']) =>
      Buffer.concat([referenceMessage(id, `${own}/${base.toUpperCase()}`), end(id)]),
    );
    await assert.rejects(self.read(), fails('D2S_DIRECTORY_READ_INCOMPLETE', /in a circle/));
  });

  it('fail the reading when they lead on and on', async (context) => {
    let count = 0;
    const { read } = await serve(context, ({ id, cookie }, [own = '']) =>
      cookie === undefined ? end(id) : Buffer.concat([referenceMessage(id, `${own}/ou=${(count += 1)}`), end(id)]),
    );
    await assert.rejects(read(), fails('D2S_DIRECTORY_READ_INCOMPLETE', /more than 10 servers/));
    assert.equal(count, 10);
  });

  it('with several URLs lead to one that answers and is allowed', async (context) => {
    const { read, stubs } = await serve(
      context,
      ({ id }, [, second = '', third = '']) => {
        const uris = ['ldap://nobody.example/ou=a', 'urn:nothing', `${third}/ou=b`, `${second}/ou=a`];
        return Buffer.concat([referenceMessage(id, ...uris), end(id)]);
      },
      ({ id, base }) => Buffer.concat([person(id, base === 'ou=a' ? 2 : 3), end(id)]),
      ({ id }) => end(id),
    );
    await stubs[2]?.close();
    assert.deepEqual(await read(), ['p2']);
  });

  it('fail the reading when what they lead to cannot be understood', async (context) => {
    for (const rest of ['/ou=a??children', '/ou=a????!critical', '/nothing', '/ou=a???(cn']) {
      const { read } = await serve(
        context,
        ({ id }, [, second = '']) => Buffer.concat([referenceMessage(id, `${second}${rest}`), end(id)]),
        ({ id }) => end(id),
      );
      await assert.rejects(read(), fails('D2S_DIRECTORY_READ_INCOMPLETE', /held by another server/), rest);
    }
  });

  it('fail the reading when the server there does not end its answer with success', async (context) => {
    for (const code of [4, 11, 32, 53]) {
      const { read } = await serve(
        context,
        ({ id }, [, second = '']) => Buffer.concat([person(id, 1), referenceMessage(id, `${second}/ou=a`), end(id)]),
        ({ id }) => Buffer.concat([person(id, 2), resultMessage(id, 0x65, code, '', '')]),
      );
      await assert.rejects(read(), {
        code: code === 32 ? 'D2S_DIRECTORY_BASE_MISSING' : 'D2S_DIRECTORY_READ_INCOMPLETE',
      });
    }
  });

  it('as the answer to a whole search (code 10) are followed likewise, and fail it when there are none', async (context) => {
    const referral = (id: number, ...uris: string[]): Buffer => {
      const list = uris.length === 0 ? [] : [tlv(0xa3, ...uris.map((uri) => tlv(0x04, uri)))];
      return message(id, tlv(0x65, tlv(0x0a, Buffer.from([10])), tlv(0x04), tlv(0x04), ...list));
    };
    const { read } = await serve(
      context,
      ({ id }, [, second = '']) => referral(id, `${second}/ou=a`),
      ({ id }) => Buffer.concat([person(id, 2), end(id)]),
    );
    assert.deepEqual(await read(), ['p2']);
    const empty = await serve(context, ({ id }) => referral(id));
    await assert.rejects(empty.read(), fails('D2S_DIRECTORY_READ_INCOMPLETE', /held by another server/));
  });

  it('bring the rest of large attributes from where the entry is', async (context) => {
    const { read, stubs } = await serve(
      context,
      ({ id }, [, second = '']) => Buffer.concat([referenceMessage(id, `${second}/ou=a`), end(id)]),
      ({ id, attributes }) =>
        attributes[0]?.startsWith('cn;range') === true
          ? Buffer.concat([entryMessage(id, 'cn=p2', { 'cn;range=2-*': ['c'] }), resultMessage(id)])
          : Buffer.concat([entryMessage(id, 'cn=p2', { entryUUID: [uuid(2)], 'cn;range=0-1': ['a', 'b'] }), end(id)]),
    );
    assert.deepEqual(await read(), ['a']);
    assert.equal(stubs[1]?.requests.length, 2);
  });

  it('lead to the child domains of Active Directory, whose own partitions are left alone as well', async (context) => {
    const domains = ['DC=corp,DC=example', 'DC=child,DC=corp,DC=example'];
    const urls: string[] = [];
    for (const [index, domain] of domains.entries()) {
      const rootDse = {
        supportedControl: [pagedResults],
        supportedCapabilities: ['1.2.840.113556.1.4.800'],
        defaultNamingContext: [domain],
      };
      const stub = await createLdapStub(rootDse, ({ id }, socket) => {
        const own = ['CN=Configuration', 'DC=DomainDnsZones', 'DC=ForestDnsZones'].map((rdn) =>
          referenceMessage(id, `ldap://x.example/${rdn},${domain}`),
        );
        const child = index === 0 ? [referenceMessage(id, `${urls[1] ?? ''}/${domains[1] ?? ''}`)] : [];
        const guid = Buffer.alloc(16, index + 1);
        const entry = entryMessage(id, `CN=p${index},${domain}`, { objectGUID: [guid], cn: [`p${index}`] });
        socket.write(Buffer.concat([...own, ...child, entry, end(id)]));
      });
      context.after(() => stub.close());
      urls.push(stub.url);
    }
    const follow = urls.map((url) => url.replace('ldap://', ''));
    const source = createLdapSource(
      ldapOptions(
        urls[0] ?? '',
        { dn: 'reader@corp.example', password: 'y' },
        { users: { bases: [domains[0] ?? ''] }, referrals: { follow, allowsCleartext: () => true } },
      ),
    );
    assert.deepEqual(
      (await readAll(source)).entries.map(({ dn }) => dn),
      [`CN=p0,${domains[0] ?? ''}`, `CN=p1,${domains[1] ?? ''}`],
    );
  });
});

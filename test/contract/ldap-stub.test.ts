import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { describe, it, type TestContext } from 'node:test';
import { BridgeError } from '../../src/core/model/errors.ts';
import type { LdapSourceOptions } from '../../src/adapters/ldap/shared/options.ts';
import { createLdapSource } from '../../src/adapters/ldap/source.ts';
import type { DirectorySource } from '../../src/ports/directory-source.ts';
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
import { until } from '../support/until.ts';
import { first, readAll } from './directory-source.ts';
import { ldapOptions } from './ldap-fixture.ts';

const root = 'DC=corp,DC=example';
const paging = { objectClass: ['OpenLDAProotDSE'], supportedControl: [pagedResults] };
const activeDirectory = {
  supportedControl: [pagedResults],
  supportedCapabilities: ['1.2.840.113556.1.4.800'],
  defaultNamingContext: [root],
};
const guid = Buffer.from('0123456789ABCDEF'); // valid UTF-8
const uuid = (number: number): string => `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`;
const person = (id: number, number: number): Buffer =>
  entryMessage(id, `cn=p${number},${root}`, { entryUUID: [uuid(number)], cn: [`p${number}`] });

async function serve(
  context: TestContext,
  rootDse: Readonly<Record<string, readonly string[]>>,
  answer: (request: StubRequest, socket: Socket) => void,
  rest: Partial<LdapSourceOptions> = {},
): Promise<{ stub: LdapStub; source: DirectorySource }> {
  const stub = await createLdapStub(rootDse, answer);
  context.after(() => stub.close());
  const users = { bases: [root] };
  return { stub, source: createLdapSource(ldapOptions(stub.url, { dn: 'cn=x', password: 'y' }, { users, ...rest })) };
}

const incomplete = (text: RegExp) => ({ code: 'D2S_DIRECTORY_READ_INCOMPLETE', message: text });

describe('the LDAP adapter before servers that behave in unusual ways', () => {
  it('goes on after an empty page that has a cookie', async (context) => {
    const { stub, source } = await serve(context, paging, ({ id, cookie }, socket) => {
      if (cookie === '') socket.write(Buffer.concat([person(id, 1), resultMessage(id, 0x65, 0, '', 'two')]));
      else if (cookie === 'two') socket.write(resultMessage(id, 0x65, 0, '', 'three'));
      else socket.write(Buffer.concat([person(id, 2), resultMessage(id, 0x65, 0, '', '')]));
    });
    const { entries } = await readAll(source);
    assert.deepEqual(
      entries.map((entry) => first(entry, 'cn')),
      ['p1', 'p2'],
    );
    assert.deepEqual(
      stub.requests.flatMap(({ cookie }) => cookie ?? []),
      ['', 'two', 'three'],
    );
  });

  it('fails when an answer does not say whether it is the last page', async (context) => {
    const broken = tlv(0x30, tlv(0x04, pagedResults), tlv(0x04, 'nonsense'));
    const done = (id: number): Buffer => tlv(0x65, tlv(0x0a, Buffer.from([0])), tlv(0x04), tlv(0x04, String(id)));
    for (const end of [(id: number) => resultMessage(id), (id: number) => message(id, done(id), broken)]) {
      const { source } = await serve(context, paging, ({ id }, socket) => {
        socket.write(Buffer.concat([person(id, 1), end(id)]));
      });
      await assert.rejects(readAll(source), incomplete(/last one/));
    }
  });

  it('fetches large attributes in parts, though the whole attribute comes empty', async (context) => {
    const member = (from: number, to: number): string[] =>
      Array.from({ length: to - from + 1 }, (_, index) => `cn=m${from + index}`);
    const { stub, source } = await serve(
      context,
      activeDirectory,
      ({ id, base, attributes }, socket) => {
        const part = (attribute: string, values: string[]): Buffer => entryMessage(id, base, { [attribute]: values });
        if (base === root) {
          const big = { objectGUID: [guid], cn: ['big'], member: [], 'member;range=0-1499': member(0, 1499) };
          const small = { objectGUID: [Buffer.alloc(16, 1)], cn: ['small'], 'member;range=0-*': ['cn=m0'] };
          const entries = [entryMessage(id, `CN=big,${root}`, big), entryMessage(id, `CN=small,${root}`, small)];
          socket.write(Buffer.concat([...entries, resultMessage(id, 0x65, 0, '', '')]));
        } else {
          const answers: Readonly<Record<string, Buffer>> = {
            'member;range=1500-*': part('member;range=1500-2999', member(1500, 2999)),
            'member;range=3000-*': part('Member;Range=3000-*', member(3000, 3100)),
          };
          socket.write(Buffer.concat([answers[attributes[0] ?? ''] ?? assert.fail(), resultMessage(id)]));
        }
      },
      { groups: { bases: [root], filter: '(objectClass=group)' }, users: { bases: [] } },
    );
    const { entries } = await readAll(source, { group: ['cn', 'member'] });
    const members = (name: string) => entries.find((entry) => first(entry, 'cn') === name)?.attributes.get('member');
    assert.deepEqual(members('big'), member(0, 3100));
    assert.deepEqual(members('small'), ['cn=m0']);
    assert.equal(
      stub.requests.filter(({ attributes }) => attributes.some((name) => name.includes('member'))).length,
      3,
    );
  });

  for (const times of [1, 5]) {
    it(`reads a large attribute anew when the entry changes between its parts${times > 1 ? ', and gives up when it never rests' : ''}`, async (context) => {
      let members = Array.from({ length: 7 }, (_, index) => `cn=m${index}`);
      let usn = 10;
      let left = times;
      const { source } = await serve(
        context,
        activeDirectory,
        ({ id, base, attributes }, socket) => {
          const from = Number(/range=(\d+)/.exec(attributes[0] ?? '')?.[1] ?? 0);
          const to = from + 1 < members.length - 1 ? String(from + 1) : '*';
          const part = { [`member;range=${from}-${to}`]: members.slice(from, from + 2), uSNChanged: [String(usn)] };
          const found = entryMessage(
            id,
            `CN=big,${root}`,
            from === 0 ? { objectGUID: [guid], cn: ['big'], ...part } : part,
          );
          socket.write(Buffer.concat([found, base === root ? resultMessage(id, 0x65, 0, '', '') : resultMessage(id)]));
          // Whoever stands at the border of two parts moves into the one that was read.
          if (from === 0 && left > 0) [members, usn, left] = [members.slice(1), usn + 1, left - 1];
        },
        { groups: { bases: [root], filter: '(objectClass=group)' }, users: { bases: [] } },
      );
      const reading = readAll(source, { group: ['cn', 'member'] });
      if (times > 1) await assert.rejects(reading, incomplete(/changed each time while it was read/));
      else assert.deepEqual((await reading).entries[0]?.attributes.get('member'), members);
    });
  }

  it('fails when a part of a large attribute does not come', async (context) => {
    const answers: ((id: number, base: string) => Buffer)[] = [
      (id) => resultMessage(id),
      (id) => resultMessage(id, 0x65, 32),
      (id, base) => Buffer.concat([entryMessage(id, base, { 'member;range=1600-*': ['cn=z'] }), resultMessage(id)]),
      (id, base) => Buffer.concat([entryMessage(id, base, { 'member;range=1500-2999': [] }), resultMessage(id)]),
    ];
    for (const answer of answers) {
      const { source } = await serve(context, activeDirectory, ({ id, base }, socket) => {
        const big = { objectGUID: [guid], 'member;range=0-1499': ['cn=m'] };
        socket.write(
          base === root
            ? Buffer.concat([entryMessage(id, `CN=big,${root}`, big), resultMessage(id, 0x65, 0, '', '')])
            : answer(id, base),
        );
      });
      await assert.rejects(readAll(source), incomplete(/member from number 1500/));
    }
  });

  it('keeps a GUID that is valid UTF-8 as bytes, and spells it in the order of Windows', async (context) => {
    const { source } = await serve(context, activeDirectory, ({ id }, socket) => {
      const found = entryMessage(id, `CN=a,${root}`, {
        OBJECTGUID: [guid],
        description: [Buffer.from([0xc3, 0x28]), '\ufeffa'],
      });
      socket.write(Buffer.concat([found, resultMessage(id, 0x65, 0, '', '')]));
    });
    const [entry] = (await readAll(source)).entries;
    assert.equal(entry?.id, '33323130-3534-3736-3839-414243444546');
    assert.deepEqual(entry.attributes.get('objectguid'), [new Uint8Array(guid)]);
    assert.deepEqual(entry.attributes.get('description'), [Uint8Array.from([0xc3, 0x28]), '\ufeffa']);
  });

  it('spells nsUniqueId in RFC 4122 text form', async (context) => {
    const vendor = {
      vendorName: ['389 Project'],
      vendorVersion: ['389-Directory/2.3.1'],
      supportedControl: [pagedResults],
    };
    const { source } = await serve(context, vendor, ({ id }, socket) => {
      const found = entryMessage(id, `cn=a,${root}`, { nsUniqueId: ['B1B2C3D4-11d111ef-8001a2b3-c4d5e6f7'] });
      socket.write(Buffer.concat([found, resultMessage(id, 0x65, 0, '', '')]));
    });
    assert.equal((await source.inspect(new AbortController().signal)).kind, '389ds');
    assert.equal((await readAll(source)).entries[0]?.id, 'b1b2c3d4-11d1-11ef-8001-a2b3c4d5e6f7');
  });

  it('fails on an id that is missing, double or no UUID, and names the entry for terminals only', async (context) => {
    for (const ids of [[], [uuid(1), uuid(2)], ['anna']]) {
      const { source } = await serve(context, paging, ({ id }, socket) => {
        socket.write(Buffer.concat([entryMessage(id, `cn=anna,${root}`, { entryUUID: ids }), resultMessage(id)]));
      });
      const error: unknown = await readAll(source).catch((thrown: unknown) => thrown);
      assert.ok(error instanceof BridgeError);
      assert.equal(error.code, 'D2S_ENTRY_WITHOUT_ID');
      assert.doesNotMatch(error.message, /anna/);
      assert.equal(error.said, `cn=anna,${root}`);
    }
  });

  it('names the first five of many entries without an id, and counts all of them', async (context) => {
    const { source } = await serve(context, paging, ({ id }, socket) => {
      const entries = [1, 2, 3, 4, 5, 6, 7].map((n) =>
        entryMessage(id, `cn=p${n},${root}`, n === 3 ? { entryUUID: [uuid(3)] } : {}),
      );
      socket.write(Buffer.concat([...entries, resultMessage(id)]));
    });
    const error: unknown = await readAll(source).catch((thrown: unknown) => thrown);
    assert.ok(error instanceof BridgeError);
    assert.match(error.message, /: 6 entries below /);
    assert.equal(error.said, `${[1, 2, 4, 5, 6].map((n) => `cn=p${n},${root}`).join('; ')} and 1 more`);
  });

  it('ignores the references of Active Directory to its own partitions, below the root of the domain only', async (context) => {
    const own = ['CN=Configuration', 'DC=ForestDnsZones', 'DC=DomainDnsZones'];
    const answerWith =
      (...uris: string[]) =>
      ({ id }: StubRequest, socket: Socket): void => {
        const references = uris.map((uri) => referenceMessage(id, uri));
        socket.write(Buffer.concat([...references, resultMessage(id, 0x65, 0, '', '')]));
      };
    const standard = own.map((rdn) => `ldap://x.corp.example/${rdn},${root.toLowerCase()}`);
    const { source } = await serve(context, activeDirectory, answerWith(...standard), {
      users: { bases: ['dc=corp, dc=example'] },
    });
    assert.equal((await readAll(source)).verdict.kind, 'complete');

    const child = answerWith(...standard, `ldap://child.corp.example/DC=child,${root}`);
    const parent = await serve(context, activeDirectory, child);
    await assert.rejects(readAll(parent.source), incomplete(/child\.corp\.example$/));

    const below = await serve(context, activeDirectory, answerWith(...standard), {
      users: { bases: [`OU=a,${root}`] },
    });
    await assert.rejects(readAll(below.source), incomplete(/x\.corp\.example/));

    const elsewhere = await serve(context, paging, answerWith(...standard));
    await assert.rejects(readAll(elsewhere.source), incomplete(/x\.corp\.example/));
  });

  for (const [code, text] of [
    [1, /operationsError \(1\)/],
    [3, /timeLimitExceeded \(3\)/],
    [4, /sizeLimitExceeded \(4\)/],
    [11, /adminLimitExceeded \(11\)/],
    [12, /unavailableCriticalExtension \(12\)/],
    [51, /busy \(51\)/],
    [53, /unwillingToPerform \(53\) \("go away"\)/],
    [99, /result code \(99\)/],
    [4096, /e-syncRefreshRequired \(4096\)/],
  ] as const) {
    it(`fails when a search ends with code ${code}`, async (context) => {
      const { source } = await serve(context, paging, ({ id }, socket) => {
        socket.write(Buffer.concat([person(id, 1), resultMessage(id, 0x65, code, 'go\naway', '')]));
      });
      await assert.rejects(readAll(source), incomplete(text));
    });
  }

  it('fails on bytes that break the rules of the encoding', async (context) => {
    const broken: ((id: number) => Buffer)[] = [
      () => Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n'),
      () => Buffer.from([0x30, 0x80, 0, 0]),
      () => Buffer.from([0x30, 0x84, 0x7f, 0xff, 0xff, 0xff]),
      (id) => message(id, tlv(0x64, tlv(0x04, 'cn=a'), Buffer.from([0x30, 0x7f]))),
      (id) =>
        message(
          id,
          tlv(0x64, tlv(0x04, 'cn=a'), tlv(0x30, tlv(0x30, tlv(0x04, 'cn'), Buffer.from([0x31, 0x20, 0x04])))),
        ),
      (id) => message(id, tlv(0x6b, tlv(0x04, ''))),
      (id) => message(id + 1, tlv(0x79)),
      () => tlv(0x30, tlv(0x02), tlv(0x79)),
    ];
    for (const bytes of broken) {
      const { source } = await serve(context, paging, ({ id }, socket) => {
        socket.write(Buffer.concat([bytes(id), resultMessage(id, 0x65, 0, '', '')]));
      });
      await assert.rejects(readAll(source), incomplete(/cannot be read|never sent/));
    }
  });

  it('repeats the reason when the server announces that it ends the connection', async (context) => {
    const { source } = await serve(context, paging, (_, socket) => {
      socket.write(resultMessage(0, 0x78, 52, 'shutting down'));
    });
    await assert.rejects(readAll(source), incomplete(/unavailable \(52\) \("shutting down"\)/));
  });

  it('takes messages in any pieces, and passes over intermediate responses', async (context) => {
    const { source } = await serve(context, paging, ({ id }, socket) => {
      const all = Buffer.concat([
        person(id, 1),
        message(id, tlv(0x79)),
        person(id, 2),
        resultMessage(id, 0x65, 0, '', ''),
      ]);
      socket.setNoDelay(true);
      const writeFrom = (offset: number): void => {
        if (offset < all.length)
          socket.write(all.subarray(offset, offset + 1), () => setImmediate(writeFrom, offset + 1));
      };
      writeFrom(0);
    });
    assert.equal((await readAll(source)).entries.length, 2);
  });

  it('survives 100,000 tiny messages in a row', async (context) => {
    const { source } = await serve(context, paging, ({ id }, socket) => {
      const tiny = Buffer.concat(Array.from({ length: 100_000 }, () => message(id, tlv(0x79))));
      socket.write(Buffer.concat([tiny, person(id, 1), resultMessage(id, 0x65, 0, '', '')]));
    });
    assert.equal((await readAll(source)).entries.length, 1);
  });

  it('holds the server back while a visit takes its time', async (context) => {
    const batches = 600;
    let sent = 0;
    const { source } = await serve(context, {}, ({ id }, socket) => {
      const sendFrom = (batch: number): void => {
        if (batch === batches) {
          socket.write(resultMessage(id));
          return;
        }
        const entry = (_: unknown, index: number): Buffer =>
          entryMessage(id, 'cn=x', { entryUUID: [uuid(batch * 100 + index)], description: ['x'.repeat(1000)] });
        socket.write(Buffer.concat(Array.from({ length: 100 }, entry)), () => {
          sent += 1;
          sendFrom(batch + 1);
        });
      };
      sendFrom(0);
    });
    let visits = 0;
    let sentDuringVisit = 0;
    await source.read({
      attributes: { user: new Set(['description']), group: new Set() },
      signal: new AbortController().signal,
      visit: async () => {
        visits += 1;
        if (visits > 1) return;
        // Until the server could get rid of no more for 200 ms: only the buffers of the kernel are full.
        for (let before = -1; before !== sent; await new Promise((resolve) => setTimeout(resolve, 200))) before = sent;
        sentDuringVisit = sent;
      },
    });
    assert.equal(visits, batches * 100);
    assert.ok(sentDuringVisit < batches / 2, `the server got rid of ${sentDuringVisit} of ${batches} batches`);
  });

  it('does not believe what stands before TLS in the connection', async (context) => {
    const { source } = await serve(
      context,
      paging,
      ({ id }, socket) => void socket.write(Buffer.concat([resultMessage(id, 0x78), resultMessage(id + 1, 0x61)])),
      { startTls: true },
    );
    await assert.rejects(readAll(source), { code: 'D2S_DIRECTORY_UNREACHABLE', message: /before TLS began/ });
  });

  it('ends the connection when its own files for TLS cannot be used', async (context) => {
    const stub = await createLdapStub(paging, ({ id }, socket) => void socket.write(resultMessage(id, 0x78)));
    context.after(() => stub.close());
    const unusable = new BridgeError('D2S_CONFIG_INVALID', 'the client certificate has expired', 'renew it');
    const tls = { context: () => Promise.reject(unusable) };
    for (const rest of [{ urls: [stub.url.replace('ldap:', 'ldaps:')] }, { startTls: true }]) {
      const source = createLdapSource(ldapOptions(stub.url, { dn: 'cn=x', password: 'y' }, { tls, ...rest }));
      await assert.rejects(readAll(source), unusable);
    }
    assert.equal(stub.connections(), 2);
    await until('no connection is open', () => stub.open() === 0);
  });
});

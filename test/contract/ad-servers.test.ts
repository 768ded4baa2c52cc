import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { dirsync } from '../../src/adapters/ldap/changes/dirsync.ts';
import type { LdapSourceOptions } from '../../src/adapters/ldap/shared/options.ts';
import { createServerChoice } from '../../src/adapters/ldap/connect/server-choice.ts';
import { createLdapSource } from '../../src/adapters/ldap/source.ts';
import type { DirectorySource } from '../../src/ports/directory-source.ts';
import { createLdapStub, entryMessage, message, resultMessage, tlv, type LdapStub } from '../support/ldap-stub.ts';
import { withServer } from './ad-feed.ts';
import { ldapOptions } from './ldap-fixture.ts';

const domain = 'DC=lab,DC=example,DC=org';
const dc = (
  usn: string,
  rest: Readonly<Record<string, readonly string[]>> = {},
): Record<string, readonly string[]> => ({
  supportedCapabilities: ['1.2.840.113556.1.4.800'],
  supportedControl: ['1.2.840.113556.1.4.319'],
  defaultNamingContext: [domain],
  dsServiceName: [`CN=NTDS Settings,CN=DC1,CN=Sites,CN=Configuration,${domain}`],
  highestCommittedUSN: [usn],
  ...rest,
});
const bind = { dn: `CN=reader,${domain}`, password: 'secret' };
const minute = 60_000;

/** Plays servers, and closes them. */
async function withStubs(
  stubs: readonly Promise<LdapStub>[],
  use: (...stubs: LdapStub[]) => Promise<void>,
): Promise<void> {
  const started = await Promise.all(stubs);
  try {
    await use(...started);
  } finally {
    for (const stub of started) await stub.close();
  }
}

const serverOf = async (source: DirectorySource): Promise<string> =>
  (await source.inspect(new AbortController().signal)).server;

describe('The servers of a directory', () => {
  const empty = (rest: Readonly<Record<string, readonly string[]>> = {}): Promise<LdapStub> =>
    createLdapStub(dc('1', rest), ({ id }, socket) => socket.write(resultMessage(id, 0x65, 0, '', '')));

  it('pass over one that has not caught up', async () => {
    await withStubs(
      [empty({ isSynchronized: ['FALSE'] }), empty({ isSynchronized: ['TRUE'] })],
      async (lagging, whole) => {
        const options = ldapOptions('', bind, { users: { bases: [domain] }, changes: 'full' });
        assert.equal(await serverOf(createLdapSource({ ...options, urls: [lagging.url, whole.url] })), whole.url);
        await assert.rejects(serverOf(createLdapSource({ ...options, urls: [lagging.url] })), {
          code: 'D2S_DIRECTORY_UNREACHABLE',
          message: /has not caught up/,
        });
      },
    );
  });

  it('are changed when a reading breaks off, and not when somebody interrupts it', async () => {
    const breaking = createLdapStub(dc('1'), (request, socket) => socket.destroy());
    await withStubs([breaking, empty()], async (first, second) => {
      const switches: string[] = [];
      const onFailover = (from: string, to: string): void => void switches.push(from, to);
      const urls = [first.url, second.url];
      const source = createLdapSource(
        ldapOptions('', bind, { urls, users: { bases: [domain] }, changes: 'full', onFailover }),
      );
      const read = (signal: AbortSignal): Promise<unknown> =>
        source.read({ attributes: { user: new Set(), group: new Set() }, visit: () => undefined, signal });
      await assert.rejects(read(AbortSignal.abort()), { code: 'D2S_INTERRUPTED' });
      await assert.rejects(read(new AbortController().signal), { code: 'D2S_DIRECTORY_READ_INCOMPLETE' });
      await read(new AbortController().signal);
      assert.deepEqual(switches, urls);
    });
  });

  it('take turns as the hold time says', async () => {
    let now = 0;
    const switches: string[] = [];
    const options: LdapSourceOptions = ldapOptions('', bind, {
      urls: ['a', 'b', 'c'],
      clock: { monotonic: () => now },
      onFailover: (from, to) => void switches.push(`${from}${to}`),
    });
    const choice = createServerChoice(options);
    const order = async () => (await choice.order(new AbortController().signal)).join('');
    assert.equal(await order(), 'abc');
    choice.works('b');
    assert.equal(await order(), 'bac', 'stays');
    now += 4 * minute;
    choice.works('b');
    choice.works('c');
    assert.equal(await order(), 'cab', 'the hold time is that of the preferred one, not of the last change');
    now += minute;
    assert.equal(await order(), 'acb', 'the preferred one has a try');
    choice.works('c');
    assert.equal(await order(), 'cab', 'it did not answer: left alone again');
    now += 5 * minute;
    choice.works('a');
    assert.equal(await order(), 'abc');
    choice.broke('a');
    assert.equal(await order(), 'bca');
    choice.works('a');
    assert.equal(await order(), 'abc', 'the others did no better');
    assert.deepEqual(switches, ['ab', 'bc', 'ca']);
  });
});

describe('DirSync answers that Samba does not give', () => {
  const cookieOf = (more: number, cookie: string): Buffer =>
    tlv(
      0x30,
      tlv(0x04, '1.2.840.113556.1.4.841'),
      tlv(0x04, tlv(0x30, tlv(0x02, Buffer.from([more])), tlv(0x02, Buffer.from([0])), tlv(0x04, cookie))),
    );
  const done = (id: number, code: number, ...controls: Buffer[]): Buffer =>
    message(id, tlv(0x65, tlv(0x0a, Buffer.from([code])), tlv(0x04), tlv(0x04)), ...controls);
  const guid = (last: number): Buffer => Buffer.from([...Array<number>(15).fill(0), last]);
  const cursor = JSON.stringify({
    position: { server: `cn=ntds settings,cn=dc1,cn=sites,cn=configuration,${domain.toLowerCase()}`, usn: '1' },
    unseen: { comparedAt: 0, suspected: false },
    cookie: Buffer.from('first').toString('base64'),
  });
  /** Answers each DirSync request with the next of these. */
  const play = (...answers: ((id: number) => Buffer)[]): Promise<LdapStub> =>
    createLdapStub(dc('5'), ({ id, base }, socket) => {
      socket.write((base === domain ? answers.shift() : undefined)?.(id) ?? resultMessage(id, 0x65, 32));
    });
  const poll = (stub: LdapStub): Promise<unknown> =>
    withServer(ldapOptions(stub.url, bind, { clock: { monotonic: () => 0 } }), (directory) =>
      dirsync.poll(directory, cursor),
    );

  it('is asked again while there is more, with the cookie of each part', async () => {
    const parts = play(
      (id) => Buffer.concat([entryMessage(id, 'CN=a', { objectGUID: [guid(1)] }), done(id, 0, cookieOf(1, 'second'))]),
      (id) => done(id, 0, cookieOf(1, 'third')),
      (id) =>
        Buffer.concat([
          entryMessage(id, 'CN=b', { objectGUID: [guid(2)], isDeleted: ['TRUE'] }),
          done(id, 0, cookieOf(0, 'last')),
        ]),
    );
    await withStubs([parts], async (stub) => {
      const feed = (await poll(stub)) as { cursor: string };
      assert.deepEqual(
        { ...feed, cursor: '' },
        {
          kind: 'changes',
          cursor: '',
          changed: new Set(['00000000-0000-0000-0000-000000000001']),
          gone: new Set(['00000000-0000-0000-0000-000000000002']),
          containers: false,
        },
      );
      assert.ok(feed.cursor.includes(Buffer.from('last').toString('base64')));
    });
  });

  it('is lost when the cookie is refused or the answer does not say how far it went', async () => {
    const refusals: [(id: number) => Buffer, RegExp][] = [
      [(id) => done(id, 12), /unavailableCriticalExtension/],
      [(id) => done(id, 50), /insufficientAccessRights/],
      [(id) => done(id, 53), /unwillingToPerform/],
      [(id) => done(id, 0), /lacks the DirSync control/],
      [(id) => done(id, 0, cookieOf(0, '')), /lacks the DirSync control/],
    ];
    for (const [answer, reason] of refusals) {
      await withStubs([play(answer)], async (stub) => {
        const feed = (await poll(stub)) as { kind: string; reason: string };
        assert.equal(feed.kind, 'lost');
        assert.match(feed.reason, reason);
      });
    }
  });

  it('fails, and keeps its cookie, when the server is only busy', async () => {
    await withStubs([play((id) => done(id, 51))], async (stub) => {
      await assert.rejects(poll(stub), { code: 'D2S_DIRECTORY_READ_INCOMPLETE', message: /busy/ });
    });
  });
});

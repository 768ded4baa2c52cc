import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { describe, it, type TestContext } from 'node:test';
import { createLdapSource } from '../../src/adapters/ldap/source.ts';
import type { LdapSourceOptions } from '../../src/adapters/ldap/shared/options.ts';
import { defaultReadingLimits } from '../../src/core/directory/reading-limits.ts';
import { readAll } from '../contract/directory-source.ts';
import { ldapOptions } from '../contract/ldap-fixture.ts';
import { watchTurns } from '../support/longest-turn.ts';
import {
  createLdapStub,
  entryMessage,
  message,
  pagedResults,
  resultMessage,
  tlv,
  type StubRequest,
} from '../support/ldap-stub.ts';

/** A directory server that does not mean well, or is broken. Each reading ends with an error that says a number. */

const root = 'DC=corp,DC=example';
const openLdap = { objectClass: ['OpenLDAProotDSE'], supportedControl: [pagedResults] };
const activeDirectory = {
  supportedControl: [pagedResults],
  supportedCapabilities: ['1.2.840.113556.1.4.800'],
  defaultNamingContext: [root],
};
const uuid = (number: number): string => `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`;
const person = (id: number, number: number): Buffer =>
  entryMessage(id, `cn=p${number},${root}`, { entryUUID: [uuid(number)], cn: [`p${number}`] });

async function serve(
  context: TestContext,
  rootDse: Readonly<Record<string, readonly string[]>>,
  answer: (request: StubRequest, socket: Socket) => void,
  rest: Partial<LdapSourceOptions> = {},
) {
  const stub = await createLdapStub(rootDse, answer);
  context.after(() => stub.close());
  return createLdapSource(
    ldapOptions(stub.url, { dn: 'cn=x', password: 'y' }, { users: { bases: [root] }, changes: 'full', ...rest }),
  );
}

const incomplete = (text: RegExp) => ({ code: 'D2S_DIRECTORY_READ_INCOMPLETE', message: text });

describe('a directory server without end', () => {
  it('sends empty pages with ever new cookies: 10,000 of them', async (context) => {
    let pages = 0;
    const source = await serve(context, openLdap, ({ id, cookie }, socket) => {
      pages += 1;
      socket.write(cookie === undefined ? resultMessage(id) : resultMessage(id, 0x65, 0, '', `cookie ${pages}`));
    });
    await assert.rejects(readAll(source), incomplete(/more than 10000 pages in a row .* that were empty or the same/));
  });

  it('sends the same page for ever, with ever new cookies: as many', async (context) => {
    let pages = 0;
    const source = await serve(context, openLdap, ({ id }, socket) => {
      pages += 1;
      socket.write(Buffer.concat([person(id, 1), resultMessage(id, 0x65, 0, '', `cookie ${pages}`)]));
    });
    await assert.rejects(readAll(source), incomplete(/more than 10000 pages in a row .* that were empty or the same/));
  });

  it('sends a cookie that is longer than any: nobody keeps it or sends it back', async (context) => {
    const source = await serve(context, openLdap, ({ id }, socket) => {
      socket.write(Buffer.concat([person(id, 1), resultMessage(id, 0x65, 0, '', 'c'.repeat(20_000_000))]));
    });
    await assert.rejects(readAll(source), incomplete(/a cookie of 20000000 bytes/));
  });

  it('gives an attribute in parts of one value for ever: 1,000 of them', async (context) => {
    const guid = Buffer.from('0123456789ABCDEF');
    const source = await serve(context, activeDirectory, ({ id, attributes }, socket) => {
      const [asked = ''] = attributes;
      const start = Number(/;range=(\d+)-/.exec(asked)?.[1] ?? 0);
      const entry = entryMessage(id, `cn=p1,${root}`, {
        objectGUID: [guid],
        [`mail;range=${start}-${start}`]: [`p${start}@example.org`],
      });
      socket.write(Buffer.concat([entry, resultMessage(id, 0x65, 0, '', '')]));
    });
    await assert.rejects(readAll(source), incomplete(/more than 1000 parts of fewer than 10 values/));
  });

  it('sends entries without end: as many as limits.maximumEntries', async (context) => {
    const source = await serve(
      context,
      openLdap,
      ({ id }, socket) => {
        let number = 0;
        const more = (): void => {
          while (!socket.destroyed && socket.write(person(id, (number += 1)))) if (number > 50_000) return;
          if (!socket.destroyed) socket.once('drain', more);
        };
        more();
      },
      { limits: { ...defaultReadingLimits, maximumEntries: 5_000 } },
    );
    await assert.rejects(readAll(source), incomplete(/more than 5000 entries/));
  });

  it('sends the same entry without end, which counts as well', async (context) => {
    const source = await serve(
      context,
      openLdap,
      ({ id, cookie }, socket) =>
        socket.write(
          Buffer.concat([
            ...Array.from({ length: 500 }, () => person(id, 1)),
            cookie === undefined ? resultMessage(id) : resultMessage(id, 0x65, 0, '', 'again'),
          ]),
        ),
      { limits: { ...defaultReadingLimits, maximumEntries: 20_000 } },
    );
    await assert.rejects(readAll(source), incomplete(/more than 20000 entries/));
  });

  it('sends an entry now and then: it has to show progress within limits.readTimeout', async (context) => {
    let now = 0;
    const source = await serve(
      context,
      openLdap,
      ({ id }, socket) => {
        let number = 0;
        const timer = setInterval(() => {
          now += 5_000;
          socket.write(person(id, (number += 1)));
        }, 2);
        socket.on('close', () => clearInterval(timer));
      },
      { clock: { monotonic: () => now } },
    );
    await assert.rejects(readAll(source), incomplete(/sent only \d+ answers in 600 s, and no end/));
  });

  for (const [what, size] of [
    ['small ones', 0],
    ['ones of 100 kB', 100_000],
  ] as const)
    it(`sends intermediate responses without end, ${what}, which are no progress`, async (context) => {
      let now = 0;
      let sent = 0;
      const response = tlv(0x79, tlv(0x80, '1.3.6.1.4.1.99999.1'), tlv(0x81, Buffer.alloc(size, 7)));
      const source = await serve(
        context,
        openLdap,
        ({ id }, socket) => {
          const more = (): void => {
            if (socket.destroyed) return;
            now += 10;
            sent += 10;
            socket.write(Buffer.concat(Array.from({ length: 10 }, () => message(id, response))), () =>
              setImmediate(more),
            );
          };
          more();
        },
        {
          limits: { ...defaultReadingLimits, readTimeoutMilliseconds: 2_000, maximumEntries: 20_000 },
          clock: { monotonic: () => now },
        },
      );
      await assert.rejects(readAll(source), incomplete(/sent only \d+ answers in \d+ s, and no end/));
      assert.ok(sent < 20_000, String(sent));
    });

  it('is not cut off where it is only large and slow', async (context) => {
    let now = 0;
    const source = await serve(
      context,
      openLdap,
      ({ id, cookie }, socket) => {
        const page = Number(cookie === '' ? 0 : (cookie ?? 0));
        const entries = Array.from({ length: 100 }, (_, at) => {
          now += 500; // two entries a second
          return person(id, page * 100 + at);
        });
        socket.write(Buffer.concat([...entries, resultMessage(id, 0x65, 0, '', page < 99 ? String(page + 1) : '')]));
      },
      { clock: { monotonic: () => now } },
    );
    assert.equal((await readAll(source)).entries.length, 10_000);
    assert.ok(now > 60 * 60_000);
  });

  it('sends a message of millions of empty values, and keeps nobody else waiting', async (context) => {
    const many = 2_500_000;
    const values = Buffer.alloc(2 * many, Buffer.from([0x04, 0x00]));
    const source = await serve(context, openLdap, ({ id }, socket) => {
      const entry = message(
        id,
        tlv(0x64, tlv(0x04, `cn=p1,${root}`), tlv(0x30, tlv(0x30, tlv(0x04, 'mail'), tlv(0x31, values)))),
      );
      socket.write(Buffer.concat([entry, resultMessage(id, 0x65, 0, '', '')]));
    });
    const turns = watchTurns();
    await assert.rejects(readAll(source), incomplete(/an entry of more than 2000000 values/));
    const longest = turns.stop();
    assert.ok(longest < 100, `${longest} ms`);
  });

  it('has a group of 100,000 members and a photo of 100 kB, which is nothing', async (context) => {
    // Made beforehand: the stub runs in the thread that is watched.
    const members = Array.from({ length: 100_000 }, (_, at) => tlv(0x04, `uid=p${at},ou=people,${root}`));
    const attribute = (name: string, values: readonly Buffer[]): Buffer =>
      tlv(0x30, tlv(0x04, name), tlv(0x31, Buffer.concat(values)));
    const all = tlv(
      0x64,
      tlv(0x04, `cn=all,ou=groups,${root}`),
      tlv(0x30, attribute('entryUUID', [tlv(0x04, uuid(0))]), attribute('member', members)),
    );
    const source = await serve(
      context,
      openLdap,
      ({ id, base }, socket) => {
        const entry = base.startsWith('ou=groups')
          ? message(id, all)
          : entryMessage(id, `cn=p1,${root}`, { entryUUID: [uuid(1)], jpegPhoto: [Buffer.alloc(100_000, 7)] });
        socket.write(Buffer.concat([entry, resultMessage(id, 0x65, 0, '', '')]));
      },
      { groups: { bases: [`ou=groups,${root}`] } },
    );
    const turns = watchTurns();
    const { entries } = await readAll(source);
    const longest = turns.stop();
    assert.deepEqual(
      entries.map(({ attributes }) => attributes.get('member')?.length ?? attributes.get('jpegphoto')?.[0]?.length),
      [100_000, 100_000].toReversed(),
    );
    assert.ok(longest < 100, `${longest} ms`);
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { createLdapSource } from '../../src/adapters/ldap/source.ts';
import { createLdapStub, entryMessage, pagedResults, resultMessage } from '../support/ldap-stub.ts';
import { readAll } from './directory-source.ts';
import { ldapOptions } from './ldap-fixture.ts';
import { fails } from './openldap-tree.ts';

const bind = { dn: 'cn=reader', password: 'secret' };
const users = { bases: ['ou=people'] };
const uuid = (number: number): string => `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`;
const person = (id: number, number: number): Buffer => entryMessage(id, `cn=p${number}`, { entryUUID: [uuid(number)] });

describe('A session with a directory', () => {
  it('is one connection, and never another one in its place when the server closes it', async () => {
    const answers = [
      (id: number) => Buffer.concat([person(id, 1), resultMessage(id, 0x65, 0, '', 'more')]),
      () => undefined,
    ];
    const stub = await createLdapStub({ supportedControl: [pagedResults] }, ({ id }, socket) => {
      const bytes = answers.shift()?.(id);
      if (bytes === undefined) socket.end();
      else socket.write(bytes);
    });
    try {
      await assert.rejects(
        readAll(createLdapSource(ldapOptions(stub.url, bind, { users }))),
        fails('D2S_DIRECTORY_READ_INCOMPLETE', /closed the connection/),
      );
      assert.deepEqual([stub.connections(), stub.requests.length], [1, 2]);
    } finally {
      await stub.close();
    }
  });

  it('asks for no limits of its own, and leaves aliases alone', async () => {
    const stub = await createLdapStub({ supportedControl: [pagedResults] }, ({ id }, socket) => {
      socket.write(Buffer.concat([person(id, 1), resultMessage(id, 0x65, 0, '', '')]));
    });
    try {
      await readAll(createLdapSource(ldapOptions(stub.url, bind, { users })));
      assert.deepEqual(
        stub.requests.map(({ limits }) => limits),
        [[0, 0, 0]],
      );
    } finally {
      await stub.close();
    }
  });

  it('lasts for as long as the server says something now and then', async () => {
    const stub = await createLdapStub({}, ({ id }, socket) => {
      const send = async (): Promise<void> => {
        for (let number = 1; number <= 10; number += 1) {
          await wait(60);
          socket.write(person(id, number));
        }
        socket.write(resultMessage(id));
      };
      void send();
    });
    try {
      const timeouts = { connectMilliseconds: 5_000, idleMilliseconds: 400 };
      const { entries } = await readAll(createLdapSource(ldapOptions(stub.url, bind, { users, timeouts })));
      assert.equal(entries.length, 10);
    } finally {
      await stub.close();
    }
  });

  it('takes any number of entries in one answer', async () => {
    const count = 130_000;
    const stub = await createLdapStub({}, ({ id }, socket) => {
      socket.write(
        Buffer.concat([...Array.from({ length: count }, (_, number) => person(id, number)), resultMessage(id)]),
      );
    });
    try {
      let visits = 0;
      await createLdapSource(ldapOptions(stub.url, bind, { users })).read({
        attributes: { user: new Set(), group: new Set() },
        visit: () => void (visits += 1),
        signal: new AbortController().signal,
      });
      assert.equal(visits, count);
    } finally {
      await stub.close();
    }
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createLdapSource } from '../../src/adapters/ldap/source.ts';
import { DirectoryCache } from '../../src/core/directory/directory-cache.ts';
import type { Entry } from '../../src/core/model/entry.ts';
import type { ReadOutcome } from '../../src/ports/directory-source.ts';
import { createLdapStub, resultMessage } from '../support/ldap-stub.ts';
import { stubOpenldap } from '../support/stub-directory.ts';
import { ldapOptions } from './ldap-fixture.ts';

const attributes = { user: new Set(['cn', 'title']), group: new Set<string>() };

describe('content synchronization that fails at each poll', () => {
  for (const changes of ['auto', 'syncrepl'] as const) {
    for (const how of ['dies', 'answers with an error'] as const) {
      it(`is given up after three times, for comparisons of stamps, and it is said (the server ${how}, changes: ${changes})`, async () => {
        const directory = stubOpenldap('syncrepl');
        let fails = false;
        const stub = await createLdapStub(directory.rootDse, (request, socket) => {
          const isPoll = request.attributes.includes('hasSubordinates') && !request.filter.includes('dir2scimNobody');
          if (!fails || !isPoll) socket.write(directory.answer(request));
          else if (how === 'dies') socket.destroy();
          else socket.write(resultMessage(request.id, 0x65, 80, 'internal error'));
        });
        try {
          const source = createLdapSource(
            ldapOptions(
              stub.url,
              { dn: 'cn=reader', password: 'secret' },
              { ...directory.options, kind: 'openldap', changes },
            ),
          );
          const directoryCache = new DirectoryCache();
          const read = async (): Promise<ReadOutcome> => {
            const { watermark, known } = directoryCache;
            const entries: Entry[] = [];
            const since = watermark === undefined ? undefined : { watermark, known };
            const verdict = await source.read({
              attributes,
              since,
              known,
              visit: (entry) => void entries.push(entry),
              signal: new AbortController().signal,
            });
            directoryCache.update({ ...verdict, directory: 'corp', entries });
            return verdict;
          };
          assert.equal((await read()).kind, 'complete');
          fails = true;
          for (let time = 1; time <= 3; time += 1) {
            if (how === 'dies') await assert.rejects(read());
            else assert.equal((await read()).kind, 'delta');
          }
          const verdict = await read();
          assert.ok(
            verdict.kind === 'complete' && verdict.changes?.startsWith('timestamp (syncrepl failed 3 times in a row'),
            JSON.stringify(verdict),
          );
          assert.match(verdict.because ?? '', /syncrepl failed 3 times/);
          directory.change();
          assert.equal((await read()).kind, 'delta');
          assert.equal(directoryCache.known.length, 2);
        } finally {
          await stub.close();
        }
      });
    }
  }
});

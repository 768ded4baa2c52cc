import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { createLdapSource } from '../../src/adapters/ldap/source.ts';
import { createDirectoryCaches } from '../../src/cycle/read/directory-caches.ts';
import type { CyclesInput } from '../../src/cycle/run-cycles.ts';
import type { ChangeDetection } from '../../src/ports/directory-source.ts';
import { cycleStage, operationsOf } from '../support/cycle-stage.ts';
import { definition } from '../support/entries.ts';
import { interrupted } from '../support/interrupted.ts';
import { slapdSuffix, startSlapd, type Slapd } from '../support/slapd.ts';
import { ldapOptions } from './ldap-fixture.ts';
import { groups, people } from './openldap-tree.ts';

const later = `ou=Later,${slapdSuffix}`;
const entry = (...lines: string[]): string => `${lines.join('\n')}\n\n`;
const person = (name: string, base: string): string =>
  entry(`dn: uid=${name},${base}`, 'objectClass: inetOrgPerson', `uid: ${name}`, `cn: ${name}`, 'sn: x');
const folder = (dn: string): string => entry(`dn: ${dn}`, 'objectClass: organizationalUnit');
const ldif =
  [people, groups, later].map(folder).join('') +
  ['ann', 'ben', 'cem'].map((name) => person(name, people)).join('') +
  ['lou', 'lea'].map((name) => person(name, later)).join('') +
  entry(
    `dn: cn=staff,${groups}`,
    'objectClass: groupOfNames',
    'cn: staff',
    `member: uid=ann,${people}`,
    `member: uid=lou,${later}`,
  );
const moveInto = (name: string, from: string, to: string): string =>
  entry(
    `dn: uid=${name},${from}`,
    'changetype: modrdn',
    `newrdn: uid=${name}`,
    'deleteoldrdn: 1',
    `newsuperior: ${to}`,
  );
const rename = (from: string, to: string): string =>
  entry(`dn: uid=${from},${people}`, 'changetype: modrdn', `newrdn: uid=${to}`, 'deleteoldrdn: 1');
const member = (change: 'add' | 'delete', dn: string): string =>
  entry(`dn: cn=staff,${groups}`, 'changetype: modify', `${change}: member`, `member: ${dn}`);

const ways: Readonly<Record<string, () => Partial<CyclesInput>>> = {
  'single runs': () => ({}),
  'a daemon that reads everything': () => ({
    directoryCaches: createDirectoryCaches(),
    mode: 'full',
    attempt: 'everything',
  }),
};
const changesOf: readonly ChangeDetection[] = ['syncrepl', 'timestamp', 'full'];

for (const changes of changesOf) {
  describe(`what moves while OpenLDAP is read (changes: ${changes})`, () => {
    let server: Slapd;
    let initial: string;
    before(async () => {
      const limits = `limits dn.exact="cn=reader,${slapdSuffix}" size=unlimited time=unlimited`;
      server = await startSlapd({
        ldif,
        global: ['moduleload syncprov'],
        database: [limits, 'overlay syncprov', 'syncprov-sessionlog 1000'],
      });
      initial = await server.dump();
    });
    after(() => server.dispose());

    async function begin(way: () => Partial<CyclesInput>, change: string) {
      await server.restore(initial);
      const options = ldapOptions(server.url, server.reader, {
        changes,
        users: { bases: [people, later] },
        groups: { bases: [groups] },
      });
      const { source, arm } = interrupted(createLdapSource(options), () => server.change(change));
      const stage = cycleStage([], {
        removal: { leaves: 'delete', groups: 'delete' },
        definition: definition({ users: { userName: 'uid', active: 'employeeType != "off"' } }),
      });
      const how: Partial<CyclesInput> = { ...way(), sources: new Map([['corp', source]]) };
      const cycle = async () => (await stage.cycle(how)).report;
      assert.equal((await cycle()).result, 'success');
      arm();
      return { cycle, events: stage.events };
    }

    for (const [name, way] of Object.entries(ways)) {
      it(`does not remove who is moved from a base that is still to be read into one that was read, in ${name}`, async () => {
        const { cycle } = await begin(
          way,
          moveInto('lou', later, people) + member('delete', `uid=lou,${later}`) + member('add', `uid=lou,${people}`),
        );
        assert.deepEqual(operationsOf((await cycle()).applied), []);
        assert.deepEqual(operationsOf((await cycle()).applied), []);
      });

      it(`keeps the memberships of who is renamed between users and groups, in ${name}`, async () => {
        const { cycle } = await begin(
          way,
          rename('ann', 'anna') + member('delete', `uid=ann,${people}`) + member('add', `uid=anna,${people}`),
        );
        assert.deepEqual(operationsOf((await cycle()).applied), ['update ' + (await idOf('anna'))]);
        assert.deepEqual(operationsOf((await cycle()).applied), []);
      });

      it(`reads everything once when nothing moves, in ${name}`, async () => {
        const { cycle, events } = await begin(
          way,
          entry(`dn: uid=ben,${people}`, 'changetype: modify', 'replace: title', 'title: x'),
        );
        await cycle();
        events.length = 0;
        await cycle();
        assert.equal(events.filter(({ kind }) => kind === 'directory_read').length, 1);
      });
    }

    async function idOf(uid: string): Promise<string> {
      return /entryUUID: (\S+)/.exec(await server.search('-b', people, `(uid=${uid})`, 'entryUUID'))?.[1] ?? '';
    }
  });
}

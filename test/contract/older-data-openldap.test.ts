import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { createLdapSource } from '../../src/adapters/ldap/source.ts';
import { createDirectoryCaches } from '../../src/cycle/read/directory-caches.ts';
import { createCleanCycles } from '../../src/cycle/plan/clean-cycles.ts';
import type { CyclesInput } from '../../src/cycle/run-cycles.ts';
import { cycleStage, operationsOf } from '../support/cycle-stage.ts';
import { definition } from '../support/entries.ts';
import { slapdSuffix, startSlapd, type Slapd, type SlapdOptions } from '../support/slapd.ts';
import { ldapOptions } from './ldap-fixture.ts';
import { groups, people } from './openldap-tree.ts';

const entry = (...lines: string[]): string => `${lines.join('\n')}\n\n`;
const person = (name: string, ...more: string[]): string =>
  entry(
    `dn: uid=${name},${people}`,
    ...more,
    'objectClass: inetOrgPerson',
    `uid: ${name}`,
    `cn: ${name}`,
    'sn: x',
    'title: Clerk',
  );
const folder = (dn: string): string => entry(`dn: ${dn}`, 'objectClass: organizationalUnit');
const group = (name: string, ...members: string[]): string =>
  entry(
    `dn: cn=${name},${groups}`,
    'objectClass: groupOfNames',
    `cn: ${name}`,
    ...members.map((uid) => `member: uid=${uid},${people}`),
  );
const ldif =
  [people, groups].map(folder).join('') +
  ['ann', 'ben', 'cem', 'dan', 'eve'].map((name) => person(name)).join('') +
  group('staff', 'ann', 'ben');
const limits = `limits dn.exact="cn=reader,${slapdSuffix}" size=unlimited time=unlimited`;

/** Four are hired, one is dismissed, one leaves a group, a new one joins. */
const changes =
  ['new1', 'new2', 'new3', 'new4'].map((name) => person(name, 'changetype: add')).join('') +
  entry(`dn: uid=cem,${people}`, 'changetype: modify', 'replace: employeeType', 'employeeType: off') +
  entry(
    `dn: cn=staff,${groups}`,
    'changetype: modify',
    'replace: member',
    `member: uid=ann,${people}`,
    `member: uid=new1,${people}`,
  );

const servers: Readonly<Record<string, SlapdOptions>> = {
  'that counts its changes (syncprov)': {
    global: ['moduleload syncprov'],
    database: [limits, 'overlay syncprov', 'syncprov-sessionlog 1000'],
  },
  'that does not count its changes': { database: [limits] },
};
const ways: Readonly<Record<string, () => Partial<CyclesInput>>> = {
  'single runs': () => ({}),
  'a daemon': () => ({ directoryCaches: createDirectoryCaches(), cleanCycles: createCleanCycles() }),
};

for (const [kind, options] of Object.entries(servers)) {
  describe(`an OpenLDAP server ${kind}`, () => {
    let server: Slapd;
    let initial: string;
    before(async () => {
      server = await startSlapd({ ...options, ldif });
      initial = await server.dump();
    });
    after(() => server.dispose());

    /** A target that went by the changes. */
    async function begin(way: () => Partial<CyclesInput>, ...urls: string[]) {
      const source = createLdapSource(
        ldapOptions(server.url, server.reader, {
          urls: [server.url, ...urls],
          users: { bases: [people] },
          groups: { bases: [groups] },
        }),
      );
      const stage = cycleStage([], {
        removal: { leaves: 'delete', groups: 'delete' },
        definition: definition({ users: { userName: 'uid', title: 'title', active: 'employeeType != "off"' } }),
      });
      const how: Partial<CyclesInput> = { ...way(), sources: new Map([['corp', source]]) };
      const cycle = async () => (await stage.cycle(how)).report;
      await server.restore(initial);
      assert.equal((await cycle()).result, 'success');
      await server.change(changes);
      assert.equal((await cycle()).result, 'success');
      return { cycle };
    }

    for (const [name, way] of Object.entries(ways)) {
      it(`takes nothing away when it was restored from a backup, in ${name}`, async () => {
        const { cycle } = await begin(way);
        const now = await server.dump();
        await server.restore(initial);
        for (let time = 0; time < 2; time += 1) {
          const report = await cycle();
          assert.deepEqual([report.result, operationsOf(report.applied)], ['held', []]);
          assert.ok(
            report.hold?.findings.every(
              ({ kind: finding, text }) => finding !== 'older_data' || text.includes(server.url),
            ),
            'the server is named',
          );
          assert.ok(report.hold?.findings.some(({ kind: finding }) => finding === 'older_data'));
        }
        await server.restore(now);
        const healed = await cycle();
        assert.deepEqual([healed.result, operationsOf(healed.applied)], ['success', []]);
      });

      it(`takes nothing away when a replica answers that lags behind, in ${name}`, async () => {
        const replica = await startSlapd({ ...options, dump: initial });
        try {
          const { cycle } = await begin(way, replica.url);
          const now = await server.dump();
          await server.kill();
          const report = await cycle();
          assert.deepEqual([report.result, operationsOf(report.applied)], ['held', []]);
          assert.ok(
            report.hold?.findings.some(
              ({ kind: finding, text }) => finding === 'older_data' && text.includes(replica.url),
            ),
          );
          await replica.restore(now);
          const healed = await cycle();
          assert.deepEqual([healed.result, operationsOf(healed.applied)], ['success', []]);
        } finally {
          await replica.dispose();
        }
      });
    }
  });
}

import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import { createLdapSource } from '../../src/adapters/ldap/source.ts';
import type { LdapSourceOptions } from '../../src/adapters/ldap/shared/options.ts';
import { createDirectoryCaches } from '../../src/cycle/read/directory-caches.ts';
import { createCleanCycles } from '../../src/cycle/plan/clean-cycles.ts';
import type { CyclesInput } from '../../src/cycle/run-cycles.ts';
import { cycleStage, day, hour } from '../support/cycle-stage.ts';
import { ds389Suffix, startDs389, type Ds389 } from '../support/ds389.ts';
import { definition } from '../support/entries.ts';
import { sambaSuffix, startSamba, type Samba } from '../support/samba.ts';
import { slapdSuffix, startSlapd, type Slapd } from '../support/slapd.ts';
import { unicodePassword } from './ad-feed.ts';
import { ldapOptions } from './ldap-fixture.ts';
import { groups, people } from './openldap-tree.ts';

const entry = (...lines: string[]): string => `${lines.join('\n')}\n\n`;
const names = ['ann', 'ben', 'cem', 'dan', 'eve', 'fay'];
const ways: Readonly<Record<string, () => Partial<CyclesInput>>> = {
  'single runs': () => ({}),
  'a daemon': () => ({ directoryCaches: createDirectoryCaches(), cleanCycles: createCleanCycles() }),
};

/** A target that went by all of a directory, where leavers are deleted; and cycles that tell what was done to people. */
async function begin(options: LdapSourceOptions, login: string, way: () => Partial<CyclesInput>) {
  const source = createLdapSource({ ...options, clock: { monotonic: () => stage.clock.monotonic() } });
  const stage = cycleStage([], {
    removal: { leaves: 'delete', groups: 'delete' },
    definition: definition({ users: { userName: login } }),
  });
  const how: Partial<CyclesInput> = { ...way(), sources: new Map([['corp', source]]) };
  const called = new Map<string, string>();
  const done = async (): Promise<string[]> => {
    const {
      report: { applied },
    } = await stage.cycle(how);
    for (const { verb, sourceId, label } of applied) if (verb === 'create') called.set(sourceId, label);
    return applied
      .filter(({ type, verb }) => type === 'user' || verb === 'delete')
      .map(({ verb, sourceId }) => `${verb} ${called.get(sourceId) ?? '?'}`)
      .sort();
  };
  assert.equal((await done()).length, names.length);
  const untilCompared = () => stage.clock.advance(hour);
  const week = async (): Promise<string[]> => {
    const all: string[] = [];
    for (let passed = 0; passed < 8; passed += 1) {
      await stage.clock.advance(day);
      all.push(...(await done()));
    }
    return all;
  };
  return { done, untilCompared, week, rejected: async () => (await stage.store.target('wiki')).rejected };
}

describe('whoever OpenLDAP does not show any more (leaves: delete)', () => {
  const rules = `ou=Rules,${slapdSuffix}`;
  const blind = (name: string): string => `group/groupOfNames/member="cn=${name},${rules}"`;
  let server: Slapd;
  beforeEach(async () => {
    const folder = (dn: string): string => entry(`dn: ${dn}`, 'objectClass: organizationalUnit');
    const person = (name: string): string =>
      entry(
        `dn: uid=${name},${people}`,
        'objectClass: inetOrgPerson',
        `uid: ${name}`,
        `cn: ${name}`,
        'sn: x',
        ...(name === 'ben' || name === 'cem' ? ['title: secret'] : []),
      );
    const group = (dn: string, ...members: string[]): string =>
      entry(`dn: ${dn}`, 'objectClass: groupOfNames', ...members.map((one) => `member: ${one}`));
    server = await startSlapd({
      ldif:
        [people, groups, rules].map(folder).join('') +
        names.map(person).join('') +
        group(`cn=staff,${groups}`, ...['ann', 'ben', 'dan'].map((name) => `uid=${name},${people}`)) +
        group(`cn=blind,${rules}`, '') +
        group(`cn=denied,${rules}`, ''),
      global: ['moduleload syncprov'],
      database: [
        `limits dn.exact="cn=reader,${slapdSuffix}" size=unlimited time=unlimited`,
        'overlay syncprov',
        'syncprov-sessionlog 1000',
      ],
      access: [
        'access to attrs=userPassword by anonymous auth',
        `access to filter=(title=secret) by ${blind('blind')} none by ${blind('denied')} =d by users read`,
        'access to * by users read',
      ],
    });
  });
  afterEach(() => server.dispose());
  const rule = (name: string, change: 'add' | 'delete') =>
    server.change(
      entry(`dn: cn=${name},${rules}`, 'changetype: modify', `${change}: member`, `member: ${server.reader.dn}`),
    );
  const options = () =>
    ldapOptions(server.url, server.reader, { users: { bases: [people] }, groups: { bases: [groups] } });

  for (const [name, way] of Object.entries(ways)) {
    it(`is switched off and not deleted when the server says nothing of them, and back when it does, in ${name}`, async () => {
      const { done, untilCompared } = await begin(options(), 'uid', way);
      await rule('blind', 'add');
      await untilCompared();
      assert.deepEqual(await done(), ['deactivate ben', 'deactivate cem']);
      await rule('blind', 'delete');
      await untilCompared();
      assert.deepEqual(await done(), ['reactivate ben', 'reactivate cem']);
    });

    it(`is deleted after a week when they are gone indeed, in ${name}`, async () => {
      const { done, week } = await begin(options(), 'uid', way);
      await server.change(entry(`dn: uid=dan,${people}`, 'changetype: delete'));
      assert.deepEqual(await done(), ['deactivate dan']);
      assert.deepEqual(await week(), ['delete dan']);
    });

    it(`keeps everything when a group names them and the server refuses to show them, in ${name}`, async () => {
      const { done, untilCompared, rejected } = await begin(options(), 'uid', way);
      await rule('denied', 'add');
      await untilCompared();
      // A single run knows no place of somebody whom no group names: not deleted, but not kept either.
      assert.deepEqual(await done(), name === 'a daemon' ? [] : ['deactivate cem']);
      assert.deepEqual(await rejected(), { hidden_entry: name === 'a daemon' ? 2 : 1 });
      await rule('denied', 'delete');
      await untilCompared();
      assert.deepEqual(await done(), name === 'a daemon' ? [] : ['reactivate cem']);
      assert.equal(await rejected(), undefined);
    });
  }
});

describe('whoever Active Directory does not show any more (leaves: delete, Samba)', () => {
  const reader = { dn: `CN=reader,CN=Users,${sambaSuffix}`, password: 'Passw0rd.Reader' };
  let server: Samba;
  before(async () => {
    server = await startSamba();
    await server.change(
      entry(
        `dn: ${reader.dn}`,
        'changetype: add',
        'objectClass: user',
        'sAMAccountName: reader',
        'userAccountControl: 544',
      ) +
        entry(
          `dn: ${reader.dn}`,
          'changetype: modify',
          'replace: unicodePwd',
          `unicodePwd:: ${unicodePassword(reader.password)}`,
        ),
    );
  });
  after(() => server.dispose());

  for (const [index, [name, way]] of Object.entries(ways).entries()) {
    it(`keeps everything while a group names them, and is switched off otherwise, in ${name}`, async () => {
      const base = `OU=Staff${index},${sambaSuffix}`;
      const dn = (who: string): string => `CN=${who}${index},${base}`;
      const container = (of: string): string =>
        entry(`dn: ${of}`, 'changetype: add', 'objectClass: organizationalUnit');
      await server.change(
        container(base) +
          container(`OU=Closed,${base}`) +
          names
            .map((who) =>
              entry(
                `dn: ${dn(who)}`,
                'changetype: add',
                'objectClass: user',
                `sAMAccountName: ${who}${index}`,
                'userAccountControl: 544',
              ),
            )
            .join('') +
          entry(
            `dn: ${dn('staff')}`,
            'changetype: add',
            'objectClass: group',
            `sAMAccountName: staff${index}`,
            ...['ann', 'ben', 'dan'].map((who) => `member: ${dn(who)}`),
          ),
      );
      const { done, untilCompared, week, rejected } = await begin(
        ldapOptions(server.url, reader, { users: { bases: [base] }, groups: { bases: [base] } }),
        'sAMAccountName',
        way,
      );
      // Neither the people nor what is in their container may be listed.
      for (const who of ['ben', 'cem']) await server.addRule(dn(who), '(D;;GA;;;AU)');
      await server.change(entry(`dn: ${dn('dan')}`, 'changetype: delete'));
      await untilCompared();
      const first = await done();
      assert.ok(first.includes(`deactivate dan${index}`), String(first));
      assert.ok(!first.includes(`deactivate ben${index}`), String(first));
      const unknown = name === 'a daemon' ? [] : [`delete cem${index}`];
      assert.deepEqual(
        [first.filter((one) => one.startsWith('delete')), await week()],
        [[], [...unknown, `delete dan${index}`]],
      );
      assert.ok(((await rejected())?.hidden_entry ?? 0) >= 1);
    });
  }
});

describe('whoever 389 does not show any more (leaves: delete)', () => {
  let server: Ds389;
  before(async () => void (server = await startDs389()));
  after(() => server.dispose());

  for (const [index, [name, way]] of Object.entries(ways).entries()) {
    it(`is told from the deleted where their place is known, in ${name}`, async () => {
      const base = `ou=Staff${index},${ds389Suffix}`;
      const dn = (who: string): string => `uid=${who}${index},${base}`;
      await server.change(
        entry(`dn: ${base}`, 'changetype: add', 'objectClass: organizationalUnit') +
          names
            .map((who) =>
              entry(
                `dn: ${dn(who)}`,
                'changetype: add',
                'objectClass: inetOrgPerson',
                `uid: ${who}${index}`,
                `cn: ${who}`,
                'sn: x',
                ...(who === 'ben' || who === 'cem' ? ['title: secret'] : []),
              ),
            )
            .join('') +
          entry(
            `dn: cn=staff,${base}`,
            'changetype: add',
            'objectClass: groupOfNames',
            'cn: staff',
            ...['ann', 'ben', 'dan'].map((who) => `member: ${dn(who)}`),
          ),
      );
      const { done, untilCompared, rejected } = await begin(
        ldapOptions(server.url, server.reader, { users: { bases: [base] }, groups: { bases: [base] } }),
        'uid',
        way,
      );
      const deny = `aci: (targetfilter="(title=secret)")(targetattr="*")(version 3.0; acl "hidden"; deny (all) userdn="ldap:///${server.reader.dn}";)`;
      await server.change(
        entry(`dn: ${base}`, 'changetype: modify', 'add: aci', deny) + entry(`dn: ${dn('dan')}`, 'changetype: delete'),
      );
      await untilCompared();
      // Referential integrity took dan out of the group: a single run does not know where to ask.
      assert.deepEqual(await done(), name === 'a daemon' ? ['delete dan1'] : ['deactivate cem0', 'deactivate dan0']);
      assert.deepEqual(await rejected(), { hidden_entry: name === 'a daemon' ? 2 : 1 });
      await server.change(entry(`dn: ${base}`, 'changetype: modify', 'delete: aci', deny));
      await untilCompared();
      assert.deepEqual(await done(), name === 'a daemon' ? [] : ['reactivate cem0']);
      assert.equal(await rejected(), undefined);
    });
  }
});

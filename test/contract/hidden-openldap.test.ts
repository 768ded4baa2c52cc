import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createLdapSource } from '../../src/adapters/ldap/source.ts';
import { cycleStage, operationsOf } from '../support/cycle-stage.ts';
import { definition } from '../support/entries.ts';
import { slapdSuffix, startSlapd, type SlapdOptions } from '../support/slapd.ts';
import { ldapOptions } from './ldap-fixture.ts';
import { groups, people } from './openldap-tree.ts';

const entry = (...lines: string[]): string => `${lines.join('\n')}\n\n`;
const names = Array.from({ length: 8 }, (_, index) => `u${index}`);
const locked = 'pwdAccountLockedTime: 000001010000Z';
const person = (name: string, ...more: string[]): string =>
  entry(`dn: uid=${name},${people}`, 'objectClass: inetOrgPerson', `uid: ${name}`, `cn: ${name}`, 'sn: x', ...more);
const folders = [people, groups].map((dn) => entry(`dn: ${dn}`, 'objectClass: organizationalUnit')).join('');
const group = (name: string, ...members: string[]): string =>
  entry(
    `dn: cn=${name},${groups}`,
    'objectClass: groupOfNames',
    `cn: ${name}`,
    ...members.map((dn) => `member: ${dn}`),
  );
const dnOf = (name: string): string => `uid=${name},${people}`;
const ppolicy: SlapdOptions = {
  global: ['moduleload ppolicy'],
  database: [`limits dn.exact="cn=reader,${slapdSuffix}" size=unlimited time=unlimited`, 'overlay ppolicy'],
};
const preset = 'pwdAccountLockedTime != "000001010000Z" && lower(nsAccountLock) != "true"';

/** A cycle with everything readable, and one after an access rule hides something; nobody changed anything. */
async function afterHiding(
  rule: string,
  ldif: string,
  options: SlapdOptions = ppolicy,
  rest: Parameters<typeof definition>[0] = {},
) {
  const stage = cycleStage([], {
    createInactive: true,
    removal: { leaves: 'delete', groups: 'delete' },
    definition: definition({ users: { userName: 'uid', 'name.familyName': 'sn', active: preset }, ...rest }),
  });
  const scopes = { users: { bases: [people] }, groups: { bases: [groups] } };
  const open = await startSlapd({ ...options, ldif: folders + ldif });
  try {
    const cycleAt = async (url: string) => {
      const source = createLdapSource(ldapOptions(url, open.reader, scopes));
      const { report } = await stage.cycle({ sources: new Map([['corp', source]]) });
      return { report, ...(await source.inspect(new AbortController().signal)) };
    };
    assert.equal((await cycleAt(open.url)).report.result, 'success');
    const shut = await startSlapd({
      ...options,
      dump: await open.dump(),
      access: ['access to attrs=userPassword by anonymous auth', rule, 'access to * by users read'],
    });
    try {
      return {
        ...(await cycleAt(shut.url)),
        before: await createLdapSource(ldapOptions(open.url, open.reader, scopes)).inspect(
          new AbortController().signal,
        ),
      };
    } finally {
      await shut.dispose();
    }
  } finally {
    await open.dispose();
  }
}

describe('what OpenLDAP hides from the account', () => {
  for (const access of ['none', 'search', 'disclose']) {
    it(`switches nobody on whose lock is not shown any more (access: ${access})`, async () => {
      const ldif = names.map((name, index) => person(name, ...(index < 6 ? [locked] : []))).join('');
      const { report, details, before } = await afterHiding(
        `access to attrs=pwdAccountLockedTime by * ${access}`,
        ldif,
      );
      assert.deepEqual(operationsOf(report.applied), []);
      assert.deepEqual(
        report.rejected.map(({ reasons }) => reasons.map(({ code }) => code)),
        names.map(() => ['active_unknown']),
      );
      assert.ok(before.details.includes('lock attributes: pwdaccountlockedtime readable'), before.details.join('\n'));
      assert.ok(
        details.some((line) => line.startsWith('lock attributes: pwdaccountlockedtime not shown to this account')),
        details.join('\n'),
      );
    });
  }

  it('asks for no lock where the server knows of none, or nobody is locked', async () => {
    const { report, details } = await afterHiding(
      'access to attrs=title by * none',
      names.map((name) => person(name)).join(''),
      {},
    );
    assert.deepEqual(
      [report.result, report.rejected, details.filter((line) => line.includes('lock'))],
      ['success', [], []],
    );
    const unlocked = await afterHiding('access to attrs=title by * none', names.map((name) => person(name)).join(''));
    assert.deepEqual([unlocked.report.result, unlocked.report.rejected], ['success', []]);
  });

  it('empties no group whose members are required and not shown', async () => {
    const ldif =
      names.map((name) => person(name)).join('') +
      group('one', ...names.map(dnOf)) +
      group('outer', `cn=one,${groups}`);
    const { report } = await afterHiding('access to attrs=member by * none', ldif);
    assert.deepEqual(operationsOf(report.applied), []);
    assert.deepEqual(
      report.rejected.map(({ type, reasons }) => [type, reasons.map(({ code }) => code)]),
      [
        ['group', ['hidden_attribute']],
        ['group', ['hidden_attribute']],
      ],
    );
  });

  it('empties no group in which a group does not show its members, and asks a scope for none', async () => {
    const ldif =
      names.map((name) => person(name)).join('') +
      group('one', ...names.map(dnOf)) +
      group('outer', `cn=one,${groups}`, dnOf('u0'));
    const rule = `access to dn.exact="cn=one,${groups}" attrs=member by * none`;
    const { report } = await afterHiding(rule, ldif, ppolicy, { nested: 'flatten' });
    assert.deepEqual([operationsOf(report.applied), report.rejected.length], [[], 2]);
    const scoped = await afterHiding(rule, ldif, ppolicy, {
      nested: 'flatten',
      scope: { user: { memberOf: [`cn=outer,${groups}`] } },
    });
    assert.deepEqual(
      [scoped.report.result, scoped.report.error?.code, operationsOf(scoped.report.applied)],
      ['error', 'D2S_SCOPE_GROUP_UNREADABLE', []],
    );
  });

  it('clears no value that the schema requires', async () => {
    const { report } = await afterHiding('access to attrs=sn by * none', names.map((name) => person(name)).join(''));
    assert.deepEqual(operationsOf(report.applied), []);
    assert.deepEqual(
      [...new Set(report.rejected.flatMap(({ reasons }) => reasons.map(({ code }) => code)))],
      ['hidden_attribute'],
    );
  });

  it('says in check which filter or base finds nobody', async () => {
    const server = await startSlapd({ ldif: folders + person('u1') });
    try {
      const inspect = (users: { readonly bases: readonly string[]; readonly filter?: string }) =>
        createLdapSource(ldapOptions(server.url, server.reader, { users, groups: { bases: [groups] } })).inspect(
          new AbortController().signal,
        );
      const warnings = async (users: Parameters<typeof inspect>[0]) => (await inspect(users)).warnings ?? [];
      assert.deepEqual(await warnings({ bases: [people] }), [
        `groups.bases: the filter for this kind of directory finds nobody below ${groups}, or the bind account may not read them`,
      ]);
      assert.match(
        (await warnings({ bases: [people], filter: '(objectClass=user)' })).join(),
        /users\.bases: users\.filter finds nobody below ou=People/i,
      );
    } finally {
      await server.dispose();
    }
  });
});

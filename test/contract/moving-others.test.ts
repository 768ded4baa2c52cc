import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { createLdapSource } from '../../src/adapters/ldap/source.ts';
import { createDirectoryCaches } from '../../src/cycle/read/directory-caches.ts';
import type { CyclesInput } from '../../src/cycle/run-cycles.ts';
import type { ChangeDetection } from '../../src/ports/directory-source.ts';
import { cycleStage } from '../support/cycle-stage.ts';
import { ds389Suffix, startDs389, type Ds389 } from '../support/ds389.ts';
import { definition } from '../support/entries.ts';
import { interrupted } from '../support/interrupted.ts';
import { sambaSuffix, startSamba, type Samba } from '../support/samba.ts';
import { ldapOptions } from './ldap-fixture.ts';

const entry = (...lines: string[]): string => `${lines.join('\n')}\n\n`;
const rename = (dn: string, rdn: string, superior?: string): string =>
  entry(
    `dn: ${dn}`,
    'changetype: modrdn',
    `newrdn: ${rdn}`,
    'deleteoldrdn: 1',
    ...(superior === undefined ? [] : [`newsuperior: ${superior}`]),
  );
const ways: Readonly<Record<string, () => Partial<CyclesInput>>> = {
  'single runs': () => ({}),
  'a daemon that reads everything': () => ({
    directoryCaches: createDirectoryCaches(),
    mode: 'full',
    attempt: 'everything',
  }),
};

interface Moving {
  readonly url: string;
  readonly bind: { readonly dn: string; readonly password: string };
  readonly change: (ldif: string) => Promise<void>;
  readonly changes: ChangeDetection;
  readonly login: string;
  /** What people and a group are made of. */
  readonly person: (dn: string, name: string) => string;
  readonly group: (dn: string, members: readonly string[]) => string;
  readonly suffix: string;
  readonly rdn: string;
}

let units = 0;

/** A target that went by two bases, and a change in the middle of the next reading. */
async function applied(
  moving: Moving,
  way: () => Partial<CyclesInput>,
  changeIn: (bases: { readonly early: string; readonly late: string }) => string,
): Promise<string[]> {
  const { suffix, rdn, person, group } = moving;
  const unit = (units += 1);
  const [early, late, teams] = [`OU=Early${unit},${suffix}`, `OU=Late${unit},${suffix}`, `OU=Teams${unit},${suffix}`];
  const named = (name: string, base: string): string => person(`${rdn}=${name}${unit},${base}`, `${name}${unit}`);
  await moving.change(
    [early, `OU=Inner,${early}`, late, teams]
      .map((dn) => entry(`dn: ${dn}`, 'changetype: add', 'objectClass: organizationalUnit'))
      .join('') +
      ['ann', 'ben', 'cem'].map((name) => named(name, `OU=Inner,${early}`)).join('') +
      ['lou', 'lea'].map((name) => named(name, late)).join('') +
      group(`cn=staff${unit},${teams}`, [`${rdn}=ann${unit},OU=Inner,${early}`, `${rdn}=lou${unit},${late}`]),
  );
  const options = ldapOptions(moving.url, moving.bind, {
    changes: moving.changes,
    users: { bases: [early, late] },
    groups: { bases: [teams] },
  });
  const { source, arm } = interrupted(createLdapSource(options), () =>
    moving.change(changeIn({ early, late }).replaceAll('#', String(unit))),
  );
  const stage = cycleStage([], {
    removal: { leaves: 'delete', groups: 'delete' },
    definition: definition({ users: { userName: moving.login, displayName: 'cn' } }),
  });
  const how: Partial<CyclesInput> = { ...way(), sources: new Map([['corp', source]]) };
  const cycle = async () => (await stage.cycle(how)).report;
  assert.equal((await cycle()).result, 'success');
  arm();
  const done: string[] = [];
  for (let time = 0; time < 3; time += 1)
    done.push(...(await cycle()).applied.map(({ verb, type }) => `${verb} ${type}`));
  return done;
}

function tests(
  name: string,
  moving: (changes: ChangeDetection) => Moving,
  strategies: readonly ChangeDetection[],
): void {
  for (const changes of strategies) {
    for (const [how, way] of Object.entries(ways)) {
      it(`removes nobody who is moved from a base that is still to be read into one that was read (${changes}, ${how})`, async () => {
        const one = moving(changes);
        assert.deepEqual(
          await applied(one, way, ({ early, late }) => rename(`${one.rdn}=lou#,${late}`, `${one.rdn}=lou#`, early)),
          [],
          name,
        );
      });

      it(`keeps the memberships of who is renamed between users and groups (${changes}, ${how})`, async () => {
        const one = moving(changes);
        const done = await applied(one, way, ({ early }) =>
          rename(`${one.rdn}=ann#,OU=Inner,${early}`, `${one.rdn}=anna#`),
        );
        assert.deepEqual([...new Set(done)], ['update user'], name);
      });

      it(`keeps the memberships of those whose container is renamed between users and groups (${changes}, ${how})`, async () => {
        const one = moving(changes);
        const done = await applied(one, way, ({ early }) => rename(`OU=Inner,${early}`, 'OU=Renamed'));
        assert.deepEqual(done, [], name);
      });
    }
  }
}

describe('what moves while Active Directory is read (Samba)', () => {
  let server: Samba;
  before(async () => void (server = await startSamba()));
  after(() => server.dispose());
  tests(
    'Samba',
    (changes) => ({
      url: server.url,
      bind: server.administrator,
      change: (ldif) => server.change(ldif),
      changes,
      login: 'sAMAccountName',
      suffix: sambaSuffix,
      rdn: 'CN',
      person: (dn, name) =>
        entry(
          `dn: ${dn}`,
          'changetype: add',
          'objectClass: user',
          `sAMAccountName: ${name}`,
          'userAccountControl: 544',
        ),
      group: (dn, members) =>
        entry(
          `dn: ${dn}`,
          'changetype: add',
          'objectClass: group',
          `sAMAccountName: ${dn.split(/[=,]/)[1] ?? ''}`,
          ...members.map((one) => `member: ${one}`),
        ),
    }),
    ['usn', 'dirsync', 'timestamp', 'full'],
  );
});

describe('what moves while 389 is read', () => {
  let server: Ds389;
  before(async () => void (server = await startDs389()));
  after(() => server.dispose());
  tests(
    '389',
    (changes) => ({
      url: server.url,
      bind: server.reader,
      change: (ldif) => server.change(ldif),
      changes,
      login: 'uid',
      suffix: ds389Suffix,
      rdn: 'uid',
      person: (dn, name) =>
        entry(`dn: ${dn}`, 'changetype: add', 'objectClass: inetOrgPerson', `uid: ${name}`, `cn: ${name}`, 'sn: x'),
      group: (dn, members) =>
        entry(
          `dn: ${dn}`,
          'changetype: add',
          'objectClass: groupOfNames',
          `cn: ${dn.split(/[=,]/)[1] ?? ''}`,
          ...members.map((one) => `member: ${one}`),
        ),
    }),
    ['syncrepl', 'timestamp', 'full'],
  );
});

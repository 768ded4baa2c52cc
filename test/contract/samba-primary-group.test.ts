import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { createLdapSource } from '../../src/adapters/ldap/source.ts';
import { neededAttributes } from '../../src/core/mapping/definition.ts';
import { projectTarget } from '../../src/core/mapping/project.ts';
import { definition, now } from '../support/entries.ts';
import { follow } from '../support/following.ts';
import { sambaSuffix, startSamba, type Samba } from '../support/samba.ts';
import { ldapOptions } from './ldap-fixture.ts';

const people = `OU=People,${sambaSuffix}`;
const person = (name: string) =>
  `dn: CN=${name},${people}\nchangetype: add\nobjectClass: user\nsAMAccountName: ${name}\nuserAccountControl: 544\n`;

describe('a primary group of Active Directory (Samba)', () => {
  let server: Samba;
  before(async () => {
    server = await startSamba();
    await server.change(
      [
        `dn: ${people}\nchangetype: add\nobjectClass: organizationalUnit\n`,
        person('Anna'),
        person('Cleo'),
        `dn: CN=team,${people}\nchangetype: add\nobjectClass: group\nsAMAccountName: team\nmember: CN=Anna,${people}\nmember: CN=Cleo,${people}\n`,
      ].join('\n'),
    );
  });
  after(() => server.dispose());

  it('keeps its members, although the directory takes them out of `member` without a word', async () => {
    const target = definition({ directories: ['corp'], users: { userName: 'sAMAccountName' } });
    const options = ldapOptions(server.url, server.administrator, {
      users: { bases: [people] },
      groups: { bases: [people] },
    });
    const { user, group } = neededAttributes(target, 'corp');
    const source = createLdapSource(options);
    const follower = follow(source, { user: [...user], group: [...group] });
    const members = async (): Promise<string[]> => {
      const { kind } = await follower.check();
      const { resources } = projectTarget([...follower.directoryCache.known], target, now);
      const labels = new Map(resources.map(({ sourceId, label }) => [sourceId, label]));
      const team = resources.find(({ type }) => type === 'group') ?? assert.fail('no group');
      return [kind, ...team.members.map((id) => labels.get(id) ?? id).sort()];
    };
    const setPrimaryGroup = (rid: string) =>
      server.change(`dn: CN=Cleo,${people}\nchangetype: modify\nreplace: primaryGroupID\nprimaryGroupID: ${rid}\n`);
    assert.deepEqual(await members(), ['complete', 'Anna', 'Cleo']);
    const printed = await server.search('-b', `CN=team,${people}`, '-s', 'base', 'primaryGroupToken');
    await setPrimaryGroup(/^primaryGroupToken: (\d+)$/m.exec(printed)?.[1] ?? assert.fail(printed));
    assert.doesNotMatch(await server.search('-b', `CN=team,${people}`, '-s', 'base', 'member'), /Cleo/);
    assert.deepEqual(await members(), ['delta', 'Anna', 'Cleo']);
    await setPrimaryGroup('513');
    assert.deepEqual(await members(), ['delta', 'Anna', 'Cleo']);
    await server.change(`dn: CN=team,${people}\nchangetype: modify\ndelete: member\nmember: CN=Cleo,${people}\n`);
    assert.deepEqual(await members(), ['delta', 'Anna']);
  });
});

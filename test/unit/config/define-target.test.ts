import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { TestContext } from 'node:test';
import { defineTarget } from '../../../src/config/define-target.ts';
import { loadPreset, type PresetName } from '../../../src/config/preset.ts';
import type { MapRule, TargetDefinition } from '../../../src/core/mapping/definition.ts';
import { projectTarget } from '../../../src/core/mapping/project.ts';
import { entry, now } from '../../support/entries.ts';
import { loadText, withTarget } from './files.ts';

async function define(
  context: TestContext,
  lines: string,
  preset: PresetName = 'active-directory',
): Promise<TargetDefinition> {
  return defineTarget(await loadText(context, withTarget(lines)), 'wiki', new Map([['corp', preset]]));
}

function sources(rules: readonly MapRule[] | undefined): Record<string, string> {
  return Object.fromEntries((rules ?? []).map((rule) => [rule.path.text, rule.expression.source]));
}

describe('the presets', () => {
  for (const name of ['active-directory', 'openldap'] as const) {
    it(`${name} maps users and groups without a line of configuration`, async (t) => {
      const preset = await loadPreset(name);
      assert.ok('userName' in sources(preset.user));
      assert.ok('displayName' in sources(preset.group));
      const definition = await define(t, '', name);
      assert.deepEqual(sources(definition.maps.get('corp')?.user), sources(preset.user));
      assert.deepEqual(definition.match, { user: ['externalId', 'userName'], group: ['externalId', 'displayName'] });
    });
  }
});

it('a map in the configuration adds, replaces and removes key by key', async (t) => {
  const preset = sources((await loadPreset('active-directory')).user);
  const definition = await define(
    t,
    "users: { map: { nickName: cn, displayName: null, userName: { value: 'lower(mail)' } } }",
  );
  const rules = definition.maps.get('corp')?.user;
  const { displayName, ...rest } = preset;
  assert.ok(displayName !== undefined);
  assert.deepEqual(sources(rules), { ...rest, userName: 'lower(mail)', nickName: 'cn' });
  assert.deepEqual(sources(definition.maps.get('corp')?.group), sources((await loadPreset('active-directory')).group));
});

it('a key with other capitals is the same key', async (t) => {
  const definition = await define(t, 'users: { map: { USERNAME: cn } }');
  assert.equal(
    Object.keys(sources(definition.maps.get('corp')?.user)).filter((path) => path.toLowerCase() === 'username').length,
    1,
  );
  assert.deepEqual(definition.match.user, ['externalId', 'userName']);
});

it('removing what no preset has is a slip, and refused with its place', async (t) => {
  await assert.rejects(define(t, 'users: { map: { displayNam: null } }'), {
    code: 'D2S_CONFIG_INVALID',
    message: /dir2scim\.yaml:10:21: null removes displayNam from the preset map/,
    remedy: 'did you mean displayName?',
  });
});

it('a match path that nothing fills is refused', async (t) => {
  await assert.rejects(define(t, 'groups: { match: [nickName] }'), {
    code: 'D2S_CONFIG_INVALID',
    message: /targets\.wiki\.groups\.match: nickName is not mapped/,
  });
});

it('scope comes from the configuration', async (t) => {
  const definition = await define(
    t,
    'scope: { users: { where: \'department == "Sales"\', memberOf: [CN=a] }, groups: { nested: direct } }',
  );
  assert.equal(definition.scope.user.where?.source, 'department == "Sales"');
  assert.deepEqual(definition.scope.user.memberOf, ['CN=a']);
  assert.equal(definition.scope.group.where, undefined);
  assert.equal(definition.nested, 'direct');
});

describe('a profile fits the map to the target', () => {
  const rulesOf = async (t: TestContext, lines: string) => (await define(t, lines)).maps.get('corp');
  const applyOf = (rules: readonly MapRule[] | undefined) =>
    Object.fromEntries((rules ?? []).map((rule) => [rule.path.text, rule.apply]));

  it('what it drops leaves the map, with all its parts', async (t) => {
    const rules = await rulesOf(
      t,
      'profile: { users: { drop: [name, phoneNumbers.value, enterprise.manager] }, groups: { drop: [nickName] } }\ngroups: { map: { nickName: cn } }',
    );
    const paths = Object.keys(sources(rules?.user));
    assert.ok(paths.includes('userName') && paths.includes('addresses[type eq "work"].locality'));
    assert.ok(!paths.some((path) => /^name|^phoneNumbers|:manager$/.test(path)), paths.join());
    assert.deepEqual(sources(rules?.group), { displayName: 'cn' });
  });

  it('what it never changes is sent at creation only, and people are found by it all the same', async (t) => {
    const definition = await define(t, 'profile: { users: { immutable: [userName, name] } }');
    const apply = applyOf(definition.maps.get('corp')?.user);
    assert.deepEqual(
      [apply['userName'], apply['name.givenName'], apply['displayName'], apply['active']],
      ['create', 'create', 'always', 'always'],
    );
    assert.deepEqual(definition.match.user, ['externalId', 'userName']);
  });

  it('without updates, everything but active is sent at creation only', async (t) => {
    const rules = await rulesOf(t, 'profile: { users: { update: none }, groups: { update: none } }');
    const { active, ...others } = applyOf(rules?.user);
    assert.equal(active, 'always');
    assert.deepEqual(new Set(Object.values(others)), new Set(['create']));
    assert.deepEqual(applyOf(rules?.group), { displayName: 'create' });
  });

  it('with room for one, the element that is mapped first stays', async (t) => {
    const rules = await rulesOf(
      t,
      'profile: { values: { single: true } }\nusers: { map: { \'emails[type eq "home"].value\': info, emails: mail } }',
    );
    const paths = Object.keys(sources(rules?.user)).filter((path) => /^(emails|phoneNumbers|addresses)/.test(path));
    assert.deepEqual(
      new Set(paths.map((path) => path.replace(/\..*/, ''))),
      new Set(['emails[type eq "work"]', 'phoneNumbers[type eq "work"]', 'addresses[type eq "work"]']),
    );
    assert.equal(paths.filter((path) => path.startsWith('addresses')).length, 5);
  });

  it('with room for one, a list keeps its first value, whatever the order of the directory', async (t) => {
    const definition = await define(
      t,
      'profile: { values: { single: true } }\nusers: { map: { \'emails[type eq "work"].value\': null, emails: mail } }',
    );
    const entries = [
      entry('ann', { userPrincipalName: 'ann@x', displayName: 'Ann', mail: ['z@x', 'a@x'], userAccountControl: '512' }),
    ];
    const [ann] = projectTarget(entries, definition, now).resources;
    assert.deepEqual(ann?.attributes.get('emails'), [{ value: 'a@x' }]);
  });

  it('what it requires is known, but for what is marked as primary when it is written', async (t) => {
    const { required, profile } = await define(t, 'profile: github-emu');
    assert.equal(profile, 'github-emu');
    assert.deepEqual(
      required.user.map(({ text }) => text),
      ['externalId', 'active', 'userName', 'displayName', 'emails.value', 'emails.type'],
    );
    assert.deepEqual(
      required.group.map(({ text }) => text),
      ['displayName'],
    );
  });

  it('a required path that nothing is mapped to is refused, with the profile', async (t) => {
    await assert.rejects(define(t, 'profile: aws-identity-center\nusers: { map: { name.familyName: null } }'), {
      code: 'D2S_CONFIG_INVALID',
      message:
        'targets.wiki.users.map: the target requires name.familyName (profile aws-identity-center), and nothing is mapped to it',
      remedy: 'map name.familyName',
    });
    await assert.rejects(define(t, 'profile: { users: { required: [title], drop: [title] } }'), {
      message: /requires title/,
    });
  });

  it('a target without groups requires nothing of them, and has none in scope', async (t) => {
    const { required, scope } = await define(t, 'profile: zitadel');
    assert.deepEqual(required.group, []);
    assert.equal(scope.group.supported, false);
    assert.equal((await define(t, '')).scope.group.supported, true);
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { TestContext } from 'node:test';
import { defineTarget } from '../../../src/config/define-target.ts';
import { loadPreset, type PresetName } from '../../../src/config/preset.ts';
import type { MapRule, TargetDefinition } from '../../../src/core/mapping/definition.ts';
import { loadText, withTarget } from './files.ts';

async function define(context: TestContext, lines: string, preset: PresetName = 'active-directory'): Promise<TargetDefinition> {
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
  const definition = await define(t, "users: { map: { nickName: cn, displayName: null, userName: { value: 'lower(mail)' } } }");
  const rules = definition.maps.get('corp')?.user;
  const { displayName, ...rest } = preset;
  assert.ok(displayName !== undefined);
  assert.deepEqual(sources(rules), { ...rest, userName: 'lower(mail)', nickName: 'cn' });
  assert.deepEqual(sources(definition.maps.get('corp')?.group), sources((await loadPreset('active-directory')).group));
});

it('a key with other capitals is the same key', async (t) => {
  const definition = await define(t, 'users: { map: { USERNAME: cn } }');
  assert.equal(Object.keys(sources(definition.maps.get('corp')?.user)).filter((path) => path.toLowerCase() === 'username').length, 1);
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
  const definition = await define(t, "scope: { users: { where: 'department == \"Sales\"', memberOf: [CN=a] }, groups: { nested: direct } }");
  assert.equal(definition.scope.user.where?.source, 'department == "Sales"');
  assert.deepEqual(definition.scope.user.memberOf, ['CN=a']);
  assert.equal(definition.scope.group.where, undefined);
  assert.equal(definition.nested, 'direct');
});

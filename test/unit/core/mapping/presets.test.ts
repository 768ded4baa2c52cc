import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { loadPreset } from '../../../../src/config/preset.ts';
import { checkRule } from '../../../../src/core/mapping/check-rule.ts';
import type { TargetDefinition } from '../../../../src/core/mapping/definition.ts';
import { projectTarget } from '../../../../src/core/mapping/project.ts';
import type { Entry } from '../../../../src/core/model/entry.ts';
import { entry, group, now } from '../../../support/entries.ts';

const enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

async function targetOf(preset: 'active-directory' | 'openldap'): Promise<TargetDefinition> {
  const map = await loadPreset(preset);
  return {
    target: 'wiki',
    maps: new Map([['corp', map]]),
    scope: { user: { memberOf: [] }, group: { memberOf: [] } },
    nested: 'flatten',
    match: { user: ['externalId', 'userName'], group: ['externalId', 'displayName'] },
    required: { user: [], group: [] },
    profile: 'rfc7644',
  };
}

function valuesOf(entries: readonly Entry[], target: TargetDefinition, id: string): Record<string, unknown> {
  const { resources, rejected } = projectTarget(entries, target, now);
  assert.deepEqual(rejected, []);
  const { attributes } = resources.find(({ sourceId }) => sourceId === id) ?? assert.fail(id);
  return JSON.parse(
    JSON.stringify(Object.fromEntries([...attributes].filter(([, value]) => value !== null))),
  ) as Record<string, unknown>;
}

for (const preset of ['active-directory', 'openldap'] as const) {
  describe(`the preset for ${preset}`, () => {
    it('has rules whose expressions can give what their paths hold', async () => {
      const map = await loadPreset(preset);
      const all = [...map.user, ...map.group];
      assert.ok(all.length > 15);
      for (const { path, expression } of all) assert.equal(checkRule(path, expression), undefined, path.text);
    });

    it('maps an entry that has hardly anything', async () => {
      const target = await targetOf(preset);
      const own =
        preset === 'openldap' ? { uid: 'ann' } : { userPrincipalName: 'Ann@corp.example', userAccountControl: '512' };
      const bare = entry('ann', { cn: 'Ann', ...own });
      const values = valuesOf([bare], target, 'ann');
      assert.deepEqual(Object.keys(values).sort(), ['active', 'displayName', 'externalId', 'userName']);
      assert.equal(values['active'], true);
    });
  });
}

describe('people of Active Directory', () => {
  const boss = entry(
    'boss',
    { userPrincipalName: 'boss@corp.example', cn: 'Boss', userAccountControl: '512' },
    { dn: 'CN=Boss,DC=corp' },
  );
  const ann = entry('ann', {
    userPrincipalName: 'Ann.Ek@Corp.example',
    givenName: 'Ann',
    sn: 'Ek',
    cn: 'ann ek (sales)',
    mail: 'ann.ek@corp.example',
    userAccountControl: '66048',
    title: 'Buyer',
    telephoneNumber: '+46 8 1',
    mobile: '+46 70 1',
    facsimileTelephoneNumber: '+46 8 2',
    streetAddress: 'Gatan 1',
    l: 'Malmö',
    st: 'Skåne',
    postalCode: '211 00',
    c: 'SE',
    employeeID: '7',
    department: 'Sales',
    division: 'North',
    company: 'Corp',
    manager: 'CN=Boss,DC=corp',
  });

  it('get every attribute that they have', async () => {
    assert.deepEqual(valuesOf([ann, boss, group('sales', [ann.dn])], await targetOf('active-directory'), 'ann'), {
      externalId: 'ann',
      userName: 'ann.ek@corp.example',
      'name.givenName': 'Ann',
      'name.familyName': 'Ek',
      displayName: 'Ann Ek',
      active: true,
      title: 'Buyer',
      'emails[type eq "work"].value': 'ann.ek@corp.example',
      'phoneNumbers[type eq "work"].value': '+46 8 1',
      'phoneNumbers[type eq "mobile"].value': '+46 70 1',
      'phoneNumbers[type eq "fax"].value': '+46 8 2',
      'addresses[type eq "work"].streetAddress': 'Gatan 1',
      'addresses[type eq "work"].locality': 'Malmö',
      'addresses[type eq "work"].region': 'Skåne',
      'addresses[type eq "work"].postalCode': '211 00',
      'addresses[type eq "work"].country': 'SE',
      [`${enterprise}:employeeNumber`]: '7',
      [`${enterprise}:department`]: 'Sales',
      [`${enterprise}:division`]: 'North',
      [`${enterprise}:organization`]: 'Corp',
      [`${enterprise}:manager.value`]: { id: 'boss' },
    });
  });

  it('are inactive when their account is disabled', async () => {
    const disabled = entry('ann', { userPrincipalName: 'ann@corp.example', cn: 'Ann', userAccountControl: '514' });
    assert.equal(valuesOf([disabled], await targetOf('active-directory'), 'ann')['active'], false);
  });

  it('are inactive when their account has expired', async () => {
    const activeWith = async (accountExpires: string) =>
      valuesOf(
        [entry('ann', { userPrincipalName: 'ann@corp.example', cn: 'Ann', userAccountControl: '512', accountExpires })],
        await targetOf('active-directory'),
        'ann',
      )['active'];
    assert.equal(await activeWith('133485408000000000'), false);
    for (const time of ['0', '9223372036854775807', '157153824000000000'])
      assert.equal(await activeWith(time), true, time);
  });
});

describe('people of Active Directory whose userAccountControl may not be read', () => {
  it('are reported, and neither switched on nor off', async () => {
    const hidden = entry('ann', { userPrincipalName: 'ann@corp.example', cn: 'Ann' });
    const { resources, rejected } = projectTarget([hidden], await targetOf('active-directory'), now);
    assert.deepEqual(
      [resources, rejected.map(({ active, reasons }) => [active, reasons[0]?.code])],
      [[], [[undefined, 'active_unknown']]],
    );
  });
});

describe('people of OpenLDAP and 389 Directory Server', () => {
  it('get the first of several values', async () => {
    const ann = entry('ann', {
      uid: ['Ann', 'aek'],
      cn: ['Ann Ek', 'Ek'],
      givenName: ['Ann', 'Anna'],
      sn: 'Ek',
      mail: ['ann@x', 'ek@x'],
      departmentNumber: '12',
      ou: 'Sales',
    });
    assert.deepEqual(valuesOf([ann], await targetOf('openldap'), 'ann'), {
      externalId: 'ann',
      userName: 'ann',
      'name.givenName': 'Ann',
      'name.familyName': 'Ek',
      displayName: 'Ann Ek',
      active: true,
      'emails[type eq "work"].value': 'ann@x',
      [`${enterprise}:department`]: '12',
    });
  });

  it('are inactive when locked for good, and not while a lock-out passes', async () => {
    const target = await targetOf('openldap');
    const activeWith = (attributes: Record<string, string>) =>
      valuesOf([entry('ann', { uid: 'ann', cn: 'Ann', ...attributes })], target, 'ann')['active'];
    assert.equal(activeWith({ pwdAccountLockedTime: '000001010000Z' }), false);
    assert.equal(activeWith({ pwdAccountLockedTime: '20240229083000Z' }), true);
    assert.equal(activeWith({ nsAccountLock: 'TRUE' }), false);
    assert.equal(activeWith({ nsAccountLock: 'false' }), true);
  });
});

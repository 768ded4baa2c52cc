import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { projectTarget } from '../../../../src/core/mapping/project.ts';
import type { Reason } from '../../../../src/core/model/resource.ts';
import { definition, entry, group, now, type MapText } from '../../../support/entries.ts';

/** Why an entry is rejected that has a userName and what the map makes of its mail. */
function reasons(
  required: readonly string[],
  map: MapText,
  attributes: Parameters<typeof entry>[1] = {},
): readonly Reason[] {
  const target = definition({ users: { userName: 'uid', ...map }, required: { user: required } });
  const { resources, rejected } = projectTarget([entry('ann', { uid: 'ann', ...attributes })], target, now);
  assert.equal(resources.length + rejected.length, 1);
  return rejected[0]?.reasons ?? [];
}

describe('someone who lacks what the target requires', () => {
  it('is rejected, with the attribute and the profile', () => {
    assert.deepEqual(
      reasons(['name.familyName', 'enterprise.manager'], {
        'name.familyName': 'sn',
        'enterprise.manager': 'ref(manager)',
      }),
      [
        {
          code: 'required_missing',
          text: "the target's profile rfc7644 requires name.familyName, and this entry gives no value",
        },
        {
          code: 'required_missing',
          text: "the target's profile rfc7644 requires enterprise.manager, and this entry gives no value",
        },
      ],
    );
  });

  it('and whose rule fails, is told of the failure alone', () => {
    const found = reasons(
      ['title', 'nickName'],
      { title: 'title.matches("a")', nickName: 'cn' },
      { title: ['a', 'b'] },
    );
    assert.deepEqual(
      found.map(({ code }) => code),
      ['map_error'],
    );
  });

  it('still loses access when inactive in the directory', () => {
    const target = definition({
      users: { userName: 'uid', active: 'off != "TRUE"', title: 'title' },
      required: { user: ['title'] },
    });
    const { rejected } = projectTarget(
      [entry('ann', { uid: 'ann', off: 'TRUE' }), entry('ben', { uid: 'ben' })],
      target,
      now,
    );
    assert.deepEqual(
      rejected.map(({ label, active }) => [label, active]),
      [
        ['ann', false],
        ['ben', true],
      ],
    );
  });

  it('may be a group', () => {
    const target = definition({
      groups: { displayName: 'cn', 'urn:example:x:owner': 'owner' },
      required: { group: ['urn:example:x:owner'] },
    });
    const { rejected } = projectTarget([group('staff', [])], target, now);
    assert.deepEqual(
      rejected[0]?.reasons.map(({ text }) => text),
      ["the target's profile rfc7644 requires urn:example:x:owner, and this entry gives no value"],
    );
  });
});

describe('what is required is given', () => {
  const work = 'emails[type eq "work"].value';
  const cases: Readonly<Record<string, readonly [required: string, map: MapText, given: boolean]>> = {
    'by a rule of that path': ['name.familyName', { 'name.familyName': 'sn' }, true],
    'by a rule of that path that is sent at creation only': [
      'title',
      { title: { value: 'sn', apply: 'create' } },
      true,
    ],
    'by a part of it': ['name', { 'name.familyName': 'sn' }, true],
    'by an element of it': ['emails', { [work]: 'mail' }, true],
    'by the value of an element': ['emails.value', { [work]: 'mail' }, true],
    'by the filter of an element': ['emails.type', { [work]: 'mail' }, true],
    'not by another part of it': ['name.givenName', { 'name.familyName': 'sn' }, false],
    'not by an element without the part': ['emails.primary', { [work]: 'mail' }, false],
    'by an element with the part': [
      'emails.primary',
      { [work]: 'mail', 'emails[type eq "work"].primary': 'true' },
      true,
    ],
    'not by an element without a value': ['emails.type', { [work]: 'other' }, false],
    'by one of several elements': ['emails.value', { 'emails[type eq "home"].value': 'other', [work]: 'mail' }, true],
    'by a list whose elements have it': ['emails.type', { emails: 'mail.map(m, {"value": m, "type": "work"})' }, true],
    'not by a list one of whose elements lacks it': [
      'emails.type',
      { emails: '[{"value": "a", "type": "work"}, {"value": "b"}]' },
      false,
    ],
    'by a list of texts, for their values': ['emails.value', { emails: 'mail' }, true],
    'not by another element': ['emails[type eq "home"].value', { [work]: 'mail' }, false],
    'in any spelling': ['NAME.FAMILYNAME', { 'name.familyName': 'sn' }, true],
    'without a rule, when everyone has it': ['externalId', {}, true],
    'without a rule, as every user is active or not': ['active', {}, true],
  };
  for (const [how, [required, map, given]] of Object.entries(cases)) {
    it(how, () => {
      assert.deepEqual(
        reasons([required], map, { sn: 'Lee', mail: ['a@x'] }).map(({ code }) => code),
        given ? [] : ['required_missing'],
      );
    });
  }
});

it('a target without groups has none in scope, and they still decide which users are', () => {
  const target = definition({
    users: { userName: 'uid' },
    scope: { user: { memberOf: ['CN=staff,OU=Groups,DC=corp'] } },
  });
  const without = { ...target, scope: { ...target.scope, group: { ...target.scope.group, supported: false } } };
  const entries = [
    entry('ann', { uid: 'ann' }),
    entry('ben', { uid: 'ben' }),
    group('staff', ['CN=ann,OU=Staff,DC=corp']),
  ];
  const { resources } = projectTarget(entries, without, now);
  assert.deepEqual(
    resources.map(({ sourceId }) => sourceId),
    ['ann'],
  );
});

it('two who have the same login are told apart by nothing, also where it is sent at creation only', () => {
  const target = definition({ users: { userName: { value: 'uid', apply: 'create' } } });
  const { rejected } = projectTarget([entry('ann', { uid: 'x' }), entry('ben', { uid: 'X' })], target, now);
  assert.deepEqual(
    rejected.map(({ label, reasons: [reason] }) => [label, reason?.code]),
    [
      ['x', 'duplicate_match'],
      ['X', 'duplicate_match'],
    ],
  );
});

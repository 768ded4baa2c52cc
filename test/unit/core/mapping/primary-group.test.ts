import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { neededAttributes } from '../../../../src/core/mapping/definition.ts';
import { projectTarget } from '../../../../src/core/mapping/project.ts';
import type { Entry } from '../../../../src/core/model/entry.ts';
import { definition, dnOf, dnOfGroup, entry, group, now } from '../../../support/entries.ts';

const user = (id: string, rid: string, rest: Parameters<typeof entry>[2] = {}) =>
  entry(id, { mail: `${id}@x`, primaryGroupID: rid }, rest);
const sid = (rid: number) => {
  const bytes = new Uint8Array(28);
  bytes.set([1, 5, 0, 0, 0, 0, 0, 5, 21]);
  new DataView(bytes.buffer).setUint32(24, rid, true);
  return bytes;
};
const membersOf = (entries: readonly Entry[], target = definition()) =>
  Object.fromEntries(
    projectTarget(entries, target, now)
      .resources.filter(({ type }) => type === 'group')
      .map(({ sourceId, members }) => [sourceId, members]),
  );

describe('the primary group of Active Directory', () => {
  const people = [user('ann', '1105'), user('bob', '513'), user('cat', '1105')];

  it('has the users that name it, besides those that it names', () => {
    assert.deepEqual(membersOf([...people, group('staff', [dnOf('bob')], { primaryGroupToken: '1105' })]), {
      staff: ['ann', 'bob', 'cat'],
    });
    assert.deepEqual(membersOf([...people, group('staff', [dnOf('ann')], { primaryGroupToken: '1105' })]), {
      staff: ['ann', 'cat'],
    });
  });

  it('is found by the end of its objectSid, as exports have it', () => {
    assert.deepEqual(
      membersOf([
        ...people,
        group('staff', [], { objectSid: sid(1105) }),
        group('other', [], { objectSid: sid(70_000) }),
      ]),
      { staff: ['ann', 'cat'], other: [] },
    );
  });

  it('counts in other groups, and in the scope', () => {
    const groups = [group('staff', [], { primaryGroupToken: '1105' }), group('outer', [dnOfGroup('staff')])];
    assert.deepEqual(membersOf([...people, ...groups]), { staff: ['ann', 'cat'], outer: ['ann', 'cat'] });
    for (const scope of [
      { user: { memberOf: [dnOfGroup('outer')] } },
      { user: { where: `memberOf("${dnOfGroup('staff')}")` } },
    ]) {
      const { resources } = projectTarget([...people, ...groups], definition({ scope }), now);
      assert.deepEqual(
        resources.filter(({ type }) => type === 'user').map(({ sourceId }) => sourceId),
        ['ann', 'cat'],
      );
    }
  });

  it('is never one of another directory, or of another domain', () => {
    const groups = [
      group('staff', [], { primaryGroupToken: '1105' }),
      group('sub', [], { primaryGroupToken: '1105' }, { dn: 'CN=sub,OU=Groups,DC=lab,DC=corp' }),
      group('there', [], { primaryGroupToken: '1105' }, { directory: 'lab' }),
    ];
    const others = [
      user('eve', '1105', { directory: 'lab' }),
      user('fay', '1105', { dn: 'CN=fay,OU=Staff,DC=lab, DC=Corp' }),
    ];
    const target = definition({ directories: ['corp', 'lab'] });
    assert.deepEqual(membersOf([...people, ...others, ...groups], target), {
      staff: ['ann', 'cat'],
      sub: ['fay'],
      there: ['eve'],
    });
  });

  it('is asked for', () => {
    const needed = neededAttributes(definition(), 'corp');
    assert.ok(needed.user.has('primarygroupid'));
    assert.ok(needed.group.has('primarygrouptoken') && needed.group.has('objectsid'));
  });
});

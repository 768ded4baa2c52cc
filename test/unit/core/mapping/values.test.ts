import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { TargetDefinition } from '../../../../src/core/mapping/definition.ts';
import { projectTarget } from '../../../../src/core/mapping/project.ts';
import type { Entry } from '../../../../src/core/model/entry.ts';
import type { DesiredValue } from '../../../../src/core/model/resource.ts';
import { definition, entry, now } from '../../../support/entries.ts';

/** What one user gets. */
function attributesOf(
  entries: readonly Entry[],
  target: TargetDefinition,
  id = 'ann',
): Record<string, DesiredValue | null> {
  const { resources, rejected } = projectTarget(entries, target, now);
  const found = resources.find(({ sourceId }) => sourceId === id);
  if (found === undefined) throw new Error(`${id}: ${JSON.stringify(rejected)}`);
  return Object.fromEntries(found.attributes);
}

describe('texts of a resource', () => {
  const titleOf = (title: string) =>
    attributesOf([entry('ann', { uid: 'ann', title })], definition({ users: { userName: 'uid', title: 'title' } }))[
      'title'
    ];

  it('come without the space around them, and not at all when there is nothing to see', () => {
    assert.equal(titleOf(' Head  of\u00a0'), 'Head  of');
    for (const blank of [' ', '\t\n', '\u200b', '\u00ad\u3000', ''])
      assert.equal(titleOf(blank), null, JSON.stringify(blank));
    const users = {
      userName: 'uid',
      'name.formatted': '" " + uid + " "',
      roles: '["a ", " ", "a"]',
      nickName: 'uid == "ann" ? "yes" : "no"',
    };
    assert.deepEqual(attributesOf([entry('ann', { uid: ' ann ' })], definition({ users })), {
      externalId: 'ann',
      active: true,
      userName: 'ann',
      'name.formatted': 'ann',
      roles: [{ value: 'a' }],
      nickName: 'yes',
    });
  });

  it('are composed, and otherwise as they are', () => {
    assert.equal(titleOf('Cafe\u0301'), 'Caf\u00e9');
    assert.equal(titleOf('\ufb01ne \u2764\ufe0f'), '\ufb01ne \u2764\ufe0f');
    const hostile = `a${'\u0327\u0301'.repeat(50_000)}`;
    assert.equal(titleOf(hostile), hostile);
  });

  it('have no control characters where they are a login', () => {
    const { rejected } = projectTarget(
      [entry('ann', { uid: 'an\u0007n' }), entry('bob', { uid: 'bo\u202eb' })],
      definition({ users: { userName: 'uid' } }),
      now,
    );
    assert.deepEqual(
      rejected.map(({ reasons }) => reasons[0]?.text),
      ['userName: has a control character (U+0007)', 'userName: has a control character (U+202E)'],
    );
  });
});

describe('one value of several', () => {
  const loginOf = (uid: readonly string[], dn: string) =>
    attributesOf([entry('ann', { uid }, { dn })], definition({ users: { userName: 'uid' } }))['userName'];

  it('is the same whatever their order', () => {
    assert.equal(loginOf(['b', 'a'], 'cn=x,dc=y'), 'a');
    assert.equal(loginOf(['a', 'b'], 'cn=x,dc=y'), 'a');
  });

  it('leaves the others as choices, unless the name of the entry or the values leave none', () => {
    const choicesOf = (uid: readonly string[], dn: string, rule = 'uid') => {
      const [resource] = projectTarget(
        [entry('ann', { uid }, { dn })],
        definition({ users: { userName: rule, active: 'uid.exists(u, u == "b")' } }),
        now,
      ).resources;
      return resource?.choices === undefined ? undefined : Object.fromEntries(resource.choices);
    };
    assert.deepEqual(choicesOf(['b', 'a', 'c'], 'cn=x,dc=y'), { userName: ['b', 'c'] });
    assert.deepEqual(choicesOf(['b', 'a'], 'cn=x,dc=y', 'lower(first(uid)) + "@x"'), { userName: ['b@x'] });
    assert.equal(choicesOf(['b', 'a'], 'uid=b,dc=y'), undefined);
    assert.equal(choicesOf(['b', 'a'], 'cn=x,dc=y', 'first(uid.filter(u, u == "b"))'), undefined);
    assert.equal(choicesOf(['b', 'b '], 'cn=x,dc=y'), undefined);
  });

  it('is the one in the name of the entry, however that is spelled', () => {
    assert.equal(loginOf(['a', 'B'], 'uid=b,dc=y'), 'B');
    assert.equal(loginOf(['a', 'b'], 'cn=x+userid=b,dc=y'), 'b');
    assert.equal(loginOf(['a', 'b,c'], 'UID=b\\,c,dc=y'), 'b,c');
    assert.equal(loginOf(['a', 'b'], 'cn=x,uid=b,dc=y'), 'a');
  });
});

describe('what replication left behind', () => {
  const conflict = (dn: string) => entry('conflict', { mail: 'ann@x' }, { dn });

  it('is reported, and takes nothing from the real entry', () => {
    for (const dn of [
      'CN=Ann\\0ACNF:0dbd5c2c-9d8b-4c62-8f5b-1f0c3b9a2d11,OU=Staff,DC=corp',
      'nsuniqueid=66446001-1dd211b2-ee4e8e72-b1b2c3d4+uid=ann,dc=corp',
    ]) {
      const { resources, rejected } = projectTarget([entry('ann', { mail: 'ann@x' }), conflict(dn)], definition(), now);
      assert.deepEqual(
        resources.map(({ sourceId }) => sourceId),
        ['ann'],
      );
      assert.deepEqual(
        rejected.map(({ sourceId, reasons }) => [sourceId, reasons.map(({ code }) => code)]),
        [['conflict', ['replication_conflict']]],
      );
    }
  });

  it('is not who only stands beneath such a container, or has such a name', () => {
    for (const dn of [
      'CN=Ann,OU=Staff\\0ACNF:0dbd5c2c-9d8b-4c62-8f5b-1f0c3b9a2d11,DC=corp',
      'CN=CNF:0dbd5c2c-9d8b-4c62-8f5b-1f0c3b9a2d11,DC=corp',
      'nsuniqueid=66446001-1dd211b2-ee4e8e72-b1b2c3d4,dc=corp',
    ]) {
      assert.equal(projectTarget([conflict(dn)], definition(), now).rejected.length, 0, dn);
    }
  });
});

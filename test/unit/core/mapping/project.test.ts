import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { TargetDefinition } from '../../../../src/core/mapping/definition.ts';
import { projectTarget } from '../../../../src/core/mapping/project.ts';
import type { Entry } from '../../../../src/core/model/entry.ts';
import { Reference, type DesiredValue } from '../../../../src/core/model/resource.ts';
import { definition, dnOf, dnOfGroup, entry, group, now } from '../../../support/entries.ts';

const manager = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value';

function ids(entries: readonly Entry[], target: TargetDefinition): string[] {
  return projectTarget(entries, target, now).resources.map(({ sourceId }) => sourceId);
}

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

describe('a resource', () => {
  it('has the source id as its externalId, and is active unless a rule says otherwise', () => {
    const { resources } = projectTarget([entry('ann', { mail: 'Ann@x' }), group('staff', [])], definition(), now);
    assert.deepEqual(
      resources.map(({ attributes }) => Object.fromEntries(attributes)),
      [
        { externalId: 'ann', active: true, userName: 'ann@x' },
        { externalId: 'staff', displayName: 'staff' },
      ],
    );
    assert.deepEqual(
      resources.map(({ label }) => label),
      ['ann@x', 'staff'],
    );
  });

  it('has null where a rule gives no value, so that the target loses what it has', () => {
    const users = { userName: 'uid', title: 'title', nickName: '""', 'name.givenName': 'givenName.filter(x, false)' };
    assert.deepEqual(attributesOf([entry('ann', { uid: 'ann', givenName: 'Ann' })], definition({ users })), {
      externalId: 'ann',
      active: true,
      userName: 'ann',
      title: null,
      nickName: null,
      'name.givenName': null,
    });
  });

  it('does not have the path where the value of the target is to be left alone', () => {
    const users = { userName: 'uid', title: 'ignoreIfEmpty(title)' };
    assert.ok(!('title' in attributesOf([entry('ann', { uid: 'ann' })], definition({ users }))));
    assert.equal(attributesOf([entry('ann', { uid: 'ann', title: 'Dr' })], definition({ users }))['title'], 'Dr');
  });

  it('keeps apart what is only sent on creation; whether someone is active never is', () => {
    const users = {
      userName: 'uid',
      locale: { value: '"en"', apply: 'create' },
      active: { value: 'false', apply: 'create' },
    } as const;
    const [resource] = projectTarget([entry('ann', { uid: 'ann' })], definition({ users }), now).resources;
    assert.deepEqual([...(resource?.createOnly ?? [])], [['locale', 'en']]);
    assert.equal(resource?.attributes.get('active'), false);
    assert.ok(!resource.attributes.has('locale'));
  });

  it('is of its own directory: each has its map, and one without a map has no part in the target', () => {
    const target = definition({ directories: ['corp', 'lab'], users: { userName: 'uid' } });
    const entries = [
      entry('a', { uid: 'a' }),
      entry('b', { uid: 'b' }, { directory: 'lab' }),
      entry('c', { uid: 'c' }, { directory: 'other' }),
    ];
    assert.deepEqual(ids(entries, target), ['a', 'b']);
  });
});

describe('values of a resource', () => {
  const photo = Uint8Array.from([1, 2]);
  const ann = entry('ann', { uid: 'ann', mail: ['b@x', 'a@x', 'b@x'], flag: 'TRUE', lower: 'false', photo, n: '7' });
  const valueOf = (path: string, expression: string) => {
    const { resources, rejected } = projectTarget(
      [ann],
      definition({ users: { userName: 'uid', [path]: expression } }),
      now,
    );
    return resources[0] === undefined ? rejected[0]?.reasons[0]?.text : [...resources[0].attributes.values()].at(-1);
  };

  it('are the first of several where there is room for one', () => {
    assert.equal(valueOf('title', 'mail'), 'a@x');
    assert.equal(valueOf('emails[type eq "work"].value', 'mail'), 'a@x');
    assert.equal(valueOf('enterprise.department', 'mail.filter(m, m != "a@x")'), 'b@x');
  });

  it('are sets in a fixed order where there is room for several', () => {
    assert.deepEqual(valueOf('emails', 'mail'), [{ value: 'a@x' }, { value: 'b@x' }]);
    assert.deepEqual(valueOf('roles', '["z", "a", "z"]'), [{ value: 'a' }, { value: 'z' }]);
    assert.deepEqual(valueOf('roles', 'uid'), [{ value: 'ann' }]);
    assert.deepEqual(valueOf('emails', 'mail.map(m, {"value": m, "type": "work", "display": null})'), [
      { value: 'a@x', type: 'work' },
      { value: 'b@x', type: 'work' },
    ]);
    assert.deepEqual(valueOf('urn:example:x:tags', 'mail'), ['a@x', 'b@x']);
    assert.deepEqual(valueOf('urn:example:x:tags', '["only"]'), ['only']);
  });

  it('keep their kind where the standard leaves it open, and are text where it wants text', () => {
    assert.equal(valueOf('urn:example:x:level', 'int(n) + 1'), 8);
    assert.equal(valueOf('urn:example:x:flag', 'bool(flag)'), true);
    assert.deepEqual(valueOf('name', '{"givenName": "A", "familyName": ""}'), { givenName: 'A' });
    assert.equal(valueOf('title', '[int(n)][0]'), '7');
  });

  it('are true and false for the booleans of LDAP where SCIM has booleans', () => {
    assert.equal(valueOf('active', 'flag'), true);
    assert.equal(valueOf('active', 'lower'), false);
    assert.equal(valueOf('emails[type eq "work"].primary', 'flag'), true);
  });

  it('are errors that name path and reason where they do not fit, without the value', () => {
    assert.equal(valueOf('active', 'n'), 'active: wants true or false, and the expression gave text');
    assert.equal(
      valueOf('active', 'none'),
      'active: there is no value, so that nobody knows whether they are active; they are left as they are',
    );
    const refusal = (path: string, expression: string) => JSON.stringify(valueOf(path, expression)).slice(1, -1);
    assert.match(refusal('title', 'photo'), /^title: wants text, and the expression gave bytes; use base64\(\)/);
    assert.match(refusal('urn:example:x:photo', 'photo'), /base64/);
    assert.match(refusal('title', 'ref(uid)'), /a reference/);
    assert.match(refusal('title', '[true][0]'), /true or false/);
    assert.match(refusal('title', 'string(int(uid))'), /^title: int\(\) needs a whole number/);
  });
});

describe('an entry that cannot be mapped', () => {
  it('is rejected with every reason, and with what is known of its activity', () => {
    const users = { userName: 'uid', title: 'string(int(uid))', nickName: 'lower(photo)', active: '!bit(uac, 2)' };
    const broken = entry('ann', { uid: 'ann', uac: '514', photo: Uint8Array.from([255]) });
    const { resources, rejected } = projectTarget(
      [broken, entry('bob', { uid: '7', uac: '512' })],
      definition({ users }),
      now,
    );
    assert.deepEqual(
      resources.map(({ sourceId }) => sourceId),
      ['bob'],
    );
    assert.equal(rejected[0]?.active, false);
    assert.deepEqual(
      rejected[0].reasons.map(({ code, text }) => `${code} ${text.split(':')[0] ?? ''}`),
      ['map_error title', 'map_error nickName'],
    );
    assert.equal(rejected[0].label, 'ann');
  });

  it('is one without the name that SCIM requires', () => {
    const { rejected } = projectTarget([entry('ann'), group('staff', [], { cn: [''] })], definition(), now);
    assert.deepEqual(
      rejected.map(({ sourceId, reasons }) => [sourceId, reasons[0]?.text]),
      [
        ['ann', 'userName: there is no value, and one is required'],
        ['staff', 'displayName: there is no value, and one is required'],
      ],
    );
    assert.equal(rejected[0]?.label, dnOf('ann'));
  });
});

describe('whoever may be active or not', () => {
  it('is reported, and known neither as active nor as inactive, when the attribute does not come', () => {
    const target = definition({ users: { userName: 'uid', active: '!bit(uac, 2)' } });
    const { resources, rejected } = projectTarget(
      [entry('ann', { uid: 'ann', uac: '512' }), entry('bob', { uid: 'bob' })],
      target,
      now,
    );
    assert.deepEqual(
      resources.map(({ sourceId }) => sourceId),
      ['ann'],
    );
    assert.deepEqual(
      rejected.map(({ sourceId, active, reasons }) => [sourceId, active, reasons.map(({ code }) => code)]),
      [['bob', undefined, ['active_unknown']]],
    );
  });
});

describe('the scope', () => {
  const people = [
    entry('ann', { mail: 'a@x', department: 'Sales' }),
    entry('bob', { mail: 'b@x', department: 'Legal' }),
    entry('cat', { mail: 'c@x' }),
  ];

  it('is everyone without conditions', () => assert.deepEqual(ids(people, definition()), ['ann', 'bob', 'cat']));

  it('is who fulfils the condition; null does not', () => {
    assert.deepEqual(ids(people, definition({ scope: { user: { where: 'department in ["Sales", "Support"]' } } })), [
      'ann',
    ]);
    assert.deepEqual(ids(people, definition({ scope: { user: { where: 'department == "Sales" && none' } } })), []);
  });

  it('is who belongs to one of the groups, directly, through others or in circles', () => {
    const groups = [
      group('app', [dnOfGroup('inner')]),
      group('inner', [dnOf('ann'), dnOfGroup('app')]),
      group('other', [dnOf('cat').toUpperCase()]),
    ];
    const target = (memberOf: string[]) => definition({ scope: { user: { memberOf } } });
    assert.deepEqual(ids([...people, ...groups], target([dnOfGroup('app')])), ['ann', 'app', 'inner', 'other']);
    assert.deepEqual(ids([...people, ...groups], target([dnOfGroup('app'), 'cn=OTHER, ou=groups, dc=corp'])), [
      'ann',
      'cat',
      'app',
      'inner',
      'other',
    ]);
    assert.deepEqual(ids([...people, ...groups], definition({ scope: { group: { memberOf: [dnOfGroup('app')] } } })), [
      'ann',
      'bob',
      'cat',
      'app',
      'inner',
    ]);
    assert.deepEqual(
      ids([...people, ...groups], definition({ scope: { user: { where: `memberOf("${dnOfGroup('app')}")` } } })),
      ['ann', 'app', 'inner', 'other'],
    );
  });

  it('needs all conditions', () => {
    const scope = { user: { where: 'department == "Legal"', memberOf: [dnOfGroup('app')] } };
    assert.deepEqual(
      ids(
        [
          ...people,
          group(
            'app',
            people.map(({ dn }) => dn),
          ),
        ],
        definition({ scope }),
      ),
      ['bob', 'app'],
    );
  });

  it('never shrinks because one of its groups is missing', () => {
    for (const scope of [
      { user: { memberOf: [dnOfGroup('gone')] } },
      { group: { memberOf: [dnOf('ann')] } },
      { user: { where: 'memberOf("CN=gone")' } },
    ]) {
      assert.throws(() => projectTarget(people, definition({ scope }), now), { code: 'D2S_SCOPE_GROUP_MISSING' });
    }
  });

  it('does not lose someone whose condition fails: they are rejected, and still end when they are inactive', () => {
    const users = { userName: 'mail', active: '!bit(uac, 2)' };
    const odd = entry('dan', { mail: 'd@x', level: 'high', uac: '2' });
    const { resources, rejected } = projectTarget(
      [entry('ann', { mail: 'a@x', level: '3', uac: '512' }), odd],
      definition({ users, scope: { user: { where: 'int(level) > 1' } } }),
      now,
    );
    assert.deepEqual(
      resources.map(({ sourceId }) => sourceId),
      ['ann'],
    );
    assert.deepEqual(rejected, [
      {
        sourceId: 'dan',
        directory: 'corp',
        type: 'user',
        label: 'd@x',
        active: false,
        reasons: [{ code: 'map_error', text: 'scope: int() needs a whole number, and got text' }],
      },
    ]);
  });
});

describe('references', () => {
  const users = { userName: 'uid', 'enterprise.manager': 'ref(manager)' };
  const boss = entry('boss', { uid: 'boss' });

  it('point to source ids, under one path however it is written', () => {
    const ann = entry('ann', { uid: 'ann', manager: 'cn=Boss,OU=Staff, DC=corp' });
    for (const path of [
      'enterprise.manager',
      'enterprise.manager.value',
      'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager',
    ]) {
      const attributes = attributesOf([ann, boss], definition({ users: { userName: 'uid', [path]: 'ref(manager)' } }));
      assert.deepEqual(attributes[manager], new Reference('boss'), path);
    }
    const both = attributesOf([ann, boss], definition({ users: { ...users, 'enterprise.manager.value': 'null' } }));
    assert.equal(both[manager], null);
    assert.equal(Object.keys(both).length, 4);
  });

  it('have no value while the other is not in scope', () => {
    const ann = entry('ann', { uid: 'ann', manager: dnOf('boss') });
    assert.equal(attributesOf([ann], definition({ users }))[manager], null);
    assert.equal(
      attributesOf([ann, boss], definition({ users, scope: { user: { where: 'uid == "ann"' } } }))[manager],
      null,
    );
  });

  it('stay with someone who cannot be written at the moment', () => {
    const ann = entry('ann', { uid: 'ann', manager: dnOf('boss') });
    assert.deepEqual(attributesOf([ann, entry('boss')], definition({ users }))[manager], new Reference('boss'));
  });

  it('look in the own directory first, and in those that it sees only where the name is the only one', () => {
    const sees = { corp: ['lab', 'third'] };
    const target = definition({ directories: ['corp', 'lab', 'third'], sees, users });
    const ann = entry('ann', { uid: 'ann', manager: dnOf('boss') });
    const there = (id: string, directory: string) => entry(id, { uid: id }, { directory, dn: dnOf('boss') });
    assert.deepEqual(attributesOf([there('lab-boss', 'lab'), ann], target)[manager], new Reference('lab-boss'));
    assert.deepEqual(attributesOf([there('lab-boss', 'lab'), ann, boss], target)[manager], new Reference('boss'));
    assert.equal(attributesOf([there('lab-boss', 'lab'), there('third-boss', 'third'), ann], target)[manager], null);
    assert.equal(
      attributesOf([there('lab-boss', 'lab'), ann], definition({ directories: ['corp', 'lab'], users }))[manager],
      null,
    );
  });
});

describe('members', () => {
  const people = ['ann', 'bob', 'cat'].map((id) => entry(id, { mail: `${id}@x` }));
  const membersOf = (entries: readonly Entry[], target: TargetDefinition) =>
    Object.fromEntries(
      projectTarget(entries, target, now)
        .resources.filter(({ type }) => type === 'group')
        .map(({ sourceId, members }) => [sourceId, members]),
    );
  const nest = [
    group('outer', [dnOfGroup('inner'), dnOf('cat'), dnOf('cat').toLowerCase(), 'CN=nobody,DC=corp']),
    group('inner', [dnOf('bob'), dnOf('ann'), dnOfGroup('outer'), dnOfGroup('inner')]),
  ];

  it('are everyone beneath the group when nested groups are flattened', () => {
    assert.deepEqual(membersOf([...people, ...nest], definition()), {
      outer: ['ann', 'bob', 'cat'],
      inner: ['ann', 'bob', 'cat'],
    });
  });

  it('are users and groups when they are kept, but never the group itself', () => {
    assert.deepEqual(membersOf([...people, ...nest], definition({ nested: 'keep' })), {
      outer: ['cat', 'inner'],
      inner: ['ann', 'bob', 'outer'],
    });
  });

  it('are users alone when only direct ones count', () => {
    assert.deepEqual(membersOf([...people, ...nest], definition({ nested: 'direct' })), {
      outer: ['cat'],
      inner: ['ann', 'bob'],
    });
  });

  it('are only those in scope, also those who cannot be written at the moment', () => {
    const target = definition({ scope: { user: { where: 'none == null && department != "x"' } } });
    const entries = [
      entry('ann', { mail: 'a@x', department: 'x' }),
      entry('bob'),
      entry('cat', { mail: 'c@x' }),
      ...nest,
    ];
    assert.deepEqual(membersOf(entries, target)['outer'], ['bob', 'cat']);
  });

  it('come from uniqueMember too, with or without a bit string behind the DN', () => {
    const unique = entry(
      'u',
      { cn: 'u', uniqueMember: [`${dnOf('ann')}#'0101'B`, dnOf('bob')] },
      { type: 'group', dn: dnOfGroup('u') },
    );
    assert.deepEqual(membersOf([...people, unique], definition()), { u: ['ann', 'bob'] });
  });

  it('are flattened through groups that the target does not have', () => {
    assert.deepEqual(membersOf([...people, ...nest], definition({ scope: { group: { where: 'cn == "outer"' } } })), {
      outer: ['ann', 'bob', 'cat'],
    });
  });
});

describe('resources with the same match value', () => {
  it('are all rejected, each naming the others', () => {
    const entries = [
      entry('a', { mail: 'x@x' }),
      entry('b', { mail: 'X@X' }),
      entry('c', { mail: 'y@x' }),
      group('x@x', []),
    ];
    const { resources, rejected } = projectTarget(entries, definition(), now);
    assert.deepEqual(
      resources.map(({ sourceId }) => sourceId),
      ['c', 'x@x'],
    );
    assert.deepEqual(
      rejected.map(({ sourceId, active, reasons }) => [sourceId, active, reasons]),
      [
        ['a', true, [{ code: 'duplicate_match', text: 'userName is the same as that of b' }]],
        ['b', true, [{ code: 'duplicate_match', text: 'userName is the same as that of a' }]],
      ],
    );
  });

  it('do not include who is out of scope, or who has no value', () => {
    const users = { userName: 'uid', 'emails[type eq "work"].value': 'mail' };
    const match = { user: ['emails[type eq "work"].value'] };
    const entries = [
      entry('a', { uid: 'a', mail: 'x@x' }),
      entry('b', { uid: 'b', mail: 'x@x' }),
      entry('c', { uid: 'c' }),
      entry('d', { uid: 'd' }),
    ];
    assert.deepEqual(ids(entries, definition({ users, match, scope: { user: { where: 'uid != "b"' } } })), [
      'a',
      'c',
      'd',
    ]);
    assert.deepEqual(ids(entries, definition({ users, match })), ['c', 'd']);
  });

  it('name a few of very many', () => {
    const entries = Array.from({ length: 3000 }, (_, at) => entry(String(at).padStart(4, '0'), { mail: 'same@x' }));
    const { rejected } = projectTarget(entries, definition(), now);
    assert.equal(rejected.length, 3000);
    assert.equal(
      rejected[1]?.reasons[0]?.text,
      'userName is the same as that of 0000, 0002, 0003, 0004, 0005 and 2994 more',
    );
    assert.equal(
      rejected[2000]?.reasons[0]?.text,
      'userName is the same as that of 0000, 0001, 0002, 0003, 0004 and 2994 more',
    );
  });
});

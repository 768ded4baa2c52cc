import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { explainEntry } from '../../../../src/core/mapping/explain.ts';
import { draftProjection, projectTarget } from '../../../../src/core/mapping/project.ts';
import { Reference } from '../../../../src/core/model/resource.ts';
import { definition, dnOf, dnOfGroup, entry, group, now } from '../../../support/entries.ts';

const target = definition({
  users: {
    userName: 'lower(mail)',
    title: 'title',
    nickName: 'ignoreIfEmpty(nick)',
    'enterprise.manager': 'ref(manager)',
    locale: { value: '"en"', apply: 'create' },
    timezone: 'string(int(zone))',
  },
  scope: { user: { where: 'int(level) > 1', memberOf: [dnOfGroup('app')] }, group: { where: 'cn != "hidden"' } },
});

const entries = [
  entry('ann', { mail: 'Ann@x', level: '2', manager: dnOf('bob') }),
  entry('bob', { mail: 'Bob@x', level: '2', zone: 'noon' }),
  entry('cat', { mail: 'cat@x', level: '1' }),
  entry('dan', { mail: 'dan@x', level: 'high' }),
  entry('eve', { mail: 'eve@x' }),
  group('app', ['ann', 'bob', 'cat', 'dan'].map(dnOf)),
  group('outer', [dnOfGroup('app')]),
  group('hidden', [dnOf('ann')]),
];

function explain(id: string) {
  const explanation = explainEntry(id, entries, target, draftProjection(entries, target, now));
  assert.ok(explanation);
  return explanation;
}

describe('the explanation of an entry', () => {
  it('shows scope, rules, resource and groups', () => {
    const { conditions, rules, resource, rejected, groups, inScope, dn } = explain('ann');
    assert.equal(dn, dnOf('ann'));
    assert.equal(inScope, 'yes');
    assert.deepEqual(conditions, [
      { kind: 'memberOf', text: dnOfGroup('app'), holds: true, error: undefined, why: undefined },
      { kind: 'where', text: 'int(level) > 1', holds: true, error: undefined, why: undefined },
    ]);
    assert.deepEqual(
      rules.map(({ source, apply, result }) => [source, apply, result]),
      [
        ['lower(mail)', 'always', { kind: 'value', value: 'ann@x' }],
        ['title', 'always', { kind: 'none' }],
        ['ignoreIfEmpty(nick)', 'always', { kind: 'unmanaged' }],
        ['ref(manager)', 'always', { kind: 'value', value: new Reference('bob') }],
        ['"en"', 'create', { kind: 'value', value: 'en' }],
        ['string(int(zone))', 'always', { kind: 'none' }],
      ],
    );
    assert.equal(rejected, undefined);
    assert.deepEqual(groups, [
      { sourceId: 'app', label: 'app' },
      { sourceId: 'outer', label: 'outer' },
    ]);
    assert.deepEqual(
      resource,
      projectTarget(entries, target, now).resources.find(({ sourceId }) => sourceId === 'ann'),
    );
  });

  it('shows which rule fails', () => {
    const { rules, resource, rejected } = explain('bob');
    assert.deepEqual(rules.at(-1)?.result, {
      kind: 'error',
      code: 'map_error',
      text: 'int() needs a whole number, and got text',
    });
    assert.equal(resource, undefined);
    assert.deepEqual(
      rejected?.reasons.map(({ code }) => code),
      ['map_error'],
    );
  });

  it('shows by which condition someone is out of scope, and what they would hold', () => {
    const cat = explain('cat');
    assert.deepEqual([cat.inScope, ...cat.conditions.map(({ holds }) => holds)], ['no', true, false]);
    assert.deepEqual(cat.rules[0]?.result, { kind: 'value', value: 'cat@x' });
    assert.deepEqual([cat.resource, cat.rejected, cat.groups], [undefined, undefined, []]);
    const eve = explain('eve');
    assert.deepEqual([eve.inScope, ...eve.conditions.map(({ holds }) => holds)], ['no', false, false]);
  });

  it('shows a condition that cannot be evaluated', () => {
    const { inScope, conditions, rejected } = explain('dan');
    assert.equal(inScope, 'unknown');
    assert.deepEqual(conditions[1], {
      kind: 'where',
      text: 'int(level) > 1',
      holds: null,
      error: 'int() needs a whole number, and got text',
      why: undefined,
    });
    assert.equal(rejected?.reasons[0]?.code, 'map_error');
  });

  it('is nothing for who is in no directory', () =>
    assert.equal(explainEntry('nobody', entries, target, draftProjection(entries, target, now)), undefined));
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Link } from '../../../../src/core/model/link.ts';
import type { Operation } from '../../../../src/core/model/plan.ts';
import { Reference } from '../../../../src/core/model/resource.ts';
import { buildPlan } from '../../../support/in-one-go.ts';
import type { Departure } from '../../../../src/core/planning/departures.ts';
import {
  daysAgo,
  group,
  inShort,
  linkOf,
  match,
  now,
  planInput,
  rejected,
  user,
  type Situation,
} from '../../../support/plan-input.ts';

const plan = (situation: Situation) => buildPlan(planInput(situation));
const anna = user('anna', { userName: 'anna' });
const off = user('anna', { userName: 'anna', active: false });
const changed = user('anna', { userName: 'anna.berg' });
const departed = (link: Link, cause: Departure['cause'] = 'absent'): Situation => ({
  links: [link],
  departures: [{ link, cause }],
});

/** Operations in short, and how many links change or go without a request. */
function row(situation: Situation): [string[], number, number] {
  const { operations, remembered, forgotten } = plan(situation);
  return [inShort(operations), remembered.length, forgotten.length];
}

function only<V extends Operation['verb']>(
  operations: readonly Operation[],
  verb: V,
): Operation & { readonly verb: V } {
  const found = operations.filter((one): one is Operation & { readonly verb: V } => one.verb === verb);
  assert.equal(found.length, 1, `one ${verb} in ${inShort(operations).join(', ')}`);
  return found[0] ?? assert.fail();
}

describe('buildPlan without a link and without a match', () => {
  it('creates who is wanted active', () => assert.deepEqual(row({ resources: [anna] }), [['create anna'], 0, 0]));
  it('leaves who is wanted inactive', () => assert.deepEqual(row({ resources: [off] }), [[], 0, 0]));
  it('creates who is wanted inactive when the target is to have such accounts', () =>
    assert.deepEqual(row({ resources: [off], createInactive: true }), [['create anna'], 0, 0]));
  it('does nothing for who is rejected', () =>
    assert.deepEqual(row({ rejected: [rejected('anna', false)] }), [[], 0, 0]));
  it('sends what is only for the creation, and what is kept in step', () => {
    const { attributes, again } = only(
      plan({ resources: [{ ...anna, createOnly: new Map([['locale', 'de']]) }] }).operations,
      'create',
    );
    assert.deepEqual([attributes.get('locale'), attributes.get('userName'), again], ['de', 'anna', false]);
  });
});

describe('buildPlan with someone who leaves', () => {
  const boss = user('boss');
  const report = user('anna', { userName: 'anna', manager: new Reference('boss') });
  const links = [linkOf(boss), linkOf(report)];
  it('says for whose departure a reference is cleared', () => {
    const { operations } = plan({
      resources: [user('anna', { userName: 'anna', manager: null })],
      links,
      departures: [{ link: linkOf(boss), cause: 'absent' }],
    });
    assert.deepEqual(only(operations, 'update').changes, [{ path: 'manager', change: 'clear', leaver: 'boss' }]);
  });
});

describe('buildPlan with a match', () => {
  it('adopts who is wanted active, and changes what differs', () => {
    const { operations } = plan({ resources: [anna], matches: [match('anna', true, { userName: 'ANNA' })] });
    const { changes, targetActive } = only(operations, 'adopt');
    assert.deepEqual(changes, [{ path: 'userName', change: 'set', value: 'anna', had: true }]);
    assert.equal(targetActive, true);
  });
  it('leaves off who was switched off there, and says so', () => {
    const { operations } = plan({ resources: [anna], matches: [match('anna', false, { userName: 'anna' })] });
    assert.deepEqual(
      operations.map(({ verb }) => verb),
      ['adopt'],
    );
    const { changes, leftDisabled } = only(operations, 'adopt');
    assert.deepEqual([changes, leftDisabled], [[], true]);
  });
  it('switches on who was switched off there where that is wanted, as an operation of its own behind the adoption', () => {
    for (const wanted of [{ reactivateAdopted: true }, { wantedBack: new Set(['anna']) }]) {
      const { operations } = plan({
        resources: [anna],
        matches: [match('anna', false, { userName: 'anna' })],
        ...wanted,
      });
      assert.deepEqual(
        operations.map(({ verb }) => verb),
        ['adopt', 'reactivate'],
      );
      assert.deepEqual(only(operations, 'reactivate').changes, [
        { path: 'active', change: 'set', value: true, had: true },
      ]);
      assert.equal(only(operations, 'adopt').leftDisabled, undefined);
    }
  });
  it('links whom we switched off as that, so that their access is still wanted when it was held', () => {
    const ours = match('anna', false, { userName: 'anna' });
    const { operations } = plan({ resources: [anna], matches: [[ours[0], { ...ours[1], wasOurs: true }]] });
    assert.deepEqual(
      operations.map(({ verb }) => verb),
      ['adopt', 'reactivate'],
    );
    assert.equal(only(operations, 'adopt').attributes.get('active'), false);
  });
  it('switches on whose account the target had lost with them', () => {
    const { operations } = plan({
      resources: [anna],
      links: [linkOf(anna, { lifecycle: 'lost' })],
      matches: [match('anna', false, { userName: 'anna' })],
    });
    assert.deepEqual(only(operations, 'adopt').changes, [{ path: 'active', change: 'set', value: true, had: true }]);
  });
  for (const active of [true, false]) {
    it(`adopts who is wanted inactive and leaves ${active ? 'on' : 'off'} as it is`, () => {
      const { operations } = plan({ resources: [off], matches: [match('anna', active, { userName: 'anna' })] });
      const { changes, attributes } = only(operations, 'adopt');
      assert.deepEqual([changes, attributes.get('active')], [[], active]);
    });
  }
  it('adopts in place of who was lost', () =>
    assert.deepEqual(
      row({ resources: [anna], links: [linkOf(anna, { lifecycle: 'lost' })], matches: [match('anna', true)] }),
      [['adopt anna'], 0, 0],
    ));
  it('sends nothing that is only for the creation', () => {
    const { operations } = plan({
      resources: [{ ...anna, createOnly: new Map([['locale', 'de']]) }],
      matches: [match('anna', true, { userName: 'anna' })],
    });
    assert.deepEqual(only(operations, 'adopt').changes, []);
  });
});

describe('buildPlan with an active link', () => {
  const links = [linkOf(anna)];
  it('does nothing for who is in step', () => assert.deepEqual(row({ resources: [anna], links }), [[], 0, 0]));
  it('updates what differs and nothing else', () => {
    const { operations } = plan({ resources: [changed], links });
    assert.deepEqual(only(operations, 'update').changes, [
      { path: 'userName', change: 'set', value: 'anna.berg', had: true },
    ]);
  });
  it('clears what has no value any more', () => {
    const { operations } = plan({ resources: [user('anna', { userName: null })], links });
    assert.deepEqual(only(operations, 'update').changes, [{ path: 'userName', change: 'clear' }]);
  });
  it('leaves alone what the map no longer names', () =>
    assert.deepEqual(row({ resources: [user('anna')], links }), [[], 0, 0]));
  it('deactivates who is wanted inactive', () => {
    const { operations } = plan({ resources: [off], links });
    assert.equal(only(operations, 'deactivate').cause, 'disabled');
  });
  it('does nothing for who is rejected, unless known to be inactive', () => {
    assert.deepEqual(row({ rejected: [rejected('anna', true)], links }), [[], 0, 0]);
    assert.deepEqual(row({ rejected: [rejected('anna', undefined)], links }), [[], 0, 0]);
    assert.deepEqual(row({ rejected: [rejected('anna', false)], links }), [['deactivate anna'], 0, 0]);
  });
  for (const [leaves, expected] of [
    ['deactivate', ['deactivate anna']],
    ['delete', ['delete anna']],
    ['keep', []],
  ] as const) {
    it(`follows the policy for who departed: ${leaves}`, () => {
      const situation = { ...departed(linkOf(anna), 'left_scope'), removal: { leaves, groups: 'keep' } } as const;
      assert.deepEqual(row(situation), [[...expected], 0, 0]);
    });
  }
});

describe('buildPlan with a deactivated link', () => {
  const link = linkOf(off, { lifecycle: 'deactivated' });
  it('reactivates who is wanted active, with what differs', () => {
    const { operations } = plan({ resources: [changed], links: [link] });
    assert.deepEqual(
      only(operations, 'reactivate').changes.map(({ path }) => path),
      ['userName', 'active'],
    );
  });
  it('updates who is wanted inactive when something differs', () => {
    const again = user('anna', { userName: 'anna.berg', active: false });
    assert.deepEqual(row({ resources: [off], links: [link] }), [[], 0, 0]);
    assert.deepEqual(row({ resources: [again], links: [link] }), [['update anna'], 0, 0]);
  });
  it('does nothing for who is rejected', () =>
    assert.deepEqual(row({ rejected: [rejected('anna', false)], links: [link] }), [[], 0, 0]));
  it('starts the grace when someone who is off already departs', () => {
    const { operations, remembered } = plan(departed(link));
    assert.deepEqual([operations.length, remembered[0]?.departedAt], [0, new Date(now).toISOString()]);
  });
  it('deletes when the grace is over, and not before', () => {
    assert.deepEqual(row(departed({ ...link, departedAt: daysAgo(29) })), [[], 0, 0]);
    assert.deepEqual(row(departed({ ...link, departedAt: daysAgo(30) })), [['delete anna'], 0, 0]);
    const removal = { leaves: 'deactivate', groups: 'keep' } as const;
    assert.deepEqual(row({ ...departed({ ...link, departedAt: daysAgo(900) }), removal }), [[], 0, 0]);
  });
  it('ends the grace of who is back in scope, inactive or rejected', () => {
    const links = [{ ...link, departedAt: daysAgo(29) }];
    assert.deepEqual(row({ resources: [off], links }), [[], 1, 0]);
    assert.deepEqual(row({ rejected: [rejected('anna', undefined)], links }), [[], 1, 0]);
    assert.equal(plan({ resources: [off], links }).remembered[0]?.departedAt, undefined);
  });
});

describe('buildPlan with a link to something lost', () => {
  const links = [linkOf(anna, { lifecycle: 'lost' })];
  it('creates again who is wanted active', () =>
    assert.equal(only(plan({ resources: [anna], links }).operations, 'create').again, true));
  it('does nothing for who is wanted inactive or rejected', () => {
    assert.deepEqual(row({ resources: [off], links }), [[], 0, 0]);
    assert.deepEqual(row({ rejected: [rejected('anna', false)], links }), [[], 0, 0]);
  });
  it('forgets who departed', () => assert.deepEqual(row(departed(linkOf(anna, { lifecycle: 'lost' }))), [[], 0, 1]));
});

describe('buildPlan for groups', () => {
  const [a, b] = [user('a'), user('b')];
  const staff = (...members: string[]) => group('staff', members, { displayName: 'staff' });
  const base = { resources: [staff('a', 'b'), a, b], links: [linkOf(a), linkOf(b), linkOf(staff())] };

  it('names who joined and who left', () => {
    const { operations } = plan({ ...base, resources: [staff('a'), a, b], members: { staff: ['b'] } });
    const { add, remove } = only(operations, 'members');
    assert.deepEqual([add, remove], [['a'], ['b']]);
  });
  it('sends nothing when the members are in step', () =>
    assert.deepEqual(row({ ...base, members: { staff: ['a', 'b'] } }), [[], 0, 0]));
  it('adds someone who was lost again, in the plan that creates them again', () => {
    const links = [linkOf(a, { lifecycle: 'lost' }), linkOf(b), linkOf(staff())];
    const { operations } = plan({ ...base, links, members: { staff: ['a', 'b'] } });
    assert.deepEqual(inShort(operations), ['create a', 'members staff']);
    assert.deepEqual(only(operations, 'members').add, ['a']);
  });
  it('does not take out of a group whom the target no longer has', () => {
    const links = [linkOf(a, { lifecycle: 'lost' }), linkOf(b), linkOf(staff())];
    const situation = { resources: [staff('b'), b], links, members: { staff: ['a', 'b', 'forgotten'] } };
    assert.deepEqual(row(situation), [[], 0, 0]);
  });
  it('gives a group that was lost all its members again', () => {
    const links = [linkOf(a), linkOf(b), linkOf(staff(), { lifecycle: 'lost' })];
    const { operations } = plan({ ...base, links, members: { staff: ['a', 'b'] } });
    assert.deepEqual(inShort(operations), ['create staff', 'members staff']);
    assert.deepEqual(only(operations, 'members').add, ['a', 'b']);
  });
  it('lets members wait whom the target does not have, and counts each once', () => {
    const { operations, waiting } = plan({ resources: [staff('a', 'x', 'x'), a], links: [linkOf(a), linkOf(staff())] });
    assert.deepEqual([only(operations, 'members').add, waiting], [['a'], 1]);
  });
  it('takes who is deleted out of the groups before, and who is deactivated after', () => {
    for (const [leaves, expected] of [
      ['deactivate', ['deactivate a', 'members staff']],
      ['delete', ['members staff', 'delete a']],
    ] as const) {
      const { operations } = plan({
        resources: [staff('b'), b],
        links: base.links,
        departures: [{ link: linkOf(a), cause: 'absent' }],
        members: { staff: ['a', 'b'] },
        removal: { leaves, groups: 'keep' },
      });
      assert.deepEqual(inShort(operations), expected);
    }
  });
  it('lets nobody who leaves wait for who is yet to come, and sends who is there already along', () => {
    const c = user('c');
    const { operations } = plan({
      resources: [staff('b', 'c'), b, c],
      links: base.links,
      departures: [{ link: linkOf(a), cause: 'absent' }],
      members: { staff: ['a'] },
      removal: { leaves: 'keep', groups: 'keep' },
    });
    const changes = operations.map((one) => (one.verb === 'members' ? [one.add, one.remove] : one.verb));
    assert.deepEqual(changes, [[['b'], ['a']], 'create', [['c'], []]]);
  });
  for (const [groups, expected] of [
    ['keep', []],
    ['empty', ['members staff']],
    ['delete', ['delete staff']],
  ] as const) {
    it(`follows the policy for groups that departed: ${groups}`, () => {
      const situation = {
        links: base.links,
        departures: [{ link: linkOf(staff()), cause: 'left_scope' }],
        members: { staff: ['a', 'b'] },
        removal: { leaves: 'deactivate', groups },
      } as const;
      assert.deepEqual(row(situation), [[...expected], 0, 0]);
      assert.deepEqual(
        row({ ...situation, members: {} })[0],
        expected.filter((one) => one.startsWith('delete')),
      );
    });
  }
});

describe('buildPlan with references', () => {
  const withManager = (id: string, manager: string, rest = {}) =>
    user(id, { 'enterprise.manager': new Reference(manager), ...rest });
  const stagesOf = (operations: readonly Operation[]) =>
    new Map(operations.map((one) => [`${one.verb} ${one.sourceId}`, one.stage]));
  const before = (operations: readonly Operation[], one: string, other: string): void => {
    const stages = stagesOf(operations);
    assert.ok(
      (stages.get(one) ?? NaN) < (stages.get(other) ?? NaN),
      `${one} before ${other} in ${JSON.stringify([...stages])}`,
    );
  };

  it('creates managers before their reports', () => {
    const { operations } = plan({ resources: [withManager('dev', 'lead'), withManager('lead', 'boss'), user('boss')] });
    before(operations, 'create boss', 'create lead');
    before(operations, 'create lead', 'create dev');
  });
  it('updates and adopts after the newcomers that are referred to', () => {
    const dev = withManager('dev', 'old');
    const { operations } = plan({
      resources: [withManager('dev', 'boss'), withManager('other', 'boss'), user('boss')],
      links: [linkOf(dev)],
      matches: [match('other', true)],
    });
    before(operations, 'create boss', 'update dev');
    before(operations, 'create boss', 'adopt other');
  });
  it('splits a circle, and only there', () => {
    const { operations } = plan({
      resources: [withManager('a', 'b'), withManager('b', 'a'), withManager('below', 'a')],
    });
    assert.deepEqual(inShort(operations), ['create a', 'create b', 'create below', 'update a', 'update b']);
    const [a, , below] = operations;
    assert.ok(a?.verb === 'create' && below?.verb === 'create');
    assert.deepEqual([...a.attributes.values()].includes(null), true);
    assert.ok([...below.attributes.values()].some((value) => value instanceof Reference));
  });
  it('completes who is their own manager with a second request', () =>
    assert.deepEqual(row({ resources: [withManager('a', 'a')] }), [['create a', 'update a'], 0, 0]));
  it('leaves out a reference to whom the target will not have, and completes it when they come', () => {
    const { operations, waiting } = plan({ resources: [withManager('dev', 'stranger')] });
    assert.equal([...only(operations, 'create').attributes.values()].includes(null), true);
    assert.equal(waiting, 1);
  });
  it('counts nothing as waiting for whoever is not written at all', () =>
    assert.equal(plan({ resources: [withManager('dev', 'stranger', { active: false })] }).waiting, 0));
  it('counts nothing as waiting for whoever is inactive and never created', () => {
    const boss = user('boss', { active: false });
    const { operations, waiting } = plan({ resources: [withManager('dev', 'boss'), boss] });
    assert.deepEqual([inShort(operations), waiting], [['create dev'], 0]);
  });
  it('sends a reference again when the one it points to is created again', () => {
    const [dev, boss] = [withManager('dev', 'boss'), user('boss')];
    const { operations } = plan({ resources: [dev, boss], links: [linkOf(dev), linkOf(boss, { lifecycle: 'lost' })] });
    before(operations, 'create boss', 'update dev');
    const again = plan({ resources: [dev, boss], links: [linkOf(dev), linkOf(boss, { targetId: 'another' })] });
    assert.deepEqual(inShort(again.operations), ['update dev']);
  });
  it('knows whom an adopted account refers to by their match', () => {
    const boss = user('boss');
    const body = {
      'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User': { manager: { value: 'target-boss' } },
    };
    const scim = user('dev', {
      'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager': new Reference('boss'),
    });
    const { operations } = plan({ resources: [scim, boss], matches: [match('dev', true, body), match('boss', true)] });
    assert.deepEqual(
      operations.map((one) => (one.verb === 'adopt' ? one.changes : undefined)),
      [[], []],
    );
  });
});

describe('buildPlan', () => {
  it('ends access first, and keeps one order for one plan', () => {
    const [a, b, c] = [user('a'), user('b'), user('c')];
    const gone = linkOf(c, { lifecycle: 'deactivated', departedAt: daysAgo(60) });
    const departures = [linkOf(b), gone].map((link) => ({ link, cause: 'absent' as const }));
    const resources = [group('g', ['a']), a];
    const situation = {
      resources,
      departures,
      links: [linkOf(b), gone, linkOf(group('g', []))],
      members: { g: ['b'] },
    };
    const expected = ['deactivate b', 'delete c', 'members g', 'create a', 'members g'];
    assert.deepEqual(inShort(plan(situation).operations), expected);
    assert.deepEqual(
      inShort(
        plan({ ...situation, departures: departures.toReversed(), resources: resources.toReversed() }).operations,
      ),
      expected,
    );
  });
});

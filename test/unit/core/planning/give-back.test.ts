import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { HeldOperation, Operation } from '../../../../src/core/model/plan.ts';
import { Reference, type Resource } from '../../../../src/core/model/resource.ts';
import { inOneGo } from '../../../../src/core/model/steps.ts';
import { givenBackInSteps, type GiveBackInput } from '../../../../src/core/planning/give-back.ts';
import { stages } from '../../../../src/core/planning/stages.ts';
import { buildPlan } from '../../../support/in-one-go.ts';
import { members, people, removal, update } from '../../../support/operations.ts';
import { group, inShort, linkOf, planInput, user } from '../../../support/plan-input.ts';

type Links = GiveBackInput['links'];

const nothing: GiveBackInput = {
  back: [],
  operations: [],
  links: new Map(),
  members: new Map(),
  mapped: new Map(),
  causes: new Map(),
  recreates: false,
};

const giveBack = (input: Partial<GiveBackInput>): Operation[] => inOneGo(givenBackInSteps({ ...nothing, ...input }));
const create = (sourceId: string): HeldOperation => ({ verb: 'create', type: 'user', sourceId });
const reactivate = (sourceId: string): HeldOperation => ({ verb: 'reactivate', type: 'user', sourceId });
const mappedOf = (...resources: Resource[]): ReadonlyMap<string, Resource> =>
  new Map(resources.map((one) => [one.sourceId, one]));
const off = (...ids: string[]): Links =>
  new Map(ids.map((id) => [id, linkOf(user(id), { lifecycle: 'deactivated', departedAt: '2026-02-01T00:00:00Z' })]));
const on = (...resources: Resource[]): Links => new Map(resources.map((one) => [one.sourceId, linkOf(one)]));
const manager = (id: string) => ({ manager: new Reference(id) });

/** What a plan sends for these when the target never had them. */
const asNew = (...resources: Resource[]): unknown[] => withoutReason(buildPlan(planInput({ resources })).operations);
const withoutReason = (operations: readonly Operation[]): unknown[] =>
  operations.map((one) => ({ ...one, reason: one.verb === 'create' ? '' : one.reason }));

/** Counts how often it is asked whom an operation is about. */
function watched(operations: readonly Operation[], onLook: () => void): Operation[] {
  return operations.map((operation) =>
    Object.defineProperty({ ...operation }, 'sourceId', {
      enumerable: true,
      get: () => {
        onLook();
        return operation.sourceId;
      },
    }),
  );
}

describe('What was taken away, given back in a plan', () => {
  it('is created as anybody is who is new: managers first', () => {
    const resources = [user('bob', manager('cyd')), user('cyd', manager('dan')), user('dan')];
    const operations = giveBack({ back: ['bob', 'cyd', 'dan'].map(create), mapped: mappedOf(...resources) });
    assert.deepEqual(inShort(operations), ['create dan', 'create cyd', 'create bob']);
    assert.deepEqual(withoutReason(operations), asNew(...resources));
  });

  it('is created without whom the target will not have, and refers to whom it has', () => {
    const resources = [user('bob', manager('nobody')), user('cyd', manager('eve'))];
    const operations = giveBack({
      back: ['bob', 'cyd'].map(create),
      mapped: mappedOf(...resources),
      links: on(user('eve')),
    });
    const managers = operations.map((one) => (one.verb === 'create' ? one.attributes.get('manager') : undefined));
    assert.deepEqual(managers, [null, new Reference('eve')]);
  });

  it('completes a circle once all of it is there', () => {
    const resources = [user('bob', manager('cyd')), user('cyd', manager('bob'))];
    const operations = giveBack({ back: ['bob', 'cyd'].map(create), mapped: mappedOf(...resources) });
    assert.deepEqual(inShort(operations), ['create bob', 'create cyd', 'update bob', 'update cyd']);
    assert.deepEqual(withoutReason(operations), asNew(...resources));
  });

  it('comes after whom it refers to, also when they are new in the plan', () => {
    const { operations: plan } = buildPlan(planInput({ resources: [user('boss'), user('head', manager('boss'))] }));
    const operations = giveBack({
      back: [create('bob')],
      operations: plan,
      mapped: mappedOf(user('bob', manager('head'))),
    });
    assert.deepEqual(inShort(operations), ['create boss', 'create head', 'create bob']);
    assert.deepEqual(new Set(operations.map(({ stage }) => stage)).size, 3);
  });

  it('sends once what is sent with a creation alone', () => {
    const plain = user('bob');
    const once = { ...user('cyd'), createOnly: new Map([['title', 'new']]) };
    const operations = giveBack({ back: ['bob', 'cyd'].map(create), mapped: mappedOf(plain, once) });
    assert.deepEqual(
      operations.map((one) => (one.verb === 'create' ? one.once : 'another')),
      [undefined, new Set(['title'])],
    );
  });

  it('has access, whatever the directory says', () => {
    const operations = giveBack({ back: [create('bob')], mapped: mappedOf(user('bob', { active: false })) });
    assert.deepEqual(
      operations.map((one) => (one.verb === 'create' ? one.attributes.get('active') : undefined)),
      [true],
    );
  });

  it('is no access for who had left and whom the directory has by now, and says to be disabled', () => {
    const gone = { departed: true } as const;
    const operations = giveBack({
      back: [
        { ...reactivate('bob'), ...gone },
        { ...create('cyd'), ...gone },
        { ...reactivate('eve'), ...gone },
      ],
      links: new Map([...off('bob'), ...off('eve')]),
      mapped: mappedOf(user('bob', { active: false }), user('cyd', { active: false })),
    });
    assert.deepEqual(inShort(operations), ['reactivate eve']);
  });

  it('comes once, also when two undos want it, and in the place of what would end it', () => {
    const operations = giveBack({
      back: [reactivate('bob'), reactivate('bob'), create('cyd'), create('cyd')],
      operations: [removal('bob', 'delete'), update('bob'), update('ada')],
      links: off('bob'),
      mapped: mappedOf(user('cyd')),
    });
    assert.deepEqual(inShort(operations).sort(), ['create cyd', 'reactivate bob', 'update ada']);
    const back = operations.find(({ verb }) => verb === 'reactivate');
    assert.deepEqual(back?.verb === 'reactivate' ? back.changes.map(({ path }) => path) : [], ['title', 'active']);
  });

  it('joins a group together with those who join anyway', () => {
    const staff = group('staff', ['ada', 'bob']);
    const operations = giveBack({
      back: [{ verb: 'members', type: 'group', sourceId: 'staff', add: ['ada', 'bob', 'nobody'] }],
      operations: [{ ...members('staff', ['ada'], []), stage: stages.joining }],
      links: on(staff, user('ada'), user('bob')),
      members: new Map([['staff', new Set()]]),
    });
    assert.deepEqual(
      operations.map((one) => (one.verb === 'members' ? one.add : [])),
      [['ada', 'bob']],
    );
  });

  it('looks at each operation of the plan a few times, however many are given back', () => {
    const ids = people(500);
    let looks = 0;
    const operations = giveBack({
      back: [
        ...ids.map(reactivate),
        ...ids.map((id) => ({ verb: 'members', type: 'group', sourceId: `g-${id}`, add: [id] }) as const),
      ],
      operations: watched(
        ids.map((id) => update(id)),
        () => void (looks += 1),
      ),
      links: new Map([...off(...ids), ...on(...ids.map((id) => group(`g-${id}`, [])))]),
    });
    assert.equal(operations.length, 1000);
    assert.ok(looks <= 20 * ids.length, `${looks} looks at ${ids.length} operations`);
  });
});

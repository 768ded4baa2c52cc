import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import type { ResourceType } from '../../src/core/model/entry.ts';
import type { TargetId } from '../../src/core/model/link.ts';
import type { FailureClass, Outcome } from '../../src/core/model/outcome.ts';
import type { ScimValue } from '../../src/core/model/resource.ts';
import {
  isFailure,
  type FoundResource,
  type MemberChange,
  type ScimChange,
  type ScimTarget,
} from '../../src/ports/scim-target.ts';
import { contentOf, plain } from './resource-content.ts';

export type Body = Readonly<Record<string, unknown>>;

/** A target in front of something empty, and a way to see what is in there without going through the target. */
export interface TargetFixture {
  readonly target: ScimTarget;
  readonly read: (type: ResourceType, id: TargetId) => Promise<Body | undefined>;
  /** Stops the server and closes the target. */
  stop(): Promise<void>;
}

export const signal = new AbortController().signal;
export const enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

export function set(path: string, value: ScimValue, had = true): ScimChange {
  return { path, change: 'set', value, had };
}

export function clear(path: string): ScimChange {
  return { path, change: 'clear' };
}

export function applied(outcome: Outcome): TargetId {
  if (outcome.kind === 'failed') assert.fail(`${outcome.failure.class}: ${outcome.failure.detail}`);
  return outcome.id;
}

export function failureClass(outcome: Outcome): FailureClass | 'applied' {
  return outcome.kind === 'failed' ? outcome.failure.class : 'applied';
}

export function found<T>(result: T): Exclude<T, { readonly class: unknown }> {
  assert.ok(!isFailure(result), JSON.stringify(result));
  return result as Exclude<T, { readonly class: unknown }>;
}

export function members(
  add: readonly TargetId[],
  remove: readonly TargetId[] = [],
  current: readonly TargetId[] = [],
): MemberChange {
  return { add: add.map((id) => ({ id, type: 'user' as const })), remove, current: () => Promise.resolve(current) };
}

const alice = new Map<string, ScimValue>([
  ['externalId', 'a1'],
  ['userName', 'alice@corp.example'],
  ['active', true],
  ['name.givenName', 'Alice'],
  ['name.familyName', 'Łęcka "Zoë" \\ 李'],
  ['emails[type eq "work"].value', 'alice@corp.example'],
  ['emails[type eq "home"].value', 'alice@home.example'],
  [`${enterprise}:department`, 'Sales'],
]);

const aliceBody = {
  externalId: 'a1',
  userName: 'alice@corp.example',
  active: true,
  name: { givenName: 'Alice', familyName: 'Łęcka "Zoë" \\ 李' },
  emails: [
    { type: 'work', value: 'alice@corp.example' },
    { type: 'home', value: 'alice@home.example' },
  ],
  [enterprise]: { department: 'Sales' },
};

function person(number: number): Map<string, ScimValue> {
  return new Map<string, ScimValue>([
    ['externalId', `p${number}`],
    ['userName', `person${number}@corp.example`],
    ['active', true],
    // scimmy cannot filter by these while there is anybody without them.
    ['name.familyName', 'Person'],
    ['emails[type eq "work"].value', `person${number}@corp.example`],
  ]);
}

/** What a foreign server cannot do, so that the client can only say so. */
export interface TargetQuirks {
  /** Refuses filters with an escaped quote. */
  readonly refusesQuotes?: boolean;
  /** Shows the first page whatever it is asked for: then nobody can know that a list is complete. */
  readonly ignoresPaging?: boolean;
  readonly withoutPatch?: boolean;
}

/** What every implementation of the port must do. Each step is read back from the other side. */
export function describeScimTarget(name: string, start: () => Promise<TargetFixture>, quirks: TargetQuirks = {}): void {
  const begin = async (context: TestContext): Promise<TargetFixture> => {
    const fixture = await start();
    context.after(() => fixture.stop());
    return fixture;
  };
  const withAlice = async (context: TestContext): Promise<TargetFixture & { readonly id: TargetId }> => {
    const fixture = await begin(context);
    return { ...fixture, id: applied(await fixture.target.create('user', alice, signal)) };
  };
  const withGroup = async (
    context: TestContext,
    people: number,
  ): Promise<TargetFixture & { readonly group: TargetId; readonly ids: TargetId[] }> => {
    const fixture = await begin(context);
    const ids: TargetId[] = [];
    for (let number = 1; number <= people; number += 1)
      ids.push(applied(await fixture.target.create('user', person(number), signal)));
    const group = applied(
      await fixture.target.create(
        'group',
        new Map([
          ['displayName', 'Crew'],
          ['externalId', 'g1'],
        ]),
        signal,
      ),
    );
    return { ...fixture, group, ids };
  };
  const memberIds = async (fixture: TargetFixture, group: TargetId): Promise<unknown[]> => {
    const held = (await fixture.read('group', group))?.['members'];
    const list: readonly { value?: unknown }[] = Array.isArray(held) ? held : [];
    return [...new Set(list.map((member) => member.value))].sort();
  };

  describe(`${name}: the contract of a SCIM target`, () => {
    it('says what the target can do', async (context) => {
      const { target } = await begin(context);
      const facts = found(await target.discover(signal));
      assert.deepEqual([facts.patch, facts.filter, facts.groups], [quirks.withoutPatch !== true, true, true]);
      assert.ok(facts.details.length > 0);
    });

    it('answers when it is asked for next to nothing', async (context) => {
      const { target } = await begin(context);
      assert.deepEqual(await target.probe(signal), { kind: 'answers' });
    });

    it('creates exactly what it was given', async (context) => {
      const { read, id } = await withAlice(context);
      assert.deepEqual(contentOf(await read('user', id)), aliceBody);
    });

    it('shows one resource as it is, and says so when there is none', async (context) => {
      const { target, id } = await withAlice(context);
      const shown = found(await target.read('user', id, signal));
      assert.deepEqual([shown.id, shown.active, contentOf(shown.body)], [id, true, aliceBody]);
      const gone = await target.read('user', 'nobody', signal);
      assert.equal(isFailure(gone) ? gone.class : 'found', 'gone');
    });

    it('finds by externalId, by userName in any case, by mail, and nobody else', async (context) => {
      const { target, id } = await withAlice(context);
      applied(await target.create('user', person(1), signal));
      const searches: readonly (readonly [string, string, boolean])[] = [
        ['externalId', 'a1', true],
        ['userName', 'Alice@CORP.example', true],
        ['emails.value', 'alice@home.example', true],
        ['emails[type eq "work"].value', 'alice@corp.example', true],
        ['emails[type eq "work"].value', 'alice@home.example', false],
        ['name.familyName', 'Łęcka "Zoë" \\ 李', true],
        ['externalId', 'nobody', false],
        ['userName', 'nobody" or userName pr or userName eq "', false],
      ];
      for (const [attribute, value, hit] of searches) {
        const result = await target.find('user', attribute, value, signal);
        if (quirks.refusesQuotes === true && value.includes('"')) {
          assert.equal(isFailure(result) && result.class, 'unsupported', `${attribute} eq ${value}`);
          continue;
        }
        const ids = found(result).map((one: FoundResource) => one.id);
        assert.deepEqual(ids, hit ? [id] : [], `${attribute} eq ${value}`);
      }
      assert.deepEqual(found(await target.find('group', 'externalId', 'a1', signal)), []);
    });

    it('tells whether a found one is active, and shows its body', async (context) => {
      const { target, id } = await withAlice(context);
      applied(await target.update('user', id, [set('active', false)], signal));
      const [one] = found(await target.find('user', 'externalId', 'a1', signal));
      assert.equal(one?.active, false);
      assert.deepEqual(contentOf(one.body), { ...aliceBody, active: false });
    });

    it('calls it a conflict when the name is taken, at a create and at an update', async (context) => {
      const { target, read, id } = await withAlice(context);
      const twin = new Map(alice).set('externalId', 'a2').set('userName', 'ALICE@corp.example');
      assert.equal(failureClass(await target.create('user', twin, signal)), 'conflict');
      const other = applied(await target.create('user', person(1), signal));
      assert.equal(
        failureClass(await target.update('user', other, [set('userName', 'alice@corp.example')], signal)),
        'conflict',
      );
      assert.deepEqual(contentOf(await read('user', id)), aliceBody);
      const crew = new Map([['displayName', 'Crew']]);
      applied(await target.create('group', crew, signal));
      assert.equal(failureClass(await target.create('group', crew, signal)), 'conflict');
    });

    it('lists everything when that is cheap, and says so when it is not', async (context) => {
      const { target } = await begin(context);
      assert.deepEqual(found(await target.inventory('user', 1, signal)), []);
      for (let number = 1; number <= 230; number += 1) applied(await target.create('user', person(number), signal));
      if (quirks.ignoresPaging === true) {
        assert.equal(found(await target.inventory('user', 50, signal)), undefined);
        return;
      }
      const everybody = found(await target.inventory('user', 4, signal));
      const names = new Set(everybody?.map(({ body }) => body['externalId']));
      assert.deepEqual([names.size, everybody?.length], [230, 230]);
      assert.equal(found(await target.inventory('user', 3, signal)), undefined);
      assert.deepEqual(found(await target.inventory('group', 5, signal)), []);
    });

    it('sets, replaces and clears single attributes and leaves the others alone', async (context) => {
      const { target, read, id } = await withAlice(context);
      applied(
        await target.update('user', id, [set('title', 'Engineer', false), set('name.givenName', 'Alicia')], signal),
      );
      const changed = { ...aliceBody, title: 'Engineer', name: { ...aliceBody.name, givenName: 'Alicia' } };
      assert.deepEqual(contentOf(await read('user', id)), changed);
      applied(await target.update('user', id, [clear('title'), clear('name.givenName')], signal));
      assert.deepEqual(contentOf(await read('user', id)), {
        ...aliceBody,
        name: { familyName: aliceBody.name.familyName },
      });
      applied(await target.update('user', id, [clear('title'), set('active', false)], signal)); // it is clear already
      const off = { ...aliceBody, active: false, name: { familyName: aliceBody.name.familyName } };
      assert.deepEqual(contentOf(await read('user', id)), off);
    });

    it('changes one element of a multi-valued attribute, adds another, takes one away', async (context) => {
      const { target, read, id } = await withAlice(context);
      const work = 'emails[type eq "work"].value';
      const [, home] = aliceBody.emails;
      const emailsAfter = async (changes: readonly ScimChange[]): Promise<unknown> => {
        applied(await target.update('user', id, changes, signal));
        const emails = (await read('user', id))?.['emails'];
        const list: readonly { readonly type?: unknown }[] = Array.isArray(emails) ? emails : [];
        return plain(
          [...list].sort((a, b) => String(b.type).localeCompare(String(a.type))),
          [],
        );
      };
      assert.deepEqual(await emailsAfter([set(work, 'new@corp.example')]), [
        { type: 'work', value: 'new@corp.example' },
        home,
      ]);
      assert.deepEqual(await emailsAfter([clear(work)]), [home]);
      assert.deepEqual(await emailsAfter([clear(work)]), [home]); // it is gone already
      assert.deepEqual(await emailsAfter([set(work, 'back@corp.example', false)]), [
        { type: 'work', value: 'back@corp.example' },
        home,
      ]);
      assert.deepEqual(await emailsAfter([clear('emails[type eq "home"].value'), set(work, 'only@corp.example')]), [
        { type: 'work', value: 'only@corp.example' },
      ]);
      assert.deepEqual(await emailsAfter([clear(work)]), []);
      assert.deepEqual(await emailsAfter([set(work, 'lost@corp.example')]), [
        { type: 'work', value: 'lost@corp.example' },
      ]); // we believed it was there
    });

    it('writes an element that has several sub-attributes', async (context) => {
      const { target, read, id } = await withAlice(context);
      const street = 'addresses[type eq "work"].streetAddress';
      const city = 'addresses[type eq "work"].locality';
      const addresses = async (...changes: readonly ScimChange[]): Promise<unknown> => {
        applied(await target.update('user', id, changes, signal));
        return plain((await read('user', id))?.['addresses'] ?? [], []);
      };
      assert.deepEqual(await addresses(set(street, 'Main St 1', false), set(city, 'Berlin', false)), [
        { type: 'work', streetAddress: 'Main St 1', locality: 'Berlin' },
      ]);
      assert.deepEqual(await addresses(set(city, 'Bern')), [
        { type: 'work', streetAddress: 'Main St 1', locality: 'Bern' },
      ]);
      assert.deepEqual(await addresses(clear(city)), [{ type: 'work', streetAddress: 'Main St 1' }]);
      assert.deepEqual(await addresses(set(city, 'Basel', false)), [
        { type: 'work', streetAddress: 'Main St 1', locality: 'Basel' },
      ]);
    });

    it('sets, changes and clears extension attributes and the manager', async (context) => {
      const { target, read, id } = await withAlice(context);
      const [first, second] = [
        applied(await target.create('user', person(1), signal)),
        applied(await target.create('user', person(2), signal)),
      ];
      const manager = `${enterprise}:manager.value`;
      const extension = async (...changes: readonly ScimChange[]): Promise<unknown> => {
        applied(await target.update('user', id, changes, signal));
        return plain((await read('user', id))?.[enterprise], []);
      };
      assert.deepEqual(await extension(set(manager, first, false)), { department: 'Sales', manager: { value: first } });
      assert.deepEqual(await extension(set(manager, second), set(`${enterprise}:costCenter`, '42', false)), {
        department: 'Sales',
        costCenter: '42',
        manager: { value: second },
      });
      assert.deepEqual(await extension(clear(manager), clear(`${enterprise}:costCenter`)), { department: 'Sales' });
      const other = applied(await target.create('user', new Map(person(3)).set(manager, first), signal));
      assert.deepEqual(plain((await read('user', other))?.[enterprise], []), { manager: { value: first } });
      applied(await target.update('user', first, [set(`${enterprise}:department`, 'Support', false)], signal)); // had no extension at all
      assert.deepEqual(plain((await read('user', first))?.[enterprise], []), { department: 'Support' });
    });

    it('adds and removes members, as often as it is told', async (context) => {
      const { group, ids, ...fixture } = await withGroup(context, 4);
      const [a = '', b = '', c = '', d = ''] = ids;
      const change = async (
        add: readonly TargetId[],
        remove: readonly TargetId[],
        current: readonly TargetId[],
      ): Promise<unknown> => {
        applied(await fixture.target.changeMembers(group, members(add, remove, current), signal));
        return memberIds(fixture, group);
      };
      assert.deepEqual(await change([a, b], [], []), [a, b].sort());
      assert.deepEqual(await change([b, c], [], [a, b]), [a, b, c].sort());
      assert.deepEqual(await change([d], [a], [a, b, c]), [b, c, d].sort());
      assert.deepEqual(await change([], [a], [b, c, d]), [b, c, d].sort());
      assert.deepEqual(await change([a], [c, 'never-there', d], [b, c, d]), [a, b].sort());
      assert.deepEqual(await change([], [a, b], [a, b]), []);
      assert.deepEqual(await change([], [a], []), []);
      assert.deepEqual(await change([], [], []), []);
    });

    it('keeps groups as members of groups', async (context) => {
      const { group, ids, ...fixture } = await withGroup(context, 1);
      const inner = applied(await fixture.target.create('group', new Map([['displayName', 'Inner']]), signal));
      const [a = ''] = ids;
      const add = [
        { id: a, type: 'user' as const },
        { id: inner, type: 'group' as const },
      ];
      applied(
        await fixture.target.changeMembers(group, { add, remove: [], current: () => Promise.resolve([]) }, signal),
      );
      assert.deepEqual(await memberIds(fixture, group), [a, inner].sort());
      applied(await fixture.target.changeMembers(group, members([], [inner], [a, inner]), signal));
      assert.deepEqual(await memberIds(fixture, group), [a]);
    });

    it('takes as many members at once as it says', async (context) => {
      const { group, ids, ...fixture } = await withGroup(context, 130);
      const { add: chunk } = fixture.target.memberChunk;
      for (let at = 0; at < ids.length; at += chunk) {
        applied(
          await fixture.target.changeMembers(group, members(ids.slice(at, at + chunk), [], ids.slice(0, at)), signal),
        );
      }
      assert.deepEqual(await memberIds(fixture, group), [...ids].sort());
      applied(await fixture.target.changeMembers(group, members([], ids.slice(0, chunk), ids), signal));
      assert.deepEqual(await memberIds(fixture, group), ids.slice(chunk).sort());
    });

    it('renames a group and keeps its members', async (context) => {
      const { group, ids, ...fixture } = await withGroup(context, 1);
      applied(await fixture.target.changeMembers(group, members(ids), signal));
      applied(await fixture.target.update('group', group, [set('displayName', 'Cabin crew')], signal));
      assert.equal((await fixture.read('group', group))?.['displayName'], 'Cabin crew');
      assert.deepEqual(await memberIds(fixture, group), ids);
    });

    it('says that something is gone, also to whoever removes it again', async (context) => {
      const { target, read, id } = await withAlice(context);
      applied(await target.remove('user', id, signal));
      assert.equal(await read('user', id), undefined);
      assert.equal(failureClass(await target.remove('user', id, signal)), 'gone');
      assert.equal(await target.answers('user', signal), true);
      assert.equal(failureClass(await target.update('user', id, [set('title', 'x')], signal)), 'gone');
      assert.equal(failureClass(await target.changeMembers('no-such-group', members([], ['x']), signal)), 'gone');
      assert.deepEqual(found(await target.find('user', 'externalId', 'a1', signal)), []);
      applied(await target.create('user', alice, signal)); // the name is free again
    });

    it('does nothing, and succeeds, when there is nothing to change', async (context) => {
      const { target, read, id } = await withAlice(context);
      applied(await target.update('user', id, [], signal));
      assert.deepEqual(contentOf(await read('user', id)), aliceBody);
    });

    it('rejects with the reason of the signal when it is told to stop', async (context) => {
      const { target } = await begin(context);
      const stopped = AbortSignal.abort(new Error('shutting down'));
      await assert.rejects(async () => target.find('user', 'externalId', 'a1', stopped), /shutting down/);
      await assert.rejects(async () => target.create('user', alice, stopped), /shutting down/);
      assert.deepEqual(found(await target.inventory('user', 1, signal)), []);
    });
  });
}

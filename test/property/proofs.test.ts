import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { unmanaged } from '../../src/core/model/link.ts';
import { markPaths } from '../../src/core/planning/link-paths.ts';
import { createCycleMemory } from '../../src/cycle/cycle-memory.ts';
import type { StateStore } from '../../src/ports/state-store.ts';
import { cycleStage, minute, team } from '../support/cycle-stage.ts';
import type { FakeCall } from '../support/fake-target.ts';
import { definition, dnOf, entry, type MapText } from '../support/entries.ts';
import { firstMoment } from '../support/fake-clock.ts';

const people = ['p0', 'p1', 'p2', 'p3', 'p4'];

/** As Active Directory has it: 100 ns since 1601. */
const inMinutes = (minutes: number): string => `${firstMoment + minutes * minute + 11_644_473_600_000}0000`;

const mostly = <T>(usual: T, ...others: T[]) =>
  fc.oneof({ weight: 6, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: fc.constantFrom(...others) });

/** Someone who may share a login, be out of scope, lack what is required, expire soon, or be named after their new place. */
const user = (id: string) =>
  fc
    .record({
      mail: mostly(`${id}@x`, 'shared@x', ''),
      title: fc.constantFrom<string | string[]>('a', 'b', '', ['b', 'a'], ['a', 'c']),
      level: mostly('2', '1', 'x'),
      status: mostly('on', 'off'),
      manager: fc.constantFrom(...people, 'nobody'),
      ends: mostly('never', ...[1, 5, 9, 40].map(inMinutes)),
      nick: mostly('n', '', 'm'),
      ou: mostly('Staff', 'Other'),
      cn: mostly(id, `${id}-also`),
      photo: fc.constantFrom(new Uint8Array([1, 2]), new Uint8Array([1, 3])),
    })
    .map(({ mail, title, ends, nick, ou, cn, manager, ...rest }) =>
      entry(
        id,
        {
          ...rest,
          distinguishedName: `CN=${id},OU=${ou},DC=corp`,
          cn: [id, `${id}-also`], // the one in the name of the entry comes first
          manager: dnOf(manager),
          ...(mail === '' ? {} : { mail }),
          ...(title === '' ? {} : { title }),
          ...(ends === 'never' ? {} : { ends }),
          ...(nick === '' ? {} : { nick }),
        },
        { dn: `CN=${cn},OU=${ou},DC=corp` },
      ),
    );

const userMap: MapText = {
  userName: 'mail',
  title: 'title',
  active: 'status != "off" && !expired(ends)',
  nickName: 'ignoreIfEmpty(nick)',
  'name.familyName': 'dnPart(distinguishedName, "OU")',
  'name.middleName': 'cn',
  'name.formatted': 'nick + " " + status',
  'enterprise.manager': 'ref(manager)',
  'enterprise.department': 'memberOf("CN=g1,OU=Groups,DC=corp") ? "in" : null',
  'enterprise.division': 'expired(ends) ? "over" : nick',
  userType: { value: 'level', apply: 'create' },
};
const fewer: MapText = Object.fromEntries(Object.entries(userMap).filter(([path]) => path !== 'nickName'));
const maps: readonly MapText[] = [userMap, fewer, { ...userMap, title: 'upper(title)' }];

/** Without the number of the call: cycles that compare more may look at more. */
function asText(call: FakeCall): string {
  return JSON.stringify({ ...call, number: 0 }, (_key, value: unknown) => (value instanceof Map ? [...value] : value));
}

type World = ReturnType<typeof createWorld>;

/** @param trusts whether the state has any proofs */
function createWorld(trusts: boolean) {
  const stage = cycleStage([], {});
  const store: StateStore = trusts ? stage.store : { ...stage.store, proofs: () => Promise.resolve(new Map()) };
  let memory = createCycleMemory(stage.clock);
  let at = { map: 0, where: false, required: false };
  const setup = () => ({
    ...stage.setup,
    definition: definition({
      users: maps[at.map] ?? userMap,
      scope: { user: at.where ? { where: 'int(level) > 1' } : {} },
      match: { user: ['externalId', 'userName'] },
      required: { user: at.required ? ['title', 'enterprise.department'] : [] },
    }),
  });
  let made = setup();
  return {
    ...stage,
    configure: (change: Partial<typeof at>) => {
      at = { ...at, ...change };
      made = setup();
      memory = createCycleMemory(stage.clock);
    },
    restart: () => void (memory = createCycleMemory(stage.clock)),
    run: async (mode: 'incremental' | 'full') => {
      const { calls, report } = await stage.cycle({
        ...memory,
        store,
        mode,
        attempt: mode === 'full' ? 'everything' : 'due',
        prepare: () => Promise.resolve(made),
      });
      return { calls: calls.map(asText), report };
    },
  };
}

type Step =
  | { readonly kind: 'user'; readonly who: ReturnType<typeof entry> }
  | { readonly kind: 'remove' | 'lose' | 'rename'; readonly id: string }
  | { readonly kind: 'drift'; readonly id: string; readonly path: string }
  | { readonly kind: 'hide'; readonly name: string }
  | { readonly kind: 'team'; readonly members: readonly string[] }
  | { readonly kind: 'map'; readonly map: number }
  | { readonly kind: 'where' | 'required'; readonly on: boolean }
  | { readonly kind: 'time'; readonly minutes: number }
  | { readonly kind: 'restart' | 'full' };

const anyone = fc.constantFrom(...people);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: anyone.chain(user).map((who): Step => ({ kind: 'user', who })) },
  { weight: 4, arbitrary: fc.constant<Step>({ kind: 'restart' }) },
  fc.constant<Step>({ kind: 'full' }),
  fc.record({ kind: fc.constantFrom('remove' as const, 'lose' as const), id: anyone }),
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('rename' as const), id: anyone }) },
  fc.record({
    kind: fc.constant('drift' as const),
    id: anyone,
    path: fc.constantFrom('title', 'active', 'userName', 'name.familyName'),
  }),
  fc.record({ kind: fc.constant('hide' as const), name: fc.constantFrom('', 'title', 'nick', 'manager') }),
  fc.record({ kind: fc.constant('team' as const), members: fc.subarray([...people]) }),
  fc.record({ kind: fc.constant('map' as const), map: fc.nat(maps.length - 1) }),
  fc.record({ kind: fc.constantFrom('where' as const, 'required' as const), on: fc.boolean() }),
  fc.record({ kind: fc.constant('time' as const), minutes: fc.constantFrom(1, 4, 12) }),
);

async function take(world: World, one: Step): Promise<void> {
  switch (one.kind) {
    case 'user': {
      world.source.put(one.who);
      return;
    }
    case 'remove': {
      world.source.remove(one.id);
      return;
    }
    case 'rename': {
      const found = world.source.entries().find(({ id }) => id === one.id);
      const [cn, also] = [`CN=${one.id},`, `CN=${one.id}-also,`];
      if (found === undefined) return;
      world.source.put({
        ...found,
        dn: found.dn.startsWith(cn) ? found.dn.replace(cn, also) : found.dn.replace(also, cn),
      });
      return;
    }
    case 'team': {
      world.source.put(team('g1', one.members));
      return;
    }
    case 'hide': {
      world.source.hideAttributes(one.name === '' ? [] : [one.name]);
      return;
    }
    case 'map': {
      world.configure({ map: one.map });
      return;
    }
    case 'where':
    case 'required': {
      world.configure({ [one.kind]: one.on });
      return;
    }
    case 'time':
      return world.clock.advance(one.minutes * minute);
    case 'restart': {
      world.restart();
      return;
    }
    case 'lose':
    case 'drift': {
      const link = (await world.store.links('wiki', [one.id])).get(one.id);
      if (link === undefined) return;
      const marked = 'path' in one ? markPaths(link, [one.path], unmanaged) : { ...link, lifecycle: 'lost' as const };
      await world.store.record([{ kind: 'link', link: marked }]);
      return;
    }
    case 'full':
      return;
  }
}

describe('proofs that the target has what is wanted', () => {
  it('never keep anything from being sent, compared with a state that has none', async () => {
    let proven = 0;
    await fc.assert(
      fc.asyncProperty(fc.tuple(...people.map(user)), fc.array(step, { maxLength: 9 }), async (users, steps) => {
        const worlds = [createWorld(true), createWorld(false)] as const;
        const both = async (one: Step | undefined): Promise<void> => {
          for (const world of worlds) if (one !== undefined) await take(world, one);
          const mode = one?.kind === 'full' ? 'full' : 'incremental';
          const [trusting, other] = [await worlds[0].run(mode), await worlds[1].run(mode)];
          assert.deepEqual(trusting.calls, other.calls);
          assert.deepEqual(
            [trusting.report.result, trusting.report.rejected, trusting.report.waiting, trusting.report.unresolved],
            [other.report.result, other.report.rejected, other.report.waiting, other.report.unresolved],
          );
          assert.deepEqual(worlds[0].target.users(), worlds[1].target.users());
          proven += (await worlds[0].store.proofs('wiki', people)).size;
        };
        for (const world of worlds) for (const one of [...users, team('g1', ['p1'])]) world.source.put(one);
        for (const one of [undefined, undefined, ...steps, undefined]) await both(one);
      }),
      { numRuns: 120 },
    );
    assert.ok(proven > 1_000, `proofs stood at the end of cycles: ${proven}`);
  });
});

import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { describe, it, type TestContext } from 'node:test';
import { createScimTarget } from '../../src/adapters/scim/target.ts';
import type { Dialect } from '../../src/core/dialect/dialect.ts';
import { layDialect, type Layer } from '../../src/core/dialect/layers.ts';
import { rfc7644 } from '../../src/core/dialect/rfc7644.ts';
import type { ScimValue } from '../../src/core/model/resource.ts';
import type { TargetId } from '../../src/core/model/link.ts';
import type { ScimTarget } from '../../src/ports/scim-target.ts';
import {
  behaviourOf,
  isVendorName,
  startScimServer,
  vendors,
  type Behaviour,
  type ScimServer,
} from '../support/scim-server/index.ts';
import { loadText, withTarget } from '../unit/config/files.ts';
import { changes, contentsOf, department, heldBy, home, manager, personOf, taken, work } from './profiles-person.ts';
import { targetOptions } from './scim-target-options.ts';
import { applied, clear, found, members, set, signal } from './scim-target.ts';

/**
 * Each profile that is shipped, before a server that is like its vendor. The two were written apart from the same
 * documents: the client must neither break the RFC nor meet a refusal, nor have anything to learn.
 */
const profiles = (await readdir(new URL('../../config/profiles/', import.meta.url)))
  .map((file) => file.replace(/\.yaml$/, ''))
  .sort();

interface Stage {
  readonly server: ScimServer;
  readonly behaviour: Behaviour;
  readonly target: ScimTarget;
  readonly dialect: Dialect;
  /** What the server holds of somebody. */
  readonly held: (id: TargetId) => Record<string, unknown> | undefined;
}

async function begin(context: TestContext, name: string): Promise<Stage> {
  assert.ok(isVendorName(name), 'there is no vendor of this name');
  const configuration = await loadText(
    context,
    withTarget(`profile: ${name}`).replace('leaves: deactivate', 'leaves: keep'),
  );
  const layers: Layer[] = [
    ...(configuration.targets.get('wiki')?.profile.layers ?? []),
    { origin: 'config', says: { rate: [] } },
  ];
  // What is said here is about shapes; paces would take hours.
  const behaviour = behaviourOf(vendors[name], { pace: { buckets: [] } });
  const server = await startScimServer({ behaviour, token: 'secret-token' });
  const target = createScimTarget({ ...targetOptions(server.url, 'secret-token'), dialect: layers });
  context.after(async () => {
    await target.close();
    await server.stop();
  });
  return {
    server,
    behaviour,
    target,
    dialect: layDialect(rfc7644, layers),
    held: (id) => heldBy(server.users().find((one) => one['id'] === id)),
  };
}

async function create(
  { target, dialect }: Stage,
  name: string,
  more: readonly (readonly [string, ScimValue])[] = [],
): Promise<{ readonly id: TargetId; readonly wanted: Map<string, ScimValue> }> {
  const wanted = taken(new Map([...personOf(name), ...more]), dialect);
  return { id: applied(await target.create('user', wanted, signal)), wanted };
}

/** What the server keeps of it, which is less where the vendor says so. */
function kept(wanted: ReadonlyMap<string, ScimValue>, { users }: Behaviour): Record<string, unknown> {
  return contentsOf(new Map([...wanted].filter(([path]) => !users.ignored.includes(path))));
}

function unblamed({ server, target }: Stage): void {
  assert.deepEqual({ violations: server.violations, refusals: server.refusals }, { violations: [], refusals: [] });
  assert.deepEqual(
    target.settings().filter(({ origin }) => origin === 'learned'),
    [],
  );
}

for (const name of profiles) {
  describe(`the profile ${name} before a server that is like it`, () => {
    it('creates users and finds them again', async (context) => {
      const stage = await begin(context, name);
      const boss = await create(stage, 'boss');
      const { id, wanted } = await create(stage, 'alice', [[manager, boss.id]]);
      assert.deepEqual(stage.held(id), kept(wanted, stage.behaviour));
      const { users } = stage.dialect.filter;
      for (const path of ['externalId', 'userName'].filter((one) => users === 'any' || users.includes(one))) {
        const hits = found(
          await stage.target.find('user', path, path === 'userName' ? 'alice@corp.example' : 'x-alice', signal),
        );
        assert.deepEqual(
          hits.map((one) => one.id),
          [id],
          path,
        );
        assert.deepEqual(found(await stage.target.find('user', path, 'nobody', signal)), [], path);
      }
      unblamed(stage);
    });

    it('changes what can be changed, and clears what can be cleared', async (context) => {
      const stage = await begin(context, name);
      const [boss, other] = [await create(stage, 'boss'), await create(stage, 'other')];
      const { id, wanted } = await create(stage, 'alice', [[manager, boss.id]]);
      const change = async (...values: readonly (readonly [string, ScimValue])[]): Promise<void> => {
        const now = values.filter(
          ([path]) => changes(stage.dialect, path) && taken(new Map([[path, '']]), stage.dialect).has(path),
        );
        applied(
          await stage.target.update(
            'user',
            id,
            now.map(([path, value]) => set(path, value, wanted.has(path))),
            signal,
          ),
        );
        for (const [path, value] of now) wanted.set(path, value);
        assert.deepEqual(stage.held(id), kept(wanted, stage.behaviour));
      };
      await change(['title', 'Chief']);
      await change(
        [work, 'new@corp.example'],
        ['displayName', 'Alice'],
        ['name.givenName', 'Al'],
        [department, 'Legal'],
      );
      await change([manager, other.id]);
      await change([home, 'elsewhere@home.example']);
      for (const path of ['title', manager, home].filter(
        (one) => wanted.has(one) && changes(stage.dialect, one) && stage.dialect.patch.clear !== 'skip',
      )) {
        applied(await stage.target.update('user', id, [clear(path)], signal));
        wanted.delete(path);
        assert.deepEqual(stage.held(id), kept(wanted, stage.behaviour), path);
      }
      unblamed(stage);
    });

    it('deactivates, brings back and deletes users', async (context) => {
      const stage = await begin(context, name);
      const { users } = stage.dialect;
      let { id } = await create(stage, 'alice');
      applied(await stage.target.update('user', id, [set('active', false)], signal));
      assert.deepEqual(stage.held(id)?.['active'], users.deactivation === 'deletes' ? undefined : false);
      if (users.reactivation === 'recreate') ({ id } = await create(stage, 'alice'));
      else applied(await stage.target.update('user', id, [set('active', true)], signal));
      assert.deepEqual(
        stage.server.users().map(({ id: one, active }) => [one, active]),
        [[id, true]],
      );
      if (users.deletion !== 'none') {
        applied(await stage.target.remove('user', id, signal));
        assert.equal(stage.held(id)?.['active'], users.deletion === 'deactivates' ? false : undefined);
      }
      unblamed(stage);
    });

    it(hasGroups(name) ? 'keeps the members of a group' : 'leaves groups alone', async (context) => {
      const stage = await begin(context, name);
      const { groups } = stage.dialect;
      assert.equal(groups.supported === 'off', !hasGroups(name));
      if (!hasGroups(name)) return;
      const ids = await Promise.all(
        Array.from({ length: 250 }, async (_, number) => (await create(stage, `p${number}`)).id),
      );
      const group = await beginGroup(stage);
      const change = async (
        add: readonly TargetId[],
        remove: readonly TargetId[],
        current: readonly TargetId[],
      ): Promise<void> => {
        const chunk = stage.target.memberChunk;
        for (let from = 0; from < add.length; from += chunk.add)
          applied(
            await stage.target.changeMembers(
              group,
              members(add.slice(from, from + chunk.add), [], add.slice(0, from)),
              signal,
            ),
          );
        for (let from = 0; from < remove.length; from += chunk.remove) {
          const left = current.filter((one) => !remove.slice(0, from).includes(one));
          applied(
            await stage.target.changeMembers(group, members([], remove.slice(from, from + chunk.remove), left), signal),
          );
        }
        const wanted = [...current, ...add].filter((one) => !remove.includes(one)).sort();
        assert.deepEqual(membersOf(stage), wanted);
      };
      await change(ids, [], []);
      await change([], ids.slice(0, 120), ids);
      const rest = ids.slice(120);
      applied(
        await stage.target.update('group', group, [set('displayName', 'Cabin')], signal, {
          members: () => Promise.resolve(rest),
        }),
      );
      assert.deepEqual([stage.server.groups()[0]?.['displayName'], membersOf(stage)], ['Cabin', [...rest].sort()]);
      await change([], rest, rest);
      if (groups.deletion !== 'none') {
        applied(await stage.target.remove('group', group, signal));
        assert.deepEqual(stage.server.groups(), []);
      }
      unblamed(stage);
    });
  });
}

function hasGroups(name: string): boolean {
  return isVendorName(name) && behaviourOf(vendors[name]).groups.supported;
}

/** A group, made by the target itself where it makes none for clients. */
async function beginGroup({ server, behaviour, target, dialect }: Stage): Promise<TargetId> {
  const wanted = new Map([
    ['displayName', 'Crew'],
    ['externalId', 'x-crew'],
  ]);
  if (dialect.groups.create) return applied(await target.create('group', wanted, signal));
  server.setBehaviour({ ...behaviour, groups: { ...behaviour.groups, create: true } });
  const group = applied(await target.create('group', wanted, signal));
  server.setBehaviour(behaviour);
  assert.deepEqual(
    found(await target.find('group', 'displayName', 'Crew', signal)).map(({ id }) => id),
    [group],
  );
  return group;
}

function membersOf({ server }: Stage): readonly unknown[] {
  const held = server.groups()[0]?.['members'];
  return Array.isArray(held) ? held.map((member: { readonly value: unknown }) => member.value).sort() : [];
}

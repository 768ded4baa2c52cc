import assert from 'node:assert/strict';
import { verify } from '../../../src/bridge/verify.ts';
import { day } from '../../support/cycle-stage.ts';
import { allow, olga, say, settlingPause, stateOf, syncOnce, verifyOnce } from './live.ts';
import { resultOf, run } from './person.ts';
import { groups, isWanted, people, settings, target, type World } from './world.ts';

/**
 * Nothing goes wrong any more, everything that is held or was rejected is approved, and drift is put right: then the target
 * holds what the directory says, a comparison says that all is as it should be, and nothing more is sent.
 */
export async function expectEverything(world: World): Promise<void> {
  const { clock, fake } = world;
  world.refused.clear();
  world.settings = settings[0];
  for (let round = 0; round < 8; round += 1) {
    await clock.advance(round === 4 ? 2 * day : settlingPause);
    await verifyOnce(world, 'none', true);
    await syncOnce(world, 'none');
    const { held, rejections = [] } = await stateOf(world);
    for (const { holdId, operations } of [...(held === undefined ? [] : [held]), ...rejections]) {
      await say(world, { target, holdId, decision: 'approve', at: new Date(clock.now()).toISOString(), by: olga });
      allow(world, operations);
    }
  }
  const { held, approvals, rejections, pending } = await stateOf(world);
  assert.deepEqual([held, approvals, rejections, pending], [undefined, undefined, undefined, 0]);
  expectContent(world);
  const { targets, failures } = resultOf(
    await run(world, 'none', (app, ending) => verify(app, { repair: false }, ending)),
  );
  assert.deepEqual(failures, []);
  assert.deepEqual(targets[0]?.verified.drift, []);
  assert.deepEqual(targets[0].verified.notCompared.exceptions, {}, 'all is as it should be');
  fake.clearCalls();
  await syncOnce(world, 'none');
  assert.deepEqual(
    fake.calls.filter(({ method }) => method !== 'discover').map(({ method }) => method),
    [],
    'then nothing is sent',
  );
}

function expectContent(world: World): void {
  const { fake, source } = world;
  const accounts = new Map(fake.users().map((user) => [String(user['externalId']), user]));
  const wanted = people.filter((id) => isWanted(world, id));
  assert.deepEqual(
    people.filter((id) => accounts.get(id)?.['active'] === true),
    wanted,
  );
  for (const id of wanted)
    assert.equal(accounts.get(id)?.['title'], source.entry(id)?.attributes.get('title')?.[0], id);
  const owners = new Map([...accounts].map(([id, user]) => [user['id'], id]));
  for (const id of groups) {
    const group = fake.groups().find(({ externalId }) => externalId === id);
    const members = (group?.['members'] ?? []) as readonly { readonly value: string }[];
    const names = source.entry(id)?.attributes.get('member') ?? [];
    const inDirectory = people.filter(
      (one) => names.some((dn) => String(dn).startsWith(`CN=${one},`)) && accounts.has(one),
    );
    const ours = people.filter((one) => members.some(({ value }) => owners.get(value) === one));
    assert.deepEqual(
      ours.filter((one) => wanted.includes(one)),
      inDirectory.filter((one) => wanted.includes(one)),
      id,
    );
  }
}

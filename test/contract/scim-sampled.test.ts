import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { createScimTarget } from '../../src/adapters/scim/target.ts';
import type { ScimTarget } from '../../src/ports/scim-target.ts';
import { fakeClock, type FakeClock } from '../support/fake-clock.ts';
import { startScimServer, type ScimServer } from '../support/scim-server/server.ts';
import { applied, failureClass, members, set, signal } from './scim-target.ts';
import { targetOptions } from './scim-target-options.ts';

interface Stage {
  readonly server: ScimServer;
  readonly clock: FakeClock;
  target: ScimTarget;
}

const dayMilliseconds = 24 * 60 * 60_000;
const off = [set('active', false)];

/** A target that answers changes with 204 and nothing. */
async function begin(context: TestContext): Promise<Stage> {
  const server = await startScimServer({
    behaviour: { users: { patchAnswer: 'empty' }, groups: { patchAnswer: 'empty' } },
  });
  const clock = fakeClock();
  const stage: Stage = { server, clock, target: createScimTarget(targetOptions(server.url, 'any', { clock })) };
  context.after(async () => {
    await stage.target.close();
    await server.stop();
  });
  return stage;
}

/** Another process, which knows what the last one noted. */
async function restart(stage: Stage): Promise<void> {
  const notes = stage.target.newNotes();
  await stage.target.close();
  stage.target = createScimTarget(targetOptions(stage.server.url, 'any', { clock: stage.clock }));
  if (notes !== undefined) stage.target.restore(notes);
}

async function people({ target }: Stage, count: number): Promise<string[]> {
  const ids: string[] = [];
  for (let number = 0; number < count; number += 1)
    ids.push(
      applied(
        await target.create(
          'user',
          new Map<string, string | boolean>([
            ['userName', `p${number}`],
            ['active', true],
          ]),
          signal,
        ),
      ),
    );
  return ids;
}

function readings({ server }: Stage): number {
  const count = server.requests.filter(({ method }) => method === 'GET').length;
  server.clearRequests();
  return count;
}

describe('a form of writing that was found honest', () => {
  it('is looked into once more after a day, whatever process it is, and not in between', async (context) => {
    const stage = await begin(context);
    const crew = await people(stage, 12);
    const group = applied(await stage.target.create('group', new Map([['displayName', 'Crew']]), signal));
    const join = async (at: number): Promise<string> =>
      failureClass(
        await stage.target.changeMembers(group, members(crew.slice(at, at + 1), [], crew.slice(0, at)), signal),
      );
    stage.server.clearRequests();
    for (const at of [0, 1]) assert.equal(await join(at), 'applied');
    assert.equal(readings(stage), 2); // the first one, and the first one to others
    for (const at of [2, 3]) assert.equal(await join(at), 'applied');
    await restart(stage);
    assert.equal(await join(4), 'applied');
    assert.equal(readings(stage), 0);
    await stage.clock.advance(dayMilliseconds);
    for (const at of [5, 6]) assert.equal(await join(at), 'applied');
    assert.equal(readings(stage), 1);
    await stage.clock.advance(dayMilliseconds);
    stage.server.setFaults({
      before: ({ method }) => (method === 'PATCH' ? { kind: 'answer', status: 204 } : undefined),
    });
    assert.equal(await join(7), 'rejected');
    assert.equal(await join(8), 'rejected'); // from now on each is looked into
  });

  it('is looked into in the same way where access ends, by PATCH and by DELETE', async (context) => {
    const stage = await begin(context);
    const ids = await people(stage, 14);
    stage.server.clearRequests();
    const end = async (at: number): Promise<string> =>
      failureClass(await stage.target.update('user', ids[at] ?? '', off, signal));
    const remove = async (at: number): Promise<string> =>
      failureClass(await stage.target.remove('user', ids[at] ?? '', signal));
    for (const at of [0, 1, 2, 3]) assert.equal(await end(at), 'applied');
    for (const at of [0, 1, 2, 3]) assert.equal(await remove(at), 'applied');
    assert.equal(readings(stage), 6);
    await restart(stage);
    await stage.clock.advance(dayMilliseconds);
    stage.server.setFaults({
      before: ({ method }) => (method === 'GET' ? undefined : { kind: 'answer', status: 204 }),
    });
    assert.equal(await end(4), 'rejected');
    assert.equal(await remove(5), 'rejected');
  });

  it('is looked into once in a hundred changes of members', async (context) => {
    const stage = await begin(context);
    const ids = await people(stage, 1);
    const group = applied(await stage.target.create('group', new Map([['displayName', 'Crew']]), signal));
    stage.server.clearRequests();
    for (let times = 0; times <= 100; times += 1)
      applied(await stage.target.changeMembers(group, members(ids), signal));
    assert.equal(readings(stage), 2);
  });
});

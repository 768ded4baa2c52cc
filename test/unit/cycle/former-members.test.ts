import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Failure } from '../../../src/core/model/outcome.ts';
import type { ScimValue } from '../../../src/core/model/resource.ts';
import { cycleStage, minute, person, team } from '../../support/cycle-stage.ts';
import type { FakeFault } from '../../support/fake-target.ts';

const never = new AbortController().signal;
const unanswered: Failure = { class: 'unknown', detail: 'no answer' };
const refused: FakeFault = { when: 'before', result: unanswered };

type Stage = ReturnType<typeof cycleStage>;

/** anna and ben are in staff; the target hides whoever it deletes, and leaves them in their groups. */
async function withStaff() {
  const stage = cycleStage([person('anna'), person('ben'), team('staff', ['anna', 'ben'])], {
    removal: { leaves: 'delete', groups: 'keep' },
  });
  await stage.cycle();
  return stage;
}

function accountOf({ target }: Stage, id: string): Readonly<Record<string, unknown>> {
  const account = target.users().find(({ externalId }) => externalId === id);
  assert.ok(account !== undefined, `${id} has no account`);
  return account;
}

function isInStaff(stage: Stage, id: unknown): boolean {
  return JSON.stringify(stage.target.groups()[0]?.['members'] ?? []).includes(`"${String(id)}"`);
}

/** Into staff, as nobody of ours asks for it. */
async function put({ target }: Stage, id: unknown): Promise<void> {
  const group = String(target.groups()[0]?.['id']);
  const add = [{ id: String(id), type: 'user' as const }];
  await target.changeMembers(group, { add, remove: [], current: () => Promise.resolve([]) }, never);
}

/** anna leaves the directory while the target takes nobody out of groups, and her account is only hidden. */
async function loseAnna(stage: Stage): Promise<Readonly<Record<string, unknown>>> {
  const anna = accountOf(stage, 'anna');
  stage.source.remove('anna');
  stage.source.put(team('staff', ['ben']));
  stage.target.setHook(({ method }) => (method === 'changeMembers' ? refused : undefined));
  await stage.cycle();
  assert.equal((await stage.store.links('wiki', ['anna'])).size, 0);
  const { id, ...values } = anna;
  stage.target.putBack(
    'user',
    String(id),
    new Map(Object.entries({ ...values, active: false } as Record<string, ScimValue>)),
  );
  stage.target.setHook(undefined);
  await put(stage, id);
  return anna;
}

async function cycles(stage: Stage, count: number): Promise<void> {
  for (let cycle = 0; cycle < count; cycle += 1) {
    await stage.clock.advance(minute);
    await stage.cycle();
  }
}

describe('whoever could not be taken out of a group before their link ended', () => {
  it('leaves it when they come back to the same account', async () => {
    const stage = await withStaff();
    const { id } = await loseAnna(stage);
    await cycles(stage, 2);
    stage.source.put(person('anna'));
    await cycles(stage, 2);
    assert.equal(accountOf(stage, 'anna')['id'], id);
    assert.equal(isInStaff(stage, id), false);
    assert.deepEqual((await stage.cycle()).calls, []);
  });

  it('does so when the account could not be linked in the cycle that planned it', async () => {
    const stage = await withStaff();
    const { id } = await loseAnna(stage);
    stage.source.put(person('anna', { title: 'Boss' }));
    stage.target.setHook(({ method }) => (method === 'update' ? refused : undefined));
    await cycles(stage, 2);
    stage.target.setHook(undefined);
    await cycles(stage, 3);
    assert.equal(accountOf(stage, 'anna')['title'], 'Boss');
    assert.equal(isInStaff(stage, id), false);
  });
});

describe('whoever was lost and is found under another id', () => {
  it('leaves a group that the directory took them out of meanwhile', async () => {
    const stage = await withStaff();
    await renumber(stage, 'anna');
    await put(stage, accountOf(stage, 'anna')['id']);
    stage.source.put(person('anna', { title: 'Boss' }));
    await cycles(stage, 1);
    assert.equal((await stage.store.links('wiki', ['anna'])).get('anna')?.lifecycle, 'lost');
    stage.source.put(team('staff', ['ben']));
    let isFound = false;
    stage.target.setHook(({ method }) => void (isFound ||= method === 'update'));
    await stage.cycle({ isStopping: () => isFound });
    assert.ok(isInStaff(stage, accountOf(stage, 'anna')['id']), 'ended before that');
    await cycles(stage, 12);
    assert.equal(accountOf(stage, 'anna')['title'], 'Boss');
    assert.equal(isInStaff(stage, accountOf(stage, 'anna')['id']), false);
    assert.deepEqual((await stage.cycle()).calls, []);
  });
});

/** The target holds the same under another id. */
async function renumber({ target }: Stage, externalId: string): Promise<void> {
  const held = target.users().find((one) => one['externalId'] === externalId);
  assert.ok(held !== undefined);
  const { id, ...values } = held;
  await target.remove('user', String(id), never);
  await target.create('user', new Map(Object.entries(values as Record<string, ScimValue>)), never);
}

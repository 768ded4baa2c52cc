import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { cycleStage, minute, person } from '../support/cycle-stage.ts';
import type { FakeHook } from '../support/fake-target.ts';
import { createRandom, type Random } from './random.ts';

const ids = Array.from({ length: 9 }, (_, number) => `p${number}`);
const seats = 4;
/** 7 and 99 once went beyond: an account that was switched on by its adoption, and one whose lost adoption had taken effect. */
const seeds = [7, ...Array.from({ length: 24 }, (_, number) => 80 + number)];
const rounds = 14;

/** What goes wrong with a request now and then: it is refused, or its answer is lost before or after it took effect. */
function faults(random: Random): FakeHook {
  return ({ method }) => {
    if (!['create', 'update', 'remove'].includes(method) || !random.chance(0.2)) return undefined;
    const when = random.chance(0.5) ? 'before' : 'after';
    return { when, result: { class: when === 'after' ? 'unknown' : 'transient', detail: 'lost' } };
  };
}

/** People come, go, are switched off and on, in any order, before a target that loses answers. */
async function play(seed: number): Promise<void> {
  const random = createRandom(seed);
  const recreates = random.chance(0.3);
  const createInactive = random.chance(0.3);
  const removal = { leaves: random.chance(0.3) ? 'delete' : 'deactivate', groups: 'keep' } as const;
  const stage = cycleStage([], { seats: { seats, order: 'userName' }, createInactive, removal, target: { recreates } });
  const active = (): number => stage.target.users().filter((user) => user['active'] !== false).length;
  const spoil = faults(random);
  const isFaulty = random.chance(0.7);
  stage.target.setHook(async (call) => {
    const fault = isFaulty ? await spoil(call) : undefined;
    const isSwitchedOn =
      (call.method === 'create' && call.attributes.get('active') !== false) ||
      (call.method === 'update' &&
        call.changes.some(
          ({ path, change, ...rest }) =>
            path === 'active' && change === 'set' && 'value' in rest && rest.value === true,
        ));
    if (isSwitchedOn && fault?.when !== 'before')
      assert.ok(active() < seats || call.method === 'update', `seed ${seed}: a creation beyond ${seats} seats`);
    return fault;
  });
  const settle = async (): Promise<void> => {
    await stage.clock.advance(20 * minute);
    await stage.cycle();
    assert.ok(active() <= seats, `seed ${seed}: ${active()} are active on ${seats} seats`);
  };
  for (let round = 0; round < rounds; round += 1) {
    for (const id of ids) {
      const lot = random.integer(100) / 100;
      if (lot < 0.15) stage.source.remove(id);
      else if (lot < 0.3) stage.source.put(person(id, { status: 'off' }));
      else if (lot < 0.55) stage.source.put(person(id));
    }
    await settle();
  }
  stage.target.setHook(undefined);
  for (let quiet = 0; quiet < 30; quiet += 1) await settle();
  const wanted = stage.source.entries().filter(({ attributes }) => attributes.get('status')?.[0] !== 'off').length;
  assert.equal(active(), Math.min(seats, wanted), `seed ${seed}: no seat stays free while somebody waits`);
  assert.deepEqual((await stage.cycle()).calls, [], `seed ${seed}: nothing is sent when nothing changes`);
}

describe('seats, whatever happens', () => {
  it(`are never more than there are, and none stays free (${seeds.length} seeds)`, async () => {
    for (const seed of seeds) await play(seed);
  });
});

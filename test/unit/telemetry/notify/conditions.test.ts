import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { CycleEvent } from '../../../../src/ports/cycle-observer.ts';
import type { Notification } from '../../../../src/ports/notifier.ts';
import { createConditions, type Conditions } from '../../../../src/telemetry/notify/conditions.ts';
import { fakeClock } from '../../../support/fake-clock.ts';

const started: CycleEvent = { kind: 'cycle_started', target: 'wiki', mode: 'incremental', cycle: 'c1' };
const since = '2026-01-05T08:00:00.000Z';

function finished(cycles = 0, code?: string): CycleEvent {
  return {
    kind: 'cycle_finished',
    target: 'wiki',
    mode: 'incremental',
    cycle: 'c1',
    result: code !== undefined ? 'error' : cycles > 0 ? 'partial' : 'success',
    milliseconds: 1,
    deferred: 0,
    ...(cycles === 0 ? {} : { failing: { since, at: since, cycles } }),
    ...(code === undefined ? {} : { error: { code, message: 'it did not work', remedy: 'look at it' } }),
  };
}

function held(holdId: string): CycleEvent {
  const operations = [1, 2].map((id) => ({
    verb: 'deactivate',
    type: 'user',
    sourceId: String(id),
    label: 'Amara Osterholm',
  }));
  return { kind: 'held', target: 'wiki', hold: { holdId, findings: [{ kind: 'removals' }], operations } } as never;
}

function counted(quarantined: number): CycleEvent {
  const none = { active: 0, deactivated: 0, lost: 0, adopted: 0, leftDisabled: 0, quarantined: 0 };
  const counts = { user: { ...none, quarantined }, group: none };
  return { kind: 'resources_counted', target: 'wiki', counts, pending: 0, unstored: {}, strangers: 0 };
}

function observed(): {
  readonly told: Notification[];
  readonly conditions: Conditions;
  readonly words: () => string[];
} {
  const told: Notification[] = [];
  const conditions = createConditions(
    fakeClock(),
    (one) => told.push(one),
    (text) => text.replaceAll('dir2scim ', 'npx dir2scim '),
  );
  return {
    told,
    conditions,
    words: () =>
      told.map(({ condition, from, hold, failing }) =>
        [condition, from ?? hold?.holdId ?? failing?.code ?? failing?.cycles]
          .filter((word) => word !== undefined)
          .join(' '),
      ),
  };
}

describe('conditions that somebody is told of', () => {
  it('tell a hold once, another hold again, and that it is over', () => {
    const { conditions, words, told } = observed();
    for (const event of [started, held('a'), finished(), started, held('a'), finished()]) conditions.observer(event);
    assert.deepEqual(words(), ['held a']);
    for (const event of [started, held('b'), finished(), started, finished(), started, finished()])
      conditions.observer(event);
    assert.deepEqual(words(), ['held a', 'held b', 'recovered held']);
    assert.deepEqual(told[0]?.hold, { holdId: 'a', operations: { deactivate: 2 }, findings: ['removals'] });
    assert.ok(told[0].remedy?.endsWith('look at it with npx dir2scim plan; if it is right: npx dir2scim approve a'));
    assert.ok(!JSON.stringify(told).includes('Osterholm'));
  });

  it('take a hold for lasting while cycles end before the guard', () => {
    const { conditions, words } = observed();
    for (const event of [started, held('a'), finished(), started, finished(1, 'D2S_DIRECTORY_UNREACHABLE')])
      conditions.observer(event);
    assert.deepEqual(words(), ['held a']);
  });

  it('tell of failures after the third cycle in a row, once for each cause, and of the end', () => {
    const { conditions, words } = observed();
    for (const cycles of [1, 2]) conditions.observer(finished(cycles, 'D2S_TARGET_AUTH'));
    assert.deepEqual(words(), []);
    for (const cycles of [3, 4, 5]) conditions.observer(finished(cycles, 'D2S_TARGET_AUTH'));
    for (const cycles of [6, 7]) conditions.observer(finished(cycles, 'D2S_TARGET_UNREACHABLE'));
    conditions.observer(finished(8, 'D2S_TARGET_AUTH'));
    conditions.observer(finished());
    conditions.observer(finished());
    assert.deepEqual(words(), ['failing D2S_TARGET_AUTH', 'failing D2S_TARGET_UNREACHABLE', 'recovered failing']);
  });

  it('tell of a failure that is over after two cycles to nobody', () => {
    const { conditions, words } = observed();
    for (const event of [finished(1), finished(2), finished(), finished(1)]) conditions.observer(event);
    assert.deepEqual(words(), []);
  });

  it('tell that somebody stays in quarantine, and that nobody does any more', () => {
    const { conditions, words, told } = observed();
    // A quiet cycle counts nothing anew.
    for (const event of [counted(1), finished(1), finished(1), counted(2), finished(1), counted(3), finished(1)])
      conditions.observer(event);
    for (const event of [counted(0), finished(), counted(0)]) conditions.observer(event);
    assert.deepEqual(words(), ['quarantined', 'recovered quarantined']);
    assert.equal(told[0]?.quarantined, 2);
  });

  it('are no news after a restart, but their end is', () => {
    const { conditions, words } = observed();
    const state = {
      pending: 0,
      held: { holdId: 'a', since, findings: [], operations: [] },
      failing: { since, at: since, cycles: 9 },
    };
    conditions.observer(counted(4));
    conditions.recall('wiki', state);
    for (const event of [started, held('a'), finished(10), counted(4), finished(11), counted(4), finished(12)])
      conditions.observer(event);
    assert.deepEqual(words(), []);
    for (const event of [started, finished(), counted(0)]) conditions.observer(event);
    assert.deepEqual(words(), ['recovered held', 'recovered failing', 'recovered quarantined']);
  });

  it('are told after a restart that came before anybody was told of them, and not again after a reload', () => {
    const { conditions, words } = observed();
    conditions.observer(counted(1));
    conditions.recall('wiki', { pending: 0, failing: { since, at: since, cycles: 1 } });
    for (const cycles of [2, 3]) conditions.observer(finished(cycles));
    assert.deepEqual(words(), ['failing 3']);
    conditions.recall('wiki', { pending: 0, failing: { since, at: since, cycles: 3 } });
    for (const cycles of [4, 5]) conditions.observer(finished(cycles));
    assert.deepEqual(words(), ['failing 3', 'quarantined']);
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { explainEntry } from '../../../../src/core/mapping/explain.ts';
import { draftProjection, projectTarget } from '../../../../src/core/mapping/project.ts';
import { holdsAt, Validity } from '../../../../src/core/mapping/validity.ts';
import { definition, entry, now } from '../../../support/entries.ts';

const hour = 3_600_000;
/** As Active Directory has it: 100 ns since 1601. */
const fileTime = (moment: number) => `${moment + 11_644_473_600_000}0000`;
const expiring = (id: string, moment: number) => entry(id, { uid: id, accountExpires: fileTime(moment) });
const target = definition({ users: { userName: 'uid', active: '!expired(accountExpires)' } });
const active = (entries: Parameters<typeof projectTarget>[0], at: number, of = target) =>
  projectTarget(entries, of, at).resources.map(({ attributes }) => attributes.get('active'));

describe('what a target should hold, as time passes', () => {
  const people = [
    expiring('ann', now + hour),
    expiring('bob', now - hour),
    expiring('cat', now + 2 * hour),
    entry('dan', { uid: 'dan', accountExpires: '9223372036854775807' }),
  ];

  it('changes at the very instant, for the same entries', () => {
    assert.deepEqual(active(people, now), [true, false, true, true]);
    assert.deepEqual(active(people, now + hour - 1), [true, false, true, true]);
    assert.deepEqual(active(people, now + hour), [false, false, true, true]);
    assert.deepEqual(active(people, now + 2 * hour), [false, false, false, true]);
  });

  it('is right again when the clock was set back', () => {
    assert.deepEqual(active(people, now + 5 * hour), [false, false, false, true]);
    assert.deepEqual(active(people, now), [true, false, true, true]);
    assert.deepEqual(active(people, now - 2 * hour), [true, true, true, true]);
  });

  it('tells until when it holds, also when everything is known from before', () => {
    const until = (at: number) => projectTarget(people, target, at).holdsUntil;
    for (let time = 0; time < 2; time += 1) {
      assert.deepEqual([now - 2 * hour, now, now + hour, now + 2 * hour].map(until), [
        now - hour,
        now + hour,
        now + 2 * hour,
        Infinity,
      ]);
    }
    assert.equal(projectTarget(people, definition({ users: { userName: 'uid' } }), now).holdsUntil, Infinity);
  });

  it('goes by the scope as well', () => {
    const scoped = definition({ users: { userName: 'uid' }, scope: { user: { where: '!expired(accountExpires)' } } });
    const at = (moment: number) => projectTarget(people, scoped, moment);
    assert.deepEqual(
      at(now).resources.map(({ sourceId }) => sourceId),
      ['ann', 'cat', 'dan'],
    );
    assert.equal(at(now).holdsUntil, now + hour);
    assert.deepEqual(
      at(now + hour).resources.map(({ sourceId }) => sourceId),
      ['cat', 'dan'],
    );
  });

  it('is explained for the same moment', () => {
    for (const [at, expected] of [
      [now, true],
      [now + hour, false],
    ] as const) {
      const explanation = explainEntry('ann', people, target, draftProjection(people, target, at));
      assert.deepEqual(explanation?.rules.find(({ path }) => path === 'active')?.result, {
        kind: 'value',
        value: expected,
      });
      assert.equal(explanation.resource?.attributes.get('active'), expected);
    }
  });

  it('is not known for an attribute that is no time', () => {
    assert.equal(
      projectTarget([entry('ann', { uid: 'ann', accountExpires: 'soon' })], target, now).rejected[0]?.reasons[0]?.text,
      'active: expired() needs a time of Active Directory (100 ns since 1601)',
    );
  });
});

describe('a span of time', () => {
  it('is narrowed by what is asked for, on either side', () => {
    const validity = new Validity(10);
    assert.deepEqual(
      [5, 10, 11, 20].map((instant) => validity.isOver(instant)),
      [true, true, false, false],
    );
    assert.deepEqual([validity.from, validity.until], [10, 11]);
    assert.deepEqual(
      [9, 10, 11].map((at) => holdsAt(at, validity)),
      [false, true, false],
    );
    validity.include({ from: 0, until: 10.5 });
    assert.deepEqual([validity.from, validity.until], [10, 10.5]);
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  findWitnesses,
  firstNumber,
  hear,
  type Sighting,
  type Testimony,
} from '../../../../src/adapters/ldap/changes/usn-witnesses.ts';

const at = (usn: number) => ({ server: 'dc1', usn: String(usn) });
const seen = (id: string | undefined, usn: number, changedAt = 'noon'): Sighting => ({
  id,
  usn: BigInt(usn),
  changedAt,
});
const known = [seen('v', 80), seen('w', 90)];
const witnesses = findWitnesses(known, at(100));
const lostOf = (testimony: Testimony): string =>
  'lost' in testimony ? testimony.lost : `missing: ${testimony.missing.join(', ')}`;
const hearOf = (...now: Sighting[]): string => lostOf(hear(now, at(100), witnesses));

describe('The witnesses of a position', () => {
  it('are those with the highest numbers up to the position, as far as they have ids', () => {
    assert.deepEqual(witnesses, [
      { id: 'v', usn: '80', changedAt: 'noon' },
      { id: 'w', usn: '90', changedAt: 'noon' },
    ]);
    assert.deepEqual(findWitnesses([...known, seen('x', 101)], at(100)), witnesses);
    assert.deepEqual(findWitnesses([seen('u', 70), seen(undefined, 75), ...known], at(100)), witnesses);
    const many = Array.from({ length: 40 }, (_, index) => seen(`p${index}`, index + 1));
    assert.deepEqual(
      findWitnesses(many, at(100)).map(({ usn }) => Number(usn)),
      Array.from({ length: 30 }, (_, index) => index + 11),
    );
  });

  it('show up in the search, which without them begins after the position', () => {
    assert.equal(firstNumber(at(100), witnesses), 80n);
    assert.equal(firstNumber(at(100), []), 101n);
  });

  it('vouch for the server as long as one of them is untouched and nobody stands between them', () => {
    assert.equal(hearOf(...known, seen('x', 101)), 'missing: ');
    assert.equal(hearOf(seen('v', 80), seen('w', 102)), 'missing: ', 'changed again');
    assert.equal(hearOf(seen('v', 80)), 'missing: w', 'deleted unseen, or taken back');
    assert.equal(hearOf(seen('w', 90)), 'missing: v');
    assert.equal(lostOf(hear([seen('x', 101)], at(100), [])), 'missing: ', 'without witnesses nothing is said');
  });

  it('contradict when none of them is as it was, or a known number belongs to somebody else', () => {
    assert.match(hearOf(seen('x', 101)), /none of the entries/);
    assert.match(hearOf(seen('v', 102), seen('w', 103)), /none of the entries/);
    assert.match(
      hearOf(seen('v', 80, 'one'), seen('w', 90, 'one')),
      /none of the entries/,
      'the same numbers at another time',
    );
    for (const other of [seen('x', 95), seen('x', 85), seen('x', 100), seen('w', 95)]) {
      assert.match(hearOf(seen('v', 80), other), /second time/);
    }
    assert.match(hearOf(seen('v', 80), seen('w', 90, 'one')), /second time/);
  });

  it('leave nobody stale, whatever was taken back, and however far the server has counted since', () => {
    /** Who was changed; `undefined` stands for what cannot be seen. */
    const history = fc.array(fc.constantFrom('a', 'b', 'c', 'd', undefined), { maxLength: 12 });
    const apply = (
      from: ReadonlyMap<string, Sighting>,
      changes: readonly (string | undefined)[],
      offset: number,
      time: string,
    ) => {
      const now = new Map(from);
      for (const [index, id] of changes.entries())
        if (id !== undefined) now.set(id, seen(id, offset + index + 1, `${time}${index}`));
      return now;
    };
    let useful = 0;
    fc.assert(
      fc.property(
        history,
        history,
        history,
        fc.nat(20),
        fc.option(fc.constantFrom('a', 'b')),
        (before, lost, since, back, deleted) => {
          const snapshot = apply(new Map(), before, 0, 'before');
          const then = apply(snapshot, lost, before.length, 'lost');
          const position = at(before.length + lost.length);
          const chosen = findWitnesses(
            [...then.values()].filter(({ usn }) => usn > BigInt(position.usn) - BigInt(back)),
            position,
          );
          const now = apply(snapshot, since, before.length, 'since');
          if (deleted !== null) now.delete(deleted);
          // Without witnesses there is nothing to go by; a number that fell or stands is noticed elsewhere, or later.
          if (chosen.length === 0 || before.length + since.length <= Number(position.usn)) return;
          const found = [...now.values()].filter(({ usn }) => usn >= firstNumber(position, chosen));
          const testimony = hear(found, position, chosen);
          if ('lost' in testimony) return;
          useful += 1;
          for (const [id, sighting] of now) {
            if (sighting.usn > BigInt(position.usn) || testimony.missing.includes(id)) continue;
            assert.deepEqual(then.get(id), sighting, id);
          }
          // Whoever was made after the snapshot is nowhere now.
          for (const id of then.keys()) assert.ok(now.has(id) || id === deleted || testimony.missing.includes(id), id);
        },
      ),
      { numRuns: 20_000 },
    );
    assert.ok(useful > 100, `${useful} of them were not lost`);
  });
});

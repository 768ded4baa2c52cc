import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { createPatience, createPieces, mostSingled, type MemberStep } from '../../src/cycle/push/member-pieces.ts';

/** Sends n members in chunks of m to a target that refuses some of them, as apply-members.ts does; the calls it takes. */
function send(
  members: number,
  most: number,
  refuses: (index: number) => string | undefined,
): { readonly calls: number; readonly taken: number } {
  const steps: MemberStep[] = Array.from({ length: members }, (_, index) => ({ id: String(index), joins: true }));
  const pieces = createPieces(steps);
  const patience = createPatience();
  const chunk = { add: most, remove: most, create: 0 };
  let calls = 0;
  let taken = 0;
  for (let piece = pieces.next(chunk); piece.length > 0;) {
    calls += 1;
    const refusal = piece.map(({ id }) => refuses(Number(id))).find((words) => words !== undefined);
    if (refusal === undefined) {
      patience.taken();
      taken += piece.length;
    } else {
      const verdict = patience.refused(
        { class: 'rejected', status: 400, detail: refusal },
        piece.map(({ id }) => id),
        piece.length === 1,
      );
      if (verdict === 'halve') {
        piece = pieces.halve(piece);
        continue;
      }
      if (verdict === 'give up') pieces.dropHalves();
    }
    piece = pieces.next(chunk);
  }
  return { calls, taken };
}

const bound = (members: number, most: number): number =>
  Math.ceil(members / most) + mostSingled * (2 * Math.ceil(Math.log2(Math.min(members, most))) + 1);

describe('members that a target refuses', () => {
  it('never cost more calls than their chunks, and a few halvings for a few of them', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 3000 }),
        fc.integer({ min: 1, max: 200 }),
        fc.func(fc.oneof(fc.constant(undefined), fc.constantFrom('no licence', 'no such member', 'suspended'))),
        (members, most, refuses) => {
          assert.ok(send(members, most, refuses).calls <= bound(members, most));
        },
      ),
      { seed: 7, numRuns: 300 },
    );
  });

  it('are found one by one where they are few, and everybody else gets in', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 500 }),
        fc.uniqueArray(fc.integer({ min: 0, max: 499 }), { maxLength: 2 }),
        (members, bad) => {
          const refused = bad.filter((index) => index < members).length;
          assert.equal(
            send(members, 100, (index) => (bad.includes(index) ? 'no such member' : undefined)).taken,
            members - refused,
          );
        },
      ),
      { seed: 7, numRuns: 200 },
    );
  });

  it('do not make a storm of a group that cannot be changed', () => {
    assert.ok(send(300, 100, () => 'this group is read-only').calls <= 15);
    assert.ok(send(5000, 100, () => 'this group is read-only').calls <= 62);
  });
});

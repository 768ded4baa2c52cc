import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createEvidenceKeeper } from '../../../../src/adapters/scim/dialect/evidence.ts';

describe('a form of writing that is looked at by one, while others wait', () => {
  it('is looked at by the next of them when it is doubted meanwhile', async () => {
    const evidence = createEvidenceKeeper(
      new Map(),
      () => 0,
      () => undefined,
    );
    assert.equal(await evidence.isToBeLookedAt('by PATCH', 1, 100), true);
    const waiting = [evidence.isToBeLookedAt('by PATCH', 1, 100), evidence.isToBeLookedAt('by PATCH', 1, 100)];
    evidence.doubt('by PATCH');
    evidence.looked('by PATCH', 1, undefined);
    assert.equal(await waiting[0], true);
    evidence.looked('by PATCH', 1, true);
    assert.equal(await waiting[1], false);
  });
});

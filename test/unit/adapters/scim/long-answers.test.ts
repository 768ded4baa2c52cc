import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createLongAnswers } from '../../../../src/adapters/scim/http/long-answers.ts';

async function entered(promise: Promise<void>): Promise<boolean> {
  let isIn = false;
  void promise.then(() => (isIn = true));
  await new Promise((resolve) => setImmediate(resolve));
  return isIn;
}

describe('places for long answers', () => {
  it('are given in turn, and as many as there are', async () => {
    const lease = createLongAnswers(2);
    const [a, b, c, d] = [lease(), lease(), lease(), lease()];
    assert.deepEqual(await Promise.all([a, b, c, d].map((one) => entered(one.enter()))), [true, true, false, false]);
    c.leave(); // gave up waiting
    a.leave();
    a.leave();
    assert.deepEqual(await Promise.all([c, d].map((one) => entered(one.enter()))), [false, true]);
    b.leave();
    assert.equal(await entered(lease().enter()), true);
  });

  it('cost nothing for whoever needs none', () => {
    createLongAnswers(1)().leave();
  });
});

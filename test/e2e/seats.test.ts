import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { change, user } from './support/by-hand.ts';
import { office } from './support/people.ts';
import { createSite } from './support/site.ts';

describe('limits.seats', { concurrency: 2 }, () => {
  it('is said by plan, sync, status and explain', async () => {
    await using site = await createSite({ company: office, target: '    limits: { seats: 7 }' });
    const plan = await site.run('plan');
    assert.match(plan.stdout, /1 person waits for a seat: 7 of 7 are taken/);
    assert.equal(plan.code, 10);
    const sync = await site.run('sync');
    assert.equal(sync.code, 0, sync.stderr);
    assert.match(sync.stdout, /not all is in step/);
    assert.match(sync.stdout, /1 person waits for a seat: 7 of 7 are taken/);
    assert.match((await site.run('status')).stdout, /seats +1 person waits for a seat: 7 of 7 are taken/);
    const waiting = await site.run('explain', 'hector');
    assert.match(waiting.stdout, /waits for a seat: 7 of 7 are taken/);
    assert.equal((await site.run('plan')).code, 0, 'nothing that sync would do is left');
  });

  it('leave drift where whoever has to be put right waits for one, and a repair says so', async () => {
    await using site = await createSite({ company: office, target: '    limits: { seats: 7 }' });
    assert.equal((await site.run('sync')).code, 0);
    await site.reconfigure((text) => text.replace('seats: 7', 'seats: 6'));
    await change(site, user(site, 'amara'), { op: 'replace', path: 'active', value: false });
    const waiting = await site.run('verify', '--repair');
    assert.match(waiting.stdout, /2 people wait for a seat: 6 of 6 are taken/);
    assert.equal(waiting.code, 10, waiting.stdout + waiting.stderr);
  });

  it('refuses an order by what is not mapped', async () => {
    await using site = await createSite({ company: office, target: '    limits: { seats: 7, seatOrder: userNam }' });
    const { stderr, code } = await site.run('plan');
    assert.equal(code, 2);
    assert.match(stderr, /limits\.seatOrder: userNam is not mapped.*did you mean userName/);
  });
});

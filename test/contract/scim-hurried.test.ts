import assert from 'node:assert/strict';
import { it } from 'node:test';
import { cutShort } from '../../src/ports/scim-target.ts';
import { begin } from './scim-target-dialects-stage.ts';
import { signal } from './scim-target.ts';

it('searches of a hurried target end after so long altogether, and no more are sent', async (context) => {
  const stage = await begin(context, {});
  stage.server.setFaults({ before: ({ method }) => (method === 'GET' ? { kind: 'hang', applied: false } : undefined) });
  const { target, wasCut } = stage.target.hurried(100);
  assert.equal(wasCut(), false);
  assert.equal(await target.find('user', 'userName', 'ada', signal), cutShort);
  assert.equal(await target.inventory('user', 3, signal), cutShort);
  assert.equal(wasCut(), true);
  assert.deepEqual(stage.sent(), ['GET Users?filter=userName eq "ada"']);
});

it('a hurried target that answers in time is like any other', async (context) => {
  const stage = await begin(context, {});
  const { target, wasCut } = stage.target.hurried(60_000);
  assert.deepEqual(await target.find('user', 'userName', 'ada', signal), []);
  assert.equal(wasCut(), false);
});

import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import type { PartialDialect } from '../../src/core/dialect/layers.ts';
import { isFailure } from '../../src/ports/scim-target.ts';
import type { Fault, ScimRequestRecord } from '../support/scim-server/faults.ts';
import { found, signal } from './scim-target.ts';
import { begin, drive } from './scim-target-stage.ts';

const nothing = (status: number): Fault => ({ kind: 'answer', status, body: { message: 'no route' } });

/** A client that asks for documents, before a server that answers as the test says. */
async function stageOf(
  context: TestContext,
  answer: (request: ScimRequestRecord) => Fault | undefined,
  says: PartialDialect = {},
) {
  const dialect = [
    { origin: 'profile', says: { discovery: { use: true } } },
    { origin: 'profile', says },
  ] as const;
  const stage = await begin(context, { before: answer }, { dialect });
  const asked = (path: string): number =>
    stage.server.requests.filter((request) => request.path.startsWith(path)).length;
  return { ...stage, asked };
}

describe('a place where there is no SCIM service', () => {
  for (const [status, failure] of [
    [404, 'protocol'],
    [405, 'protocol'],
    [403, 'auth'],
  ] as const) {
    it(`is found by the first search (${status}), and not taken for one where nobody is, nor for one without groups`, async (context) => {
      const { target } = await stageOf(context, () => nothing(status));
      await target.inventory('user', 10, signal);
      for (let time = 0; time < 2; time += 1) {
        const lost = await target.find('user', 'userName', 'anna', signal);
        assert.ok(isFailure(lost) && lost.class === failure, JSON.stringify(lost));
      }
      const crew = await target.find('group', 'displayName', 'crew', signal);
      assert.ok(isFailure(crew) && crew.class === failure, JSON.stringify(crew));
      assert.equal(target.takes('group'), 'all');
      assert.equal(target.newNotes()?.discovery, undefined, 'nothing is noted of a place that is none');
    });
  }

  it('is asked once in a while, however many are looked for', async (context) => {
    const { target, asked, clock } = await stageOf(context, () => nothing(404));
    for (const name of ['a', 'b', 'c']) await target.find('user', 'userName', name, signal);
    assert.equal(asked('/Schemas'), 1);
    await clock.advance(60_000);
    await target.find('user', 'userName', 'd', signal);
    assert.equal(asked('/Schemas'), 2);
  });

  for (const there of ['/ServiceProviderConfig', '/ResourceTypes', '/Schemas', '/Users?startIndex']) {
    it(`is not one that answers 404 to an empty search and has ${there}`, async (context) => {
      const { target } = await stageOf(context, ({ path }) => (path.startsWith(there) ? undefined : nothing(404)));
      assert.deepEqual(found(await target.find('user', 'userName', 'anna', signal)), []);
    });
  }

  it('is not one whose documents could not be had', async (context) => {
    const { target, clock } = await stageOf(context, ({ path }) =>
      path.startsWith('/Users') ? nothing(404) : { kind: 'answer', status: 500 },
    );
    assert.deepEqual(found(await drive(clock, target.find('user', 'userName', 'anna', signal))), []);
  });

  it('is not one that lists nothing, as its profile says', async (context) => {
    const { target, asked } = await stageOf(context, () => nothing(404), { list: { usable: false } });
    assert.deepEqual(found(await target.find('user', 'userName', 'anna', signal)), []);
    assert.equal(asked('/Users?startIndex'), 0);
  });

  it('leaves what the documents say for the first write, which asks for none again', async (context) => {
    const { target, asked } = await stageOf(context, ({ path }) =>
      path.startsWith('/Users?') ? nothing(404) : undefined,
    );
    await target.find('user', 'userName', 'anna', signal);
    await target.create(
      'user',
      new Map([
        ['externalId', 'a'],
        ['userName', 'anna'],
      ]),
      signal,
    );
    assert.equal(asked('/ServiceProviderConfig'), 1);
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Outcome } from '../../src/core/model/outcome.ts';
import type { Fault } from '../support/scim-server/faults.ts';
import type { Json } from '../support/scim-server/protocol.ts';
import { applied, signal } from './scim-target.ts';
import { begin, createPerson, type Stage } from './scim-target-dialects-stage.ts';

const dan = new Map([
  ['externalId', 'dan'],
  ['userName', 'dan'],
  ['displayName', 'Dan'],
]);
const user = { schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'], id: 'older' };

/** A POST is answered with this, and a reading of `older` with that. */
function answering(stage: Stage, status: number, made: Json, read: Json = made): void {
  const answer = (code: number, body: Json): Fault => ({ kind: 'answer', status: code, body });
  stage.server.setFaults({
    before: ({ method, path }) =>
      method === 'POST' ? answer(status, made) : path.startsWith('/Users/older') ? answer(200, read) : undefined,
  });
}

function flags(outcome: Outcome): string {
  if (outcome.kind === 'failed') return outcome.failure.class;
  const { others, unproven, existed, named } = outcome;
  return Object.keys(JSON.parse(JSON.stringify({ others, unproven, existed, named })) as object).join(' ');
}

describe('an account that answers a creation', () => {
  const make = (stage: Stage): Promise<Outcome> => stage.target.create('user', dan, signal);

  it('is the one that was to be made when it shows our externalId, in whatever name', async (context) => {
    const stage = await begin(context, {});
    answering(stage, 201, { ...user, externalId: 'dan', userName: 'dan_acme' });
    assert.equal(flags(await make(stage)), 'named');
  });

  it('is not proven to be it under another name, when nothing says when it was made', async (context) => {
    const stage = await begin(context, {});
    answering(stage, 201, { ...user, userName: 'dan@old' });
    assert.equal(flags(await make(stage)), 'unproven');
    assert.deepEqual(stage.sent(), ['POST Users', 'GET Users']);
  });

  it('is read when it shows too little, once', async (context) => {
    const stage = await begin(context, {});
    answering(stage, 201, { ...user, userName: 'dan_acme' }, { ...user, userName: 'dan_acme', externalId: 'dan' });
    assert.equal(flags(await make(stage)), 'named');
    stage.sent();
    assert.equal(flags(await make(stage)), '');
    assert.deepEqual(stage.sent(), ['POST Users']);
  });

  it('is new under another name when it says that it was made just now, in whatever time zone', async (context) => {
    const stage = await begin(context, {});
    const created = new Date(Date.now() - 5.5 * 60 * 60_000).toISOString();
    answering(stage, 201, { ...user, userName: 'dan_acme', meta: { resourceType: 'User', created } });
    assert.equal(flags(await make(stage)), '');
    stage.sent();
    answering(stage, 201, { ...user, userName: 'dan_acme' });
    assert.equal(flags(await make(stage)), '');
    assert.deepEqual(stage.sent(), ['POST Users']);
  });

  it("is somebody else's under another name, where names are shown as they are sent", async (context) => {
    const stage = await begin(context, {});
    await createPerson(stage, 'ada');
    answering(stage, 201, { ...user, userName: 'dan@old' });
    assert.equal(flags(await make(stage)), 'others');
  });

  it('is not proven to be it under another name either when the answer says that it was there', async (context) => {
    const created = '2020-01-01T00:00:00Z';
    for (const [status, meta] of [
      [200, { resourceType: 'User' }],
      [200, { resourceType: 'User', created }],
      [201, { resourceType: 'User', created, lastModified: '2024-01-01T00:00:00Z' }],
    ] as const) {
      const stage = await begin(context, {});
      answering(stage, status, { ...user, userName: 'boss', meta });
      assert.equal(flags(await make(stage)), 'unproven existed');
      assert.deepEqual(stage.sent(), ['POST Users', 'GET Users']);
    }
  });

  it('was there before when it lacks the externalId that new ones show', async (context) => {
    const stage = await begin(context, {});
    await createPerson(stage, 'ada');
    answering(stage, 201, { ...user, userName: 'dan' });
    assert.equal(flags(await make(stage)), 'existed');
  });

  it('is read the first time that an answer shows nothing but an id', async (context) => {
    const stage = await begin(context, {});
    answering(stage, 201, user, { ...user, userName: 'dan', externalId: 'another' });
    assert.equal(flags(await make(stage)), '');
    answering(stage, 201, user, { ...user, userName: 'ada', externalId: 'another' });
    assert.equal(flags(await make(stage)), '');
    assert.deepEqual(stage.sent(), ['POST Users', 'GET Users', 'POST Users']);
  });

  it("is found to be somebody else's behind an answer that shows nothing", async (context) => {
    const stage = await begin(context, {});
    answering(stage, 201, user, { ...user, userName: 'ada', externalId: 'another' });
    assert.equal(flags(await make(stage)), 'others');
    // Nothing was learned that would let the next one pass.
    assert.equal(flags(await make(stage)), 'others');
  });

  describe('that repeats what was sent, under the id of one that was there before,', () => {
    const echo = { ...user, externalId: 'dan', userName: 'dan', displayName: 'Dan' };
    const ada = { ...user, externalId: 'ada', userName: 'ada' };
    const elsewhere = 'https://scim.example/v2/Users/another';

    it('is found out by the first reading, where nothing says when it was made', async (context) => {
      const stage = await begin(context, {});
      answering(stage, 201, echo, ada);
      assert.equal(flags(await make(stage)), 'others');
      // Nothing was learned that would let the next one pass.
      assert.equal(flags(await make(stage)), 'others');
      assert.deepEqual(stage.sent(), ['POST Users', 'GET Users', 'POST Users', 'GET Users']);
    });

    it('is one of an older date, or of another name', async (context) => {
      const created = '2020-01-01T00:00:00Z';
      for (const [read, expected] of [
        [{ ...echo, meta: { resourceType: 'User', created } }, 'existed'],
        [{ ...user, userName: 'ada', meta: { resourceType: 'User', created } }, 'others'],
        [{ ...user, userName: 'ada' }, 'unproven'],
        [{ ...user, userName: 'dan_acme', externalId: 'dan' }, 'named'],
        [{ ...user, userName: 'dan', externalId: 'of-the-target' }, 'named'],
        [{ ...user, userName: 'dan' }, 'named'],
      ] as const) {
        const stage = await begin(context, {});
        answering(stage, 201, echo, read);
        assert.equal(flags(await make(stage)), expected, JSON.stringify(read));
      }
    });

    it('is read once, and believed from then on', async (context) => {
      const stage = await begin(context, {});
      answering(stage, 201, echo);
      assert.equal(flags(await make(stage)), 'named');
      assert.equal(flags(await make(stage)), 'named');
      assert.deepEqual(stage.sent(), ['POST Users', 'GET Users', 'POST Users']);
    });

    it('needs no reading where a list showed that its id is new', async (context) => {
      const stage = await begin(context, {});
      answering(stage, 201, echo);
      assert.equal(flags(await stage.target.create('user', dan, signal, [], () => true)), 'named');
      assert.deepEqual(stage.sent(), ['POST Users']);
    });

    it('is read three times where the location is that of another', async (context) => {
      const stage = await begin(context, {});
      const meta = { resourceType: 'User', created: new Date().toISOString(), location: elsewhere };
      answering(stage, 201, { ...echo, meta });
      for (let times = 0; times < 5; times += 1) assert.equal(flags(await make(stage)), 'named');
      assert.deepEqual(
        stage.sent().filter((line) => line === 'GET Users'),
        Array(3).fill('GET Users'),
      );
    });

    it('was there before when it is a group with members whom nobody sent', async (context) => {
      const stage = await begin(context, {});
      const group = { schemas: ['urn:ietf:params:scim:schemas:core:2.0:Group'], id: 'older', displayName: 'R D' };
      const make = (): Promise<Outcome> =>
        stage.target.create(
          'group',
          new Map([
            ['displayName', 'R D'],
            ['externalId', 'rd'],
          ]),
          signal,
        );
      answering(stage, 201, { ...group, externalId: 'rd', members: [{ value: 'boss' }] });
      assert.equal(flags(await make()), 'existed');
      assert.deepEqual(stage.sent(), ['POST Groups']);
      // Some put whoever makes a group into it.
      const meta = { resourceType: 'Group', created: new Date().toISOString() };
      answering(stage, 201, { ...group, externalId: 'rd', members: [{ value: 'boss' }], meta });
      assert.equal(flags(await make()), 'named');
      assert.deepEqual(stage.sent(), ['POST Groups']);
    });
  });

  it('costs no request more where a target does what the RFC says', async (context) => {
    const stage = await begin(context, {});
    applied(await make(stage));
    assert.deepEqual(stage.sent(), ['POST Users']);
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { systemClock } from '../../../src/adapters/system/clock.ts';
import { BridgeError } from '../../../src/core/model/errors.ts';
import { faultFor } from '../../support/scim-server/index.ts';
import { until } from '../scim-target-stage.ts';
import { examine, findingOf, startPatient, unhurried } from './examination.ts';

describe('what a doctor makes', { concurrency: 2 }, () => {
  it('is removed when somebody ends it, also whoever was being made at that moment', async (context) => {
    const server = await startPatient(context, {});
    const stopping = new AbortController();
    server.setFaults({
      // The first group is made, and its answer never comes.
      before: faultFor(
        ({ method, path }) => method === 'POST' && path === '/Groups',
        { kind: 'hang', applied: true },
        1,
      ),
    });
    const examining = examine(server.url, {}, stopping.signal);
    await until(() => server.groups().length > 0, 'a group');
    assert.ok(server.users().length >= 2);
    stopping.abort(new Error('enough'));
    const examination = await examining;
    assert.ok(examination.ended instanceof Error);
    assert.deepEqual([server.users(), server.groups(), examination.leftovers], [[], [], []]);
  });

  it('is never more than one user where users cannot be removed, and that one is deactivated and named', async (context) => {
    const server = await startPatient(context, unhurried('slack'));
    const examination = await examine(server.url);
    assert.equal(server.users().length, 1);
    assert.equal(server.users()[0]?.['active'], false);
    assert.deepEqual(
      examination.leftovers.map(({ type, id }) => [type, id]),
      [['user', server.users()[0]?.['id']]],
    );
    assert.partialDeepStrictEqual(examination.says, { users: { deletion: 'deactivates' } });
    assert.equal(findingOf(examination, 'PATCH', 'one attribute').verdict, 'skipped');
  });

  it('is all named where it may stay', async (context) => {
    const server = await startPatient(context, unhurried('atlassian'));
    const { says, leftovers } = await examine(server.url, { allowLeftovers: true });
    assert.partialDeepStrictEqual(says, { users: { deletion: 'deactivates', reactivation: 'recreate' } });
    assert.deepEqual(
      leftovers.map(({ id }) => id).sort(),
      server
        .users()
        .map(({ id }) => id)
        .sort(),
    );
    assert.ok(server.users().every(({ active }) => active === false));
  });

  it('takes what is required from the refusals of the target', async (context) => {
    const server = await startPatient(context, unhurried('salesforce'));
    const { says } = await examine(server.url, { allowLeftovers: true });
    assert.partialDeepStrictEqual(says, {
      users: { required: ['userName', 'entitlements'], deletion: 'none' },
      groups: { create: false },
    });
  });

  it('is named when the target stops answering for it', async (context) => {
    const server = await startPatient(context, {});
    // From the second one on: the first shows that users can be removed.
    let deletions = 0;
    server.setFaults({
      before: ({ method }) =>
        method === 'DELETE' && (deletions += 1) > 3 ? { kind: 'answer', status: 403 } : undefined,
    });
    const { leftovers } = await examine(server.url);
    const left = [...server.users(), ...server.groups()].map(({ id }) => id).sort();
    assert.ok(left.length > 0);
    assert.deepEqual(leftovers.map(({ id }) => id).sort(), left);
  });

  it('is named when the credentials end meanwhile, or the target does', async (context) => {
    for (const end of ['credentials', 'target'] as const) {
      const server = await startPatient(context, {});
      let isOver = false;
      server.setFaults({
        before: () =>
          !isOver
            ? undefined
            : end === 'credentials'
              ? { kind: 'answer', status: 401 }
              : { kind: 'cut', applied: false },
      });
      // Nobody waits for what is dead.
      const clock = { ...systemClock(), sleep: () => Promise.resolve() };
      const { ended, leftovers } = await examine(server.url, {
        clock,
        onFinding: ({ subject }) => void (isOver ||= subject === 'PATCH'),
      });
      assert.ok(ended instanceof BridgeError);
      assert.equal(ended.code, end === 'credentials' ? 'D2S_TARGET_AUTH' : 'D2S_TARGET_UNREACHABLE');
      assert.deepEqual(
        leftovers.map(({ id }) => id).sort(),
        server
          .users()
          .map(({ id }) => id)
          .sort(),
      );
    }
  });

  it('has names that nobody else has, and nobody else is touched', async (context) => {
    const server = await startPatient(context, { filter: { ignored: true } });
    const body = {
      schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'],
      userName: 'someone',
      externalId: 'e1',
      title: 'Engineer',
    };
    const answer = await fetch(`${server.url}/Users`, {
      method: 'POST',
      headers: { authorization: 'Bearer tok-doctor', 'content-type': 'application/scim+json' },
      body: JSON.stringify(body),
    });
    assert.equal(answer.status, 201);
    const before = server.users();
    await examine(server.url);
    assert.deepEqual(server.users(), before);
  });
});

describe('a target of SCIM 1.1', () => {
  it('is known by its document, and nothing is made there', async (context) => {
    const server = await startPatient(context, {
      protocol: '1.1',
      discovery: { serviceProviderConfig: 'ServiceProviderConfigs' },
    });
    const examination = await examine(server.url);
    assert.deepEqual(examination.says, { protocol: '1.1' });
    assert.equal(findingOf(examination, 'Discovery', 'ServiceProviderConfig').blocks, true);
    assert.ok(server.requests.every(({ method }) => method === 'GET'));
  });
});

describe('a target that lets nobody in', () => {
  it('is a failure, and nothing was made', async (context) => {
    const server = await startPatient(context, {});
    await assert.rejects(examine(server.url, {}, undefined, 'wrong'), { code: 'D2S_TARGET_AUTH' });
    await assert.rejects(examine(`${server.url}/elsewhere`), /^Error: unsupported/);
    assert.ok(server.requests.every(({ method }) => method === 'GET'));
  });
});

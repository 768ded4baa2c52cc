import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { isFailure } from '../../src/ports/scim-target.ts';
import { faultFor, html, type Fault, type ScimRequestRecord } from '../support/scim-server/faults.ts';
import type { PartialBehaviour } from '../support/scim-server/behaviour.ts';
import { applied, failureClass, found, set, signal } from './scim-target.ts';
import { begin, drive } from './scim-target-stage.ts';

const person = (id: string) =>
  new Map([
    ['externalId', id],
    ['userName', `${id}@example.org`],
  ]);
const title = [set('title', 'Boss')];
const isTo =
  (method: string, path: RegExp) =>
  (request: ScimRequestRecord): boolean =>
    request.method === method && path.test(request.path);

/** A server of this kind with one account, and what was asked of it from then on. */
async function stageOf(context: TestContext, behaviour: PartialBehaviour) {
  const stage = await begin(context);
  stage.server.setBehaviour(behaviour);
  const id = applied(await stage.target.create('user', person('a'), signal));
  stage.server.clearRequests();
  const asked = (): string[] =>
    stage.server.requests.map(({ method, path, status }) => `${method} ${path.replaceAll(id, '{id}')} ${status}`);
  const fault = (which: ReturnType<typeof isTo>, answer: Fault, times?: number): void => {
    stage.server.setFaults({ before: faultFor(which, answer, times) });
  };
  return { ...stage, id, asked, fault };
}

describe('a change that was answered with 2xx', () => {
  for (const body of ['null', 'true', 'OK', '', '"done"', '[]', '{}']) {
    it(`took effect although the answer is ${JSON.stringify(body)}`, async (context) => {
      const { target, id, fault, asked } = await stageOf(context, {});
      fault(isTo('PATCH', /./), { kind: 'garble', status: 200, body });
      applied(await target.update('user', id, title, signal));
      assert.equal(asked().filter((line) => line.startsWith('PATCH')).length, 1);
    });
  }

  it('did not where a page, or words of a failure, are answered', async (context) => {
    const { target, id, fault } = await stageOf(context, {});
    for (const body of [html, 'Error: no such thing', 'false']) {
      fault(isTo('PATCH', /./), { kind: 'garble', status: 200, body });
      assert.equal(failureClass(await target.update('user', id, title, signal)), 'protocol', body);
    }
  });
});

describe('a resource that is gone in other words than 404', () => {
  for (const gone of ['fails', 'page'] as const) {
    it(`is gone where a look-up that answers in JSON says so (${gone})`, async (context) => {
      const { server, target, clock, id, asked } = await stageOf(context, { http: { gone } });
      await drive(clock, target.remove('user', id, signal));
      server.clearRequests();
      assert.equal(failureClass(await drive(clock, target.update('user', id, title, signal))), 'gone');
      assert.equal(asked().at(-1), 'GET /Users?filter=id eq "{id}" 200');
      assert.equal(failureClass(await drive(clock, target.remove('user', id, signal))), 'gone');
      const held = await drive(clock, target.read('user', id, signal));
      assert.equal('class' in held && held.class, 'gone');
    });
  }

  it('is gone when only the write fails with 500, and reading it is answered with 404', async (context) => {
    const { server, target, clock, id, fault, asked } = await stageOf(context, {});
    applied(await target.remove('user', id, signal));
    server.clearRequests();
    fault(isTo('PATCH', /./), { kind: 'answer', status: 500, body: { detail: 'undefined is not an object' } });
    assert.equal(failureClass(await drive(clock, target.update('user', id, title, signal))), 'gone');
    assert.deepEqual(asked().slice(-1), ['GET /Users/{id} 404']);
  });

  it('is not gone when it can be read, or when nothing is said in JSON', async (context) => {
    const { target, clock, id, fault, asked } = await stageOf(context, {});
    fault(isTo('PATCH', /./), { kind: 'answer', status: 500, body: {} });
    assert.equal(failureClass(await drive(clock, target.update('user', id, title, signal))), 'transient');
    assert.equal(asked().filter((line) => line.startsWith('GET /Users/')).length, 1);
    fault(() => true, { kind: 'answer', status: 404, body: html });
    assert.equal(failureClass(await drive(clock, target.update('user', id, title, signal))), 'protocol');
  });

  it('is gone where every error is a page, searches by id are refused, and another one can be read', async (context) => {
    const behaviour = { errors: { shape: 'html' }, filter: { users: ['userName'], groups: ['displayName'] } } as const;
    const { target, clock, id } = await stageOf(context, behaviour);
    applied(await target.create('user', person('b'), signal));
    applied(await target.remove('user', id, signal));
    assert.equal(failureClass(await drive(clock, target.update('user', id, title, signal))), 'gone');
  });

  it('is not gone where a proxy answered with pages for a while', async (context) => {
    const { server, target, clock, id } = await stageOf(context, {});
    applied(await target.create('user', person('b'), signal));
    let pages = 3; // for the change, the reading and the search by id
    server.setFaults({ before: () => (pages-- > 0 ? { kind: 'answer', status: 404, body: html } : undefined) });
    assert.equal(failureClass(await drive(clock, target.update('user', id, title, signal))), 'protocol');
    server.setFaults({});
    applied(await drive(clock, target.update('user', id, title, signal)));
  });
});

describe('a target that wants another form', () => {
  it('says with a page that it has no such route: as good as 405', async (context) => {
    const { target, id, asked } = await stageOf(context, { http: { noRoute: 'page' }, users: { patch: 405 } });
    applied(await target.update('user', id, title, signal));
    assert.deepEqual(asked(), ['PATCH /Users/{id} 404', 'GET /Users/{id} 200', 'PUT /Users/{id} 200']);
    applied(await target.update('user', id, [set('title', 'Chief')], signal));
    assert.deepEqual(asked().slice(3), ['GET /Users/{id} 200', 'PUT /Users/{id} 200']);
  });

  it('teaches the other media type with one 415', async (context) => {
    const { target, id, server } = await stageOf(context, { http: { accepts: ['application/json'] } });
    applied(await target.update('user', id, title, signal));
    applied(await target.update('user', id, [set('title', 'Chief')], signal));
    assert.equal(server.requests.filter(({ status }) => status === 415).length, 0); // the create before had learned it
    assert.ok(
      target
        .settings()
        .some(
          ({ name, value, origin }) => name === 'mediaType' && value === 'application/json' && origin === 'learned',
        ),
    );
  });

  it('teaches the slash at the end with one redirect of a request without a body', async (context) => {
    const { server, target } = await begin(context);
    server.setBehaviour({ http: { trailingSlash: 'redirected' } });
    assert.deepEqual(found(await target.find('user', 'userName', 'nobody', signal)), []);
    applied(await target.create('user', person('a'), signal));
    assert.equal(server.requests.filter(({ status }) => status === 301).length, 1);
  });

  it('names the key when a redirect to a slash comes back for a request with a body', async (context) => {
    const { target, id, fault } = await stageOf(context, {});
    fault(isTo('PATCH', /./), { kind: 'answer', status: 301, headers: { location: `/scim/v2/Users/${id}/` } });
    const outcome = await target.update('user', id, title, signal);
    assert.match(outcome.kind === 'failed' ? outcome.failure.detail : '', /trailingSlash: true/);
  });

  it('demands the version with one 428, whatever discovery said, and gets it from then on', async (context) => {
    const { target, id, asked } = await stageOf(context, {
      http: { etags: 'demanded' },
      discovery: { claims: { etag: false } },
    });
    applied(await target.update('user', id, title, signal));
    assert.deepEqual(asked(), ['PATCH /Users/{id} 428', 'GET /Users/{id} 200', 'PATCH /Users/{id} 200']);
    applied(await target.update('user', id, [set('title', 'Chief')], signal));
    assert.deepEqual(asked().slice(3), ['GET /Users/{id} 200', 'PATCH /Users/{id} 200']);
  });

  for (const encoding of ['gzip', 'deflate', 'br'] as const) {
    it(`packs its answers in ${encoding}, marks their byte order and calls them text`, async (context) => {
      const { target } = await stageOf(context, { http: { encoding, byteOrderMark: true, mediaType: 'text/plain' } });
      assert.equal(found(await target.find('user', 'externalId', 'a', signal)).length, 1);
    });
  }
});

describe('a search', () => {
  it('takes the same resource twice for one', async (context) => {
    const { target } = await stageOf(context, { filter: { repeats: true } });
    assert.equal(found(await target.find('user', 'externalId', 'a', signal)).length, 1);
  });

  it('minds an element without an id only when it is the one that was looked for', async (context) => {
    const { target, id, fault } = await stageOf(context, {});
    const broken = { userName: 'b@example.org', externalId: 'b' };
    fault(isTo('GET', /filter/), {
      kind: 'answer',
      status: 200,
      body: {
        schemas: ['urn:ietf:params:scim:api:messages:2.0:ListResponse'],
        totalResults: 2,
        Resources: [broken, { id, externalId: 'a', userName: 'a@example.org' }],
      },
    });
    assert.equal(found(await target.find('user', 'externalId', 'a', signal)).length, 1);
    const lost = await target.find('user', 'externalId', 'b', signal);
    assert.ok(isFailure(lost) && lost.class === 'protocol', JSON.stringify(lost));
  });

  it('does not take a list for whole of which one element has no id', async (context) => {
    const { target } = await stageOf(context, { list: { unfiltered: 'without-id' } });
    assert.equal(await target.inventory('user', 100, signal), undefined);
  });
});

describe('a group that says external_id', () => {
  it('is found by it, searched for or listed', async (context) => {
    const { server, target } = await stageOf(context, { groups: { shownExternalId: 'external_id' } });
    const id = applied(
      await target.create(
        'group',
        new Map([
          ['displayName', 'Crew'],
          ['externalId', 'g'],
        ]),
        signal,
      ),
    );
    assert.equal(server.groups().length, 1);
    const found = await target.find('group', 'externalId', 'g', signal);
    const listed = await target.inventory('group', 10, signal);
    assert.deepEqual(
      [found, listed].map((all) => Array.isArray(all) && all.map((one) => [one.id, one.body['externalId']])),
      [[[id, 'g']], [[id, 'g']]],
    );
  });
});

describe('a type that is there', () => {
  it('answers, although its lists know no startIndex', async (context) => {
    const { target } = await stageOf(context, { list: { groupIndex: false } });
    assert.deepEqual([await target.answers('group', signal), await target.answers('user', signal)], [true, true]);
  });
});

describe('a name that is taken', () => {
  for (const [status, body] of [
    [422, { errors: [{ message: 'Email has already been taken' }] }],
    [422, { errors: { user_name: ['has already been taken'] } }],
    [400, { errors: ['userName already exists'] }],
    [400, { detail: 'duplicate key value violates unique constraint "users_login"' }],
    [500, { detail: 'E11000 duplicate key error collection: app.users' }],
    [403, { message: 'A user with this e-mail already exists' }],
  ] as const) {
    it(`is a conflict in the words of a ${status}: ${JSON.stringify(body)}`, async (context) => {
      const { target, fault, clock } = await stageOf(context, {});
      fault(isTo('POST', /^\/Users/), { kind: 'answer', status, body });
      assert.equal(failureClass(await drive(clock, target.create('user', person('b'), signal))), 'conflict');
    });
  }
});

describe('a target without groups', () => {
  for (const [what, behaviour, requests] of [
    ['by ResourceTypes', {}, ['GET /Groups?filter=displayName eq "crew" 404', 'GET /ResourceTypes 200']],
    [
      'by a list',
      { discovery: { resourceTypes: false } },
      [
        'GET /Groups?filter=displayName eq "crew" 404',
        'GET /ResourceTypes 404',
        'GET /Groups?count=1 404',
        'GET /Users?startIndex=1&count=1 200',
      ],
    ],
    [
      'by the page of a framework',
      { http: { noRoute: 'page' } },
      ['GET /Groups?filter=displayName eq "crew" 404', 'GET /ResourceTypes 200'],
    ],
  ] as const) {
    it(`is found out once, ${what}`, async (context) => {
      const { target, asked } = await stageOf(context, { ...behaviour, groups: { supported: false } });
      assert.equal(target.takes('group'), 'all');
      for (const name of ['crew', 'staff', 'board']) {
        const lost = await target.find('group', 'displayName', name, signal);
        assert.ok(isFailure(lost) && lost.class === 'unsupported', JSON.stringify(lost));
      }
      assert.equal(target.takes('group'), 'none');
      assert.equal(
        failureClass(await target.create('group', new Map([['displayName', 'crew']]), signal)),
        'unsupported',
      );
      assert.deepEqual(asked(), requests);
      assert.equal(target.takes('user'), 'all');
    });
  }

  it('is not one that answers 404 to an empty search', async (context) => {
    const { target, asked } = await stageOf(context, { filter: { emptyStatus: 404 } });
    for (const name of ['crew', 'staff'])
      assert.deepEqual(found(await target.find('group', 'displayName', name, signal)), []);
    assert.equal(target.takes('group'), 'all');
    assert.deepEqual(asked(), [
      'GET /Groups?filter=displayName eq "crew" 404',
      'GET /ResourceTypes 200',
      'GET /Groups?filter=displayName eq "staff" 404',
    ]);
  });

  it('is asked for one new group where it takes none, however many there are', async (context) => {
    const { target, asked } = await stageOf(context, { groups: { create: false } });
    const names = Array.from({ length: 10 }, (_, at) => `g${at}`);
    const outcomes = await Promise.all(
      names.map((name) => target.create('group', new Map([['displayName', name]]), signal)),
    );
    assert.ok(outcomes.every((outcome) => failureClass(outcome) === 'unsupported'));
    assert.deepEqual(asked(), ['POST /Groups 405']);
    assert.equal(target.takes('group'), 'existing');
  });
});

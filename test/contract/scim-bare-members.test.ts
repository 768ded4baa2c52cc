import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { describe, it, type TestContext } from 'node:test';
import { createScimTarget } from '../../src/adapters/scim/target.ts';
import { serveOnLoopback } from '../support/loopback.ts';
import { applied, failureClass, members, signal } from './scim-target.ts';
import { targetOptions } from './scim-target-options.ts';

interface Operation {
  readonly op: string;
  readonly path?: string;
  readonly value?: unknown;
}

/** A group that keeps texts among its members as they come, and takes real members in these forms alone. */
async function serve(context: TestContext, takes: (operation: Operation) => readonly unknown[] | undefined) {
  const held: unknown[] = [];
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      const { Operations = [] } = (body === '' ? {} : JSON.parse(body)) as { readonly Operations?: Operation[] };
      for (const operation of Operations) {
        const first: unknown = Array.isArray(operation.value) ? operation.value[0] : undefined;
        held.push(...(typeof first === 'string' ? [first] : (takes(operation) ?? [])));
      }
      const group = { schemas: ['urn:ietf:params:scim:schemas:core:2.0:Group'], id: 'g', displayName: 'Crew' };
      response
        .writeHead(200, { 'content-type': 'application/scim+json' })
        .end(JSON.stringify({ ...group, members: [{ value: 'founder' }, ...held] }));
    });
  });
  const target = createScimTarget(targetOptions(await serveOnLoopback(context, server), 'any'));
  context.after(() => target.close());
  return { target, held };
}

describe('a group that keeps a bare id among its members, where another form was asked for', () => {
  it('has not got whom a later form added in vain, although the id is still shown', async (context) => {
    const { target, held } = await serve(context, () => undefined);
    assert.equal(failureClass(await target.changeMembers('g', members(['ben'], [], ['founder']), signal)), 'rejected');
    assert.deepEqual(held, ['ben']);
    assert.ok(!target.settings().some(({ name, origin }) => name === 'members.add' && origin === 'learned'));
  });

  it('has whom a later form added, and that form is learned', async (context) => {
    const { target, held } = await serve(context, ({ path, value }) =>
      path === undefined ? (value as { readonly members: readonly unknown[] }).members : undefined,
    );
    applied(await target.changeMembers('g', members(['ben'], [], ['founder']), signal));
    assert.deepEqual(held, ['ben', { value: 'ben' }]);
    assert.equal(target.settings().find(({ name }) => name === 'members.add')?.value, 'pathless');
  });
});

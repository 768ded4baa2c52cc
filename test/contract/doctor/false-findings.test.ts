import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import type { Examination } from '../../../src/ports/target-doctor.ts';
import { systemClock } from '../../../src/adapters/system/clock.ts';
import { blocking, examine, examineAll, findingOf } from './examination.ts';
import { startPlainServer, wrong, type Json, type PlainServer, type Quirk } from './plain-server.ts';

const hurried = { clock: { ...systemClock(), sleep: () => Promise.resolve() } };

/** Examines a server that must be empty afterwards. */
async function examineQuirk(
  context: TestContext,
  quirk: Quirk,
  idOf?: Parameters<typeof startPlainServer>[2],
): Promise<Examination> {
  const server = await startPlainServer(context, quirk, idOf);
  const examination = await examine(server.url, hurried);
  assert.equal(examination.ended, undefined);
  assert.deepEqual([...server.store.Users.values(), ...server.store.Groups.values(), ...examination.leftovers], []);
  return examination;
}

const good: Quirk = () => undefined;

describe('a doctor before a server that is plain, and does what it says', { concurrency: 2 }, () => {
  it('says of it what is so, and nothing else', async (context) => {
    const examination = await examineQuirk(context, good);
    assert.deepEqual(blocking(examination), []);
    assert.deepEqual(
      examination.findings.filter(({ verdict }) => verdict === 'lies').map(({ trial }) => trial),
      [
        // It knows no filters but of plain attributes, no element that is not there, no projection, and no foreign keys.
        'emails.value',
        'emails[type eq "work"].value',
        'an element that is not there',
        'left out of lists',
        'unknown members',
      ],
    );
  });

  it('leaves nothing behind where users and groups are numbered apart', async (context) => {
    const numbers: Record<string, number> = {};
    const examination = await examineQuirk(context, good, (type) => String((numbers[type] = (numbers[type] ?? 0) + 1)));
    assert.deepEqual(blocking(examination), []);
  });

  it('does not take an id that is the name, or a number that is free again, for an account that came back', async (context) => {
    const next = (type: 'Users' | 'Groups', _: Json, store: PlainServer['store']): string =>
      String(Math.max(0, ...[...store[type].keys()].map(Number)) + 1);
    for (const idOf of [
      (type: string, body: Json) => String(body[type === 'Users' ? 'userName' : 'displayName']),
      next,
    ]) {
      const examination = await examineQuirk(context, good, idOf);
      const { verdict, text } = findingOf(examination, 'Users', 'delete');
      assert.equal(verdict, 'works', text);
      assert.equal(examination.says.users?.deletion, undefined);
    }
  });

  it('does not say that a name stays taken of a server that keeps it for its externalId alone', async (context) => {
    const owners = new Map<unknown, unknown>();
    const examination = await examineQuirk(context, ({ method, type, id, body }) => {
      if (method !== 'POST' || type !== 'Users' || id !== undefined) return undefined;
      const owner = owners.get(body['userName']) ?? body['externalId'];
      owners.set(body['userName'], owner);
      return owner === body['externalId'] ? undefined : wrong(409, 'the name belongs to another externalId');
    });
    assert.equal(findingOf(examination, 'Users', 'delete').verdict, 'works');
  });

  it('does not say that PATCH does not work where it never sent one', async (context) => {
    const examination = await examineAll(context, { users: { required: ['photos'] }, groups: { supported: false } });
    assert.match(findingOf(examination, 'Discovery', 'ServiceProviderConfig').text, /claims patch/);
    assert.match(findingOf(examination, 'Extras', 'claims').text, /tells the truth/);
  });

  it('tries a form after another one was answered with 501', async (context) => {
    const examination = await examineAll(context, { members: { remove: ['values'], otherRemovals: 'unsupported' } });
    assert.partialDeepStrictEqual(examination.says, { members: { remove: 'values' } });
    const pathless = await examineQuirk(context, ({ method, body }) => {
      const [operation] = (body['Operations'] ?? []) as Json[];
      return method === 'PATCH' && typeof operation?.['path'] === 'string' && !operation['path'].includes('members')
        ? wrong(501, 'no paths here')
        : undefined;
    });
    assert.partialDeepStrictEqual(pathless.says, { patch: { paths: 'object' } });
  });

  it('does not leave out mobile numbers because e-mail addresses are single', async (context) => {
    const examination = await examineQuirk(context, ({ method, type, body, id }) =>
      method === 'POST' && type === 'Users' && id === undefined && ((body['emails'] ?? []) as Json[]).length > 1
        ? wrong(400, 'one e-mail address')
        : undefined,
    );
    assert.deepEqual(examination.says.values?.single, ['emails']);
    const every = await examineAll(context, { values: { several: 'refused' } });
    assert.equal(every.says.values?.single, true);
  });
});

describe('the evidence of a finding', () => {
  it('names each request, what it was answered with, and what was read then', async (context) => {
    const examination = await examineQuirk(context, ({ method, type }) =>
      method === 'PATCH' && type === 'Users' ? { status: 204 } : undefined,
    );
    const { verdict, evidence } = findingOf(examination, 'Deactivation', 'deactivate');
    assert.equal(verdict, 'lies');
    assert.match(
      evidence.join('\n'),
      /^PATCH \/Users\/\S+ \[replace active = false\] → 204, without a body\nGET \/Users\/\S+ → 200, as it was before$/m,
    );
    assert.match(evidence.join('\n'), /^PUT \/Users\/\S+ → 200\nGET \/Users\/\S+ → 200, active true → false$/m);
    for (const { subject, trial, verdict: found, evidence: lines } of examination.findings) {
      if (found === 'works' || found === 'lies' || found === 'unseen')
        assert.ok(
          lines.length > 0 || ['answers', 'claims', 'what works', 'required'].includes(trial),
          `${subject}, ${trial}`,
        );
    }
  });
});

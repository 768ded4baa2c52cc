import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { rfc7644 } from '../../src/core/dialect/rfc7644.ts';
import { cycleStage, person } from '../support/cycle-stage.ts';
import { faultFor, type Fault } from '../support/scim-server/faults.ts';
import { applied, failureClass, set, signal } from './scim-target.ts';
import { begin, createPerson, type Stage } from './scim-target-dialects-stage.ts';

const off = [set('active', false)];
const words = [null, 'maybe', 'pending', '', {}, [], -1, 'locked out'] as const;

/** From now on a change is answered so, and the account shows this as `active`; undefined: it is left out. */
function showAs(stage: Stage, active: unknown, changed: Fault, method = 'PATCH'): void {
  const [held = {}] = stage.server.users();
  const body: Record<string, unknown> = { ...held, active }; // JSON leaves out what is undefined
  const faults = [
    faultFor((request) => request.method === method, changed),
    faultFor((request) => request.method === 'GET' && request.path.startsWith('/Users/'), {
      kind: 'answer',
      status: 200,
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/scim+json' },
    }),
  ];
  stage.server.setFaults({
    before: (request) => faults.map((fault) => fault(request)).find((fault) => fault !== undefined),
  });
}

describe('an account that does not say that it is inactive', () => {
  it('is not taken for switched off, whatever else it says', async (context) => {
    for (const word of words) {
      const stage = await begin(context, {});
      const id = await createPerson(stage, 'p');
      showAs(stage, word, { kind: 'answer', status: 204 });
      for (let times = 0; times < 5; times += 1)
        assert.equal(
          failureClass(await stage.target.update('user', id, off, signal)),
          'rejected',
          JSON.stringify(word),
        );
    }
  });

  it('is not taken for switched off when the answer to the change itself says so little', async (context) => {
    for (const word of words) {
      const stage = await begin(context, {});
      const id = await createPerson(stage, 'p');
      const [held = {}] = stage.server.users();
      showAs(stage, word, {
        kind: 'answer',
        status: 200,
        body: JSON.stringify({ ...held, active: word }),
        headers: { 'content-type': 'application/scim+json' },
      });
      assert.equal(failureClass(await stage.target.update('user', id, off, signal)), 'rejected', JSON.stringify(word));
    }
  });

  it('is not taken for switched off where everything goes by PUT', async (context) => {
    const stage = await begin(context, {}, { users: { ...rfc7644.users, update: 'put' } });
    const id = await createPerson(stage, 'p');
    showAs(stage, 'pending', { kind: 'answer', status: 200 }, 'PUT');
    assert.equal(failureClass(await stage.target.update('user', id, off, signal)), 'rejected');
  });

  it('is not taken for switched off when it leaves out what it showed before', async (context) => {
    const stage = await begin(context, {});
    const id = await createPerson(stage, 'p');
    showAs(stage, undefined, { kind: 'answer', status: 204 });
    assert.equal(failureClass(await stage.target.update('user', id, off, signal)), 'rejected');
  });

  it('is switched off as soon as it says so, and the failure says what it said', async (context) => {
    const stage = await begin(context, {});
    const id = await createPerson(stage, 'p');
    showAs(stage, 'pending', { kind: 'answer', status: 204 });
    const first = await stage.target.update('user', id, off, signal);
    assert.ok(first.kind === 'failed');
    assert.match(first.failure.detail, /^answered 204, and the account does not say that it is inactive$/);
    showAs(stage, 'Suspended', { kind: 'answer', status: 204 });
    applied(await stage.target.update('user', id, off, signal));
  });

  it('is taken for switched off, and counted, at a target that never says of anybody whether they are active', async (context) => {
    const stage = await begin(context, { users: { hides: ['active'] } });
    for (let number = 0; number < 5; number += 1) {
      const id = await createPerson(stage, `p${number}`);
      const outcome = await stage.target.update('user', id, off, signal);
      assert.ok(outcome.kind === 'applied');
      assert.deepEqual(outcome.shown?.unstored, ['active']);
    }
    assert.deepEqual(
      stage.server.users().map(({ active }) => active),
      Array(5).fill(false),
    );
  });

  it('is counted in the report as long as nobody shows it, and nothing is sent for it', async (context) => {
    const stage = await begin(context, { users: { hides: ['active'] } });
    const company = cycleStage([person('ada'), person('ben')]);
    const input = { prepare: () => Promise.resolve({ ...company.setup, target: stage.target }) };
    await company.cycle(input);
    company.source.remove('ben');
    assert.deepEqual((await company.cycle(input)).report.unstored, { active: 1 });
    stage.sent();
    assert.deepEqual((await company.cycle(input)).report.unstored, { active: 1 });
    assert.deepEqual(stage.sent(), []);
    company.source.put(person('ben'));
    assert.deepEqual((await company.cycle(input)).report.unstored, {});
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createDoctor } from '../../src/adapters/scim/doctor/doctor.ts';
import { createScimTarget } from '../../src/adapters/scim/target.ts';
import { systemClock } from '../../src/adapters/system/clock.ts';
import { isFailure } from '../../src/ports/scim-target.ts';
import { targetOptions } from '../contract/scim-target-options.ts';
import { httpAnswer, startHostileTarget } from '../support/hostile-target.ts';

/** Something that answers the same to whatever is asked: `check` must not say that a target is there, and `doctor` writes nothing. */

const error = '{"schemas":["urn:ietf:params:scim:api:messages:2.0:Error"],"status":"400","detail":"no"}';
const answers: Readonly<Record<string, Buffer>> = {
  '400': httpAnswer(400, error),
  '400 without a word': httpAnswer(400, ''),
  '422': httpAnswer(422, '{}'),
  '200 {}': httpAnswer(200, '{}'),
  '200 {"status":"ok"}': httpAnswer(200, '{"status":"ok"}'),
  '200 []': httpAnswer(200, '[]'),
  '200 and nothing': httpAnswer(200, ''),
  '204': httpAnswer(204, ''),
  '299 {}': httpAnswer(299, '{}'),
  '404': httpAnswer(404, ''),
  '405': httpAnswer(405, error),
  '500': httpAnswer(500, '{}'),
  '501': httpAnswer(501, error),
  'a list of nobody': httpAnswer(
    200,
    '{"schemas":["urn:ietf:params:scim:api:messages:2.0:ListResponse"],"totalResults":0,"Resources":[]}',
  ),
  'a page': httpAnswer(200, '<html>Welcome</html>', { 'content-type': 'text/html' }),
  'no HTTP': Buffer.from('SSH-2.0-OpenSSH_9.6\r\n'),
};

describe('something that answers the same to everything', () => {
  for (const [what, bytes] of Object.entries(answers)) {
    for (const usable of [true, false])
      it(`is no target (${what}), ${usable ? 'with' : 'without'} lists`, async (context) => {
        const hostile = await startHostileTarget(() => bytes);
        const target = createScimTarget(
          targetOptions(hostile.url, 'token-of-nobody', {
            dialect: [{ origin: 'config', says: { list: { usable } } }],
          }),
        );
        context.after(async () => {
          await target.close();
          await hostile.close();
        });
        const facts = await target.discover(AbortSignal.timeout(20_000));
        // Where nothing is listed, a 404 to everything may be a target that finds nobody.
        assert.equal(isFailure(facts), usable || what !== '404', JSON.stringify(facts));
      });
    it(`is not written to by doctor (${what})`, async (context) => {
      const hostile = await startHostileTarget(() => bytes);
      const doctor = createDoctor({
        ...targetOptions(hostile.url, 'token-of-nobody', {
          clock: { ...systemClock(), sleep: () => Promise.resolve() },
        }),
        allowLeftovers: true,
        onFinding: () => undefined,
      });
      context.after(async () => {
        await doctor.close();
        await hostile.close();
      });
      const { signal } = new AbortController();
      assert.ok(isFailure(await doctor.examine(signal, signal)));
      assert.deepEqual([...new Set(hostile.requests.map(({ method }) => method))], ['GET']);
    });
  }
});

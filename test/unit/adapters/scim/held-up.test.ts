import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createExchange, type Attempt } from '../../../../src/adapters/scim/http/retry.ts';
import { Pace } from '../../../../src/adapters/scim/rate-limit/pace.ts';
import type { Answer, ScimRequest } from '../../../../src/adapters/scim/shared/message.ts';
import { createAnswerPlaces } from '../../../../src/adapters/scim/shared/answer-places.ts';
import { fakeClock } from '../../../support/fake-clock.ts';

const request: ScimRequest = { method: 'GET', path: '/Users/1', subject: 'resource', maxBytes: 1000 };
const answer: Answer = { status: 200, etag: undefined, body: undefined };
const { signal } = new AbortController();

describe('an answer that waits for a place', () => {
  it('keeps nobody from being sent: whoever has the place may have to send once more before they give it back', async () => {
    const clock = fakeClock();
    const places = createAnswerPlaces({ medium: 1, long: 1 }).open();
    const attempt: Attempt = async (_request, _signal, onHeld) => {
      await places.current().places.enter('long', onHeld);
      return answer;
    };
    const nothing = { onThrottled: () => undefined, onWaited: () => undefined };
    const exchange = createExchange(attempt, new Pace(clock, [], 1), clock, nothing);
    const twice = (): Promise<unknown> =>
      places.ofCall(async () => {
        await exchange(request, signal);
        await new Promise((resolve) => setImmediate(resolve));
        return exchange(request, signal);
      });
    assert.deepEqual(await Promise.all([twice(), twice(), twice()]), [answer, answer, answer]);
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createInFlight } from '../../../src/telemetry/in-flight.ts';
import { fakeClock } from '../../support/fake-clock.ts';

const begins = (method: string) => ({ kind: 'scim_request_started', target: 'wiki', method }) as const;
const ends = (method: string) =>
  ({ kind: 'scim_request', target: 'wiki', method, status: 200, milliseconds: 1 }) as const;

describe('requests in flight', () => {
  it('are counted where they change something, and awaited whatever they are', async () => {
    const clock = fakeClock();
    const { observer, writes, awaited } = createInFlight(clock);
    for (const method of ['GET', 'POST', 'PATCH']) observer(begins(method));
    await clock.advance(3_000);
    assert.deepEqual([writes(), awaited()], [2, [{ name: 'target wiki', milliseconds: 3_000 }]]);
    observer(ends('POST'));
    assert.deepEqual([writes(), awaited()], [1, [{ name: 'target wiki', milliseconds: 0 }]]);
    observer(ends('PATCH'));
    observer(ends('GET'));
    assert.deepEqual([writes(), awaited()], [0, []]);
  });

  it('of a directory are heard of with every entry', async () => {
    const clock = fakeClock();
    const { observer, awaited } = createInFlight(clock);
    observer({ kind: 'ldap_request_started', directory: 'corp', operation: 'search' });
    await clock.advance(2_000);
    observer({ kind: 'entries_read', directory: 'corp', entries: 1_000 });
    await clock.advance(1_000);
    assert.deepEqual(awaited(), [{ name: 'directory corp', milliseconds: 1_000 }]);
    observer({ kind: 'ldap_request', directory: 'corp', operation: 'search', milliseconds: 3_000, outcome: 'success' });
    assert.deepEqual(awaited(), []);
  });
});

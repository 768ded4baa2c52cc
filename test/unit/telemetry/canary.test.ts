import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { BridgeError } from '../../../src/core/model/errors.ts';
import type { CycleEvent } from '../../../src/ports/cycle-observer.ts';
import { logObserver } from '../../../src/telemetry/log-observer.ts';
import { createMetrics } from '../../../src/telemetry/metrics.ts';
import { fakeClock } from '../../support/fake-clock.ts';
import { logLines } from '../../support/log-lines.ts';

const secret = 'canary-9f3c/K+= "q';
const person = 'Ada Canary <ada.canary@corp.example>';

/** Events as they would be if someone upstream had been careless, in every field that is free text. */
const careless: CycleEvent[] = [
  { kind: 'cycle_started', target: 'wiki', mode: 'full', cycle: 'c1' },
  {
    kind: 'directory_failed',
    directory: 'corp',
    code: 'D2S_DIRECTORY_AUTH',
    message: `bind with ${secret} failed`,
    remedy: `not ${secret}`,
  },
  {
    kind: 'held',
    target: 'wiki',
    hold: {
      holdId: 'ab12',
      decisive: [],
      operations: [
        {
          verb: 'delete',
          cause: 'absent',
          type: 'user',
          sourceId: '1',
          directory: 'corp',
          label: person,
          reason: person,
          stage: 1,
        },
      ],
      findings: [{ kind: 'removals', type: 'user', planned: 9, recent: 0, population: 9, allowed: 1, text: person }],
    },
  },
  {
    kind: 'operation_finished',
    target: 'wiki',
    type: 'user',
    sourceId: '1',
    verb: 'create',
    outcome: 'failed',
    failure: 'rejected',
    status: 400,
    detail: `${person} ${secret} Bearer ${Buffer.from(secret).toString('base64')}`,
    delayMilliseconds: 1,
  },
  { kind: 'scim_request', target: person, method: secret, status: 200, milliseconds: 1 },
  { kind: 'scim_request', target: 'wiki', method: secret, status: 200, milliseconds: 1 },
  { kind: 'ldap_request', directory: 'corp', operation: secret, milliseconds: 1, outcome: 'success' },
  {
    kind: 'cycle_finished',
    deferred: 0,
    target: 'wiki',
    mode: 'full',
    cycle: 'c1',
    result: 'error',
    milliseconds: 1,
    error: { code: 'D2S_TARGET_AUTH', message: `the token ${encodeURIComponent(secret)} is refused`, remedy: '' },
  },
];

describe('a canary in events and errors', () => {
  it('that is a known secret appears in no log line, at no level, in no form', () => {
    const { log, text } = logLines('trace', () => [secret]);
    const observer = logObserver(log, fakeClock());
    careless.forEach(observer);
    log.error(new BridgeError('D2S_INTERNAL', `with ${secret}`, 'none', new Error(secret)));
    log.error(
      { request: { headers: { authorization: `Basic ${secret}` } }, password: secret, list: [{ token: secret }] },
      secret,
    );
    log.child({ token: secret }).warn('child');
    assert.doesNotMatch(text(), /canary-9f3c|9f3c/);
    assert.equal(text().includes(Buffer.from(secret).toString('base64')), false);
    assert.ok(text().split('\n').length > careless.length, 'the lines themselves are there');
  });

  it('that is a person appears in no line at info and above', () => {
    const { log, text, lines } = logLines('info');
    careless.forEach(logObserver(log, fakeClock()));
    assert.ok(lines().length >= 4);
    assert.doesNotMatch(text(), /ada/i);
  });

  it('appears in no metric', async () => {
    const metrics = createMetrics({
      version: '1',
      targets: ['wiki'],
      directories: ['corp'],
      pollSeconds: 1,
      clock: fakeClock(),
    });
    careless.forEach(metrics.observer);
    assert.doesNotMatch(await metrics.registry.metrics(), /canary|ada/i);
  });
});

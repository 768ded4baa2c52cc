import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Failure } from '../../../src/core/model/outcome.ts';
import { createProbing } from '../../../src/daemon/target-probe.ts';
import type { CycleEvent } from '../../../src/ports/cycle-observer.ts';
import type { ProbeResult } from '../../../src/ports/scim-target.ts';
import { fakeClock } from '../../support/fake-clock.ts';

const minute = 60_000;

/** Two targets, of which `down` answers with a failure. */
function stage(failure: Failure = { class: 'auth', status: 401, detail: 'no' }) {
  const clock = fakeClock();
  const events: CycleEvent[] = [];
  const asked: string[] = [];
  const over = new AbortController();
  const probing = createProbing({
    clock,
    targets: ['quiet', 'down'],
    everyMilliseconds: 5 * minute,
    tell: (event) => void events.push(event),
  });
  const ended = probing.run((target) => {
    asked.push(target);
    return Promise.resolve<ProbeResult>(target === 'down' ? { kind: 'failed', failure } : { kind: 'answers' });
  }, over.signal);
  return {
    clock,
    events,
    asked,
    probing,
    stop: () => {
      over.abort(new Error('over'));
      return ended;
    },
  };
}

describe('the probe of a quiet target', () => {
  it('asks once in the time, and tells whether it is there', async () => {
    const { clock, events, asked, stop } = stage();
    await clock.advance(5 * minute - 1);
    assert.deepEqual(asked, []);
    await clock.advance(5 * minute);
    assert.deepEqual(asked, ['quiet', 'down']);
    await clock.advance(5 * minute);
    assert.equal(asked.length, 4);
    assert.deepEqual(
      events.slice(0, 2).map((event) => (event.kind === 'target_probed' ? [event.target, event.error?.code] : [])),
      [
        ['quiet', undefined],
        ['down', 'D2S_TARGET_AUTH'],
      ],
    );
    await stop();
    assert.equal(clock.sleeping(), 0);
  });

  it('leaves alone who was asked for something else in that time', async () => {
    const { clock, asked, probing, stop } = stage();
    for (let at = 0; at < 20; at += 1) {
      await clock.advance(minute);
      probing.observer({ kind: 'scim_request', target: 'quiet', method: 'GET', status: 200, milliseconds: 5 });
    }
    assert.deepEqual(new Set(asked), new Set(['down']));
    await stop();
  });

  it('takes a target that asks for a pause for one that is there', async () => {
    const { clock, events, stop } = stage({ class: 'throttled', status: 429, detail: 'later' });
    await clock.advance(6 * minute);
    assert.deepEqual(
      events.map((event) => (event.kind === 'target_probed' ? event.error : 'other')),
      [undefined, undefined],
    );
    await stop();
  });
});

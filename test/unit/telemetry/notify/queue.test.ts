import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { CycleEvent } from '../../../../src/ports/cycle-observer.ts';
import type { Condition, Delivery, Notification } from '../../../../src/ports/notifier.ts';
import { createNotificationQueue } from '../../../../src/telemetry/notify/queue.ts';
import { fakeClock } from '../../../support/fake-clock.ts';

const notification = (id: string, condition: Condition = 'held'): Notification => ({
  id,
  condition,
  target: 'wiki',
  at: '',
  summary: '',
});

function started(answers: (Delivery | 'hangs')[], conditions: Condition[] = ['held', 'failing', 'recovered']) {
  const clock = fakeClock();
  const tried: string[] = [];
  const events: string[] = [];
  const notifier = {
    name: 'ops',
    conditions: new Set(conditions),
    deliver: ({ id }: Notification): Promise<Delivery> => {
      tried.push(`${id} at ${clock.monotonic() / 1_000}`);
      const answer = answers.shift() ?? { ok: true };
      return answer === 'hangs' ? new Promise(() => undefined) : Promise.resolve(answer);
    },
  };
  const tell = (event: CycleEvent): void => {
    if (event.kind === 'notified') events.push([event.outcome, event.problem ?? ''].join(' ').trim());
  };
  const queue = createNotificationQueue(clock, tell);
  const stop = new AbortController();
  const ended = queue.run([notifier], stop.signal);
  return { queue, notifier, clock, tried, events, stop: () => (stop.abort(), ended) };
}

const failed: Delivery = { ok: false, problem: 'HTTP 503', again: true };

describe('the queue of notifications', () => {
  it('delivers in order, one after the other, to whoever wants to know', async () => {
    const { queue, clock, tried, events, stop } = started([], ['held']);
    for (const one of [notification('a'), notification('b', 'failing'), notification('c')]) queue.add(one);
    await clock.advance(0);
    assert.deepEqual(tried, ['a at 0', 'c at 0']);
    assert.deepEqual(events, ['sent', 'sent']);
    await stop();
  });

  it('repeats with growing pauses, and gives up in the end', async () => {
    const { queue, clock, tried, events, stop } = started(Array.from({ length: 6 }, () => failed));
    queue.add(notification('a'));
    queue.add(notification('b'));
    await clock.advance(3_600_000);
    assert.deepEqual(tried, ['a at 0', 'a at 1', 'a at 6', 'a at 36', 'a at 156', 'a at 756', 'b at 756']);
    assert.deepEqual(events, ['failed HTTP 503', 'sent']);
    await stop();
  });

  it('does not repeat what another try would not change', async () => {
    const { queue, clock, tried, events, stop } = started([{ ok: false, problem: 'HTTP 404', again: false }]);
    queue.add(notification('a'));
    await clock.advance(3_600_000);
    assert.deepEqual(tried, ['a at 0']);
    assert.deepEqual(events, ['failed HTTP 404']);
    await stop();
  });

  it('keeps a hundred for somebody who does not answer, and leaves out the oldest', async () => {
    const { queue, clock, events, stop } = started(['hangs']);
    for (let n = 0; n < 105; n += 1) queue.add(notification(String(n)));
    await clock.advance(0);
    assert.deepEqual(events, ['dropped', 'dropped', 'dropped', 'dropped', 'dropped']);
    void stop();
  });

  it('ends with its signal, also in a pause; what waits is for the next run, and nothing is for one who is gone', async () => {
    const { queue, notifier, clock, tried, events, stop } = started([failed]);
    queue.add(notification('a'));
    await clock.advance(10);
    assert.deepEqual(tried, ['a at 0']);
    await stop();
    queue.add(notification('b'));
    await clock.advance(60_000);
    assert.deepEqual([tried.length, events], [1, []]);

    const over = new AbortController();
    const again = queue.run([notifier, { ...notifier, name: 'other' }], over.signal);
    await clock.advance(0);
    assert.deepEqual(tried.slice(1), ['a at 60.01', 'b at 60.01']);
    assert.deepEqual(events, ['sent', 'sent']);
    over.abort();
    await again;
    queue.add(notification('c'));
    const none = new AbortController();
    const last = queue.run([], none.signal);
    assert.deepEqual(events.slice(2), ['dropped', 'dropped']);
    none.abort();
    await last;
  });
});

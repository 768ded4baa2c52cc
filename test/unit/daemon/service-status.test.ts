import assert from 'node:assert/strict';
import { it } from 'node:test';
import { createServiceStatus } from '../../../src/daemon/service-status.ts';
import type { CycleEvent } from '../../../src/ports/cycle-observer.ts';
import { fakeClock } from '../../support/fake-clock.ts';

const finished = (target: string, result: string): CycleEvent =>
  ({ kind: 'cycle_finished', target, result }) as unknown as CycleEvent;

it('what systemd shows names no target that a changed configuration has no more', () => {
  const told: string[] = [];
  const unheard = new Promise<never>(() => undefined);
  const manager = { watchdogMilliseconds: undefined, unheard, tell: (...lines: string[]) => void told.push(...lines) };
  const status = createServiceStatus(manager, fakeClock(), () => 0);
  status.observer(finished('wiki', 'success'));
  status.observer(finished('chat', 'error'));
  assert.equal(told.at(-1), 'STATUS=wiki: in step; chat: failing');
  status.keep(['wiki', 'mail']);
  assert.equal(told.at(-1), 'STATUS=wiki: in step');
});

import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import type { ScimTargetOptions } from '../../src/adapters/scim/http/options.ts';
import { createScimTarget } from '../../src/adapters/scim/target.ts';
import { isFailure, type ScimTarget } from '../../src/ports/scim-target.ts';
import { fakeClock, type FakeClock } from '../support/fake-clock.ts';
import type { Faults } from '../support/scim-server/faults.ts';
import { startScimServer, type ScimServer } from '../support/scim-server/server.ts';
import { signal } from './scim-target.ts';
import { targetOptions } from './scim-target-options.ts';

export const token = 'tok-3nV-very-secret';
export const alice = new Map([
  ['externalId', 'a1'],
  ['userName', 'alice'],
]);

export interface Stage {
  readonly server: ScimServer;
  readonly target: ScimTarget;
  readonly clock: FakeClock;
  readonly throttles: number[];
  readonly waits: number[];
  readonly statuses: number[];
}

/**
 * A strict server, and a client whose time only passes when the test says so.
 *
 * @param guard how the server knows its client; without a token, its faults decide
 */
export async function begin(
  context: TestContext,
  faults: Faults = {},
  rest: Partial<ScimTargetOptions> = {},
  guard: { readonly token?: string } = { token },
): Promise<Stage> {
  const server = await startScimServer({ ...guard, faults });
  const clock = fakeClock();
  const throttles: number[] = [];
  const waits: number[] = [];
  const statuses: number[] = [];
  const target = createScimTarget(
    targetOptions(server.url, token, {
      clock,
      onThrottled: (milliseconds) => throttles.push(milliseconds),
      onWaited: (milliseconds) => waits.push(milliseconds),
      onRequest: (_method, status) => statuses.push(status),
      ...rest,
    }),
  );
  context.after(async () => {
    await target.close();
    await server.stop();
    assert.deepEqual(server.violations, []);
  });
  return { server, target, clock, throttles, waits, statuses };
}

/** Waits for something real to happen while the fake clock stands still. */
export async function until(condition: () => boolean, what: string): Promise<void> {
  const deadline = performance.now() + 5000;
  while (!condition()) {
    assert.ok(performance.now() < deadline, `in vain: ${what}`);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** Lets fake time pass until a promise has settled. */
export async function drive<T>(clock: FakeClock, promise: Promise<T>): Promise<T> {
  let settled = false;
  const mark = (): void => void (settled = true);
  promise.then(mark, mark);
  await until(() => settled || clock.sleeping() > 0, 'an end or a sleep');
  for (let now: boolean = settled; !now; now = settled) {
    await clock.advance(100);
    await until(() => settled || clock.sleeping() > 0, 'an end or a sleep');
  }
  return promise;
}

export const find = (target: ScimTarget): Promise<unknown> => target.find('user', 'externalId', 'a1', signal);
export const classOf = (result: unknown): unknown => (isFailure(result) ? result.class : 'fine');

import { randomUUID } from 'node:crypto';
import { BridgeError } from '../core/model/errors.ts';
import type { Delivery } from '../ports/notifier.ts';
import type { App } from './app.ts';

export interface TestedNotifier {
  readonly notifier: string;
  readonly delivery: Delivery;
}

/**
 * Tells everybody who is told of anything that this is a test, once and at once.
 *
 * @throws BridgeError D2S_USAGE when the configuration names nobody
 */
export async function testNotifiers(app: App, signal: AbortSignal): Promise<readonly TestedNotifier[]> {
  if (app.notifiers.length === 0)
    throw new BridgeError(
      'D2S_USAGE',
      'the configuration names nobody under notify',
      'docs/configuration.md shows how',
    );
  const notification = {
    id: `msg_${randomUUID()}`,
    condition: 'test',
    at: new Date(app.clock.now()).toISOString(),
    summary: 'This is a test of dir2scim notify test: whoever reads it is told when something is held or fails.',
  } as const;
  return Promise.all(
    app.notifiers.map(async (notifier) => ({
      notifier: notifier.name,
      delivery: await notifier.deliver(notification, signal),
    })),
  );
}

import { remind } from '../cycle/shared/target-notes.ts';
import type { Conditions } from '../telemetry/notify/conditions.ts';
import type { App } from './app.ts';
import type { HeldStore } from './held-store.ts';

/** What the state tells before the first cycle: a restart is no news, and metrics must not start from nothing. */
export async function recall(app: App, held: HeldStore, told: readonly Pick<Conditions, 'recall'>[]): Promise<void> {
  const store = await held.current();
  for (const [target, scimTarget] of app.targets) {
    await remind(scimTarget, store);
    const state = await store.target(target);
    const counts = await store.counts(target);
    app.observer({
      kind: 'unresolved_counted',
      target,
      counts: state.unresolved ?? { members: 0, groups: 0, references: 0 },
      isNews: false,
    });
    app.observer({
      kind: 'resources_counted',
      target,
      counts,
      pending: state.pending,
      pendingResources: state.pendingResources,
      quarantined: state.quarantine !== undefined,
      seats: state.seats,
      unstored: await store.unstored(target),
      strangers: await store.strangers(target),
    });
    for (const one of told) one.recall(target, state);
    const verified = await store.verified(target);
    if (verified !== undefined) app.observer({ kind: 'verified', target, verified, milliseconds: 0, isNews: false });
  }
}

import type { Projection } from '../core/mapping/project.ts';
import { isFailure } from '../ports/scim-target.ts';
import type { Intent, StateStore } from '../ports/state-store.ts';
import type { TargetSetup } from './target-setup.ts';

/**
 * Settles creates that were under way when the process ended, of entries that nobody wants any more: what they left on
 * the target is linked, so that it departs like any other. (Those who are still wanted are searched for by the plan.)
 * What cannot be found out stays open, and the next cycle asks again.
 */
export async function recoverIntents(
  setup: TargetSetup,
  store: StateStore,
  { resources, rejected }: Projection,
  signal: AbortSignal,
): Promise<void> {
  const intents = await store.openIntents(setup.target.name);
  if (intents.length === 0) return;
  const wanted = new Set([...resources, ...rejected].map(({ sourceId }) => sourceId));
  for (const intent of intents) if (!wanted.has(intent.sourceId)) await settle(intent, setup, store, signal);
}

async function settle(intent: Intent, { target }: TargetSetup, store: StateStore, signal: AbortSignal): Promise<void> {
  const { type, sourceId, directory, members } = intent;
  const known = (await store.links(target.name, [sourceId])).get(sourceId);
  const found = await target.find(type, 'externalId', sourceId, signal);
  if (isFailure(found)) return;
  const [first] = found;
  if (first === undefined || known?.targetId === first.id) {
    await store.record([{ kind: 'settled', intent }]);
    return;
  }
  await store.record([
    {
      kind: 'link',
      link: {
        target: target.name,
        type,
        sourceId,
        directory,
        targetId: first.id,
        origin: 'created',
        lifecycle: first.active ? 'active' : 'deactivated',
        attributes: {},
        unsettled: members,
        version: first.version,
      },
    },
    { kind: 'settled', intent },
  ]);
}

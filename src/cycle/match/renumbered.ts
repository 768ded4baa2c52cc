import { isSourceId } from '../../core/directory/source-id.ts';
import type { SourceId } from '../../core/model/entry.ts';
import type { TargetId } from '../../core/model/link.ts';
import type { Failure } from '../../core/model/outcome.ts';
import type { FoundResource, ScimTarget } from '../../ports/scim-target.ts';
import type { StateView } from '../../ports/state-store.ts';
import { targetError } from '../shared/target-error.ts';

/** An account that carries the externalId of one entry under the id of another: no id is what it was. */
export const renumberedFailure: Failure = {
  class: 'renumbered',
  detail: 'the account with the externalId of one entry has the id by which another entry is known',
};

/**
 * Somebody whom the target mislaid, whose account turns up under the id by which another entry is known. (A newcomer whose
 * creation was answered with somebody else's account has no link, and is only refused.)
 *
 * @param taken who is known by an id
 * @throws BridgeError D2S_TARGET_RENUMBERED
 */
export async function assertNotRenumbered(
  sourceId: SourceId,
  found: FoundResource,
  taken: ReadonlyMap<TargetId, SourceId>,
  { target, store }: { readonly target: Pick<ScimTarget, 'name'>; readonly store: Pick<StateView, 'links'> },
): Promise<void> {
  const owner = taken.get(found.id);
  if (owner === undefined || owner === sourceId || !isSourceId(found.body['externalId'], sourceId)) return;
  const link = (await store.links(target.name, [sourceId])).get(sourceId);
  if (link?.lifecycle === 'lost' && link.targetId !== found.id) throw targetError(target.name, renumberedFailure);
}

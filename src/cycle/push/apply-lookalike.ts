import type { Link, TargetId } from '../../core/model/link.ts';
import type { RemoveOperation } from '../../core/model/plan.ts';
import { isFailure, type ScimChange } from '../../ports/scim-target.ts';
import { isAlike, isOurs } from '../match/find-lost.ts';
import { effectOf } from './operation-log.ts';
import type { PushContext } from './push-context.ts';
import { applied, failed, skipped, type OperationResult } from './operation-result.ts';

/**
 * Switches off an account of which a person said that it is a leaver's. It is looked at before: if it has become somebody
 * else's, it is left alone and the leaver is looked for anew. Afterwards nothing is left to be known of the leaver, so that
 * the account never becomes ours.
 */
export async function applyLookalike(
  operation: RemoveOperation,
  lookalike: TargetId,
  context: PushContext,
): Promise<OperationResult> {
  const { target, store, policy, links, signal } = context;
  const link = links.get(operation.sourceId);
  if (link?.lookalike !== lookalike) return skipped;
  const account = await target.read(operation.type, lookalike, signal);
  if (isFailure(account) && account.class !== 'gone') return failed(account);
  const owner = (await store.owners(target.name, operation.type, [lookalike])).get(lookalike);
  if (
    isFailure(account) ||
    owner !== undefined ||
    !isOurs(account, link) ||
    !isAlike(account, link, policy[operation.type].match, store.digest)
  ) {
    await lookAnew(link, context);
    return skipped;
  }
  if (account.active !== false) {
    const inactive: ScimChange = { path: 'active', change: 'set', value: false, had: true };
    const outcome = await target.update(operation.type, lookalike, [inactive], signal);
    if (outcome.kind === 'failed') return failed(outcome.failure);
  }
  await store.record([
    { kind: 'unlink', target: link.target, sourceId: link.sourceId },
    ...effectOf(operation, { link, targetId: lookalike, was: link.lifecycle }, context),
  ]);
  links.delete(link.sourceId);
  return applied;
}

async function lookAnew(link: Link, { store, links, quarantine }: PushContext): Promise<void> {
  const forgotten: Link = { ...link, lookalike: undefined };
  await store.record([{ kind: 'link', link: forgotten }, ...quarantine.over(link.sourceId)]);
  links.set(link.sourceId, forgotten);
}

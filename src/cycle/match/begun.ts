import type { Failure } from '../../core/model/outcome.ts';
import type { Resource } from '../../core/model/resource.ts';
import { isFailure, type FoundResource } from '../../ports/scim-target.ts';
import type { Intent } from '../../ports/state-records.ts';
import type { SourceId } from '../../core/model/entry.ts';
import type { TargetSetup } from '../shared/target-setup.ts';
import { isForeign } from './unmatchable.ts';

interface Begun extends Pick<TargetSetup, 'target' | 'policy'> {
  readonly intents: ReadonlyMap<SourceId, Pick<Intent, 'adopts'>>;
  readonly signal: AbortSignal;
}

interface BegunFinding {
  readonly found: readonly [FoundResource];
  readonly by: 'id';
}

/**
 * The account whose adoption was begun and had no clear answer, by its id: it may carry our externalId by now on a target
 * that does not show it, while the entry has another name. Searched for by its names, it would not be found, and another
 * one made.
 *
 * @returns undefined when no adoption was begun, or the account is gone or somebody else's by now
 */
export async function findBegun(
  { type, sourceId }: Resource,
  { target, policy, intents, signal }: Begun,
): Promise<BegunFinding | Failure | undefined> {
  const adopts = intents.get(sourceId)?.adopts;
  if (adopts === undefined) return undefined;
  const held = await target.read(type, adopts, signal);
  if (isFailure(held)) return saysNo.has(held.class) ? undefined : held;
  return isForeign(held, sourceId, policy[type]) ? undefined : { found: [held], by: 'id' };
}

/** The same in a list of everything. */
export function listBegun(
  { type, sourceId }: Resource,
  { policy, intents }: Begun,
  everything: readonly FoundResource[],
): BegunFinding | undefined {
  const adopts = intents.get(sourceId)?.adopts;
  if (adopts === undefined) return undefined;
  const held = everything.find(({ id }) => id === adopts);
  return held === undefined || isForeign(held, sourceId, policy[type]) ? undefined : { found: [held], by: 'id' };
}

const saysNo: ReadonlySet<string> = new Set(['gone', 'unsupported', 'rejected']);

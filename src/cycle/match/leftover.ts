import { isSourceId } from '../../core/directory/source-id.ts';
import type { Failure } from '../../core/model/outcome.ts';
import { isFailure, type FoundResource } from '../../ports/scim-target.ts';
import type { Intent } from '../../ports/state-records.ts';
import type { StateView } from '../../ports/state-store.ts';
import type { TargetSetup } from '../shared/target-setup.ts';
import { listEverything, saysNo } from './search.ts';
import { isForeign } from './unmatchable.ts';

export interface LeftoverSearch extends Pick<TargetSetup, 'target' | 'policy'> {
  readonly store: StateView;
  readonly signal: AbortSignal;
}

/**
 * What a request without a clear answer left on the target, for somebody whom nobody wants any more: the account whose
 * adoption was begun, by its id, or whoever carries our externalId.
 *
 * @param worthRequests what a list of everybody may cost: some targets answer a search by externalId with nobody, and have it
 * @param trustsSearch a list that still fails is done without, where a search found nobody
 */
export async function findLeftover(
  { type, sourceId, adopts }: Intent,
  { target, policy, store, signal }: LeftoverSearch,
  worthRequests: number,
  trustsSearch: boolean,
): Promise<FoundResource | Failure | undefined> {
  // What shows no externalId where others do was never reached by the adoption, and is not ours to switch off.
  const isTheirs = (found: FoundResource): boolean =>
    isSourceId(found.body['externalId'], sourceId) ||
    (!target.shows(type, 'externalId') && !isForeign(found, sourceId, policy[type]));
  const begun = adopts === undefined ? undefined : await target.read(type, adopts, signal, 'members');
  if (begun !== undefined && !isFailure(begun) && isTheirs(begun)) return begun;
  if (isFailure(begun) && !saysNo(begun)) return begun;
  const searched = await target.find(type, 'externalId', sourceId, signal, 'members');
  if (isFailure(searched) && !isRefused(searched)) return searched;
  const [first] = isFailure(searched) ? [] : searched;
  if (first !== undefined) return first;
  const linked = (await store.counts(target.name))[type].active;
  const budget = isFailure(searched) ? Infinity : worthRequests;
  const everything =
    budget === 0 ? undefined : await listEverything({ target, type, linked, signal }, budget, 'members');
  if (isFailure(everything))
    return isFailure(searched) || !(trustsSearch || isRefused(everything)) ? everything : undefined;
  if (everything === undefined && isFailure(searched))
    return { class: 'unsupported', detail: 'the target neither searches nor lists' };
  // Some make it the id, and show it as nothing else (GitLab).
  return everything?.find(({ id, body }) => id === sourceId || isSourceId(body['externalId'], sourceId));
}

function isRefused({ class: failureClass }: Failure): boolean {
  return failureClass === 'unsupported' || failureClass === 'rejected';
}

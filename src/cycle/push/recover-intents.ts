import { doubtful, type Link } from '../../core/model/link.ts';
import type { Failure } from '../../core/model/outcome.ts';
import { findResource, type Projection } from '../../core/mapping/project.ts';
import { isFailure, type FoundResource } from '../../ports/scim-target.ts';
import type { Intent } from '../../ports/state-records.ts';
import type { StateChange } from '../../ports/state-change.ts';
import type { StateStore } from '../../ports/state-store.ts';
import { isLookedForLater, isLastLook, isOverdue, lookedForInVain, mayStillShow } from '../quarantine/intents.ts';
import { saysNo } from '../match/search.ts';
import { findLeftover } from '../match/leftover.ts';
import type { AttemptMode, TargetSetup } from '../shared/target-setup.ts';

export interface Recovery {
  readonly setup: TargetSetup;
  readonly store: StateStore;
  readonly attempt: AttemptMode;
  readonly cycle: string;
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly signal: AbortSignal;
}

/**
 * Settles creates and adoptions that were under way when the process ended, or had no clear answer, of entries that nobody
 * wants any more, and creations that were refused: what they left on the target is linked, so that it departs like any other. (Those who are still wanted
 * are searched for by the plan.) What is not found is looked for again, with growing pauses, for a day: nobody else would
 * ever end the access of such an account. What cannot be found out stays open.
 */
export async function recoverIntents({ resources, rejected }: Projection, recovery: Recovery): Promise<void> {
  const { setup, store, attempt, now } = recovery;
  const { name } = setup.target;
  const intents = [...(await store.openIntents(name)), ...(await store.refusedCreations(name))];
  if (intents.length === 0) return;
  const refused = new Set(rejected.map(({ sourceId }) => sourceId));
  const links = await store.links(
    setup.target.name,
    intents.map(({ sourceId }) => sourceId),
  );
  // Whoever is switched off while their account was to be made again, or for the first time: no plan makes or links it.
  const isForgotten = ({ sourceId }: Intent): boolean => {
    const resource = findResource(resources, sourceId);
    if (resource === undefined) return !refused.has(sourceId);
    const link = links.get(sourceId);
    const hasNone = (link === undefined || link.lifecycle === 'lost') && !setup.createInactive;
    return resource.attributes.get('active') === false && (hasNone || link?.lifecycle === 'deactivated');
  };
  for (const intent of intents.filter(isForgotten)) {
    if (attempt === 'due' && isLookedForLater(intent, now)) continue;
    const settled = await settle(intent, links.get(intent.sourceId), recovery);
    // Who leaves waits behind it.
    if (settled.kind === 'open' && settled.failure?.late === true) return;
  }
}

/** Pages of a list that one who was not found is worth, before it is for the last time. */
const mostPages = 20;

/** Whether it is known now what the request made; `failure`: what kept it from being found out. */
type Settled = { readonly kind: 'settled' } | { readonly kind: 'open'; readonly failure?: Failure };

async function settle(intent: Intent, known: Link | undefined, recovery: Recovery): Promise<Settled> {
  const { setup, store, cycle, now, signal } = recovery;
  const isEarly = mayStillShow({ at: intent.at }, now);
  // What was refused is most likely not there: it is looked for until a copy that lags behind would show it.
  const isRefused = intent.unclear === 'refused';
  const isLast = isRefused ? !isEarly : isLastLook(intent, now);
  const pages = isEarly || isRefused ? 0 : isLast ? Infinity : mostPages;
  const found = await findLeftover(intent, { ...setup, store, signal }, pages, isOverdue(intent, now));
  const isEnded = isFailure(found) && found.unnamable === 'off'; // by hand
  const isNowhere = found === undefined || (isRefused && isFailure(found) && saysNo(found));
  if (isEnded || (isNowhere && isLast)) {
    await store.record([{ kind: 'settled', intent }]);
    return { kind: 'settled' };
  }
  if (isFailure(found) || found === undefined) {
    await store.record([{ kind: 'intent', intent: lookedForInVain(intent, now, blockedBy(found)) }]);
    return isFailure(found) ? { kind: 'open', failure: found } : { kind: 'open' };
  }
  const link = await linkOf(found, intent, known, store);
  await store.record([
    ...(link === undefined ? [] : [{ kind: 'link', link } as const]),
    { kind: 'settled', intent },
    ...(link === undefined || link.targetId === known?.targetId ? [] : [logged(link, { cycle, now })]),
  ]);
  return { kind: 'settled' };
}

function blockedBy(found: FoundResource | Failure | undefined): Intent['blocked'] {
  if (!isFailure(found)) return undefined;
  return found.unnamable === undefined ? 'unreached' : 'unnamable';
}

/** @returns undefined when it is known already, or another entry's */
async function linkOf(
  { id, active, version }: FoundResource,
  { target, type, sourceId, directory, members, adopts }: Intent,
  known: Link | undefined,
  store: StateStore,
): Promise<Link | undefined> {
  if (known?.targetId === id)
    return known.lifecycle === 'deactivated' && active !== false
      ? { ...known, lifecycle: 'active', attributes: { ...known.attributes, active: doubtful } }
      : undefined;
  const owner = (await store.owners(target, type, [id])).get(id);
  if (owner !== undefined && owner !== sourceId) return undefined;
  return {
    target,
    type,
    sourceId,
    directory,
    targetId: id,
    origin: id === adopts ? 'adopted' : 'created',
    lifecycle: active === false ? 'deactivated' : 'active',
    attributes: {},
    marksEmpty: true,
    unsettled: members,
    version,
  };
}

/** What a request that nobody could speak of any more turned out to have done. */
function logged(
  { target, type, sourceId, targetId, origin }: Link,
  { cycle, now }: Pick<Recovery, 'cycle' | 'now'>,
): StateChange {
  const verb = origin === 'adopted' ? 'adopt' : 'create';
  const at = new Date(now).toISOString();
  return {
    kind: 'logged',
    entry: { at, cycle, target, type, sourceId, targetId, verb, outcome: 'applied', cause: 'cycle' },
  };
}

import { isSourceId } from '../../core/directory/source-id.ts';
import { doubtful, type Link } from '../../core/model/link.ts';
import type { Failure } from '../../core/model/outcome.ts';
import type { Projection } from '../../core/mapping/project.ts';
import { isFailure, type FoundResource, type ScimTarget } from '../../ports/scim-target.ts';
import type { Intent } from '../../ports/state-records.ts';
import type { StateStore } from '../../ports/state-store.ts';
import { mayStillShow } from '../quarantine/intents.ts';
import { listEverything } from '../match/search.ts';
import type { TargetSetup } from '../shared/target-setup.ts';

/**
 * Settles creates and adoptions that were under way when the process ended, of entries that nobody wants any more: what they left on
 * the target is linked, so that it departs like any other. (Those who are still wanted are searched for by the plan.)
 * What cannot be found out stays open, and the next cycle asks again.
 */
export async function recoverIntents(
  setup: TargetSetup,
  store: StateStore,
  { resources, rejected }: Projection,
  { cycle, now, signal }: { readonly cycle: string; readonly now: number; readonly signal: AbortSignal },
): Promise<void> {
  const intents = await store.openIntents(setup.target.name);
  if (intents.length === 0) return;
  const wanted = new Set([...resources, ...rejected].map(({ sourceId }) => sourceId));
  const off = new Set(
    resources.filter(({ attributes }) => attributes.get('active') === false).map(({ sourceId }) => sourceId),
  );
  const links = await store.links(
    setup.target.name,
    intents.map(({ sourceId }) => sourceId),
  );
  // Whoever has an account that was to be made again, and is switched off meanwhile: no plan looks for them.
  const isForgotten = ({ sourceId }: Intent): boolean =>
    !wanted.has(sourceId) || (off.has(sourceId) && links.get(sourceId)?.lifecycle === 'deactivated');
  for (const intent of intents.filter(isForgotten)) {
    const failure = await settle(intent, setup, store, { cycle, now, signal });
    // Who leaves waits behind it.
    if (failure?.late === true) return;
  }
}

/** @returns what kept it from being found out */
async function settle(
  intent: Intent,
  { target }: TargetSetup,
  store: StateStore,
  { cycle, now, signal }: { readonly cycle: string; readonly now: number; readonly signal: AbortSignal },
): Promise<Failure | undefined> {
  const { type, sourceId, adopts } = intent;
  const known = (await store.links(target.name, [sourceId])).get(sourceId);
  const searched = await target.find(type, 'externalId', sourceId, signal);
  const found = isFailure(searched) && isRefused(searched) ? await findListed(intent, target, store, signal) : searched;
  if (isFailure(found)) return found;
  const [first] = found;
  if (first === undefined && mayStillShow(intent, now)) return undefined;
  const owner = first === undefined ? undefined : (await store.owners(target.name, type, [first.id])).get(first.id);
  if (
    first !== undefined &&
    known?.targetId === first.id &&
    known.lifecycle === 'deactivated' &&
    first.active !== false
  ) {
    const back: Link = { ...known, lifecycle: 'active', attributes: { ...known.attributes, active: doubtful } };
    await store.record([
      { kind: 'link', link: back },
      { kind: 'settled', intent },
    ]);
    return undefined;
  }
  if (first === undefined || known?.targetId === first.id || (owner !== undefined && owner !== sourceId)) {
    await store.record([{ kind: 'settled', intent }]);
    return undefined;
  }
  await store.record([
    { kind: 'link', link: recoveredLink(intent, first, target.name) },
    { kind: 'settled', intent },
    {
      kind: 'logged',
      entry: {
        at: new Date(now).toISOString(),
        cycle,
        target: target.name,
        type,
        sourceId,
        targetId: first.id,
        verb: first.id === adopts ? 'adopt' : 'create',
        outcome: 'applied',
        cause: 'cycle',
      },
    },
  ]);
  return undefined;
}

/** Nothing is known of it but that it is there. */
function recoveredLink(
  { type, sourceId, directory, members, adopts }: Intent,
  found: FoundResource,
  target: string,
): Link {
  return {
    target,
    type,
    sourceId,
    directory,
    targetId: found.id,
    origin: found.id === adopts ? 'adopted' : 'created',
    lifecycle: found.active === false ? 'deactivated' : 'active',
    attributes: {},
    marksEmpty: true,
    unsettled: members,
    version: found.version,
  };
}

/**
 * The target does not search by externalId: whoever carries it is found in a list of everybody, if there is one. Some make
 * it the id, and show it as nothing else (GitLab).
 */
async function findListed(
  { type, sourceId }: Intent,
  target: ScimTarget,
  store: StateStore,
  signal: AbortSignal,
): Promise<readonly FoundResource[] | Failure> {
  const linked = (await store.counts(target.name))[type].active;
  const everything = await listEverything({ target, type, linked, signal }, Infinity);
  if (everything === undefined) return { class: 'unsupported', detail: 'the target neither searches nor lists' };
  return isFailure(everything)
    ? everything
    : everything.filter(({ id, body }) => id === sourceId || isSourceId(body['externalId'], sourceId));
}

function isRefused({ class: failureClass }: Failure): boolean {
  return failureClass === 'unsupported' || failureClass === 'rejected';
}

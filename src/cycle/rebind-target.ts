import { isSourceId } from '../core/directory/source-id.ts';
import { BridgeError } from '../core/model/errors.ts';
import type { Link } from '../core/model/link.ts';
import type { Failure } from '../core/model/outcome.ts';
import { isFailure, type FoundResource } from '../ports/scim-target.ts';
import type { StateStore, StateView } from '../ports/state-store.ts';
import { endpointOf } from './bind-target.ts';
import { targetError } from './shared/target-error.ts';
import type { TargetSetup } from './shared/target-setup.ts';

/** Enough to tell a service that moved from another one, and no burden on either. */
const sampleSize = 10;

/** What a look at some linked accounts at the new place showed. */
export interface Rebound {
  readonly from: string | undefined;
  readonly to: string;
  readonly links: number;
  /** How many were looked at, and how many of them are there and not somebody else. */
  readonly sampled: number;
  readonly recognised: number;
}

/**
 * The service of a target moved: its links are kept, once half of a sample of them were seen at the new place. When some
 * were not, the next cycle looks at everybody: one who is missing means others.
 *
 * @throws BridgeError D2S_TARGET_CHANGED when they are not there: then it is another service
 */
export async function rebindTarget(
  { target, url }: Pick<TargetSetup, 'target' | 'url'>,
  store: StateStore,
  signal: AbortSignal,
): Promise<Rebound> {
  const { name } = target;
  const from = await store.boundTo(name);
  const to = endpointOf(url);
  const links = await liveLinks(name, store);
  const sample = links.filter((_, index) => index % Math.ceil(links.length / sampleSize) === 0);
  let recognised = 0;
  for (const link of sample) {
    const found = await target.read(link.type, link.targetId, signal, 'members');
    if (isFailure(found) && !isAbsence(found)) throw targetError(name, found);
    if (!isFailure(found) && isSameResource(link, found)) recognised += 1;
  }
  if (recognised * 2 < sample.length || (sample.length > 0 && recognised === 0)) {
    throw new BridgeError(
      'D2S_TARGET_CHANGED',
      `of ${sample.length} linked accounts that target ${name} had at ${from ?? 'its former place'}, ${recognised} ${recognised === 1 ? 'is' : 'are'} at ${to}: this is another service, or not all of it has moved`,
      `correct url; if it is another service: dir2scim state reset ${name} (matches and adopts anew, and removes nothing)`,
    );
  }
  await store.record([
    { kind: 'bound', target: name, endpoint: to },
    ...(recognised < sample.length ? [{ kind: 'content_forgotten', target: name } as const] : []),
  ]);
  return { from, to, links: links.length, sampled: sample.length, recognised };
}

/** Those whom the target had when it was last heard of. */
async function liveLinks(target: string, store: StateView): Promise<Link[]> {
  const totals = (await store.linkTotals()).filter((total) => total.target === target);
  const links: Link[] = [];
  for await (const batch of store.linksFrom(target, new Set(totals.map(({ directory }) => directory)))) {
    for (const link of batch) if (link.lifecycle !== 'lost') links.push(link);
  }
  return links;
}

/** Ids are easily the same on two services that count them; the externalId is ours. */
function isSameResource({ sourceId }: Link, { body }: FoundResource): boolean {
  const { externalId } = body;
  return externalId === undefined || externalId === null || externalId === '' || isSourceId(externalId, sourceId);
}

function isAbsence({ class: failureClass }: Failure): boolean {
  return failureClass === 'gone' || failureClass === 'rejected';
}

import type { SourceId } from '../../core/model/entry.ts';
import { doubtful, empty, unmanaged, type Link } from '../../core/model/link.ts';
import type { Failure, Outcome } from '../../core/model/outcome.ts';
import type { AdoptOperation, CreateOperation } from '../../core/model/plan.ts';
import type { DesiredAttributes } from '../../core/model/resource.ts';
import { digestAttributes } from '../../core/planning/diff.ts';
import type { StateChange } from '../../ports/state-change.ts';
import type { PushContext } from './push-context.ts';
import { disbelieved, findMissing, othersThan } from '../match/presence.ts';
import { targetIds } from '../shared/target-ids.ts';
import { isSettling, settlingFailure } from '../match/settling.ts';

/** Records a link, and what belongs to it, before anyone goes by it. */
export async function remember(context: PushContext, link: Link, more: readonly StateChange[] = []): Promise<void> {
  await context.store.record([{ kind: 'link', link }, ...more]);
  context.links.set(link.sourceId, link);
}

/**
 * Records, before a request is sent, what nobody will know if its answer never comes. Otherwise a directory that takes
 * the change back before the next try would look as if the target had never heard of it.
 */
export async function doubt(
  context: PushContext,
  link: Link,
  paths: readonly string[],
  rest: Partial<Link> = {},
): Promise<Link> {
  const doubted = {
    ...link,
    ...rest,
    attributes: { ...link.attributes, ...Object.fromEntries(paths.map((path) => [path, doubtful])) },
  };
  await remember(context, doubted);
  return doubted;
}

/** What the target just acknowledged, as a link keeps it. */
export function acknowledged(attributes: DesiredAttributes, context: PushContext): Record<string, string> {
  return digestAttributes(attributes, context.store.digest, targetIds(context));
}

/**
 * The target says that it does not have it (any more). Where that can be believed, it is looked for, and created again, by
 * a later cycle.
 */
export async function lostIfGone(link: Link, failure: Failure, context: PushContext): Promise<Failure> {
  // Found again under the id that is theirs now; by this one nothing may be written any more.
  if (failure.class === 'renumbered') await remember(context, { ...link, lifecycle: 'lost' });
  if (failure.class !== 'gone') return failure;
  const others = await othersThan(link, context.links, context.store);
  if (await isSettling(link, others, context, context.clock.now())) return settlingFailure(failure);
  const missing = await findMissing(link, others, context);
  if (missing === undefined) return disbelieved(failure);
  for (const id of missing) context.missing.add(id);
  await remember(context, { ...link, lifecycle: 'lost' });
  return failure;
}

/** The link of someone whom the target still has, as far as we know now. */
export function liveLink(context: Pick<PushContext, 'links'>, id: SourceId): Link | undefined {
  const link = context.links.get(id);
  return link?.lifecycle === 'lost' ? undefined : link;
}

/**
 * The link of someone who just came about, or became ours.
 *
 * @param attributes what was sent, or found to be there; the others of the operation have no value
 */
export function newLink(
  operation: Pick<CreateOperation | AdoptOperation, 'type' | 'sourceId' | 'directory' | 'attributes'> &
    Pick<CreateOperation, 'once'>,
  outcome: Extract<Outcome, { kind: 'applied' }>,
  origin: Link['origin'],
  attributes: DesiredAttributes,
  context: PushContext,
): Link {
  const { type, sourceId, directory, once } = operation;
  const active = type === 'group' || attributes.get('active') !== false;
  const sent = acknowledged(attributes, context);
  const marked = [...operation.attributes.keys()].map(
    (path) => [path, once?.has(path) === true && path in sent ? unmanaged : (sent[path] ?? empty)] as const,
  );
  return {
    target: context.target.name,
    type,
    sourceId,
    directory,
    targetId: outcome.id,
    origin,
    lifecycle: active ? 'active' : 'deactivated',
    createdAt: origin === 'created' ? new Date(context.clock.now()).toISOString() : undefined,
    attributes: { ...sent, ...Object.fromEntries(marked) },
    marksEmpty: true,
    version: outcome.version,
  };
}

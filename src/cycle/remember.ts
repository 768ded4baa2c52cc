import type { SourceId } from '../core/model/entry.ts';
import { doubtful, type Link } from '../core/model/link.ts';
import type { Failure, Outcome } from '../core/model/outcome.ts';
import type { Operation } from '../core/model/plan.ts';
import type { DesiredAttributes } from '../core/model/resource.ts';
import { digestAttributes } from '../core/planning/diff.ts';
import type { StateChange } from '../ports/state-store.ts';
import type { PushContext } from './push-context.ts';
import { disbelieved, isMissing, isSettling, othersThan, settlingFailure } from './presence.ts';
import { targetIds } from './resolve.ts';

/** Records a link, and what belongs to it, before anyone goes by it. */
export async function remember(context: PushContext, link: Link, more: readonly StateChange[] = []): Promise<void> {
  await context.store.record([{ kind: 'link', link }, ...more]);
  context.links.set(link.sourceId, link);
}

/**
 * Records, before a request is sent, what nobody will know if its answer never comes. Otherwise a directory that takes
 * the change back before the next try would look as if the target had never heard of it.
 */
export async function doubt(context: PushContext, link: Link, paths: readonly string[], rest: Partial<Link> = {}): Promise<Link> {
  const doubted = { ...link, ...rest, attributes: { ...link.attributes, ...Object.fromEntries(paths.map((path) => [path, doubtful])) } };
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
  if (failure.class !== 'gone') return failure;
  if (isSettling(link, context.clock.now())) return settlingFailure(failure);
  const others = await othersThan(link, context.links, context.store);
  if (!(await isMissing(link, others, context))) return disbelieved(failure);
  await remember(context, { ...link, lifecycle: 'lost' });
  return failure;
}

/** The link of someone whom the target still has, as far as we know now. */
export function liveLink(context: Pick<PushContext, 'links'>, id: SourceId): Link | undefined {
  const link = context.links.get(id);
  return link?.lifecycle === 'lost' ? undefined : link;
}

/** The link of someone who just came about, or became ours. */
export function newLink(
  { type, sourceId, directory }: Pick<Operation, 'type' | 'sourceId' | 'directory'>,
  outcome: Extract<Outcome, { kind: 'applied' }>,
  origin: Link['origin'],
  attributes: DesiredAttributes,
  context: PushContext,
): Link {
  const active = type === 'group' || attributes.get('active') !== false;
  return {
    target: context.target.name,
    type,
    sourceId,
    directory,
    targetId: outcome.id,
    origin,
    lifecycle: active ? 'active' : 'deactivated',
    createdAt: origin === 'created' ? new Date(context.clock.now()).toISOString() : undefined,
    attributes: acknowledged(attributes, context),
    version: outcome.version,
  };
}

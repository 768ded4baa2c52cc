import type { SourceId } from '../../core/model/entry.ts';
import { BridgeError } from '../../core/model/errors.ts';
import { doubtful, type Link } from '../../core/model/link.ts';
import { forgetContent } from '../../core/planning/link-paths.ts';
import type { StateStore } from '../../ports/state-store.ts';
import type { App } from '../app.ts';
import { chosenTargets } from '../targets.ts';
import { withStore } from './with-store.ts';

export interface RelinkRequest {
  /** The entry that is gone. */
  readonly from: SourceId;
  /** The one that came in its place. */
  readonly to: SourceId;
  /** On this target only. */
  readonly target?: string | undefined;
  /** Asked once with what would be handed over: nothing is, unless it says so. */
  readonly isWanted: (links: readonly Link[]) => Promise<boolean>;
}

/**
 * A person says that one entry is the same person or group as another one that is gone: what the first had on the targets
 * is the other's. The next cycle sends the new externalId, and what differs. The same for an account that the first had
 * before its link came to an end: then the next cycle looks at it first.
 *
 * @returns what was handed over; undefined when it was not wanted
 * @throws BridgeError D2S_NOT_FOUND when the entry that is gone is linked nowhere, and had no account; D2S_USAGE when the other one has an
 *   account of its own
 */
export function relink(app: App, { from, to, target, isWanted }: RelinkRequest): Promise<readonly Link[] | undefined> {
  return withStore(app, async (store) => {
    const links = await linksOf(from, to, app, chosenTargets(app, target), store);
    if (!(await isWanted(links))) return undefined;
    await store.record(
      links.flatMap((link) => [
        {
          kind: 'relink',
          from,
          link: {
            ...link,
            sourceId: to,
            departedAt: undefined,
            attributes: { ...link.attributes, externalId: doubtful },
          },
        } as const,
        { kind: 'quarantine_over', target: link.target, sourceId: to } as const,
      ]),
    );
    return links;
  });
}

async function linksOf(
  before: SourceId,
  now: SourceId,
  app: App,
  targets: readonly string[],
  store: StateStore,
): Promise<Link[]> {
  const links: Link[] = [];
  for (const target of targets) {
    const known = await store.links(target, [before, now]);
    const [link, own] = [known.get(before), known.get(now)];
    const ended = link === undefined ? await formerLink(before, now, target, app, store) : undefined;
    if (link === undefined && ended === undefined) continue;
    if (own !== undefined)
      throw new BridgeError(
        'D2S_USAGE',
        `entry ${now} has an account of its own on ${target} (id ${own.targetId})`,
        'only whoever has none can take one over',
      );
    for (const one of [link, ended]) if (one !== undefined) links.push(one);
  }
  if (links.length > 0) return links;
  throw new BridgeError(
    'D2S_NOT_FOUND',
    `entry ${before} is linked on no target`,
    'the first id is that of the entry that is gone, as dir2scim plan prints it',
  );
}

/** Whoever had an account whose link is forgotten: nothing is known of it but its id. */
async function formerLink(
  before: SourceId,
  now: SourceId,
  target: string,
  app: App,
  store: StateStore,
): Promise<Link | undefined> {
  const [account, ...others] = await store.formerAccounts(target, before);
  if (account === undefined) return undefined;
  if (others.length > 0)
    throw new BridgeError(
      'D2S_USAGE',
      `entry ${before} had several accounts on ${target} (ids ${[account, ...others].map(({ targetId }) => targetId).join(', ')})`,
      'remove the surplus on the target, or the account that stands in the way',
    );
  // Where the other entry really is, the next cycle finds out.
  const [directory = ''] = app.configuration.targets.get(target)?.from ?? [];
  return forgetContent({
    target,
    ...account,
    sourceId: now,
    directory,
    origin: 'adopted',
    lifecycle: 'active',
    attributes: {},
  });
}

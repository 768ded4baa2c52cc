import type { SourceId } from '../../core/model/entry.ts';
import { unmanaged, type Link } from '../../core/model/link.ts';
import { strangerId } from '../../core/model/stranger.ts';
import type { Drift } from '../../core/model/drift.ts';
import { markPaths, membersPath } from '../../core/planning/link-paths.ts';
import type { StateChange } from '../../ports/state-change.ts';
import type { StateStore } from '../../ports/state-store.ts';
import { gather } from '../shared/batches.ts';
import { isSameLink } from './compare-subject.ts';
import type { Found } from './findings.ts';

/**
 * Makes the state say of what drifted that it is not known any more, so that the next cycle looks at it once more and
 * plans what puts it right, in sight of the guard. What a cycle wrote to meanwhile is left alone, and so is an account
 * that says that it is somebody else's.
 *
 * @returns of whom the state says so now
 */
export async function markDrift(
  found: readonly Found[],
  target: string,
  store: StateStore,
): Promise<ReadonlySet<SourceId>> {
  const own = found.filter(({ drift }) => !drift.kinds.includes('identity'));
  const marked = await unchanged(own, target, store);
  await store.record(marked.flatMap(({ drift, link }) => changesFor(drift, link)));
  return new Set(marked.map(({ link }) => link.sourceId));
}

function changesFor(drift: Drift, link: Link): StateChange[] {
  if (drift.kinds.includes('missing')) return [{ kind: 'link', link: { ...link, lifecycle: 'lost' } }];
  const paths = [...valuePaths(drift), ...(drift.left.length + drift.joined.length > 0 ? [membersPath] : [])];
  const { target, sourceId } = link;
  const strangers = drift.strangers.map(strangerId);
  return [
    ...(paths.length === 0 ? [] : [{ kind: 'link', link: markPaths(link, paths, unmanaged) } as const]),
    ...(strangers.length === 0
      ? []
      : [{ kind: 'members', target, group: sourceId, add: strangers, remove: [] } as const]),
  ];
}

/**
 * Notes what was put right, was acknowledged, and is not there all the same: the target does not store it, so that it is
 * not sent again before it changes. But somebody who is active and shall not be has access: that stays unknown, so that
 * the next cycle ends it once more. What a cycle wrote to meanwhile is left alone.
 */
export async function noteNotTaken(found: readonly Found[], target: string, store: StateStore): Promise<void> {
  const changes = (await unchanged(found, target, store)).flatMap(({ drift, link }): StateChange[] => {
    const isOn = drift.kinds.includes('enabled');
    const paths = valuePaths(drift).filter((path) => path !== 'active' || !isOn);
    if ((paths.length === 0 && !isOn) || drift.kinds.includes('missing')) return [];
    const marked = isOn ? markPaths(link, ['active'], unmanaged) : link;
    if (paths.length === 0) return [{ kind: 'link', link: marked }];
    return [{ kind: 'link', link: { ...marked, unstored: [...new Set([...(link.unstored ?? []), ...paths])] } }];
  });
  if (changes.length > 0) await store.record(changes);
}

/** Those to whose links no cycle wrote since they were compared. */
async function unchanged(found: readonly Found[], target: string, store: StateStore): Promise<readonly Found[]> {
  const links = await gather(
    found.map(({ link }) => link.sourceId),
    (ids) => store.links(target, ids),
  );
  return found.filter(({ link }) => isSameLink(link, links.get(link.sourceId)));
}

/** SCIM paths of single values that differ, `active` included. */
function valuePaths({ values, kinds }: Drift): string[] {
  const isActiveWrong = kinds.includes('enabled') || kinds.includes('disabled');
  return [...values.map(({ path }) => path), ...(isActiveWrong ? ['active'] : [])];
}

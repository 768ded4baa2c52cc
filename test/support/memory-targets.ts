import type { SourceId } from '../../src/core/model/entry.ts';
import { countOwn } from '../../src/core/model/stranger.ts';
import type { Kept } from './memory-store.ts';

/** Everything that is kept by target and source id. */
const byEntry = (kept: Kept) =>
  [kept.links, kept.proofs, kept.members, kept.doubted, kept.quarantined, kept.intents] as Map<string, object>[];
/** Everything that is kept by target. */
const byTarget = (kept: Kept) =>
  [kept.targets, kept.notes, kept.verified, kept.endpoints, kept.former] as Map<string, unknown>[];

/** Forgets everything about a target. */
export function resetTarget(kept: Kept, target: string): void {
  for (const map of byEntry(kept))
    for (const key of [...map.keys()]) if (key.startsWith(`${target}\n`)) map.delete(key);
  for (const map of byTarget(kept)) map.delete(target);
  kept.removals.splice(0, kept.removals.length, ...kept.removals.filter((one) => one.target !== target));
}

/** What is known of one target is another one's from now on. */
export function renameTarget(kept: Kept, target: string, to: string): void {
  if (target === to) return;
  resetTarget(kept, to);
  for (const map of byEntry(kept)) {
    for (const [key, value] of [...map]) {
      if (!key.startsWith(`${target}\n`)) continue;
      map.delete(key);
      map.set(key.replace(target, to), 'target' in value ? { ...value, target: to } : value);
    }
  }
  for (const map of byTarget(kept)) {
    if (map.has(target)) map.set(to, map.get(target));
    map.delete(target);
  }
  kept.removals.splice(
    0,
    kept.removals.length,
    ...kept.removals.map((one) => (one.target === target ? { ...one, target: to } : one)),
  );
}

/** Forgets everything about these entries, on all targets. */
export function eraseEntries(kept: Kept, ids: ReadonlySet<SourceId>): void {
  const isMeant = (key: string): boolean => ids.has(key.slice(key.indexOf('\n') + 1));
  for (const map of [...byEntry(kept), kept.names as Map<string, object>])
    for (const key of [...map.keys()]) if (isMeant(key)) map.delete(key);
  for (const members of [...kept.members.values(), ...kept.doubted.values()]) for (const id of ids) members.delete(id);
  for (const owners of kept.former.values())
    for (const [account, owner] of owners) if (ids.has(owner)) owners.delete(account);
  for (const [key, link] of kept.links) {
    const unsettled = link.unsettled?.filter((id) => !ids.has(id));
    kept.links.set(key, { ...link, unsettled, heir: ids.has(link.heir ?? '') ? undefined : link.heir });
  }
}

/** Members of all groups of a target, those without an entry apart, and groups that have any. */
export function countMemberships(kept: Kept, target: string): { members: number; groups: number } {
  const counts = [...kept.members]
    .flatMap(([id, members]) => (id.startsWith(`${target}\n`) ? [countOwn(members)] : []))
    .filter((count) => count > 0);
  return { members: counts.reduce((sum, count) => sum + count, 0), groups: counts.length };
}

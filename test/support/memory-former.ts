import type { ResourceType, SourceId } from '../../src/core/model/entry.ts';
import type { TargetId } from '../../src/core/model/link.ts';
import type { StateChange } from '../../src/ports/state-change.ts';
import { mostFormerOwners } from '../../src/ports/state-store.ts';
import type { Kept } from './memory-store.ts';

const keyOf = (type: ResourceType, account: TargetId): string => `${type}\n${account}`;

function isOwned(kept: Kept, target: string, type: ResourceType, account: TargetId): boolean {
  return [...kept.links.values()].some(
    (link) => link.target === target && link.type === type && link.targetId === account,
  );
}

function note(kept: Kept, target: string, type: ResourceType, account: TargetId, owner: SourceId): void {
  const all = kept.former.get(target) ?? new Map<string, SourceId>();
  kept.former.set(target, all);
  all.delete(keyOf(type, account));
  if (isOwned(kept, target, type, account)) return;
  all.set(keyOf(type, account), owner);
  if (all.size <= mostFormerOwners) return;
  const own = [...all.keys()].filter((key) => key.startsWith(`${type}\n`));
  for (const key of own.slice(0, Math.max(0, own.length - mostFormerOwners))) all.delete(key);
}

/** Applies a change, and notes whose the accounts were that nobody has afterwards. */
export function withFormer(kept: Kept, change: StateChange, apply: () => void): void {
  const ids =
    change.kind === 'link'
      ? [change.link.sourceId]
      : change.kind === 'unlink'
        ? [change.sourceId]
        : change.kind === 'relink'
          ? [change.from, change.link.sourceId]
          : [];
  const target =
    change.kind === 'link' || change.kind === 'relink'
      ? change.link.target
      : change.kind === 'unlink'
        ? change.target
        : '';
  const before = ids.flatMap((id) => kept.links.get(`${target}\n${id}`) ?? []);
  apply();
  for (const { type, targetId, sourceId } of before) note(kept, target, type, targetId, sourceId);
  if ('link' in change) kept.former.get(target)?.delete(keyOf(change.link.type, change.link.targetId));
}

export function noteFormer(kept: Kept, { target, type, accounts }: Extract<StateChange, { kind: 'former' }>): void {
  for (const [account, owner] of accounts)
    if (!isOwned(kept, target, type, account)) note(kept, target, type, account, owner);
}

export function formerOwners(
  kept: Kept,
  target: string,
  type: ResourceType,
  ids: readonly TargetId[],
): ReadonlyMap<TargetId, SourceId> {
  return new Map(
    ids.flatMap((id): [TargetId, SourceId][] => {
      const owner = kept.former.get(target)?.get(keyOf(type, id));
      return owner === undefined ? [] : [[id, owner]];
    }),
  );
}

export function formerAccounts(
  kept: Kept,
  target: string,
  owner: SourceId,
): { type: ResourceType; targetId: TargetId }[] {
  return [...(kept.former.get(target) ?? [])].flatMap(([key, id]) => {
    const [type, targetId = ''] = key.split('\n');
    return id === owner ? [{ type: type === 'group' ? ('group' as const) : ('user' as const), targetId }] : [];
  });
}

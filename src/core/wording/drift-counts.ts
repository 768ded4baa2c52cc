import type { ResourceType } from '../model/entry.ts';
import { driftKinds, type DriftCounts, type DriftKind } from '../model/drift.ts';
import { count } from './count.ts';

const words: Readonly<Record<DriftKind, string>> = {
  missing: 'missing',
  disabled: 'switched off',
  enabled: 'switched on',
  attribute: 'with other values',
  member: 'with other members',
  identity: "with somebody else's externalId",
};

/** `2 users with other values, 1 user missing, 1 group with other members`; empty where nothing differs. */
export function driftText(counts: DriftCounts): string {
  const parts = driftKinds.flatMap((kind) =>
    (['user', 'group'] as const satisfies readonly ResourceType[]).flatMap((type) => {
      const number = counts[type][kind] ?? 0;
      return number === 0 ? [] : [`${count(number, type)} ${words[kind]}`];
    }),
  );
  return parts.join(', ');
}

import type { ScimServer } from '../../support/scim-server/server.ts';

type Json = Record<string, unknown>;

/** What a target holds, with names in place of the ids it gave and without its dates: comparable between two runs. */
export function shapeOf(target: ScimServer): { readonly users: unknown[]; readonly groups: unknown[] } {
  const users = target.users();
  const groups = target.groups();
  const names = new Map<unknown, string>();
  for (const one of users) names.set(one['id'], `user ${String(one['userName'])}`);
  for (const one of groups) names.set(one['id'], `group ${String(one['displayName'])}`);
  return { users: named(users, names), groups: named(groups, names) };
}

function named(resources: readonly Json[], names: ReadonlyMap<unknown, string>): unknown[] {
  return resources.map((one) => tidy(one, names)).sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
}

function tidy(value: unknown, names: ReadonlyMap<unknown, string>): unknown {
  if (Array.isArray(value))
    return value.map((one) => tidy(one, names)).sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  if (typeof value !== 'object' || value === null) return names.get(value) ?? value;
  const entries = Object.entries(value).filter(([key]) => key !== 'meta' && key !== '$ref');
  return Object.fromEntries(
    entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, inner]) => [key, tidy(inner, names)]),
  );
}

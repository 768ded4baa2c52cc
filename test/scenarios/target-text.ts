import { readScimPath, scimPath } from '../../src/core/mapping/scim-path.ts';
import type { ScimServer } from '../support/scim-server/server.ts';
import type { Names } from './names.ts';

type Body = Readonly<Record<string, unknown>>;

/**
 * Who has access, and who is in which group: short, by name.
 *
 * @param whole whose resources are shown with everything that is in them
 */
export function targetText(server: ScimServer, names: Names, whole: readonly string[]): Record<string, unknown> {
  const nameOf = (body: Body): string => names.ofTarget(String(body['id']));
  const shown = [...server.users(), ...server.groups()].filter((body) => whole.includes(nameOf(body)));
  return {
    users: Object.fromEntries(
      server.users().map((user) => [nameOf(user), user['active'] === false ? 'inactive' : 'active']),
    ),
    groups: Object.fromEntries(
      server.groups().map((group) => [nameOf(group), membersOf(group).map(names.ofTarget).sort()]),
    ),
    ...(shown.length === 0
      ? {}
      : { whole: Object.fromEntries(shown.map((body) => [nameOf(body), contentOf(body, names)])) }),
  };
}

function membersOf(group: Body): string[] {
  const members = readScimPath(group, scimPath('members'));
  return Array.isArray(members) ? members.map((member: Body) => String(member['value'])) : [];
}

/** Without what every resource has. */
function contentOf(body: Body, names: Names): unknown {
  const content = Object.entries(body).filter(([key]) => !['id', 'meta', 'schemas'].includes(key));
  const plain: unknown = JSON.parse(names.inRequest(JSON.stringify(Object.fromEntries(content))));
  return plain;
}

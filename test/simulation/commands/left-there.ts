import type { TargetId } from '../../../src/core/model/link.ts';
import type { World } from './world.ts';

type Body = Readonly<Record<string, unknown>>;

/** What of a resource is as dir2scim left it: its attributes, and of a group who is in it. */
export interface LeftThere {
  readonly values: Map<string, string>;
  readonly members: Set<string>;
}

/** Notes a write: what it names, and whatever changed by it, is ours; what others did before stays theirs. */
export function noteWrite(
  { ours }: World,
  id: TargetId,
  before: Body | undefined,
  after: Body | undefined,
  named: readonly string[],
): void {
  if (after === undefined) return void ours.delete(id);
  const left = ours.get(id) ?? { values: new Map<string, string>(), members: new Set<string>() };
  ours.set(id, left);
  const [old, now] = [membersOf(before), membersOf(after)];
  for (const member of now) if (!old.has(member) || named.includes(member)) left.members.add(member);
  for (const member of left.members)
    if (!now.has(member) && (old.has(member) || named.includes(member))) left.members.delete(member);
  for (const key of new Set([...Object.keys(before ?? {}), ...Object.keys(after)])) {
    const [was, is] = [before, after].map((body) => JSON.stringify(body?.[key]));
    if (key === 'members' || (was === is && !named.includes(key))) continue;
    if (is === undefined) left.values.delete(key);
    else left.values.set(key, is);
  }
}

/** Whether nobody else changed it since. */
export function isAsLeft({ ours, fake }: World, id: TargetId): boolean {
  const body = [...fake.users(), ...fake.groups()].find((one) => one['id'] === id);
  const left = ours.get(id);
  if (body === undefined || left === undefined) return body === undefined && left === undefined;
  const keys = Object.keys(body).filter((key) => key !== 'members');
  return (
    left.values.size === keys.length &&
    keys.every((key) => left.values.get(key) === JSON.stringify(body[key])) &&
    left.members.symmetricDifference(membersOf(body)).size === 0
  );
}

function membersOf(body: Body | undefined): Set<string> {
  const held = (body?.['members'] ?? []) as readonly { readonly value: string }[];
  return new Set(held.map(({ value }) => value));
}

import { readScimPath, scimPath } from '../core/mapping/scim-path.ts';
import type { ResourceType, SourceId } from '../core/model/entry.ts';
import type { TargetId } from '../core/model/link.ts';
import type { Operation } from '../core/model/plan.ts';
import { strangerAccount } from '../core/model/stranger.ts';
import { isNoValue } from '../core/planning/diff.ts';

/** The JSON of a resource as a target answered it. */
export type AccountBody = Readonly<Record<string, unknown>>;

/** What is known, for whoever looks at a plan, of those whom it concerns. */
export interface KnownAccounts {
  /** How people call those who have an entry, or had one. */
  readonly names: ReadonlyMap<SourceId, string>;
  /** What the target holds for them, where it was read. */
  readonly bodies: ReadonlyMap<SourceId, AccountBody>;
  /** Names of accounts and groups by the target's ids, where they were read. */
  readonly accounts: ReadonlyMap<TargetId, string>;
}

export const nothingKnown: KnownAccounts = { names: new Map(), bodies: new Map(), accounts: new Map() };

/** userName or displayName, as a target answered it. */
export function nameIn(type: ResourceType, body: AccountBody): string | undefined {
  const name = readScimPath(body, scimPath(type === 'user' ? 'userName' : 'displayName'));
  return typeof name === 'string' && name !== '' ? name : undefined;
}

/** How people call an entry or, of a member whom others put into a group, the account; undefined when nobody knows. */
export function nameOf(id: SourceId, { names, accounts }: KnownAccounts): string | undefined {
  const account = strangerAccount(id);
  return account === undefined ? names.get(id) : (accounts.get(account) ?? account);
}

/** What the target holds at a path: undefined where it was not read, null where there is no value. */
export function valueBefore(id: SourceId, path: string, { bodies }: KnownAccounts): unknown {
  const body = bodies.get(id);
  if (body === undefined) return undefined;
  const held = readScimPath(body, scimPath(path));
  return isNoValue(held) ? null : held;
}

/** The operation with the name of whom it concerns, where only the source id was known. */
export function withName<T extends Operation>(operation: T, known: KnownAccounts): T {
  return operation.label === operation.sourceId
    ? { ...operation, label: known.names.get(operation.sourceId) ?? operation.label }
    : operation;
}

/** All whom an operation mentions besides whom it concerns: members, and whom references point at. */
export function mentionedIn(operation: Operation): SourceId[] {
  return operation.verb === 'members' ? [...operation.remove, ...operation.add] : [];
}

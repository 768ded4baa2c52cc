import type { ResourceType, SourceId } from '../core/model/entry.ts';
import type { Link, TargetId } from '../core/model/link.ts';
import type { Operation } from '../core/model/plan.ts';
import { readScimPath, scimPath } from '../core/mapping/scim-path.ts';
import { forEachConcurrently } from '../cycle/shared/work.ts';
import { isFailure, type FoundResource, type ScimTarget } from '../ports/scim-target.ts';
import type { StateView } from '../ports/state-store.ts';
import { mentionedIn, nameIn, type AccountBody, type KnownAccounts } from './known-accounts.ts';

export interface AccountsInput {
  readonly target: ScimTarget;
  readonly view: StateView;
  readonly operations: readonly Operation[];
  /** Of those who are in scope. */
  readonly names: ReadonlyMap<SourceId, string>;
  /** What was read for the plan already. */
  readonly found: ReadonlyMap<SourceId, AccountBody>;
  /** Accounts that the plan takes over. */
  readonly adopted: ReadonlySet<TargetId>;
  /** List the target when it takes no more requests than this for a type; 0: never. */
  readonly worthPages: number;
  readonly signal: AbortSignal;
}

/**
 * Accounts that no entry has and none is to get, in order of their names. `not_listed`: there are too many, or the target
 * lists none; `unreachable`: it did not answer.
 */
export type UnmanagedAccounts = Readonly<Record<ResourceType, readonly string[] | 'not_listed' | 'unreachable'>>;

export interface ReadAccounts {
  readonly known: KnownAccounts;
  readonly unmanaged: UnmanagedAccounts;
}

/** Where it is not listed, so many accounts are read one by one: more than a person looks at. */
const mostReads = 50;

/**
 * Reads what the target holds for those whom a plan changes or ends, so that a person sees old values and names: the state
 * has neither. What cannot be read is left out; the plan stands without it.
 */
export async function readAccounts(input: AccountsInput): Promise<ReadAccounts> {
  const { view, target, operations, names, found } = input;
  const wanted = [...new Set(operations.flatMap((operation) => idsToRead(operation, names)))];
  const links = new Map(
    [...(await view.links(target.name, wanted))].filter(([, { lifecycle }]) => lifecycle !== 'lost'),
  );
  const users = await list('user', input);
  const lists = { user: users, group: users === 'unreachable' ? users : await list('group', input) };
  const byAccount = new Map(
    [lists.user, lists.group]
      .flatMap((listed) => (typeof listed === 'string' ? [] : listed))
      .map((one) => [one.id, one]),
  );
  const missing =
    users === 'unreachable'
      ? []
      : [...links.values()].filter(({ targetId }) => !byAccount.has(targetId)).slice(0, mostReads);
  for (const one of await readEach(missing, input)) byAccount.set(one.id, one);
  const bodies = new Map(found);
  for (const { sourceId, targetId } of links.values()) {
    const account = byAccount.get(targetId);
    if (account !== undefined) bodies.set(sourceId, account.body);
  }
  const allNames = new Map(names);
  for (const [id, { type }] of links) {
    const body = bodies.get(id);
    const name = body === undefined ? undefined : nameIn(type, body);
    if (name !== undefined && !allNames.has(id)) allNames.set(id, name);
  }
  const referred = operations.flatMap((operation) => referencesBefore(operation, bodies));
  const owners = await view.owners(target.name, 'user', referred);
  const nameOf = (body: AccountBody) => nameIn('user', body) ?? nameIn('group', body);
  const accounts = new Map(
    [...byAccount].flatMap(([id, { body }]) =>
      [[id, nameOf(body)] as const].filter((pair): pair is [TargetId, string] => pair[1] !== undefined),
    ),
  );
  for (const [id, owner] of owners) {
    const name = allNames.get(owner);
    if (name !== undefined && !accounts.has(id)) accounts.set(id, name);
  }
  return {
    known: { names: allNames, bodies, accounts },
    unmanaged: {
      user: await unmanagedIn('user', lists.user, input),
      group: await unmanagedIn('group', lists.group, input),
    },
  };
}

/** Whose account shows a name that nobody knows here, or a value that is to be replaced. */
function idsToRead(operation: Operation, names: ReadonlyMap<SourceId, string>): SourceId[] {
  const { verb, sourceId } = operation;
  const nameless = [sourceId, ...mentionedIn(operation)].filter((id) => !names.has(id));
  return verb === 'update' || verb === 'reactivate' || verb === 'relink' ? [sourceId, ...nameless] : nameless;
}

/** Whom references point at that are to be replaced, by the target's ids. */
function referencesBefore(operation: Operation, bodies: ReadonlyMap<SourceId, AccountBody>): TargetId[] {
  const body = bodies.get(operation.sourceId);
  if (body === undefined || !('changes' in operation)) return [];
  return operation.changes.flatMap(({ path }) => {
    const before = readScimPath(body, scimPath(path));
    return typeof before === 'object' && before !== null && 'value' in before && typeof before.value === 'string'
      ? [before.value]
      : [];
  });
}

type Listed = readonly FoundResource[] | 'not_listed' | 'unreachable';

async function list(type: ResourceType, { target, worthPages, signal }: AccountsInput): Promise<Listed> {
  if (target.takes(type) === 'none') return [];
  if (worthPages === 0) return 'not_listed';
  const listed = await target.inventory(type, worthPages, signal, 'members');
  if (isFailure(listed)) return 'unreachable';
  return listed ?? 'not_listed';
}

async function readEach(links: readonly Link[], { target, signal }: AccountsInput): Promise<FoundResource[]> {
  const read: FoundResource[] = [];
  let isFailing = false;
  await forEachConcurrently(
    links,
    target.concurrency,
    () => isFailing,
    async ({ type, targetId }) => {
      const one = await target.read(type, targetId, signal, 'members');
      if (!isFailure(one)) read.push(one);
      else if (one.class !== 'gone') isFailing = true;
    },
  );
  return read;
}

async function unmanagedIn(
  type: ResourceType,
  listed: Listed,
  { target, view, adopted }: AccountsInput,
): Promise<UnmanagedAccounts[ResourceType]> {
  if (typeof listed === 'string') return listed;
  const owners = await view.owners(
    target.name,
    type,
    listed.map(({ id }) => id),
  );
  return listed
    .filter(({ id }) => !owners.has(id) && !adopted.has(id))
    .map(({ id, body }) => nameIn(type, body) ?? id)
    .sort((a, b) => a.localeCompare(b, 'en'));
}

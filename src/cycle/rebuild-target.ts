import type { ResourceType, SourceId } from '../core/model/entry.ts';
import type { TargetId } from '../core/model/link.ts';
import { BridgeError } from '../core/model/errors.ts';
import { isRefusal } from '../core/model/outcome.ts';
import type { CompleteReading } from '../core/model/reading.ts';
import type { Rejected, Resource } from '../core/model/resource.ts';
import { strangerId } from '../core/model/stranger.ts';
import type { Projection } from '../core/mapping/project.ts';
import { isFailure, type FoundResource } from '../ports/scim-target.ts';
import type { StateChange } from '../ports/state-change.ts';
import { emptyTargetState } from '../ports/state-records.ts';
import type { StateStore } from '../ports/state-store.ts';
import { endpointOf } from './bind-target.ts';
import { correlate, type Correlation } from './match/correlate.ts';
import { refusePopulated } from './match/unmatchable.ts';
import { draftKnowing } from './plan/clean-cycles.ts';
import { anyShowsId, byIdAlone, findLeft, joinedLink, wantsActive, type Joined } from './rebuild-links.ts';
import { gather } from './shared/batches.ts';
import { targetError } from './shared/target-error.ts';
import type { TargetSetup } from './shared/target-setup.ts';
import { explainUnreached, unplanned } from './shared/unreached.ts';

/*
 * Which entry is linked with which account:
 *
 *   the entry is …                          | with the account that has
 *   ----------------------------------------+----------------------------------------------------------------
 *   in scope                                | its source id as externalId, else what `match` names, as for an
 *                                           | adoption
 *   in scope, and cannot be mapped          | its source id as externalId
 *   not in scope: it has left, and may be   | its source id as externalId, where the target lists everybody
 *   within its grace                        |
 *   not in the directories any more         | nobody can tell whose it was: it stays as it is
 *
 * A group that does not carry our id and has somebody in it who is not linked is ours only where the configuration would
 * adopt it without a word.
 */

/** What of a state that is gone could be made again. */
export interface RebuiltTarget {
  readonly target: string;
  readonly joined: Readonly<Record<ResourceType, number>>;
  /** In scope, and nobody on the target fits: the next cycle makes them, within `guard.creations`. */
  readonly missing: readonly Resource[];
  /** Entries that could not be joined, with the reason. */
  readonly unjoined: readonly Rejected[];
  /** Accounts that nobody in the directories has, of types that the target lists. They are left alone. */
  readonly others: Readonly<Partial<Record<ResourceType, readonly FoundResource[]>>>;
}

export interface RebuildInput {
  readonly readings: readonly CompleteReading[];
  /** The state that is made. */
  readonly store: StateStore;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** So long the target may take for its first answer. */
  readonly patienceMilliseconds: number;
  readonly signal: AbortSignal;
}

type Part = Pick<RebuiltTarget, 'missing' | 'unjoined'> & {
  readonly joined: readonly Joined[];
  readonly others: readonly FoundResource[] | undefined;
};

/**
 * Links the entries of a target with its accounts, in a state that knows nothing of it yet. Nothing is known of what an
 * account holds, so that the next cycle looks at each once. Sends nothing but questions.
 *
 * @throws BridgeError when the target does not answer, or somebody could not be looked for: half a state would have the
 * others made anew
 */
export async function rebuildTarget(setup: TargetSetup, input: RebuildInput): Promise<RebuiltTarget> {
  try {
    return await joinAccounts(setup, input);
  } catch (thrown) {
    if (!(thrown instanceof BridgeError) || thrown.code !== 'D2S_TARGET_UNREACHABLE') throw thrown;
    // No cycle comes later that would go on with it.
    const remedy = 'nothing was changed; look at the target and the network between, and give the command again';
    throw new BridgeError(thrown.code, thrown.message, remedy, thrown, thrown.said);
  }
}

async function joinAccounts(setup: TargetSetup, input: RebuildInput): Promise<RebuiltTarget> {
  const { readings, store, now } = input;
  const { name } = setup.target;
  await askFirst(setup, input);
  const { projection } = await draftKnowing(undefined, readings, setup.definition, { now: () => now }, store);
  // Groups come second: then it is known whose accounts are in them.
  const user = await rebuildType('user', projection, setup, input);
  const group = await rebuildType('group', projection, setup, input);
  const joined = { user: user.joined.length, group: group.joined.length };
  await store.record([{ kind: 'bound', target: name, endpoint: endpointOf(setup.url) }]);
  // Whoever is new from now on is new among many, so that the limit for new accounts counts.
  if (joined.user + joined.group > 0) {
    const state = { ...emptyTargetState, establishedAt: new Date(now).toISOString() };
    await store.record([{ kind: 'target', target: name, state }]);
  }
  return {
    target: name,
    joined,
    missing: [...user.missing, ...group.missing],
    unjoined: [...user.unjoined, ...group.unjoined],
    others: { ...(user.others && { user: user.others }), ...(group.others && { group: group.others }) },
  };
}

/** One that says 503 to everything is waited for in each request, up to a quarter of an hour: not before anything is known of it. */
async function askFirst({ target }: TargetSetup, { signal, patienceMilliseconds }: RebuildInput): Promise<void> {
  const deadline = AbortSignal.timeout(patienceMilliseconds); // of the same kind as the deadline of a request
  try {
    const result = await target.probe(AbortSignal.any([signal, deadline]));
    if (result.kind === 'failed') throw targetError(target.name, result.failure);
  } catch (thrown) {
    if (signal.aborted || !deadline.aborted || thrown instanceof BridgeError) throw thrown;
    throw targetError(target.name, { class: 'transient', detail: 'it asks to wait, or does not answer' });
  }
}

async function rebuildType(
  type: ResourceType,
  projection: Projection,
  setup: TargetSetup,
  input: RebuildInput,
): Promise<Part> {
  const { target } = setup;
  const wanted = projection.resources.filter((one) => one.type === type);
  const rejected = projection.rejected.filter((one) => one.type === type);
  const sought = [...wanted, ...rejected.map(byIdAlone)];
  const found = await search(sought, setup, input);
  const listed = target.takes(type) === 'none' ? [] : await target.inventory(type, Infinity, input.signal);
  if (listed !== undefined && isFailure(listed) && !isRefusal(listed.class)) throw targetError(target.name, listed);
  const accounts = listed === undefined || isFailure(listed) ? undefined : listed;
  const matched = sought.flatMap((resource): Joined[] => {
    const match = found.matches.get(resource.sourceId);
    if (match === undefined) return [];
    const { sourceId, directory } = resource;
    const account = { id: match.targetId, active: match.active, body: match.body };
    const isOurs = match.matchedBy === 'externalId';
    return [{ sourceId, directory, type, account, isOurs, wantsActive: wantsActive(resource) }];
  });
  const known = new Set(sought.map(({ sourceId }) => sourceId));
  const taken = new Set(matched.map(({ account }) => account.id));
  const left = findLeft(type, input.readings, known, accounts ?? [], taken);
  const showsIds = anyShowsId(accounts);
  const { joined, refused } = await record([...matched, ...left], { wanted, showsIds }, setup, input);
  const isSettled = new Set([...joined, ...found.rejected, ...refused].map(({ sourceId }) => sourceId));
  const own = new Set(joined.map(({ account }) => account.id));
  return {
    joined,
    missing: wanted.filter(({ sourceId }) => !isSettled.has(sourceId) && !found.leftOut.has(sourceId)),
    unjoined: [...found.rejected, ...refused, ...rejected.filter(({ sourceId }) => !isSettled.has(sourceId))],
    others: accounts?.filter(({ id }) => !own.has(id)),
  };
}

/** Our own id first, whatever the configuration matches by; groups with members are looked at afterwards. */
async function search(
  sought: readonly Resource[],
  { target, policy, kept }: TargetSetup,
  { store, signal }: RebuildInput,
): Promise<Correlation> {
  const found = await correlate(sought, {
    target,
    policy: { user: policy.user, group: { ...policy.group, populated: 'held' } },
    kept,
    store,
    intents: new Map(sought.map(({ sourceId }) => [sourceId, {}])),
    barred: new Map(),
    held: new Map(),
    gone: new Set(),
    passing: new Map(),
    signal,
  });
  const failure = await explainUnreached(target, unplanned(found, sought).unreached, signal);
  if (failure !== undefined) throw failure;
  return found;
}

/** So many links become one record. */
const batchSize = 500;

async function record(
  found: readonly Joined[],
  { wanted, showsIds }: { readonly wanted: readonly Resource[]; readonly showsIds: boolean },
  { target, policy }: TargetSetup,
  { store, signal }: RebuildInput,
): Promise<{ readonly joined: readonly Joined[]; readonly refused: readonly Rejected[] }> {
  const owners = new Map(found.map(({ account, sourceId }) => [account.id, sourceId]));
  const resources = new Map(wanted.map((resource) => [resource.sourceId, resource]));
  const joined: Joined[] = [];
  const refused: Rejected[] = [];
  let changes: StateChange[] = [];
  for (const one of found) {
    const members = one.type === 'group' ? await membersOf(one.account, owners, { target, store, signal }) : [];
    const strangers = members.filter((id) => typeof id !== 'string');
    const resource = resources.get(one.sourceId);
    if (!one.isOurs && resource !== undefined && strangers.length > 0 && policy.group.populated === 'refused') {
      refused.push(refusePopulated(resource, 'match attributes', one.account.id, strangers.length));
      continue;
    }
    joined.push(one);
    changes.push({ kind: 'link', link: joinedLink(one, { target: target.name, digest: store.digest, showsIds }) });
    const add = members.map((id) => (typeof id === 'string' ? id : strangerId(id.account)));
    if (add.length > 0) changes.push({ kind: 'members', target: target.name, group: one.sourceId, add, remove: [] });
    if (changes.length < batchSize) continue;
    await store.record(changes);
    changes = [];
  }
  await store.record(changes);
  return { joined, refused };
}

/**
 * Who is in a group: entries, and accounts that are nobody's. Nobody, where the target does not show it.
 *
 * @throws BridgeError when it does not say
 */
async function membersOf(
  group: FoundResource,
  groups: ReadonlyMap<TargetId, SourceId>,
  { target, store, signal }: Pick<RebuildInput, 'store' | 'signal'> & Pick<TargetSetup, 'target'>,
): Promise<(SourceId | { readonly account: TargetId })[]> {
  const read = await target.read('group', group.id, signal);
  const ids = await target.membersOf(isFailure(read) ? group : read, signal);
  if (ids !== undefined && isFailure(ids) && !isRefusal(ids.class)) throw targetError(target.name, ids);
  if (ids === undefined || isFailure(ids)) return [];
  const users = await gather(ids, (batch) => store.owners(target.name, 'user', batch));
  return ids.map((account) => users.get(account) ?? groups.get(account) ?? { account });
}

import { createHmac, randomUUID } from 'node:crypto';
import type { DirectoryIdentity } from '../../src/core/model/directory-identity.ts';
import type { ResourceType, SourceId } from '../../src/core/model/entry.ts';
import { BridgeError } from '../../src/core/model/errors.ts';
import { holdsValue, linkStamp, type Link, type TargetId } from '../../src/core/model/link.ts';
import { strangerAccount, strangerId } from '../../src/core/model/stranger.ts';
import type { LogEntry } from '../../src/core/model/log-entry.ts';
import { forgetContent } from '../../src/core/planning/link-paths.ts';
import { tallyKey } from '../../src/core/planning/tally.ts';
import { formerAccounts, formerOwners, noteFormer, withFormer } from './memory-former.ts';
import { copyOf } from './copy.ts';
import { countMemberships, eraseEntries, renameTarget, resetTarget } from './memory-targets.ts';
import { noNotes, type TargetNotes } from '../../src/ports/scim-target.ts';
import type { Decision } from '../../src/ports/decisions.ts';
import type { StateChange } from '../../src/ports/state-change.ts';
import {
  isQuarantined,
  emptyTargetState,
  type DirectoryState,
  type Intent,
  type RemovalRecord,
  type VerifiedRecord,
  type TargetState,
  type QuarantineRecord,
} from '../../src/ports/state-records.ts';
import type { LinkCounts, LinkTotal, StateStore } from '../../src/ports/state-store.ts';

/** A state without a disk, for simulations. It keeps what was recorded across crashes, like a good disk would. */
export interface MemoryStore extends StateStore {
  /** The process dies: whoever holds this store gets no answer any more. The next one opens `reopen()`. */
  crash(): void;
  /** The state as the next process finds it: everything that was recorded, nothing else. */
  reopen(): MemoryStore;
  /** Makes coming records fail like a full disk, for as long as `fails` says so. */
  failRecords(fails: () => boolean): void;
}

export interface Kept {
  readonly lineage: string;
  readonly key: string;
  /** Digests that were worked out before. */
  readonly digests: Map<string, string>;
  readonly links: Map<string, Link>;
  /** Each is of these attributes, as an object: whatever replaces them ends it. */
  readonly proofs: Map<string, { readonly proof: string; readonly of: Link['attributes'] }>;
  readonly members: Map<string, Set<SourceId>>;
  /** Who may be in a group still. */
  readonly doubted: Map<string, Set<SourceId>>;
  /** By target: whose accounts were that nobody has, by type and target id. */
  readonly former: Map<string, Map<string, SourceId>>;
  readonly quarantined: Map<string, QuarantineRecord>;
  readonly intents: Map<string, Intent>;
  readonly targets: Map<string, TargetState>;
  readonly decisions: Map<string, Decision>;
  /** How many decisions were ever left: each has a key of its own. */
  decisionsLeft: number;
  readonly directories: Map<string, DirectoryState>;
  readonly identities: Map<string, DirectoryIdentity>;
  readonly names: Map<string, readonly string[]>;
  readonly endpoints: Map<string, string>;
  readonly notes: Map<string, TargetNotes>;
  readonly verified: Map<string, VerifiedRecord>;
  readonly log: LogEntry[];
  readonly removals: { readonly target: string; readonly removal: RemovalRecord }[];
}

/** @param newId for its lineage and the key of its digests: the same ones make the same state again */
export function createMemoryStore(newId: () => string = randomUUID): MemoryStore {
  return open({
    lineage: newId(),
    key: newId(),
    digests: new Map(),
    links: new Map(),
    proofs: new Map(),
    members: new Map(),
    doubted: new Map(),
    former: new Map(),
    quarantined: new Map(),
    intents: new Map(),
    targets: new Map(),
    decisions: new Map(),
    decisionsLeft: 0,
    directories: new Map(),
    identities: new Map(),
    names: new Map(),
    endpoints: new Map(),
    notes: new Map(),
    verified: new Map(),
    log: [],
    removals: [],
  });
}

function digestOf({ key, digests }: Kept, text: string): string {
  const known = digests.get(text);
  if (known !== undefined) return known;
  const digest = createHmac('sha256', key).update(text).digest('base64url').slice(0, 22);
  digests.set(text, digest);
  return digest;
}

const idOf = (target: string, id: SourceId): string => `${target}\n${id}`;

function open(kept: Kept): MemoryStore {
  let dead = false;
  let closed = false;
  let recordFails = (): boolean => false;
  const answer = async <Result>(make: () => Result): Promise<Result> => {
    await Promise.resolve();
    if (dead) return new Promise<never>(() => undefined);
    return copyOf(make());
  };
  const pick = <Value>(from: ReadonlyMap<string, Value>, target: string, ids: readonly SourceId[]) =>
    new Map(
      ids.flatMap((id): [SourceId, Value][] => {
        const value = from.get(idOf(target, id));
        return value === undefined ? [] : [[id, value]];
      }),
    );
  const ofTarget = <Value extends { readonly target: string }>(
    from: ReadonlyMap<string, Value>,
    target: string,
  ): Value[] => [...from.values()].filter((value) => value.target === target);
  const linksBesides = async function* (
    target: string,
    directories: ReadonlySet<string>,
    seen: ReadonlySet<SourceId>,
  ): AsyncGenerator<readonly Link[]> {
    const links = await answer(() =>
      ofTarget(kept.links, target)
        .filter((link) => directories.has(link.directory) && !seen.has(link.sourceId))
        .map((link) => withDoubted(kept, link)),
    );
    for (let at = 0; at < links.length; at += 100) yield links.slice(at, at + 100);
  };
  return {
    lineage: kept.lineage,
    digest: (text) => digestOf(kept, text),
    record: async (changes) => {
      if (closed) throw new Error('the state is closed');
      const text = JSON.stringify(changes);
      await answer(() => {
        if (recordFails()) throw new BridgeError('D2S_STATE_UNWRITABLE', 'made to fail', '');
        const copy: readonly StateChange[] = JSON.parse(text) as readonly StateChange[];
        for (const change of copy) withFormer(kept, change, () => apply(kept, change));
      });
    },
    links: (target, ids) =>
      answer(
        () => new Map([...pick(kept.links, target, ids)].map(([id, link]) => [id, withDoubted(kept, link)] as const)),
      ),
    proofs: (target, ids) =>
      answer(() => {
        const links = pick(kept.links, target, ids);
        const standing = [...pick(kept.proofs, target, ids)].filter(([id, { of }]) => links.get(id)?.attributes === of);
        return new Map(standing.map(([id, { proof }]) => [id, proof]));
      }),
    linksFrom: (target, directories) => linksBesides(target, directories, new Set()),
    openMarks: () => {
      const seen = new Set<SourceId>();
      const unmarked = async function* (ids: () => SourceId[]) {
        yield await answer(() => ids().filter((id) => !seen.has(id)));
      };
      return answer(() => undefined).then(() => ({
        mark: (ids) => answer(() => ids.forEach((id) => seen.add(id))),
        unmarkedLinks: (target, directories) => linksBesides(target, directories, seen),
        unmarkedQuarantine: (target) =>
          unmarked(() => ofTarget(kept.quarantined, target).map(({ sourceId }) => sourceId)),
        unmarkedNames: (directory) =>
          unmarked(() =>
            [...kept.names.keys()]
              .flatMap((key) =>
                key.startsWith(`${directory}
`)
                  ? [key.slice(directory.length + 1)]
                  : [],
              )
              .filter((id) => ![...kept.links.values()].some(({ sourceId }) => sourceId === id)),
          ),
        close: () => answer(() => seen.clear()),
      }));
    },
    owners: (target, type, ids) =>
      answer(() => {
        const wanted = new Set(ids);
        const links = ofTarget(kept.links, target).filter((link) => link.type === type && wanted.has(link.targetId));
        return new Map(links.map((link) => [link.targetId, link.sourceId]));
      }),
    formerOwners: (target, type, ids) => answer(() => formerOwners(kept, target, type, ids)),
    formerAccounts: (target, owner) => answer(() => formerAccounts(kept, target, owner)),
    members: (target, groups) =>
      answer(
        () =>
          new Map(
            [...pick(kept.members, target, groups)]
              .map(([group, ids]) => [group, [...ids]] as const)
              .filter(([, ids]) => ids.length > 0),
          ),
      ),
    quarantined: (target, ids) => answer(() => pick(kept.quarantined, target, ids)),
    names: (directory, ids) => answer(() => pick(kept.names, directory, ids)),
    named: (directory, names) =>
      answer(() => {
        const found = new Map<string, SourceId[]>();
        for (const [key, own] of kept.names) {
          const [where, id = ''] = key.split('\n');
          for (const name of where === directory ? own.filter((one) => names.includes(one)) : [])
            found.set(name, [...(found.get(name) ?? []), id]);
        }
        return found;
      }),
    counts: (target) =>
      answer((): LinkCounts => {
        const count = (type: ResourceType) => {
          const links = ofTarget(kept.links, target).filter((link) => link.type === type);
          const inLifecycle = (lifecycle: Link['lifecycle']) =>
            links.filter((link) => link.lifecycle === lifecycle).length;
          return {
            active: inLifecycle('active'),
            deactivated: inLifecycle('deactivated'),
            lost: inLifecycle('lost'),
            adopted: links.filter((link) => link.origin === 'adopted').length,
            leftDisabled: links.filter((link) => link.leftDisabled === true).length,
            quarantined: ofTarget(kept.quarantined, target).filter(
              (quarantine) => quarantine.type === type && isQuarantined(quarantine),
            ).length,
          };
        };
        return { user: count('user'), group: count('group') };
      }),
    unstored: (target) =>
      answer(() => {
        const counts: Record<string, number> = {};
        for (const path of ofTarget(kept.links, target).flatMap((link) => link.unstored ?? []))
          counts[path] = (counts[path] ?? 0) + 1;
        return counts;
      }),
    strangers: (target) =>
      answer(() =>
        [...kept.members]
          .filter(([group]) => group.startsWith(`${target}\n`))
          .reduce((sum, [, ids]) => sum + [...ids].filter((id) => strangerAccount(id) !== undefined).length, 0),
      ),
    openIntents: (target) => answer(() => ofTarget(kept.intents, target).filter((one) => !isRefused(one))),
    refusedCreations: (target) => answer(() => ofTarget(kept.intents, target).filter(isRefused)),
    target: (name) => answer(() => kept.targets.get(name) ?? emptyTargetState),
    notes: (target) => answer(() => kept.notes.get(target) ?? noNotes),
    verified: (target) => answer(() => kept.verified.get(target)),
    directory: (name) => answer(() => kept.directories.get(name)),
    identity: (name) => answer(() => kept.identities.get(name)),
    boundTo: (target) => answer(() => kept.endpoints.get(target)),
    linkTotals: () =>
      answer(() => {
        const totals = new Map<string, LinkTotal>();
        for (const { target, directory } of kept.links.values()) {
          const key = idOf(target, directory);
          totals.set(key, { target, directory, links: 1 + (totals.get(key)?.links ?? 0) });
        }
        return [...totals.values()];
      }),
    memberships: (target) => answer(() => countMemberships(kept, target)),
    holders: (target, type, path) =>
      answer(() => ofTarget(kept.links, target).filter((link) => link.type === type && holdsValue(link, path)).length),
    removals: (target) =>
      answer(() => kept.removals.filter((one) => one.target === target).map(({ removal }) => removal)),
    checkLog: () => answer(() => ({ entries: kept.log.length, erased: 0, others: 0, flaws: [] })),
    async *logged(after) {
      yield await answer(() =>
        kept.log.map((entry, index) => ({ seq: index + 1, ...entry })).filter(({ seq }) => seq > after),
      );
    },
    decisions: () =>
      answer(() => ({
        waiting: [...kept.decisions]
          .map(([key, decision]) => ({ ...decision, key }))
          .sort((a, b) => Date.parse(a.at) - Date.parse(b.at)),
        unusable: [],
      })),
    decide: (decision) =>
      answer(() => {
        if (!/^[\w-]{1,64}$/.test(decision.holdId))
          throw new BridgeError('D2S_PLAN_NOT_HELD', 'not the id of a hold', '');
        for (const [key, { target, holdId }] of kept.decisions)
          if (target === decision.target && holdId === decision.holdId) kept.decisions.delete(key);
        kept.decisionsLeft += 1;
        kept.decisions.set(`decision-${kept.decisionsLeft}`, decision);
      }),
    removeDecision: (key) => answer(() => void kept.decisions.delete(key)),
    close: () => {
      closed = true;
      return Promise.resolve();
    },
    crash: () => {
      dead = true;
    },
    reopen: () => open(kept),
    failRecords: (fails) => {
      recordFails = fails;
    },
  };
}

/** What was done at one time is one record. */
function remember({ removals }: Kept, change: { readonly target: string; readonly removal: RemovalRecord }): void {
  const key = ({ target, removal }: typeof change) => `${target} ${removal.at} ${tallyKey(removal)}`;
  const at = removals.findIndex((one) => key(one) === key(change));
  const before = removals[at];
  if (before === undefined) removals.push(change);
  else removals[at] = { ...change, removal: { ...change.removal, count: before.removal.count + change.removal.count } };
}

function endMemberships({ members, doubted }: Kept, target: string, id: SourceId): void {
  for (const kind of [members, doubted]) {
    kind.delete(idOf(target, id));
    for (const [group, ids] of kind) if (group.startsWith(`${target}\n`)) ids.delete(id);
  }
}

/** May be in its groups still; of what was found again, so may its members, and in groups of ours that show the new id. */
function doubtMemberships(
  { links, members, doubted }: Kept,
  target: string,
  id: SourceId,
  found: TargetId | undefined,
): void {
  const doubt = (group: string, member: SourceId) => doubted.set(group, (doubted.get(group) ?? new Set()).add(member));
  for (const [group, ids] of members) if (group.startsWith(`${target}\n`) && ids.delete(id)) doubt(group, id);
  const own = idOf(target, id);
  if (found === undefined) doubted.delete(own);
  else {
    for (const [group, ids] of members)
      if (ids.has(strangerId(found)) && links.get(group)?.target === target && links.get(group)?.origin === 'created')
        doubt(group, id);
    for (const member of members.get(own) ?? []) if (strangerAccount(member) === undefined) doubt(own, member);
  }
  members.delete(own);
}

function withDoubted({ doubted }: Kept, link: Link): Link {
  const ids = doubted.get(idOf(link.target, link.sourceId));
  return ids === undefined || ids.size === 0
    ? link
    : { ...link, unsettled: [...new Set([...(link.unsettled ?? []), ...ids])] };
}

function apply(kept: Kept, change: StateChange): void {
  switch (change.kind) {
    case 'intent':
      kept.intents.set(idOf(change.intent.target, change.intent.sourceId), change.intent);
      return;
    case 'settled':
      kept.intents.delete(idOf(change.intent.target, change.intent.sourceId));
      return;
    case 'link': {
      const { target, sourceId, targetId, createdAt } = change.link;
      const id = idOf(target, sourceId);
      const before = kept.links.get(id);
      if (before !== undefined && before.targetId !== targetId) {
        if (createdAt !== undefined && createdAt !== before.createdAt) endMemberships(kept, target, sourceId);
        else doubtMemberships(kept, target, sourceId, targetId);
      }
      kept.links.delete(id); // the last one linked owns a target id, so it goes to the end
      kept.links.set(id, change.link);
      return;
    }
    case 'proved':
      for (const [id, proof, stamp] of change.proofs) {
        const link = kept.links.get(idOf(change.target, id));
        if (link !== undefined && (stamp === undefined || linkStamp(link) === stamp))
          kept.proofs.set(idOf(change.target, id), { proof, of: link.attributes });
      }
      return;
    case 'relink': {
      const { from, link } = change;
      const { target, sourceId: to } = link;
      endMemberships(kept, target, to);
      for (const kind of [kept.members, kept.doubted]) {
        const members = kind.get(idOf(target, from));
        if (members !== undefined) kind.set(idOf(target, to), members);
        kind.delete(idOf(target, from));
        for (const [group, ids] of kind) if (group.startsWith(`${target}\n`) && ids.delete(from)) ids.add(to);
      }
      for (const [id, one] of kept.links) {
        if (one.target === target && one.unsettled !== undefined)
          kept.links.set(id, {
            ...one,
            attributes: { ...one.attributes },
            unsettled: one.unsettled.map((other) => (other === from ? to : other)),
          });
      }
      for (const map of [kept.links, kept.quarantined]) map.delete(idOf(target, from));
      kept.links.delete(idOf(target, to));
      kept.links.set(idOf(target, to), link);
      return;
    }
    case 'quarantine':
      kept.quarantined.set(idOf(change.quarantine.target, change.quarantine.sourceId), change.quarantine);
      return;
    case 'quarantine_over':
      kept.quarantined.delete(idOf(change.target, change.sourceId));
      return;
    case 'unlink':
      doubtMemberships(kept, change.target, change.sourceId, undefined);
      for (const map of [kept.links, kept.quarantined]) map.delete(idOf(change.target, change.sourceId));
      return;
    case 'members': {
      const id = idOf(change.target, change.group);
      const members = kept.members.get(id) ?? new Set();
      for (const member of change.remove) members.delete(member);
      for (const member of change.add) members.add(member);
      kept.members.set(id, members);
      for (const member of [...change.add, ...change.remove]) kept.doubted.get(id)?.delete(member);
      return;
    }
    case 'former':
      noteFormer(kept, change);
      return;
    case 'target':
      kept.targets.set(change.target, change.state);
      return;
    case 'verified':
      kept.verified.set(change.target, change.verified);
      return;
    case 'notes':
      kept.notes.set(change.target, change.notes);
      return;
    case 'directory':
      kept.directories.set(change.directory, change.state);
      return;
    case 'identity':
      kept.identities.set(change.directory, change.identity);
      return;
    case 'names':
      for (const [id, names] of change.names) {
        if (names.length === 0) kept.names.delete(idOf(change.directory, id));
        else kept.names.set(idOf(change.directory, id), names);
      }
      return;
    case 'bound':
      kept.endpoints.set(change.target, change.endpoint);
      return;
    case 'content_forgotten':
      for (const [key, link] of kept.links)
        if (link.target === (change.target ?? link.target)) kept.links.set(key, forgetContent(link));
      return;
    case 'renamed':
      renameTarget(kept, change.target, change.to);
      return;
    case 'reset':
      resetTarget(kept, change.target);
      return;
    case 'erased':
      eraseEntries(kept, new Set(change.ids));
      return;
    case 'logged':
      kept.log.push(change.entry);
      return;
    case 'log_head':
      return;
    case 'removal':
      remember(kept, change);
      return;
    case 'removals_over': {
      const left = kept.removals.filter(
        ({ target, removal }) => target !== change.target || removal.at >= change.before,
      );
      kept.removals.splice(0, kept.removals.length, ...left);
      return;
    }
  }
}

function isRefused({ unclear, lookAgainAt }: Intent): boolean {
  return unclear === 'refused' && lookAgainAt === undefined;
}

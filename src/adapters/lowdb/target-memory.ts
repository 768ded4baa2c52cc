import type { ResourceType, SourceId } from '../../core/model/entry.ts';
import { holdsValue, linkStamp, type Link, type TargetId } from '../../core/model/link.ts';
import { forgetContent } from '../../core/planning/link-paths.ts';
import { tallyKey } from '../../core/planning/tally.ts';
import { noNotes, type TargetNotes } from '../../ports/scim-target.ts';
import type { StateChange } from '../../ports/state-change.ts';
import {
  emptyTargetState,
  isQuarantined,
  type Intent,
  type RemovalRecord,
  type VerifiedRecord,
  type TargetState,
  type QuarantineRecord,
} from '../../ports/state-records.ts';
import type { LinkCounts } from '../../ports/state-store.ts';
import { FormerOwners } from './former-owners.ts';
import { GroupMembers } from './group-members.ts';
import { stateWithout } from './state-without.ts';

/** A change that is about one target. */
export type TargetChange = Exclude<
  StateChange,
  {
    kind:
      'directory' | 'identity' | 'names' | 'reset' | 'renamed' | 'erased' | 'content_forgotten' | 'logged' | 'log_head';
  }
>;

type Counts = Record<ResourceType, Record<keyof LinkCounts[ResourceType], number>>;

/** How many member ids one snapshot line names, so that no line grows without bound. */
const membersPerLine = 1000;
const proofsPerLine = 1000;

/** Everything remembered about one target, with the indexes that questions need, kept up to date change by change. */
export class TargetMemory {
  readonly links = new Map<SourceId, Link>();
  /** Of links that did not change since. */
  readonly proofs = new Map<SourceId, string>();
  readonly members = new GroupMembers();
  /** Whose link names members whose joining or leaving is in doubt. */
  readonly #unsettled = new Set<SourceId>();
  readonly owners: Readonly<Record<ResourceType, Map<TargetId, SourceId>>> = { user: new Map(), group: new Map() };
  /** By type; of accounts that nobody is linked to. */
  readonly former: Readonly<Record<ResourceType, FormerOwners>> = {
    user: new FormerOwners(),
    group: new FormerOwners(),
  };
  readonly quarantined = new Map<SourceId, QuarantineRecord>();
  readonly intents = new Map<SourceId, Intent>();
  readonly #unstored = new Map<string, number>();
  readonly #counts: Counts = {
    user: { active: 0, deactivated: 0, lost: 0, adopted: 0, quarantined: 0, leftDisabled: 0 },
    group: { active: 0, deactivated: 0, lost: 0, adopted: 0, quarantined: 0, leftDisabled: 0 },
  };
  /** How many links come from which directory. */
  readonly directories = new Map<string, number>();
  state: TargetState = emptyTargetState;
  endpoint: string | undefined;
  notes: TargetNotes = noNotes;
  verified: VerifiedRecord | undefined;
  /** By what was counted and when: what was done at one time is one record. */
  readonly removals = new Map<string, RemovalRecord>();

  get unstored(): Readonly<Record<string, number>> {
    return Object.fromEntries([...this.#unstored].sort());
  }

  get counts(): LinkCounts {
    return { user: { ...this.#counts.user }, group: { ...this.#counts.group } };
  }

  holders(type: ResourceType, path: string): number {
    let count = 0;
    for (const link of this.links.values()) if (link.type === type && holdsValue(link, path)) count += 1;
    return count;
  }

  apply(change: TargetChange): void {
    switch (change.kind) {
      case 'intent':
        this.intents.set(change.intent.sourceId, change.intent);
        return;
      case 'settled':
        this.intents.delete(change.intent.sourceId);
        return;
      case 'link':
        this.#endMemberships(change.link);
        this.#dropLink(change.link.sourceId);
        this.#putLink(change.link);
        return;
      case 'proved':
        for (const [id, proof, stamp] of change.proofs) this.#prove(id, proof, stamp);
        return;
      case 'relink':
        this.#handOver(change.from, change.link);
        return;
      case 'quarantine':
        this.#dropQuarantine(change.quarantine.sourceId);
        this.quarantined.set(change.quarantine.sourceId, change.quarantine);
        if (isQuarantined(change.quarantine)) this.#counts[change.quarantine.type].quarantined += 1;
        return;
      case 'quarantine_over':
        this.#dropQuarantine(change.sourceId);
        return;
      case 'unlink':
        this.members.unlink(change.sourceId);
        this.#dropLink(change.sourceId);
        this.#dropQuarantine(change.sourceId);
        return;
      case 'members':
        this.members.change(change.group, change.add, change.remove);
        return;
      case 'former':
        for (const [account, owner] of change.accounts) this.#noteFormer(change.type, account, owner);
        return;
      case 'target':
        this.state = change.state;
        return;
      case 'verified':
        this.verified = change.verified;
        return;
      case 'notes':
        this.notes = change.notes;
        return;
      case 'bound':
        this.endpoint = change.endpoint;
        return;
      case 'removal':
        this.#remember(change.removal);
        return;
      case 'removals_over':
        for (const [key, { at }] of this.removals) if (at < change.before) this.removals.delete(key);
        return;
    }
  }

  formerAccounts(owner: SourceId): { type: ResourceType; targetId: TargetId }[] {
    return (['user', 'group'] as const).flatMap((type) =>
      [...this.former[type].ids].flatMap(([targetId, id]) => (id === owner ? [{ type, targetId }] : [])),
    );
  }

  #noteFormer(type: ResourceType, account: TargetId, owner: SourceId): void {
    if (!this.owners[type].has(account)) this.former[type].note(account, owner);
  }

  #prove(id: SourceId, proof: string, stamp: string | undefined): void {
    const link = this.links.get(id);
    if (link !== undefined && (stamp === undefined || linkStamp(link) === stamp)) this.proofs.set(id, proof);
  }

  forgetContent(): void {
    this.proofs.clear();
    for (const link of this.links.values()) this.links.set(link.sourceId, forgetContent(link));
  }

  /** Everything about these entries, and whose their accounts were. */
  erase(ids: ReadonlySet<SourceId>): void {
    for (const id of ids) {
      this.members.end(id);
      this.#dropLink(id);
      this.#dropQuarantine(id);
      this.intents.delete(id);
    }
    for (const type of ['user', 'group'] as const) this.former[type].forgetOwners(ids);
    for (const intent of this.intents.values())
      if (intent.members?.some((id) => ids.has(id)) === true)
        this.intents.set(intent.sourceId, { ...intent, members: intent.members.filter((id) => !ids.has(id)) });
    for (const link of [...this.links.values()]) {
      const { heir, unsettled } = link;
      const isMeant = heir !== undefined && ids.has(heir);
      if (!isMeant && unsettled?.some((id) => ids.has(id)) !== true) continue;
      this.#dropLink(link.sourceId);
      this.#putLink({ ...link, heir: isMeant ? undefined : heir, unsettled: unsettled?.filter((id) => !ids.has(id)) });
    }
    for (const [key, { group }] of this.removals) if (group !== undefined && ids.has(group)) this.removals.delete(key);
    this.state = stateWithout(this.state, ids);
  }

  /** What the target calls these entries, or called them. */
  accountsOf(ids: ReadonlySet<SourceId>): TargetId[] {
    return [...ids].flatMap((id) => {
      const own = this.links.get(id)?.targetId;
      return [...(own === undefined ? [] : [own]), ...this.formerAccounts(id).map(({ targetId }) => targetId)];
    });
  }

  #remember(removal: RemovalRecord): void {
    const key = `${removal.at} ${tallyKey(removal)}`;
    this.removals.set(key, { ...removal, count: removal.count + (this.removals.get(key)?.count ?? 0) });
  }

  #putLink(link: Link): void {
    this.proofs.delete(link.sourceId);
    this.links.set(link.sourceId, link);
    if (link.unsettled !== undefined && link.unsettled.length > 0) this.#unsettled.add(link.sourceId);
    this.owners[link.type].set(link.targetId, link.sourceId);
    this.former[link.type].forget(link.targetId);
    this.#count(link, 1);
  }

  /** Created again on the target: what the old one was a member of, or had as members, the new one has not. */
  #endMemberships(link: Link): void {
    const before = this.links.get(link.sourceId);
    if (before === undefined || before.targetId === link.targetId) return;
    if (link.createdAt !== undefined && link.createdAt !== before.createdAt) this.members.end(link.sourceId);
    else this.members.moved(link, (group) => this.links.get(group)?.origin === 'created');
  }

  #handOver(from: SourceId, link: Link): void {
    const to = link.sourceId;
    this.members.handOver(from, to);
    for (const one of this.#unsettled) {
      const other = this.links.get(one);
      if (other?.unsettled?.includes(from) !== true) continue;
      this.links.set(one, { ...other, unsettled: other.unsettled.map((id) => (id === from ? to : id)) });
      this.proofs.delete(one);
    }
    for (const id of [from, to]) this.#dropLink(id);
    this.#dropQuarantine(from);
    this.#putLink(link);
  }

  #dropLink(id: SourceId): void {
    const link = this.links.get(id);
    if (link === undefined) return;
    this.links.delete(id);
    this.proofs.delete(id);
    this.#unsettled.delete(id);
    this.#count(link, -1);
    const owners = this.owners[link.type];
    // Another link may have taken over the same target id since; otherwise one that came before has it back.
    if (owners.get(link.targetId) !== id) return;
    owners.delete(link.targetId);
    if (this.links.size > this.owners.user.size + this.owners.group.size) this.#restoreOwner(link);
    this.#noteFormer(link.type, link.targetId, id);
  }

  #restoreOwner({ type, targetId }: Link): void {
    for (const [id, link] of this.links) {
      if (link.type === type && link.targetId === targetId) this.owners[type].set(targetId, id);
    }
  }

  #count(link: Link, by: 1 | -1): void {
    const counts = this.#counts[link.type];
    counts[link.lifecycle] += by;
    if (link.origin === 'adopted') counts.adopted += by;
    if (link.leftDisabled === true) counts.leftDisabled += by;
    for (const path of link.unstored ?? []) {
      const left = (this.#unstored.get(path) ?? 0) + by;
      if (left === 0) this.#unstored.delete(path);
      else this.#unstored.set(path, left);
    }
    const left = (this.directories.get(link.directory) ?? 0) + by;
    if (left === 0) this.directories.delete(link.directory);
    else this.directories.set(link.directory, left);
  }

  #dropQuarantine(id: SourceId): void {
    const quarantine = this.quarantined.get(id);
    if (quarantine === undefined) return;
    this.quarantined.delete(id);
    if (isQuarantined(quarantine)) this.#counts[quarantine.type].quarantined -= 1;
  }

  /** The changes that lead from nothing to this memory, of a target of this name. */
  *changes(target: string): Generator<TargetChange> {
    yield { kind: 'target', target, state: this.state };
    if (this.endpoint !== undefined) yield { kind: 'bound', target, endpoint: this.endpoint };
    if (this.notes !== noNotes) yield { kind: 'notes', target, notes: this.notes };
    if (this.verified !== undefined) yield { kind: 'verified', target, verified: this.verified };
    for (const removal of this.removals.values()) yield { kind: 'removal', target, removal };
    for (const intent of this.intents.values()) yield { kind: 'intent', intent: { ...intent, target } };
    for (const link of this.links.values()) yield { kind: 'link', link: { ...this.members.withDoubted(link), target } };
    yield* this.#proved(target);
    for (const type of ['user', 'group'] as const)
      for (const accounts of this.former[type].lines()) yield { kind: 'former', target, type, accounts };
    for (const quarantine of this.quarantined.values())
      yield { kind: 'quarantine', quarantine: { ...quarantine, target } };
    for (const [group, ids] of this.members.acknowledged) {
      for (let at = 0; at < ids.length; at += membersPerLine) {
        yield { kind: 'members', target, group, add: ids.slice(at, at + membersPerLine), remove: [] };
      }
    }
  }

  *#proved(target: string): Generator<TargetChange> {
    let proofs: [SourceId, string][] = [];
    for (const [id, proof] of this.proofs) {
      proofs.push([id, proof]);
      if (proofs.length < proofsPerLine) continue;
      yield { kind: 'proved', target, proofs };
      proofs = [];
    }
    if (proofs.length > 0) yield { kind: 'proved', target, proofs };
  }
}

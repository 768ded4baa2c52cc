import type { ResourceType, SourceId } from '../../../core/model/entry.ts';
import { linkStamp, type Link, type TargetId } from '../../../core/model/link.ts';
import { tallyKey } from '../../../core/planning/tally.ts';
import { noNotes, type TargetNotes } from '../../../ports/scim-target.ts';
import type { StateChange } from '../../../ports/state-change.ts';
import {
  emptyTargetState,
  isQuarantined,
  type Intent,
  type RemovalRecord,
  type VerifiedRecord,
  type TargetState,
  type QuarantineRecord,
} from '../../../ports/state-records.ts';
import type { LinkCounts } from '../../../ports/state-store.ts';
import { checkedRow, eachRowDigest } from './blocks.ts';
import { DigestColumn } from './digest-column.ts';
import { FormerOwners } from './former-owners.ts';
import { GroupMembers } from './group-members.ts';
import type { IdRows } from './id-rows.ts';
import { LinkCounter } from './link-counter.ts';
import { LinkOwners } from './link-owners.ts';
import { LinkTable, type LinkShared } from './link-table.ts';
import type { SnapshotBlock } from './snapshot-lines.ts';
import { stateWithout } from './state-without.ts';

/** A change that is about one target. */
export type TargetChange = Exclude<
  StateChange,
  {
    kind:
      'directory' | 'identity' | 'names' | 'reset' | 'renamed' | 'erased' | 'content_forgotten' | 'logged' | 'log_head';
  }
>;

/** A line of a snapshot that is about one target. */
type TargetBlock = Extract<SnapshotBlock, { target: string }>;

/** Everything remembered about one target, with the indexes that questions need, kept up to date change by change. */
export class TargetMemory {
  readonly ids: IdRows;
  /** As the configuration has it. */
  name: string;
  readonly links: LinkTable;
  /** Of links that did not change since, by row. */
  readonly proofs = new DigestColumn();
  readonly members: GroupMembers;
  /** Rows whose link names members whose joining or leaving is in doubt. */
  readonly #unsettled = new Set<number>();
  readonly #owners: Readonly<Record<ResourceType, LinkOwners>>;
  /** By type; of accounts that nobody is linked to. */
  readonly former: Readonly<Record<ResourceType, FormerOwners>> = {
    user: new FormerOwners(),
    group: new FormerOwners(),
  };
  readonly quarantined = new Map<SourceId, QuarantineRecord>();
  readonly intents = new Map<SourceId, Intent>();
  readonly #counter = new LinkCounter();
  state: TargetState = emptyTargetState;
  endpoint: string | undefined;
  notes: TargetNotes = noNotes;
  verified: VerifiedRecord | undefined;
  /** By what was counted and when: what was done at one time is one record. */
  readonly removals = new Map<string, RemovalRecord>();

  constructor(name: string, shared: LinkShared) {
    this.name = name;
    this.ids = shared.ids;
    this.links = new LinkTable(shared);
    this.members = new GroupMembers(shared.ids);
    this.#owners = { user: new LinkOwners(this.links), group: new LinkOwners(this.links) };
  }

  get unstored(): Readonly<Record<string, number>> {
    return this.#counter.unstored;
  }

  get counts(): LinkCounts {
    return this.#counter.counts;
  }

  /** How many links come from which directory. */
  get directories(): ReadonlyMap<string, number> {
    return this.#counter.directories;
  }

  holders(type: ResourceType, path: string): number {
    return this.links.holders(type, path);
  }

  /** As it was recorded, with those who may be members of a group. */
  link(id: SourceId): Link | undefined {
    const link = this.#link(id);
    return link === undefined ? undefined : this.members.withDoubted(link);
  }

  proof(id: SourceId): string | undefined {
    const row = this.ids.find(id);
    return row < 0 ? undefined : this.proofs.get(row);
  }

  owner(type: ResourceType, account: TargetId): SourceId | undefined {
    const row = this.#owners[type].find(account);
    return row < 0 ? undefined : this.ids.idOf(row);
  }

  #link(id: SourceId): Link | undefined {
    return this.links.get(this.ids.find(id), this.name);
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
        if (isQuarantined(change.quarantine)) this.#counter.quarantine(change.quarantine.type, 1);
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
    if (this.#owners[type].find(account) < 0) this.former[type].note(account, owner);
  }

  #prove(id: SourceId, proof: string, stamp: string | undefined): void {
    const row = this.ids.find(id);
    if (!this.links.has(row)) return;
    const link = stamp === undefined ? undefined : this.links.get(row, this.name);
    if (link === undefined || linkStamp(link) === stamp) this.proofs.set(row, proof);
  }

  forgetContent(): void {
    this.proofs.clear();
    this.links.forgetContent();
  }

  /** Goes under another name from now on. */
  rename(to: string): void {
    this.name = to;
    for (const [id, intent] of this.intents) this.intents.set(id, { ...intent, target: to });
    for (const [id, record] of this.quarantined) this.quarantined.set(id, { ...record, target: to });
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
    for (const row of [...this.links.rowsWithRest()]) {
      const link = this.links.get(row, this.name);
      if (link === undefined) continue;
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
      const own = this.#link(id)?.targetId;
      return [...(own === undefined ? [] : [own]), ...this.formerAccounts(id).map(({ targetId }) => targetId)];
    });
  }

  #remember(removal: RemovalRecord): void {
    const key = `${removal.at} ${tallyKey(removal)}`;
    this.removals.set(key, { ...removal, count: removal.count + (this.removals.get(key)?.count ?? 0) });
  }

  #putLink(link: Link): void {
    const row = this.ids.of(link.sourceId);
    this.proofs.delete(row);
    this.links.put(row, link);
    if (link.unsettled !== undefined && link.unsettled.length > 0) this.#unsettled.add(row);
    this.#owners[link.type].own(row);
    this.former[link.type].forget(link.targetId);
    this.#counter.count(link, 1);
  }

  /** Takes in a line of a snapshot. */
  load(line: TargetBlock): void {
    const block = Buffer.from(line.bytes, 'base64');
    const rows = this.ids.length;
    switch (line.kind) {
      case 'links':
        this.links.load(block, (row, facts) => {
          if (facts.unsettled !== undefined && facts.unsettled.length > 0) this.#unsettled.add(row);
          this.#owners[facts.type].own(row);
          this.#counter.count(facts, 1);
        });
        return;
      case 'proof_rows':
        eachRowDigest(block, rows, (row, at) => this.proofs.setBytes(row, block, at));
        return;
      case 'member_rows':
        for (let at = 0; at + 4 <= block.length; at += 4)
          this.members.acknowledged.load(checkedRow(line.group, rows), checkedRow(block.readUInt32LE(at), rows));
    }
  }

  /** Created again on the target: what the old one was a member of, or had as members, the new one has not. */
  #endMemberships(link: Link): void {
    const before = this.#link(link.sourceId);
    if (before === undefined || before.targetId === link.targetId) return;
    if (link.createdAt !== undefined && link.createdAt !== before.createdAt) this.members.end(link.sourceId);
    else this.members.moved(link, (group) => this.#link(group)?.origin === 'created');
  }

  #handOver(from: SourceId, link: Link): void {
    const to = link.sourceId;
    this.members.handOver(from, to);
    for (const row of [...this.#unsettled]) {
      const other = this.links.get(row, this.name);
      if (other?.unsettled?.includes(from) !== true) continue;
      this.links.put(row, { ...other, unsettled: other.unsettled.map((id) => (id === from ? to : id)) });
      this.proofs.delete(row);
    }
    for (const id of [from, to]) this.#dropLink(id);
    this.#dropQuarantine(from);
    this.#putLink(link);
  }

  #dropLink(id: SourceId): void {
    const row = this.ids.find(id);
    const link = this.links.get(row, this.name);
    if (link === undefined) return;
    const isNobodys = this.#owners[link.type].disown(row);
    this.links.delete(row);
    this.proofs.delete(row);
    this.#unsettled.delete(row);
    this.#counter.count(link, -1);
    if (isNobodys) this.#noteFormer(link.type, link.targetId, id);
  }

  /** Rows with a link, so that in the same order each account is whose it is. */
  *rows(): Generator<number> {
    const displaced = new Set([...this.#owners.user.displaced(), ...this.#owners.group.displaced()]);
    yield* displaced;
    for (const row of this.links.rows()) if (!displaced.has(row)) yield row;
  }

  #dropQuarantine(id: SourceId): void {
    const quarantine = this.quarantined.get(id);
    if (quarantine === undefined) return;
    this.quarantined.delete(id);
    if (isQuarantined(quarantine)) this.#counter.quarantine(quarantine.type, -1);
  }
}

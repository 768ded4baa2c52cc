import type { SourceId } from '../../../core/model/entry.ts';
import { strangerAccount } from '../../../core/model/stranger.ts';
import { NumberColumn } from './columns.ts';
import { IdRows } from './id-rows.ts';
import { Rows } from './rows.ts';

/**
 * Who is in which group of one target, from both sides: forgetting somebody must not look through all groups. All of it in
 * rows, twelve bytes for each membership.
 */
export class Memberships {
  readonly #ids: IdRows;
  /** By the group's row; a group without members is not in here. */
  readonly #members = new Map<number, Rows>();
  /** By the member's row: one more than the first link of the chain of its groups. */
  readonly #first = new NumberColumn();
  /** By link: the group's row, and one more than the next link. */
  readonly #group = new NumberColumn();
  readonly #next = new NumberColumn();
  readonly #free: number[] = [];
  #links = 0;
  /** How many of a group have no entry, where any. */
  readonly #strangers = new Map<number, number>();
  #size = 0;

  constructor(ids = new IdRows()) {
    this.#ids = ids;
  }

  /** In the order in which they joined. */
  of(group: SourceId): SourceId[] {
    return this.#idsOf(this.#members.get(this.#ids.find(group)) ?? []);
  }

  groupsOf(member: SourceId): SourceId[] {
    return this.#idsOf(this.#groupsOfRow(this.#ids.find(member)));
  }

  /** Whether a group has members. */
  has(group: number): boolean {
    return this.#members.has(group);
  }

  /** Groups with their members, as rows. */
  get rows(): ReadonlyMap<number, Rows> {
    return this.#members;
  }

  /** From a snapshot. */
  load(group: number, member: number): void {
    this.#add(group, member);
  }

  get isEmpty(): boolean {
    return this.#size === 0;
  }

  /** Members who are entries of ours, of all groups together, and the groups that have any. */
  get totals(): { readonly members: number; readonly groups: number } {
    let members = this.#size;
    let groups = this.#members.size;
    for (const [group, count] of this.#strangers) {
      members -= count;
      if (this.#members.get(group)?.length === count) groups -= 1;
    }
    return { members, groups };
  }

  /** Members without an entry, of all groups together. */
  get strangers(): number {
    return this.#strangers.values().reduce((sum, count) => sum + count, 0);
  }

  /** Groups with their members. */
  *[Symbol.iterator](): Generator<readonly [SourceId, readonly SourceId[]]> {
    for (const [group, members] of this.#members) yield [this.#ids.idOf(group), this.#idsOf(members)];
  }

  /** Who is in both lists is a member afterwards. */
  change(group: SourceId, add: readonly SourceId[], remove: readonly SourceId[]): void {
    if (remove.length > 0) this.#removeAll(group, remove);
    if (add.length === 0) return;
    const own = this.#ids.of(group);
    for (const id of add) this.#add(own, this.#ids.of(id));
  }

  /** Takes somebody out of all groups, and all members out of the group of this id. */
  end(id: SourceId): void {
    this.change(id, [], this.of(id));
    for (const group of this.groupsOf(id)) this.change(group, [], [id]);
  }

  /** What one is in, and who is in it, passes to another, in place of what that had. */
  handOver(from: SourceId, to: SourceId): void {
    this.end(to);
    for (const group of this.groupsOf(from)) this.change(group, [to], [from]);
    const members = this.of(from);
    this.change(from, [], members);
    this.change(to, members, []);
  }

  #removeAll(group: SourceId, ids: readonly SourceId[]): void {
    const own = this.#ids.find(group);
    if (this.#members.has(own)) for (const id of ids) this.#remove(own, this.#ids.find(id));
  }

  #add(group: number, row: number): void {
    for (const one of this.#groupsOfRow(row)) if (one === group) return;
    const link = this.#free.pop() ?? (this.#links += 1) - 1;
    this.#group.set(link, group);
    this.#next.set(link, this.#first.get(row));
    this.#first.set(row, link + 1);
    let members = this.#members.get(group);
    if (members === undefined) this.#members.set(group, (members = new Rows()));
    members.add(row);
    this.#count(group, row, 1);
  }

  #remove(group: number, row: number): void {
    const members = this.#members.get(group);
    if (row < 0 || members === undefined || !this.#unchain(row, group)) return;
    members.remove(row);
    if (members.length === 0) this.#members.delete(group);
    this.#count(group, row, -1);
  }

  /** Takes a group out of the chain of a member. */
  #unchain(row: number, group: number): boolean {
    let before = -1;
    for (let link = this.#first.get(row) - 1; link >= 0; link = this.#next.get(link) - 1) {
      if (this.#group.get(link) !== group) {
        before = link;
        continue;
      }
      if (before < 0) this.#first.set(row, this.#next.get(link));
      else this.#next.set(before, this.#next.get(link));
      this.#free.push(link);
      return true;
    }
    return false;
  }

  *#groupsOfRow(row: number): Generator<number> {
    if (row < 0) return;
    for (let link = this.#first.get(row) - 1; link >= 0; link = this.#next.get(link) - 1) yield this.#group.get(link);
  }

  #count(group: number, row: number, by: 1 | -1): void {
    this.#size += by;
    if (this.#ids.isUuid(row) || strangerAccount(this.#ids.idOf(row)) === undefined) return;
    const left = (this.#strangers.get(group) ?? 0) + by;
    if (left === 0) this.#strangers.delete(group);
    else this.#strangers.set(group, left);
  }

  #idsOf(rows: Iterable<number>): SourceId[] {
    return Array.from(rows, (row) => this.#ids.idOf(row));
  }
}

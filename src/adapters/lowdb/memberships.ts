import type { SourceId } from '../../core/model/entry.ts';
import { strangerAccount } from '../../core/model/stranger.ts';
import { Rows } from './rows.ts';

/**
 * Who is in which group of one target, from both sides: forgetting somebody must not look through all groups. Ids are
 * kept once each, as rows; a member takes a few bytes for each of its groups.
 */
export class Memberships {
  /** Ids of groups that have members and of members, by row; a row that nobody has any more is used again. */
  readonly #ids: (SourceId | undefined)[] = [];
  readonly #rows = new Map<SourceId, number>();
  readonly #free: number[] = [];
  /** By the group's row; a group without members is not in here. */
  readonly #members = new Map<number, Rows>();
  /** By the member's row: the rows of its groups. */
  readonly #groups: (number[] | undefined)[] = [];
  /** How many of a group have no entry, where any. */
  readonly #strangers = new Map<number, number>();
  #size = 0;

  /** In the order in which they joined. */
  of(group: SourceId): SourceId[] {
    const members = this.#members.get(this.#rows.get(group) ?? -1);
    return members === undefined ? [] : this.#idsOf(members);
  }

  groupsOf(member: SourceId): SourceId[] {
    return this.#idsOf(this.#groups[this.#rows.get(member) ?? -1] ?? []);
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
    for (const [group, members] of this.#members) yield [this.#idOf(group), this.#idsOf(members)];
  }

  /** Who is in both lists is a member afterwards. */
  change(group: SourceId, add: readonly SourceId[], remove: readonly SourceId[]): void {
    if (remove.length > 0) this.#removeAll(group, remove);
    if (add.length === 0) return;
    const own = this.#rowOf(group);
    for (const id of add) this.#add(own, id);
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
    const own = this.#rows.get(group);
    if (own === undefined) return;
    for (const id of ids) this.#remove(own, id);
    this.#release(own);
  }

  #add(group: number, id: SourceId): void {
    const row = this.#rowOf(id);
    const groups = (this.#groups[row] ??= []);
    if (groups.includes(group)) return;
    groups.push(group);
    let members = this.#members.get(group);
    if (members === undefined) this.#members.set(group, (members = new Rows()));
    members.add(row);
    this.#count(group, id, 1);
  }

  #remove(group: number, id: SourceId): void {
    const row = this.#rows.get(id);
    const groups = row === undefined ? undefined : this.#groups[row];
    const at = groups?.indexOf(group) ?? -1;
    const members = this.#members.get(group);
    if (row === undefined || groups === undefined || members === undefined || at < 0) return;
    groups.splice(at, 1);
    if (groups.length === 0) this.#groups[row] = undefined;
    members.remove(row);
    if (members.length === 0) this.#members.delete(group);
    this.#count(group, id, -1);
    this.#release(row);
  }

  #count(group: number, id: SourceId, by: 1 | -1): void {
    this.#size += by;
    if (strangerAccount(id) === undefined) return;
    const left = (this.#strangers.get(group) ?? 0) + by;
    if (left === 0) this.#strangers.delete(group);
    else this.#strangers.set(group, left);
  }

  #rowOf(id: SourceId): number {
    const known = this.#rows.get(id);
    if (known !== undefined) return known;
    const row = this.#free.pop() ?? this.#ids.length;
    this.#ids[row] = id;
    this.#rows.set(id, row);
    return row;
  }

  /** Frees a row that is neither in a group nor one. */
  #release(row: number): void {
    const id = this.#ids[row];
    if (id === undefined || this.#groups[row] !== undefined || this.#members.has(row)) return;
    this.#rows.delete(id);
    this.#ids[row] = undefined;
    this.#free.push(row);
  }

  #idOf(row: number): SourceId {
    const id = this.#ids[row];
    if (id === undefined) throw new Error(`row ${row} is nobody’s`);
    return id;
  }

  #idsOf(rows: Iterable<number>): SourceId[] {
    return Array.from(rows, (row) => this.#idOf(row));
  }
}

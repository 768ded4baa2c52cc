import type { SourceId } from '../../../core/model/entry.ts';
import type { Link } from '../../../core/model/link.ts';
import { strangerAccount, strangerId } from '../../../core/model/stranger.ts';
import type { IdRows } from './id-rows.ts';
import { Memberships } from './memberships.ts';

/**
 * Who is in which group of one target: as it was acknowledged; and, apart from that, who was when their link or the
 * group's came to an end or passed to another account. These may be in it still: nothing says that they left.
 */
export class GroupMembers {
  readonly acknowledged: Memberships;
  readonly #doubted: Memberships;

  constructor(ids: IdRows) {
    this.acknowledged = new Memberships(ids);
    this.#doubted = new Memberships(ids);
  }

  /** Who is in both lists is a member afterwards. */
  change(group: SourceId, add: readonly SourceId[], remove: readonly SourceId[]): void {
    this.acknowledged.change(group, add, remove);
    if (this.#doubted.isEmpty) return;
    this.#doubted.change(group, [], add);
    this.#doubted.change(group, [], remove);
  }

  /** Is in no group and has no members, for certain. */
  end(id: SourceId): void {
    this.acknowledged.end(id);
    this.#doubted.end(id);
  }

  /** There is no link any more: nobody asks for the members of such a group, and whoever was in others may be still. */
  unlink(id: SourceId): void {
    this.#doubtGroupsOf(id);
    this.acknowledged.end(id);
    this.#doubted.change(id, [], this.#doubted.of(id));
  }

  /**
   * Was found again under another id: as who it was, with the members and in the groups that it may have had, and in those
   * of ours that showed this id before anybody knew whose it is.
   */
  moved({ sourceId: id, targetId }: Link, isOurs: (group: SourceId) => boolean): void {
    const members = this.acknowledged.of(id).filter((member) => strangerAccount(member) === undefined);
    this.#doubtGroupsOf(id);
    for (const group of this.acknowledged.groupsOf(strangerId(targetId)).filter(isOurs))
      this.#doubted.change(group, [id], []);
    this.acknowledged.end(id);
    this.#doubted.change(id, members, []);
  }

  /** What one is in, and who is in it, passes to another, in place of what that had. */
  handOver(from: SourceId, to: SourceId): void {
    this.acknowledged.handOver(from, to);
    this.#doubted.handOver(from, to);
  }

  /** Whether anybody may be in a group, for all that is known. */
  hasDoubted(group: number): boolean {
    return this.#doubted.has(group);
  }

  /** The link with those who may be members among the unsettled ones. */
  withDoubted(link: Link): Link {
    const doubted = this.#doubted.isEmpty ? [] : this.#doubted.of(link.sourceId);
    return doubted.length === 0 ? link : { ...link, unsettled: [...new Set([...(link.unsettled ?? []), ...doubted])] };
  }

  #doubtGroupsOf(id: SourceId): void {
    for (const group of this.acknowledged.groupsOf(id)) this.#doubted.change(group, [id], []);
  }
}

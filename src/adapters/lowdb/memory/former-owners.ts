import type { SourceId } from '../../../core/model/entry.ts';
import type { TargetId } from '../../../core/model/link.ts';
import { mostFormerOwners } from '../../../ports/state-store.ts';

/** How many accounts one snapshot line names, so that no line grows without bound. */
const accountsPerLine = 1000;

/** Whose the accounts of one type were that nobody has any more. The oldest are forgotten when they become too many. */
export class FormerOwners {
  readonly ids = new Map<TargetId, SourceId>();

  note(account: TargetId, owner: SourceId): void {
    this.ids.delete(account);
    this.ids.set(account, owner);
    const [oldest] = this.ids.size > mostFormerOwners ? this.ids.keys() : [];
    if (oldest !== undefined) this.ids.delete(oldest);
  }

  /** Somebody has it again. */
  forget(account: TargetId): void {
    this.ids.delete(account);
  }

  /** Nobody is to know any more what these had. */
  forgetOwners(owners: ReadonlySet<SourceId>): void {
    for (const [account, owner] of this.ids) if (owners.has(owner)) this.ids.delete(account);
  }

  *lines(): Generator<readonly (readonly [TargetId, SourceId])[]> {
    const all = [...this.ids];
    for (let at = 0; at < all.length; at += accountsPerLine) yield all.slice(at, at + accountsPerLine);
  }
}

import type { TargetId } from '../../../core/model/link.ts';
import { HashIndex } from './hash-index.ts';
import { targetIdAt } from './link-record.ts';
import type { LinkTable } from './link-table.ts';
import { afterText, hashOf, mostBytes, packText, unpackText } from './packed-text.ts';

/**
 * To whom accounts of one type are linked: rows by target id, which is compared in the links themselves. Where several links
 * have the same account, it is whose link came last; who came before them has it back.
 */
export class LinkOwners {
  readonly #links: LinkTable;
  readonly #index: HashIndex;
  /** By account: whose link has it as well, the last one at the end. */
  readonly #displaced = new Map<TargetId, number[]>();
  #scratch = Buffer.allocUnsafe(256);

  constructor(links: LinkTable) {
    this.#links = links;
    this.#index = new HashIndex((row) => this.#hashOfRow(row));
  }

  /** −1 when it is nobody's. */
  find(account: TargetId): number {
    if (mostBytes(account) > this.#scratch.length) this.#scratch = Buffer.allocUnsafe(2 * mostBytes(account));
    const end = packText(account, this.#scratch, 0);
    return this.#find(hashOf(this.#scratch, 0, end), this.#scratch, 0, end);
  }

  /** Links with an account that another one has, in the order in which they came. */
  *displaced(): Generator<number> {
    for (const rows of this.#displaced.values()) yield* rows;
  }

  /** The account of this link is theirs from now on, whoever had it. */
  own(row: number): void {
    const account = this.#accountOf(row);
    if (account === undefined) return;
    const { hash, bytes, from, to } = account;
    const before = this.#find(hash, bytes, from, to);
    if (before >= 0) {
      this.#index.remove(hash, before);
      const id = unpackText(bytes, from);
      this.#displaced.set(id, [...(this.#displaced.get(id) ?? []), before]);
    }
    this.#index.add(hash, row);
  }

  /** The account of this link is theirs no more. True when it is nobody's now. */
  disown(row: number): boolean {
    const account = this.#accountOf(row);
    if (account === undefined) return false;
    const { hash, bytes, from, to } = account;
    const isOwner = this.#find(hash, bytes, from, to) === row;
    if (isOwner) this.#index.remove(hash, row);
    const others = this.#displaced.size === 0 ? undefined : this.#displaced.get(unpackText(bytes, from));
    if (others === undefined) return isOwner;
    const heir = isOwner ? others.at(-1) : undefined;
    const left = others.filter((one) => one !== row && one !== heir);
    if (left.length === 0) this.#displaced.delete(unpackText(bytes, from));
    else this.#displaced.set(unpackText(bytes, from), left);
    if (heir !== undefined) this.#index.add(hash, heir);
    return false;
  }

  #accountOf(
    row: number,
  ): { readonly hash: number; readonly bytes: Buffer; readonly from: number; readonly to: number } | undefined {
    const place = this.#links.place(row);
    if (place === undefined) return undefined;
    const from = targetIdAt(place.at);
    const to = afterText(place.bytes, from);
    return { hash: hashOf(place.bytes, from, to), bytes: place.bytes, from, to };
  }

  #find(hash: number, bytes: Buffer, from: number, to: number): number {
    return this.#index.find(hash, (row) => {
      const place = this.#links.place(row);
      if (place === undefined) return false;
      const at = targetIdAt(place.at);
      for (let index = 0; index < to - from; index += 1)
        if (place.bytes[at + index] !== bytes[from + index]) return false;
      return true;
    });
  }

  #hashOfRow(row: number): number {
    const account = this.#accountOf(row);
    if (account === undefined) throw new RangeError(`row ${row} has no link`);
    return account.hash;
  }
}

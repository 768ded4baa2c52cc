import type { SourceId } from '../model/entry.ts';
import { noFormerNames, type FormerNames } from './directory-index.ts';

/** What the state remembers of earlier readings that decides what the present ones mean. */
export interface Memory {
  /** Who had the names that nobody has now. */
  readonly former: FormerNames;
  /** Of entries that several directories show: the one from which each of them is linked. */
  readonly homes: ReadonlyMap<SourceId, string>;
  /** The directory in which a group of the scope was found before, by its DN in the configuration. */
  readonly scopeHomes: ReadonlyMap<string, string>;
  /** Of values that several resources have: whose account has it already, by `holderKey`. */
  readonly holders: ReadonlySet<string>;
}

export const noMemory: Memory = { former: noFormerNames, homes: new Map(), scopeHomes: new Map(), holders: new Set() };

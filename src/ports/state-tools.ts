import type { SourceId } from '../core/model/entry.ts';
import type { StateChange } from './state-change.ts';
import type { StateStore } from './state-store.ts';

/**
 * What people do with the state as a whole, beside the cycles. Each takes the lock where it writes: BridgeError
 * D2S_STATE_LOCKED when somebody else writes to the state.
 */
export interface StateTools {
  /** The changes that lead from nothing to what the state remembers now, in batches. Beside a running daemon, too. */
  changes(): AsyncIterable<readonly StateChange[]>;
  /** Begins a state that is to take the place of the one there is, whatever condition that is in. */
  begin(): Promise<NewState>;
  /**
   * Erases all that the state, its journal, the provisioning log and waiting decisions have of these entries. When it
   * resolves, nothing of it is left in the folder; cut short, it is to be done again.
   */
  erase(ids: ReadonlySet<SourceId>): Promise<Erased>;
}

/** A state that is being made. Nobody else sees it before it is put in place, and the one there is stays as it is. */
export interface NewState {
  readonly store: StateStore;
  /**
   * Puts it in the place of the one there is, which is kept aside.
   *
   * @returns the folder with the one that there was; undefined where there was none
   */
  putInPlace(): Promise<string | undefined>;
  /** Removes it, unless it was put in place, and lets the lock go. */
  close(): Promise<void>;
}

/** What there was of those who were erased. */
export interface Erased {
  /** Entries of the provisioning log of which something was taken out. */
  readonly logEntries: number;
  /** Decisions about them that waited for a cycle. */
  readonly decisions: number;
}

import type { SourceId } from '../../../core/model/entry.ts';
import type { OpenDirectory } from '../connect/open-directory.ts';

/**
 * Where a change feed stands: opaque text of its strategy. It holds the identity of the server that gave it, wherever
 * another server's answer to it would be wrong.
 */
export type Cursor = string;

/** What a feed knows since a cursor. It names entries; what is in them now is read afterwards, by id. */
export type Feed =
  /** Nothing happened that a reading could show. */
  | { readonly kind: 'unchanged'; readonly cursor: Cursor }
  | {
      readonly kind: 'changes';
      readonly cursor: Cursor;
      /** New, changed, or changed out of sight: each is read again. */
      readonly changed: ReadonlySet<SourceId>;
      /** Said to be deleted, or no longer in what the feed watches. Each is looked up before it counts as gone. */
      readonly gone: ReadonlySet<SourceId>;
      /** A container was renamed, moved or deleted: entries beneath it may have another DN without any event. */
      readonly containers: boolean;
      /** None of those named is anything but a person, as far as the feed can tell: groups are what they were. */
      readonly onlyPeople?: boolean;
    }
  /** The cursor is of no use (another server, rolled back, refused, too old, garbage): everything has to be compared. */
  | {
      readonly kind: 'lost';
      readonly reason: string;
      /** The server answered with an error. */
      readonly isRefusal?: boolean;
    };

/** A way in which a kind of server tells what changed. Never the source of a removal by itself. */
export interface ChangeStrategy {
  readonly name: 'syncrepl' | 'dirsync' | 'usn' | 'timestamp';
  /**
   * The cursor of now, taken before a complete reading begins. Tries whether it works with this account.
   * @throws BridgeError that says why it does not
   */
  begin(directory: OpenDirectory): Promise<Cursor>;
  /** What happened since. @throws BridgeError when the connection fails */
  poll(directory: OpenDirectory, cursor: Cursor): Promise<Feed>;
}

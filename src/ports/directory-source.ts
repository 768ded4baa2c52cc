import type { DataVersion } from '../core/model/data-version.ts';
import type { DirectoryIdentity } from '../core/model/directory-identity.ts';
import type { Entries } from '../core/model/entries.ts';
import type { Entry, ResourceType, SourceId } from '../core/model/entry.ts';
import type { AbsenceReason, Watermark } from '../core/model/reading.ts';

/**
 * A directory that can be read completely.
 *
 * Contract:
 * - `read` calls `visit` once for each entry and waits for it (back-pressure), then resolves with a verdict. It
 *   resolves with `complete` only when every page of every base arrived and the server said so. Anything less rejects
 *   with a BridgeError: there is no shorter list. Whatever was visited before a rejection must be thrown away.
 * - What changes while a complete reading goes on may be shown in part: somebody who is moved may be missed, and a
 *   reference may be to a name that was read differently. A delta from the watermark of that reading mends it;
 *   `settled` says whether one is needed.
 * - `since` is what was known when this same source gave a watermark. A source that knows what changed since then may
 *   answer `delta`: then what was known, with the entries visited in place of those with their ids and without `gone`,
 *   is what a complete reading would show now. It may always answer `complete`. Two things may stay behind until the
 *   next comparison of everything, which comes within an hour: values that name somebody outside of what is read (the
 *   server changes them without a trace, and nobody can be found by them), and entries that exist and only cannot be
 *   read any more: a delta never makes them gone.
 * - A complete reading may look up who is `known` and missing from it, and visit as they were known those that exist and
 *   only cannot be read any more. Nobody can be kept like that after a start, when nobody is known.
 * - `lookUp` says what became of entries that a complete reading did not show, of each that it was asked for: `missing`
 *   also when the server refuses to tell. It takes nothing for deleted that may only be hidden from the account.
 * - An entry found by the user search and the group search is visited once, as a user.
 * - Only the attributes asked for are fetched and given (names in lower case), plus what identity needs.
 * - Calls do not overlap. Each read is a session of its own: connections, binds and watermarks end with it. The source
 *   retries nothing; the cycle does.
 * - Values never appear in errors or events.
 */
export interface DirectorySource {
  readonly name: string;
  /** Connects, binds, reads what the server says of itself, and closes. For `check`. */
  inspect(signal: AbortSignal): Promise<DirectoryFacts>;
  read(request: ReadRequest): Promise<ReadOutcome>;
  /**
   * Finds out, across everything that the directory holds, what became of entries of which only the id is known. Asked
   * before somebody loses access because a reading does not show them, and never about more than `mostLookedUp` at
   * once. Missing where a reading shows all that there is (a file).
   */
  lookUp?(absent: readonly Absent[], signal: AbortSignal): Promise<ReadonlyMap<SourceId, AbsenceReason>>;
  /**
   * Waits for the server to say that something happened, for those who do not want to wait for the next poll. Calls
   * `onChange` at the beginning, because something may have happened before, and then whenever the server says
   * anything. It may miss changes, and it may cry wolf: what changed is for `read` to find out. Missing where changes
   * are not looked for in a way that bears frequent reading.
   *
   * Uses a connection of its own, beside those of `read`; calls may overlap with it. Resolves when the signal is
   * aborted or the server cannot be watched; rejects with a BridgeError when watching ends.
   */
  watch?(onChange: () => void, signal: AbortSignal): Promise<WatchEnd>;
}

/** Somebody whom a complete reading did not show. */
export interface Absent {
  readonly id: SourceId;
  readonly type: ResourceType;
  /** The name that it had when it was seen last, where a group that was read now has a member of that name. */
  readonly namedAs?: string | undefined;
}

/** More than this are not looked up one by one. So many do not leave at once without somebody being asked: see the guard. */
export const mostLookedUp = 1_000;

/** `unavailable`: the server has no way to tell what happens, for this reason. */
export type WatchEnd = { readonly kind: 'aborted' } | { readonly kind: 'unavailable'; readonly because: string };

export interface ReadRequest {
  /** Attribute names in lower case that the maps and scopes mention, for each type. */
  readonly attributes: Readonly<Record<ResourceType, ReadonlySet<string>>>;
  readonly since?: Since | undefined;
  /** What was known before, also where everything is read. */
  readonly known?: Entries | undefined;
  /**
   * What the directory was when ids of it were linked. A source that finds something else rejects with
   * D2S_DIRECTORY_CHANGED, and visits nobody.
   */
  readonly expected?: DirectoryIdentity | undefined;
  readonly visit: (entry: Entry) => void | Promise<void>;
  readonly signal: AbortSignal;
}

/** A watermark with what was known of the directory at that time, by source id. */
export interface Since {
  readonly watermark: Watermark;
  readonly known: Entries;
}

export type ReadOutcome =
  | {
      readonly kind: 'complete';
      readonly identity: DirectoryIdentity;
      readonly watermark?: Watermark | undefined;
      /** Whether nothing changed while everything was read. Undefined where only a comparison could tell. */
      readonly settled?: boolean | undefined;
      /** Why not less, although something was known: for the log. */
      readonly because?: string | undefined;
      /** How changes will be found from here on, and why so: for the log. */
      readonly changes?: string | undefined;
      /** What became of those who were known and are not shown any more, as far as it was looked up. */
      readonly absenceReasons?: ReadonlyMap<SourceId, AbsenceReason> | undefined;
      /** Of which data this is, where the server tells. Of a delta: only what changed of it. */
      readonly version?: DataVersion | undefined;
      /** Paths that every user of this host may write to, and so decide who is in the directory. */
      readonly openToAll?: readonly string[] | undefined;
    }
  | {
      readonly kind: 'delta';
      readonly watermark: Watermark;
      readonly gone: readonly SourceId[];
      readonly absenceReasons?: ReadonlyMap<SourceId, AbsenceReason> | undefined;
      /** Of which data this is, where the server tells. Of a delta: only what changed of it. */
      readonly version?: DataVersion | undefined;
    };

/** How a source finds what changed. `auto`: the best that its server can do for this account; `full`: reads everything. */
export type ChangeDetection = 'auto' | 'dirsync' | 'usn' | 'syncrepl' | 'timestamp' | 'full';

export type DirectoryKind = 'active-directory' | 'openldap' | '389ds' | 'generic' | 'ldif';

export interface DirectoryFacts {
  /** What it turned out to be, where the configuration says `auto`. */
  readonly kind: DirectoryKind;
  /** Which attribute is the source id. */
  readonly idAttribute: string;
  /** What the ids depend on. */
  readonly identity: DirectoryIdentity;
  /** Which preset map fits. */
  readonly preset: 'active-directory' | 'openldap';
  /** The server that answered, or the file. */
  readonly server: string;
  /** Attributes that the schema has, or the file, in lower case; undefined where the server hides its schema. */
  readonly attributeNames?: readonly string[] | undefined;
  /** Of a server that tells them: where its entries are, the default one first. */
  readonly namingContexts?: readonly string[] | undefined;
  /** What is probably not meant like this, each as a key of the directory and a sentence. */
  readonly warnings?: readonly string[] | undefined;
  /** Files and folders of it to which every user of this host may write. */
  readonly openToAll?: readonly string[] | undefined;
  /** Lines for `check`: vendor, version, naming contexts, paging. */
  readonly details: readonly string[];
}

/**
 * Asks a directory what became of those whom its complete reading does not show. Says nothing of anybody where a
 * reading shows all that there is; nobody is asked, and `missing` is said, when there are so many that a person is
 * asked anyway. @throws BridgeError when the directory cannot be reached any more: then nobody may be removed
 */
export type LookUpAbsent = (
  directory: string,
  absent: readonly Absent[],
) => Promise<ReadonlyMap<SourceId, AbsenceReason>>;

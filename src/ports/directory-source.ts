import type { Entry, ResourceType } from '../core/model/entry.ts';
import type { Watermark } from '../core/model/reading.ts';

/**
 * A directory that can be read completely.
 *
 * Contract:
 * - `read` calls `visit` once for each entry and waits for it (back-pressure), then resolves with a verdict. It
 *   resolves with `complete` only when every page of every base arrived and the server said so. Anything less rejects
 *   with a BridgeError: there is no shorter list. Whatever was visited before a rejection must be thrown away.
 * - `since` is a watermark that this same source returned before. A source that knows what changed since then may
 *   answer `delta`; it may always answer `complete`.
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
  read(request: ReadRequest): Promise<Verdict>;
}

export interface ReadRequest {
  /** Attribute names in lower case that the maps and scopes mention, for each type. */
  readonly attributes: Readonly<Record<ResourceType, ReadonlySet<string>>>;
  readonly since?: Watermark | undefined;
  readonly visit: (entry: Entry) => void | Promise<void>;
  readonly signal: AbortSignal;
}

export interface Verdict {
  readonly kind: 'complete' | 'delta';
  readonly watermark?: Watermark | undefined;
}

export type DirectoryKind = 'active-directory' | 'openldap' | '389ds' | 'generic' | 'ldif';

export interface DirectoryFacts {
  /** What it turned out to be, where the configuration says `auto`. */
  readonly kind: DirectoryKind;
  /** Which attribute is the source id. */
  readonly idAttribute: string;
  /** Which preset map fits. */
  readonly preset: 'active-directory' | 'openldap';
  /** The server that answered, or the file. */
  readonly server: string;
  /** Lines for `check`: vendor, version, naming contexts, paging. */
  readonly details: readonly string[];
}

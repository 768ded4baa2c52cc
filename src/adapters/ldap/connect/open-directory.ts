import type { LdapKind, LdapSourceOptions } from '../shared/options.ts';
import type { RootDse } from './root-dse.ts';
import type { Session } from '../protocol/session.ts';

/** A bound connection, what its server said of itself, and what is asked of it. */
export interface OpenDirectory {
  readonly session: Session;
  readonly kind: LdapKind;
  /** The attribute that the source ids come from. */
  readonly idAttribute: string;
  readonly rootDse: RootDse;
  readonly options: LdapSourceOptions;
  /** Ends the reading. */
  readonly signal: AbortSignal;
}

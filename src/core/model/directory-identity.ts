import type { ServerKind } from '../directory/kinds.ts';

/**
 * What a directory is, as far as the meaning of its ids depends on it. Kept in the state with the first reading, because
 * everybody would look as if they had left if the next one went by another attribute, or asked another directory.
 */
export interface DirectoryIdentity {
  /** For an LDIF file: what kind of server it was exported from. */
  readonly kind: ServerKind;
  /** The attribute that the source ids come from. */
  readonly idAttribute: string;
  /** Naming contexts in which the bases lie, as the server spells them; absent where nobody says (a file, a hidden rootDSE). */
  readonly contexts?: readonly string[] | undefined;
  /** Of a file: the trees in which its entries stand (`dc=corp,dc=example`, or the outermost name), as keys of DNs. */
  readonly trees?: readonly string[] | undefined;
  /** Active Directory: the objectGUIDs of these contexts, which tell two domains of one name apart. */
  readonly contextIds?: readonly string[] | undefined;
}

/**
 * What a directory holds, as it was read: nothing mapped, nothing judged.
 */

/**
 * The immutable identity of an entry, as text: objectGUID, entryUUID or nsUniqueId in lower case with dashes
 * (RFC 4122 text form). It is the SCIM `externalId`. A DN, a mail address or a login name is never an identity.
 */
export type SourceId = string;

export type ResourceType = 'user' | 'group';

/** Bytes where the attribute is binary or its value is not valid UTF-8, text everywhere else. */
export type AttributeValue = string | Uint8Array;

export interface Entry {
  readonly id: SourceId;
  /** Name of the directory in the configuration. */
  readonly directory: string;
  readonly type: ResourceType;
  /** The distinguished name as the server spelled it. For people to read, and to resolve references; never a key. */
  readonly dn: string;
  /**
   * Attribute name in lower case, with the options that make a subtype of it (`title;lang-de`) and no others → its values
   * in the server's order. Never an empty list.
   */
  readonly attributes: ReadonlyMap<string, readonly AttributeValue[]>;
  /**
   * Names in lower case of attributes that were asked for, and that the entry has or may have although they are not
   * shown: what is missing here says nothing.
   */
  readonly hidden?: ReadonlySet<string> | undefined;
  /** As it was when it was read last: it is there, and the account may not read it any more. */
  readonly unreadable?: true | undefined;
  /**
   * What the server counts changes of the entry with (entryCSN, uSNChanged, modifyTimestamp), where it was read. Only
   * good for a comparison with what the same server said before.
   */
  readonly stamp?: string | undefined;
  /** When it changed last (`modifytimestamp=…`), as every server has it, where the stamp means something on one server alone. */
  readonly modified?: string | undefined;
}

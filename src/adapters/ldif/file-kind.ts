import { kindRules, type ServerKind } from '../../core/directory/kinds.ts';
import type { DirectoryIdentity } from '../../core/model/directory-identity.ts';
import type { LdifRecord } from './record.ts';

/** What the configuration says of a file, and what it was before. */
export interface FileHints {
  /** What kind of server it was exported from. */
  readonly kind?: ServerKind | undefined;
  /** Which attribute is the source id. */
  readonly idAttribute?: string | undefined;
  readonly expected?: DirectoryIdentity | undefined;
}

/** In this order: what the LDAP adapter takes from the same server comes first. 389 Directory Server may have both. */
const kindOfId = {
  objectGUID: 'active-directory',
  nsUniqueId: '389ds',
  entryUUID: 'openldap',
} as const satisfies Record<string, ServerKind>;
const idAttributes = ['objectGUID', 'nsUniqueId', 'entryUUID'] as const;

/**
 * Finds out from its records what kind of server a file comes from, and by which attribute its entries are known: by
 * what most of them show, because a single record with an attribute of another kind says nothing about the rest.
 */
export class FileKind {
  readonly #hints: FileHints;
  /** How many records have which id attribute. */
  readonly #counts = new Map<string, number>();
  readonly #trees = new Set<string>();
  /** Records that only Active Directory has, less those that it has not. */
  #lead = 0;

  constructor(hints: FileHints) {
    this.#hints = hints;
  }

  /** Attributes by which a record of the file may be known. */
  get candidates(): readonly string[] {
    const { idAttribute, kind } = this.#hints;
    if (idAttribute !== undefined) return [idAttribute];
    return kind === undefined ? idAttributes : [kindRules[kind].idAttribute];
  }

  /** @param key of the record's DN */
  take({ attributes }: LdifRecord, key: string): void {
    if (this.#trees.size < mostTrees) this.#trees.add(treeOf(key));
    for (const name of this.candidates)
      if (attributes.has(name.toLowerCase())) this.#counts.set(name, (this.#counts.get(name) ?? 0) + 1);
    if (attributes.has('objectguid')) this.#lead += 1;
    else if (attributes.has('entryuuid') || attributes.has('nsuniqueid')) this.#lead -= 1;
    else if (attributes.has('samaccountname')) this.#lead += 1;
  }

  /** Of all records that were taken. */
  get identity(): DirectoryIdentity {
    const { kind: configured, idAttribute = configured && kindRules[configured].idAttribute } = this.#hints;
    const found = idAttribute ?? this.#found();
    const kind = configured ?? (this.#lead > 0 ? 'active-directory' : kindFor(found));
    return { kind, idAttribute: found, ...(this.#trees.size === 0 ? {} : { trees: [...this.#trees].sort() }) };
  }

  /** As before, as long as anybody has it: whoever lost it is then an entry without an id, and not somebody else. */
  #found(): string {
    if (this.#lead > 0) return 'objectGUID';
    const before = this.#hints.expected?.idAttribute;
    if (before !== undefined && this.#counts.has(before)) return before;
    const [most = 'entryUUID'] = idAttributes
      .toSorted((one, other) => this.#count(other) - this.#count(one))
      .filter((name) => this.#count(name) > 0);
    return most;
  }

  #count(name: string): number {
    return this.#counts.get(name) ?? 0;
  }
}

/** Enough for a forest; they are kept in the state. */
const mostTrees = 16;

/** The domain in which an entry stands (RFC 2247); without one, the outermost name. */
function treeOf(key: string): string {
  if (key.startsWith('dc=')) return key;
  const domain = key.indexOf(',dc=');
  return key.slice((domain < 0 ? key.lastIndexOf(',') : domain) + 1);
}

function kindFor(idAttribute: string): ServerKind {
  return (
    idAttributes.filter((name) => name.toLowerCase() === idAttribute.toLowerCase()).map((name) => kindOfId[name])[0] ??
    'generic'
  );
}

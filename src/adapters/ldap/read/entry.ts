import type { AttributeValue, Entry, ResourceType } from '../../../core/model/entry.ts';
import { attributeName } from '../../../core/directory/attribute.ts';
import { BridgeError } from '../../../core/model/errors.ts';
import { addValues } from './attributes.ts';
import { readSourceId } from './entry-id.ts';
import type { SearchEntry } from '../protocol/search.ts';

/** Where an entry was found, and what identifies it there. */
export interface EntryContext {
  readonly directory: string;
  readonly type: ResourceType;
  readonly base: string;
  readonly idAttribute: string;
}

/** As many as a person wants to look at. */
const mostNamed = 5;

/** Collects entries without a usable id: one that is left out for want of an id would look as if it had left. */
export class NamelessEntries {
  #count = 0;
  readonly #dns: string[] = [];

  add(dn: string): void {
    this.#count += 1;
    if (this.#dns.length < mostNamed) this.#dns.push(dn);
  }

  /** @throws BridgeError D2S_ENTRY_WITHOUT_ID that names the first of them for terminals, if there are any */
  check({ base, idAttribute }: Pick<EntryContext, 'base' | 'idAttribute'>): void {
    if (this.#count === 0) return;
    const what = this.#count === 1 ? '1 entry' : `${this.#count} entries`;
    const more = this.#count > mostNamed ? ` and ${this.#count - mostNamed} more` : '';
    throw new BridgeError(
      'D2S_ENTRY_WITHOUT_ID',
      `${what} below ${base} without a usable ${idAttribute}`,
      `let the bind account read ${idAttribute} of all entries, or correct \`kind\``,
      undefined,
      `${this.#dns.join('; ')}${more}`,
    );
  }
}

export interface ReadAs extends Omit<EntryContext, 'base'> {
  /** Attributes that nobody but us asked for: they leave no trace. */
  readonly unwanted: ReadonlySet<string>;
}

/** An entry as the rest of dir2scim knows it; undefined when it has no usable id. */
export function readEntry(found: SearchEntry, { directory, type, idAttribute, unwanted }: ReadAs): Entry | undefined {
  const id = readSourceId(found.attributes, idAttribute);
  if (id === undefined) return undefined;
  const attributes = new Map<string, AttributeValue[]>();
  for (const attribute of found.attributes) {
    if (!unwanted.has(attributeName(attribute.description))) addValues(attributes, attribute);
  }
  return { id, directory, type, dn: found.dn, attributes };
}

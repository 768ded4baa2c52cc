import type { AttributeValue, Entry, ResourceType } from '../../core/model/entry.ts';
import { BridgeError } from '../../core/model/errors.ts';
import { addValues } from './attributes.ts';
import { readSourceId } from './entry-id.ts';
import type { SearchEntry } from './search.ts';

/** Where an entry was found, and what identifies it there. */
export interface EntryContext {
  readonly directory: string;
  readonly type: ResourceType;
  readonly base: string;
  readonly idAttribute: string;
}

/**
 * An entry as the rest of dir2scim knows it. Throws D2S_ENTRY_WITHOUT_ID: an entry that is left out for want of an id
 * would look as if it had left.
 */
export function readEntry(found: SearchEntry, { directory, type, base, idAttribute }: EntryContext): Entry {
  const id = readSourceId(found.attributes, idAttribute);
  if (id === undefined) {
    throw new BridgeError(
      'D2S_ENTRY_WITHOUT_ID',
      `an entry below ${base} comes without a usable ${idAttribute}`,
      `let the bind account read ${idAttribute} of all entries, or correct \`kind\``,
    );
  }
  const attributes = new Map<string, AttributeValue[]>();
  for (const attribute of found.attributes) addValues(attributes, attribute);
  return { id, directory, type, dn: found.dn, attributes };
}

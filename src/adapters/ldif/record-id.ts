import { toSourceId } from '../../core/directory/source-id.ts';
import type { SourceId } from '../../core/model/entry.ts';
import { BridgeError } from '../../core/model/errors.ts';
import type { LdifRecord } from './record.ts';

/** In this order: what the LDAP adapter takes from the same server comes first. 389 Directory Server may have both. */
const idAttributes = ['objectGUID', 'nsUniqueId', 'entryUUID'] as const;

/** The attribute that identifies a record, or undefined when it has none. */
export function idAttributeOf(record: LdifRecord, configured: string | undefined): string | undefined {
  const candidates = configured === undefined ? idAttributes : [configured];
  return candidates.find((name) => record.attributes.has(name.toLowerCase()));
}

/** The source id of a record; undefined when it has none, or something that is no id. */
export function recordId(record: LdifRecord, configured: string | undefined): SourceId | undefined {
  const name = idAttributeOf(record, configured);
  const [value, ...others] = name === undefined ? [] : (record.attributes.get(name.toLowerCase()) ?? []);
  if (name === undefined || value === undefined || others.length > 0) return undefined;
  return toSourceId(name, typeof value === 'string' ? Buffer.from(value) : value);
}

/** As many lines as a person wants to look at. */
const mostNamed = 5;

/** Collects entries without a usable id: one that is left out for want of an id would look as if it had left. */
export class Nameless {
  readonly #lines: number[] = [];

  add({ line }: LdifRecord): void {
    this.#lines.push(line);
  }

  /** @throws BridgeError D2S_ENTRY_WITHOUT_ID that names the first of them, if there are any */
  check(configured: string | undefined, path: string): void {
    if (this.#lines.length === 0) return;
    const named = this.#lines.slice(0, mostNamed).join(', ');
    const more = this.#lines.length > mostNamed ? ` and ${this.#lines.length - mostNamed} more` : '';
    const who = this.#lines.length === 1 ? 'the entry has' : 'the entries have';
    throw new BridgeError(
      'D2S_ENTRY_WITHOUT_ID',
      `${path} line${this.#lines.length === 1 ? '' : 's'} ${named}${more}: ${who} no usable ${configured ?? idAttributes.join(', ')}`,
      "export operational attributes as well: slapcat does, and so does ldapsearch -LLL … '*' +",
    );
  }
}

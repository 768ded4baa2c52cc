import { toSourceId } from '../../core/directory/source-id.ts';
import type { SourceId } from '../../core/model/entry.ts';
import { BridgeError } from '../../core/model/errors.ts';
import type { LdifRecord } from './record.ts';

/** The source id of a record; undefined when it has none, or something that is no id. */
export function recordId(record: LdifRecord, idAttribute: string): SourceId | undefined {
  const [value, ...others] = record.attributes.get(idAttribute.toLowerCase()) ?? [];
  if (value === undefined || others.length > 0) return undefined;
  return toSourceId(idAttribute, typeof value === 'string' ? Buffer.from(value) : value);
}

/** As many lines as a person wants to look at. */
const mostNamed = 5;

/** Collects entries without a usable id: one that is left out for want of an id would look as if it had left. */
export class NamelessRecords {
  readonly #lines: number[] = [];

  add({ line }: LdifRecord): void {
    this.#lines.push(line);
  }

  /** @throws BridgeError D2S_ENTRY_WITHOUT_ID that names the first of them, if there are any */
  check(idAttribute: string, path: string): void {
    if (this.#lines.length === 0) return;
    const named = this.#lines.slice(0, mostNamed).join(', ');
    const more = this.#lines.length > mostNamed ? ` and ${this.#lines.length - mostNamed} more` : '';
    const who = this.#lines.length === 1 ? 'the entry has' : 'the entries have';
    throw new BridgeError(
      'D2S_ENTRY_WITHOUT_ID',
      `${path} line${this.#lines.length === 1 ? '' : 's'} ${named}${more}: ${who} no usable ${idAttribute}, by which the file knows its entries`,
      "export operational attributes as well: slapcat does, and so does ldapsearch -LLL … '*' +; or set `idAttribute`",
    );
  }
}

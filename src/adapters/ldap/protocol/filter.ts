import {
  AndFilter,
  Ber,
  EqualityFilter,
  Filter as LdapFilter,
  NotFilter,
  OrFilter,
  PresenceFilter,
  SearchFilter,
  type BerWriter,
} from 'ldapts';
import type { Filter } from '../../../core/directory/filter.ts';

type Substring = Extract<Filter, { kind: 'substring' }>;
type Extensible = Extract<Filter, { kind: 'extensible' }>;

/**
 * Turns a parsed filter into what ldapts writes into a search request (RFC 4511 §4.5.1). Values go out byte by byte:
 * ldapts takes most of them as text, which cannot carry `\8f`, and its own parser of filter text is not used at all
 * (it encodes `\c3` twice and accepts unclosed filters).
 */
export function toLdapFilter(filter: Filter): LdapFilter {
  switch (filter.kind) {
    case 'and':
      return new AndFilter({ filters: filter.filters.map(toLdapFilter) });
    case 'or':
      return new OrFilter({ filters: filter.filters.map(toLdapFilter) });
    case 'not':
      return new NotFilter({ filter: toLdapFilter(filter.filter) });
    case 'present':
      return new PresenceFilter({ attribute: filter.attribute });
    case 'equal':
      return new EqualityFilter({ attribute: filter.attribute, value: toBuffer(filter.value) });
    case 'greaterOrEqual':
    case 'lessOrEqual':
    case 'approx':
      return new AssertionFilter(comparisonTags[filter.kind], (writer) => {
        writer.writeString(filter.attribute);
        writer.writeBuffer(toBuffer(filter.value), Ber.OctetString);
      });
    case 'substring':
      return new AssertionFilter(SearchFilter.substrings, (writer) => writeSubstring(writer, filter));
    case 'extensible':
      return new AssertionFilter(SearchFilter.extensibleMatch, (writer) => writeExtensible(writer, filter));
  }
}

const comparisonTags = {
  greaterOrEqual: SearchFilter.greaterOrEqual,
  lessOrEqual: SearchFilter.lessOrEqual,
  approx: SearchFilter.approxMatch,
} as const;

/** The filters for which ldapts knows text values only. */
class AssertionFilter extends LdapFilter {
  override readonly type: LdapFilter['type'];
  readonly #writeContent: (writer: BerWriter) => void;

  constructor(type: LdapFilter['type'], writeContent: (writer: BerWriter) => void) {
    super();
    this.type = type;
    this.#writeContent = writeContent;
  }

  override writeFilter(writer: BerWriter): void {
    this.#writeContent(writer);
  }

  override toString(): string {
    return `(filter 0x${this.type.toString(16)})`;
  }
}

function writeSubstring(writer: BerWriter, filter: Substring): void {
  writer.writeString(filter.attribute);
  writer.startSequence();
  if (filter.initial !== undefined) writer.writeBuffer(toBuffer(filter.initial), 0x80);
  for (const part of filter.any) writer.writeBuffer(toBuffer(part), 0x81);
  if (filter.final !== undefined) writer.writeBuffer(toBuffer(filter.final), 0x82);
  writer.endSequence();
}

function writeExtensible(writer: BerWriter, filter: Extensible): void {
  if (filter.rule !== undefined) writer.writeString(filter.rule, 0x81);
  if (filter.attribute !== undefined) writer.writeString(filter.attribute, 0x82);
  writer.writeBuffer(toBuffer(filter.value), 0x83);
  if (filter.dnAttributes) writer.writeBoolean(true, 0x84);
}

function toBuffer(value: Uint8Array): Buffer {
  return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
}

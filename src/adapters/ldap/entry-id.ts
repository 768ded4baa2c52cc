import type { SourceId } from '../../core/model/entry.ts';
import type { RawAttribute } from './message.ts';
import { attributeName } from './attributes.ts';

/**
 * The source id of an entry; undefined when the attribute is not there exactly once, or is no UUID.
 * `idAttribute` is one of `kindRules`.
 */
export function readSourceId(attributes: readonly RawAttribute[], idAttribute: string): SourceId | undefined {
  const name = idAttribute.toLowerCase();
  const [value, ...others] = attributes
    .filter((attribute) => attributeName(attribute.description) === name)
    .flatMap((attribute) => attribute.values);
  if (value === undefined || others.length > 0) return undefined;
  return name === 'objectguid' ? guidText(value) : uuidText(value.toString('latin1'));
}

/**
 * objectGUID: 16 bytes of which the first three groups are little-endian (MS-DTYP §2.3.4.2), so that the text equals
 * what Windows tools show.
 */
function guidText(bytes: Buffer): SourceId | undefined {
  if (bytes.length !== 16) return undefined;
  const ordered = Buffer.from(bytes);
  ordered.subarray(0, 4).swap32();
  ordered.subarray(4, 8).swap16();
  return dashed(ordered.toString('hex'));
}

/** entryUUID (RFC 4530) as it is; nsUniqueId (389: `b1b2c3d4-11d111ef-8001a2b3-c4d5e6f7`) with the dashes of RFC 4122. */
function uuidText(text: string): SourceId | undefined {
  const digits = text.toLowerCase().replaceAll('-', '');
  return /^[0-9a-f]{32}$/.test(digits) ? dashed(digits) : undefined;
}

function dashed(digits: string): SourceId {
  return [8, 12, 16, 20].reduceRight((text, at) => `${text.slice(0, at)}-${text.slice(at)}`, digits);
}

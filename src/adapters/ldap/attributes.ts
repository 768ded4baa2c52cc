import { isUtf8 } from 'node:buffer';
import type { AttributeValue } from '../../core/model/entry.ts';
import type { RawAttribute } from './message.ts';

/**
 * Attributes whose values are bytes even when they happen to be valid UTF-8 (a GUID may be). In lower case. From the
 * schemas of inetOrgPerson (RFC 2798), PKIX (RFC 4523), Active Directory (MS-ADA1–3, syntax 2.5.5.10 and 2.5.5.17),
 * Exchange and Entra Connect.
 */
const binaryAttributes: ReadonlySet<string> = new Set([
  'audio',
  'authorityrevocationlist',
  'cacertificate',
  'certificaterevocationlist',
  'crosscertificatepair',
  'jpegphoto',
  'logonhours',
  'ms-ds-consistencyguid',
  'msexcharchiveguid',
  'msexchblockedsendershash',
  'msexchmailboxguid',
  'msexchmailboxsecuritydescriptor',
  'msexchsaferecipientshash',
  'msexchsafesendershash',
  'ntsecuritydescriptor',
  'objectguid',
  'objectsid',
  'photo',
  'securityidentifier',
  'sidhistory',
  'thumbnaillogo',
  'thumbnailphoto',
  'tokengroups',
  'usercertificate',
  'userpkcs12',
  'usersmimecertificate',
]);

const range = /;range=(\d+)-(\d+|\*)/i;

/** `userCertificate;binary` → `usercertificate` (RFC 4512 §2.5: a name, then options). */
export function attributeName(description: string): string {
  const semicolon = description.indexOf(';');
  return (semicolon === -1 ? description : description.slice(0, semicolon)).toLowerCase();
}

export interface AttributeRange {
  readonly start: number;
  /** Undefined in the last part (`*`). */
  readonly end: number | undefined;
}

/** The part of a large attribute that `member;range=0-1499` is (MS-ADTS §3.1.1.3.1.3.3); undefined for a whole one. */
export function attributeRange(description: string): AttributeRange | undefined {
  const match = range.exec(description);
  if (match === null) return undefined;
  return { start: Number(match[1]), end: match[2] === '*' ? undefined : Number(match[2]) };
}

/** Adds the values to those that are there under the same name. An attribute without values leaves no trace. */
export function addValues(into: Map<string, AttributeValue[]>, { description, values }: RawAttribute): void {
  if (values.length === 0) return;
  const name = attributeName(description);
  const binary = binaryAttributes.has(name) || /;binary(;|$)/i.test(description);
  let list = into.get(name);
  if (list === undefined) into.set(name, (list = []));
  for (const value of values) list.push(binary ? copy(value) : decode(value));
}

function decode(value: Buffer): AttributeValue {
  return isUtf8(value) ? value.toString('utf8') : copy(value);
}

/** A view would keep the whole network buffer alive. */
function copy(value: Buffer): Uint8Array {
  return new Uint8Array(value);
}

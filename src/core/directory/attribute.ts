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

/** What the description of an attribute says (RFC 4512 §2.5). */
export interface Description {
  /** In lower case, without options. */
  readonly name: string;
  /** The name with the options that make a subtype. */
  readonly key: string;
  readonly options: readonly string[];
  /** Whether the values are bytes whatever they look like. */
  readonly binary: boolean;
}

/** A directory uses few descriptions, and millions of times. */
const descriptions = new Map<string, Description>();
const mostDescriptions = 1_000;
const longestDescription = 256;

/** All of it at once, for whoever needs more than one. */
export function describeAttribute(description: string): Description {
  const known = descriptions.get(description);
  if (known !== undefined) return known;
  const semicolon = description.indexOf(';');
  const name = (semicolon === -1 ? description : description.slice(0, semicolon)).toLowerCase();
  const options =
    semicolon === -1
      ? []
      : description
          .slice(semicolon + 1)
          .toLowerCase()
          .split(';')
          .filter(isSubtype)
          .sort();
  const binary = binaryAttributes.has(name) || /;binary(;|$)/i.test(description);
  const described = { name, key: [name, ...options].join(';'), options, binary };
  if (descriptions.size >= mostDescriptions) descriptions.clear();
  if (description.length <= longestDescription) descriptions.set(description, described);
  return described;
}

/** `userCertificate;binary` → `usercertificate` (RFC 4512 §2.5: a name, then options). */
export function attributeName(description: string): string {
  return describeAttribute(description).name;
}

/**
 * Options that name a subtype of their own (RFC 4512 §2.5.2): `title;lang-de` is not the title. How values are sent
 * (`;binary`, RFC 4522) and which part of them (`;range=`, MS-ADTS §3.1.1.3.1.3.3) says nothing about what they are.
 */
function isSubtype(option: string): boolean {
  return option !== '' && option !== 'binary' && !option.startsWith('range=');
}

/**
 * What values stand under in an entry: the name in lower case, with the options that make a subtype of it, which have no
 * order (RFC 4512 §2.5). `userCertificate;binary` → `usercertificate`, `title;LANG-de` → `title;lang-de`.
 */
export function attributeKey(description: string): string {
  return describeAttribute(description).key;
}

/** Options of a description that make a subtype, in lower case. */
export function subtypeOptions(description: string): readonly string[] {
  return describeAttribute(description).options;
}

/** Whether the values are bytes whatever they look like. */
export function isBinary(description: string): boolean {
  return describeAttribute(description).binary;
}

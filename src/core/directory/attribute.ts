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

interface Description {
  readonly name: string;
  readonly binary: boolean;
}

/** A directory uses few descriptions, and millions of times. */
const descriptions = new Map<string, Description>();
const mostDescriptions = 1_000;

function describe(description: string): Description {
  const known = descriptions.get(description);
  if (known !== undefined) return known;
  const semicolon = description.indexOf(';');
  const name = (semicolon === -1 ? description : description.slice(0, semicolon)).toLowerCase();
  const described = { name, binary: binaryAttributes.has(name) || /;binary(;|$)/i.test(description) };
  if (descriptions.size >= mostDescriptions) descriptions.clear();
  descriptions.set(description, described);
  return described;
}

/** `userCertificate;binary` → `usercertificate` (RFC 4512 §2.5: a name, then options). */
export function attributeName(description: string): string {
  return describe(description).name;
}

/** Whether the values are bytes whatever they look like. */
export function isBinary(description: string): boolean {
  return describe(description).binary;
}

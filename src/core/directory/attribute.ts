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

/** `userCertificate;binary` → `usercertificate` (RFC 4512 §2.5: a name, then options). */
export function attributeName(description: string): string {
  const semicolon = description.indexOf(';');
  return (semicolon === -1 ? description : description.slice(0, semicolon)).toLowerCase();
}

/** Whether the values are bytes whatever they look like. */
export function isBinary(description: string): boolean {
  return binaryAttributes.has(attributeName(description)) || /;binary(;|$)/i.test(description);
}

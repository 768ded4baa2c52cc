/**
 * Names of RFC 7643 as it spells them. SCIM compares names without case (§2.1), but one path must have one spelling
 * here: resources, links and digests are kept by it.
 */
const names: ReadonlyMap<string, string> = new Map(
  [
    'externalId userName name nickName displayName profileUrl title userType preferredLanguage locale timezone active',
    'password emails phoneNumbers ims photos addresses groups entitlements roles x509Certificates members id meta schemas',
    'formatted familyName givenName middleName honorificPrefix honorificSuffix streetAddress locality region postalCode',
    'country value display type primary',
    'employeeNumber costCenter organization division department manager',
  ]
    .flatMap((line) => line.split(' '))
    .map((name) => [name.toLowerCase(), name]),
);

/** The name as the standard spells it, or as it is when the standard does not have it. */
export function canonicalName(name: string): string {
  return names.get(name.toLowerCase()) ?? name;
}

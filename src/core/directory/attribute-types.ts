/**
 * Attribute types that have several names, of RFC 4519 §2 (RFC 2798, RFC 4524 and the OpenLDAP and 389 schemas spell them
 * the same): the first name is the one that servers show, then come the other names and the OID.
 */
const types: readonly string[] = [
  'cn commonName 2.5.4.3',
  'sn surname 2.5.4.4',
  'serialNumber 2.5.4.5',
  'c countryName 2.5.4.6',
  'l localityName 2.5.4.7',
  'st stateOrProvinceName 2.5.4.8',
  'street streetAddress 2.5.4.9',
  'o organizationName 2.5.4.10',
  'ou organizationalUnitName 2.5.4.11',
  'title 2.5.4.12',
  'description 2.5.4.13',
  'postalCode 2.5.4.17',
  'postOfficeBox 2.5.4.18',
  'telephoneNumber 2.5.4.20',
  'facsimileTelephoneNumber fax 2.5.4.23',
  'member 2.5.4.31',
  'name 2.5.4.41',
  'givenName gn 2.5.4.42',
  'initials 2.5.4.43',
  'generationQualifier 2.5.4.44',
  'uniqueMember 2.5.4.50',
  'uid userid 0.9.2342.19200300.100.1.1',
  'mail rfc822Mailbox 0.9.2342.19200300.100.1.3',
  'manager 0.9.2342.19200300.100.1.10',
  'homePhone homeTelephoneNumber 0.9.2342.19200300.100.1.20',
  'mobile mobileTelephoneNumber 0.9.2342.19200300.100.1.41',
  'pager pagerTelephoneNumber 0.9.2342.19200300.100.1.42',
  'co friendlyCountryName 0.9.2342.19200300.100.1.43',
  'dc domainComponent 0.9.2342.19200300.100.1.25',
  'email emailAddress pkcs9email 1.2.840.113549.1.9.1',
  'employeeNumber 2.16.840.1.113730.3.1.3',
  'displayName 2.16.840.1.113730.3.1.241',
];

/** Every spelling in lower case → the type's first name in lower case. */
const standardNames: ReadonlyMap<string, string> = new Map(
  types.flatMap((line) => {
    const [first = '', ...others] = line.toLowerCase().split(' ');
    return others.map((other) => [other, first] as const);
  }),
);

/** The one name for all spellings of a type, in lower case: `userid`, `UID` and `0.9.2342.19200300.100.1.1` are `uid`. */
export function typeName(spelled: string): string {
  const name = spelled.toLowerCase();
  return standardNames.get(name) ?? name;
}

/** The one name, in lower case, for all spellings of an attribute type. */
export type TypeNames = (spelled: string) => string;

/**
 * The names that a server's schema gives its attribute types (RFC 4512 §4.1.2, `attributeTypes` of the subschema), and
 * those of the standards for what it does not have.
 */
export function typeNamesOf(definitions: readonly string[]): TypeNames {
  const names = new Map<string, string>();
  for (const definition of definitions) {
    const parts = /^\s*\(\s*([0-9.]+)\s+NAME\s+(?:'([^']+)'|\(((?:\s*'[^']+')+)\s*\))/.exec(definition);
    if (parts === null) continue;
    const [, oid = '', only, several = ''] = parts;
    const [first, ...others] = (
      only === undefined ? [...several.matchAll(/'([^']+)'/g)].map(([, name = '']) => name) : [only]
    ).map((name) => name.toLowerCase());
    if (first === undefined) continue;
    for (const other of [first, ...others, oid]) names.set(other, first);
  }
  return (spelled) => names.get(spelled.toLowerCase()) ?? typeName(spelled);
}

/**
 * The attributes that were asked for, under the names by which they were asked for: a server may answer `surname` with
 * `sn` (RFC 4511 §4.5.1.8 leaves it open).
 *
 * @param attributes by name in lower case, with the options that make a subtype
 */
export function underAskedNames<Values>(
  attributes: ReadonlyMap<string, Values>,
  asked: ReadonlySet<string>,
  typeNames: TypeNames,
): Map<string, Values> {
  const found = new Map<string, Values>();
  let others: Map<string, Values> | undefined;
  for (const name of asked) {
    const values = attributes.get(name) ?? (others ??= byTypeName(attributes, typeNames)).get(keyOf(name, typeNames));
    if (values !== undefined) found.set(name, values);
  }
  return found;
}

function byTypeName<Values>(attributes: ReadonlyMap<string, Values>, typeNames: TypeNames): Map<string, Values> {
  return new Map([...attributes].map(([key, values]) => [keyOf(key, typeNames), values]));
}

/** With the options as they are. */
function keyOf(key: string, typeNames: TypeNames): string {
  const [name = '', ...options] = key.split(';');
  return [typeNames(name), ...options].join(';');
}

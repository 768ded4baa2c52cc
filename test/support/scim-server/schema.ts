import { isObject, type Kind, urn } from './protocol.ts';

/** One attribute (RFC 7643 §7), with the characteristics that this server minds. */
export interface Attribute {
  readonly name: string;
  readonly type: 'string' | 'boolean' | 'complex';
  readonly multiValued: boolean;
  readonly required: boolean;
  readonly caseExact: boolean;
  readonly readOnly: boolean;
  readonly sub: readonly Attribute[];
}

function attribute(name: string, rest: Partial<Omit<Attribute, 'name'>> = {}): Attribute {
  return {
    name,
    type: 'string',
    multiValued: false,
    required: false,
    caseExact: false,
    readOnly: false,
    sub: [],
    ...rest,
  };
}

function complex(name: string, sub: readonly Attribute[], rest: Partial<Attribute> = {}): Attribute {
  return attribute(name, { type: 'complex', sub, ...rest });
}

const texts = (...names: string[]): Attribute[] => names.map((name) => attribute(name));
const reference = attribute('$ref', { caseExact: true });
const plural = (name: string, ...more: Attribute[]): Attribute =>
  complex(
    name,
    [
      ...(more.length === 0 ? texts('value') : more),
      ...texts('display', 'type'),
      attribute('primary', { type: 'boolean' }),
    ],
    { multiValued: true },
  );

const common: readonly Attribute[] = [
  attribute('id', { caseExact: true, readOnly: true }),
  attribute('externalId', { caseExact: true }),
  complex('meta', texts('resourceType', 'created', 'lastModified', 'location', 'version'), { readOnly: true }),
];

export const user: readonly Attribute[] = [
  attribute('userName', { required: true }),
  complex('name', texts('formatted', 'familyName', 'givenName', 'middleName', 'honorificPrefix', 'honorificSuffix')),
  ...texts(
    'displayName',
    'nickName',
    'profileUrl',
    'title',
    'userType',
    'preferredLanguage',
    'locale',
    'timezone',
    'password',
  ),
  attribute('active', { type: 'boolean' }),
  plural('emails'),
  plural('phoneNumbers'),
  plural('ims'),
  plural('photos'),
  plural('addresses', ...texts('formatted', 'streetAddress', 'locality', 'region', 'postalCode', 'country')),
  complex('groups', [attribute('value', { caseExact: true }), reference, ...texts('display', 'type')], {
    multiValued: true,
    readOnly: true,
  }),
  plural('entitlements'),
  plural('roles'),
  plural('x509Certificates'),
];

export const group: readonly Attribute[] = [
  attribute('displayName', { required: true }),
  complex('members', [attribute('value', { caseExact: true }), reference, ...texts('type', 'display')], {
    multiValued: true,
  }),
];

export const enterprise: readonly Attribute[] = [
  ...texts('employeeNumber', 'costCenter', 'organization', 'division', 'department'),
  complex('manager', [
    attribute('value', { caseExact: true }),
    reference,
    attribute('displayName', { readOnly: true }),
  ]),
];

/** Attributes of a core schema, with those that every resource has. */
export function coreAttributes(kind: Kind): readonly Attribute[] {
  return [...common, ...(kind === 'User' ? user : group)];
}

/** Attributes of an extension; undefined when this server does not know it. */
export function extensionAttributes(kind: Kind, schema: string): readonly Attribute[] | undefined {
  return kind === 'User' && schema.toLowerCase() === urn.enterprise.toLowerCase() ? enterprise : undefined;
}

export function attributeNamed(attributes: readonly Attribute[], name: string): Attribute | undefined {
  const lower = name.toLowerCase();
  return attributes.find((candidate) => candidate.name.toLowerCase() === lower);
}

/** Says what is wrong with a value, or nothing. */
export function complaintAbout(attribute: Attribute, value: unknown): string | undefined {
  if (!attribute.multiValued) return complaintAboutOne(attribute, value);
  if (!Array.isArray(value)) return `${attribute.name} is not a list`;
  const elements: readonly unknown[] = value;
  if (elements.filter((element) => isObject(element) && element['primary'] === true).length > 1) {
    return `${attribute.name} has more than one primary element`;
  }
  return elements.map((element) => complaintAboutOne(attribute, element)).find((complaint) => complaint !== undefined);
}

export function complaintAboutOne(attribute: Attribute, value: unknown): string | undefined {
  if (attribute.type !== 'complex')
    return typeof value === attribute.type ? undefined : `${attribute.name} is not a ${attribute.type}`;
  if (!isObject(value)) return `${attribute.name} is not an object`;
  for (const [name, held] of Object.entries(value)) {
    const sub = attributeNamed(attribute.sub, name);
    if (sub === undefined) return `${attribute.name} has no sub-attribute ${name}`;
    const complaint = held === null ? undefined : complaintAbout(sub, held);
    if (complaint !== undefined) return `${attribute.name}.${complaint}`;
  }
  return undefined;
}

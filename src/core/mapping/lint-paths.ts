import { nearest } from '../expression/nearest.ts';
import type { ResourceType } from '../model/entry.ts';
import type { Finding, FindingRule } from '../model/finding.ts';
import { inWords } from '../wording/count.ts';
import { enterpriseUser, shortPath, type ScimPath } from './scim-path.ts';

/** A line of a map, by its path. */
export interface PathUse {
  readonly place: string;
  readonly type: ResourceType;
  readonly path: ScimPath;
  /** The type of what the expression gives. */
  readonly gives: string;
}

const values = ['value', 'display', 'type', 'primary'];

/** RFC 7643 §4.1 and §4.2: attributes with their sub-attributes. `externalId` is common to all (§3.1). */
const core: Readonly<Record<ResourceType, Readonly<Record<string, readonly string[]>>>> = {
  user: {
    externalId: [],
    userName: [],
    nickName: [],
    displayName: [],
    profileUrl: [],
    title: [],
    userType: [],
    preferredLanguage: [],
    locale: [],
    timezone: [],
    active: [],
    password: [],
    name: ['formatted', 'familyName', 'givenName', 'middleName', 'honorificPrefix', 'honorificSuffix'],
    addresses: ['formatted', 'streetAddress', 'locality', 'region', 'postalCode', 'country', 'type', 'primary'],
    emails: values,
    phoneNumbers: values,
    ims: values,
    photos: values,
    entitlements: values,
    roles: values,
    x509Certificates: values,
  },
  group: { externalId: [], displayName: [], members: ['value', '$ref', 'type', 'display'] },
};

/** RFC 7643 §4.3. */
const enterprise: Readonly<Record<string, readonly string[]>> = {
  employeeNumber: [],
  costCenter: [],
  organization: [],
  division: [],
  department: [],
  manager: ['value', '$ref', 'displayName'],
};

/** What LDAP and other APIs call it. */
const usual: Readonly<Record<string, string>> = {
  mail: 'emails[type eq "work"].value',
  email: 'emails[type eq "work"].value',
  phone: 'phoneNumbers[type eq "work"].value',
  address: 'addresses[type eq "work"].streetAddress',
  login: 'userName',
  firstname: 'name.givenName',
  lastname: 'name.familyName',
  surname: 'name.familyName',
  givenname: 'name.givenName',
  familyname: 'name.familyName',
};
const usualParts: Readonly<Record<string, string>> = {
  firstname: 'givenName',
  lastname: 'familyName',
  surname: 'familyName',
  fullname: 'formatted',
  city: 'locality',
  street: 'streetAddress',
  zip: 'postalCode',
  zipcode: 'postalCode',
  state: 'region',
};

const lists = new Set([
  'addresses',
  'emails',
  'phoneNumbers',
  'ims',
  'photos',
  'entitlements',
  'roles',
  'x509Certificates',
]);

/**
 * Paths that RFC 7643 does not have and that the target's own schemas do not have either, and paths that stop short of a
 * value.
 *
 * @param target attribute paths that the target's /Schemas lists, in lower case; undefined where it says nothing
 */
export function lintPaths(
  uses: readonly PathUse[],
  target: Readonly<Partial<Record<ResourceType, ReadonlySet<string> | undefined>>>,
): Finding[] {
  return uses.flatMap(({ place, type, path, gives }): Finding[] => {
    const finding = (rule: FindingRule, text: string): Finding[] => [{ severity: 'warning', rule, place, text }];
    const known = tableOf(path, type);
    const own = target[type];
    const isListed = own?.has(keyOf(path)) === true;
    if (known === undefined || isListed)
      return isListed || path.schema === undefined || path.schema === enterpriseUser
        ? []
        : unlisted(path, own, finding);
    const prefix = path.schema === undefined ? '' : 'enterprise.';
    const attribute = prefix + path.attribute;
    const subs = known[path.attribute];
    if (subs === undefined) {
      const meant = usual[path.attribute.toLowerCase()] ?? nearest(path.attribute, Object.keys(known));
      const nor = own === undefined ? '' : ', and neither has the target';
      return finding(
        'unknown_scim_name',
        `${shortPath(path.text)}: RFC 7643 has no ${attribute} for ${type}s${nor}${meant === undefined ? '' : `; did you mean ${prefix}${meant}?`}`,
      );
    }
    if (path.sub !== undefined && !subs.includes(path.sub)) {
      const meant = usualParts[path.sub.toLowerCase()] ?? nearest(path.sub, subs) ?? '';
      const hint = subs.includes(meant)
        ? `did you mean ${attribute}.${meant}?`
        : subs.length === 0
          ? 'it has no parts'
          : `it has ${inWords(subs)}`;
      return finding('unknown_scim_name', `${shortPath(path.text)}: ${attribute} has no ${path.sub}; ${hint}`);
    }
    if (lists.has(path.attribute) && path.filter === undefined && path.sub !== undefined) {
      return finding(
        'incomplete_path',
        `${path.text}: ${path.attribute} is a list; say which element: ${path.attribute}[type eq "work"].${path.sub}`,
      );
    }
    const needsPart =
      path.sub === undefined &&
      gives !== 'map' &&
      gives !== 'list' &&
      (path.attribute === 'name' || (path.attribute === 'addresses' && path.filter !== undefined));
    if (!needsPart) return [];
    return finding(
      'incomplete_path',
      `${path.text} holds several parts and no value of its own: map ${path.text}.${path.attribute === 'name' ? 'formatted' : 'streetAddress'} and the like`,
    );
  });
}

function tableOf({ schema }: ScimPath, type: ResourceType): Readonly<Record<string, readonly string[]>> | undefined {
  if (schema === undefined) return core[type];
  return schema === enterpriseUser && type === 'user' ? enterprise : undefined;
}

/** Of an extension that only its owner knows: where the target lists its schemas and has none of that name. */
function unlisted(
  path: ScimPath,
  own: ReadonlySet<string> | undefined,
  finding: (rule: FindingRule, text: string) => Finding[],
): Finding[] {
  if (own === undefined) return [];
  const meant = nearest(keyOf(path), own);
  return finding(
    'unknown_scim_name',
    `the target's schemas have no ${path.text}${meant === undefined ? '' : `; did you mean ${meant}?`}`,
  );
}

/** As /Schemas lists a path. */
function keyOf({ schema, attribute, sub }: ScimPath): string {
  return `${schema === undefined ? '' : `${schema}:`}${attribute}${sub === undefined ? '' : `.${sub}`}`.toLowerCase();
}

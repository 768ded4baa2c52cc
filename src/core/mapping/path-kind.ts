import { enterpriseUser, type ScimPath } from './scim-path.ts';

/**
 * What a path holds, as RFC 7643 §4 and §8.7 define it. `many`: a list of complex values. `complex`: one of them.
 * `foreign`: written by the target alone, or by us from the directory's groups. `any`: an attribute that we don't know.
 */
export type PathKind = 'bool' | 'text' | 'reference' | 'complex' | 'many' | 'foreign' | 'any';

const texts = new Set([
  'username',
  'nickname',
  'displayname',
  'profileurl',
  'title',
  'usertype',
  'preferredlanguage',
  'locale',
  'timezone',
  'password',
  'externalid',
]);
/** Multi-valued attributes of users, in lower case (RFC 7643 §4.1.2). */
export const multiValued: ReadonlySet<string> = new Set([
  'emails',
  'phonenumbers',
  'ims',
  'photos',
  'addresses',
  'entitlements',
  'roles',
  'x509certificates',
]);
const foreign = new Set(['id', 'meta', 'schemas', 'groups', 'members']);
const enterpriseTexts = new Set(['employeenumber', 'costcenter', 'organization', 'division', 'department']);

export function kindOfPath(path: ScimPath): PathKind {
  const attribute = path.attribute.toLowerCase();
  const sub = path.sub?.toLowerCase();
  if (path.schema !== undefined) return path.schema === enterpriseUser ? enterpriseKind(attribute, sub) : 'any';
  if (foreign.has(attribute)) return 'foreign';
  if (attribute === 'active' && sub === undefined) return 'bool';
  if (texts.has(attribute)) return 'text';
  if (attribute === 'name') return sub === undefined ? 'complex' : 'text';
  if (!multiValued.has(attribute)) return 'any';
  if (sub === undefined) return path.filter === undefined ? 'many' : 'complex';
  return sub === 'primary' ? 'bool' : 'text';
}

function enterpriseKind(attribute: string, sub: string | undefined): PathKind {
  if (attribute === 'manager') return sub === undefined || sub === 'value' ? 'reference' : 'text';
  return enterpriseTexts.has(attribute) ? 'text' : 'any';
}

/**
 * The one text under which a path stands in a resource. A manager is the id in `manager.value`, however the map spells
 * it; and `active`, which has a lifecycle of its own, has one spelling.
 */
export function desiredPath(path: ScimPath): string {
  const kind = kindOfPath(path);
  if (kind === 'reference') return `${enterpriseUser}:manager.value`;
  return kind === 'bool' && path.filter === undefined && path.sub === undefined ? 'active' : path.text;
}

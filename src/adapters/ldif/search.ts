import { dnKey, isWithin } from '../../core/directory/dn.ts';
import { parseFilter, type Filter } from '../../core/directory/filter.ts';
import { kindRules, type ServerKind } from '../../core/directory/kinds.ts';
import { checkMatchable, matchesFilter } from '../../core/directory/match-filter.ts';
import type { ResourceType } from '../../core/model/entry.ts';
import type { LdifRecord } from './record.ts';

/** Where entries of a type are, and which ones. Without bases: in the whole file. */
export interface LdifScope {
  readonly bases?: readonly string[] | undefined;
  /** RFC 4515 text; the default fits the kind of directory that the file comes from. */
  readonly filter?: string | undefined;
}

export type LdifScopes = Readonly<Partial<Record<ResourceType, LdifScope>>>;

/** @throws BridgeError D2S_FILTER_INVALID */
export function checkScope({ filter }: LdifScope): void {
  if (filter !== undefined) checkMatchable(parseFilter(filter));
}

/**
 * A domain controller works sAMAccountType out, and many exports (a list of attributes, another tool) lack it. Such a record
 * is judged by its classes: computers and the service accounts among them are users too (MS-ADSC), and the account of a
 * trust ends with a dollar.
 */
const userWithoutType =
  '(&(!(sAMAccountType=*))(objectClass=user)(!(objectClass=computer))(!(sAMAccountName=*$))(!(isCriticalSystemObject=TRUE)))';

/** What counts as a type in a file where the configuration has no filter. */
export function defaultFilter(type: ResourceType, kind: ServerKind): string {
  const own = kindRules[kind].filters[type];
  return kind === 'active-directory' && type === 'user' ? `(|${own}${userWithoutType})` : own;
}

/** Tells what a record counts as: a user, otherwise a group, otherwise nothing. */
export function createClassifier(
  scopes: LdifScopes,
  kind: ServerKind,
): (record: LdifRecord) => ResourceType | undefined {
  const searches = (['user', 'group'] as const).map((type) => {
    const scope = scopes[type] ?? {};
    const filter: Filter = parseFilter(scope.filter ?? defaultFilter(type, kind));
    return { type, filter, bases: scope.bases?.map(dnKey) };
  });
  return (record) =>
    searches.find(({ bases, filter }) => matchesFilter(filter, record.attributes) && isBelow(record, bases))?.type;
}

function isBelow(record: LdifRecord, bases: readonly string[] | undefined): boolean {
  if (bases === undefined) return true;
  const key = dnKey(record.dn);
  return bases.some((base) => isWithin(key, base));
}

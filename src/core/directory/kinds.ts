import type { ResourceType } from '../model/entry.ts';

/** The makes of directory that name and classify their entries in a way of their own. */
export type ServerKind = 'active-directory' | 'openldap' | '389ds' | 'generic';

/** How a kind of directory names its entries, and what counts as a person or a group where no filter is given. */
export interface KindRules {
  readonly idAttribute: string;
  /** Which preset map fits. */
  readonly preset: 'active-directory' | 'openldap';
  readonly filters: Readonly<Record<ResourceType, string>>;
}

/**
 * posixGroup is RFC 2307, groupOfMembers RFC 2307bis. A class that the server does not know matches nothing; "not" of it
 * matches nothing either (Undefined, RFC 4511 §4.5.1.7), so that none may stand there where it may be unknown.
 */
const standardFilters = {
  user: '(objectClass=inetOrgPerson)',
  group:
    '(|(objectClass=groupOfNames)(objectClass=groupOfUniqueNames)(objectClass=groupOfMembers)(objectClass=posixGroup))',
} as const;

/** FreeIPA, which is 389 within, makes a group for every person (mepManagedEntry), which is nobody's idea of a group. */
const filtersOf389 = {
  ...standardFilters,
  group: `(&${standardFilters.group}(!(objectClass=mepManagedEntry)))`,
} as const;

export const kindRules: Readonly<Record<ServerKind, KindRules>> = {
  'active-directory': {
    idAttribute: 'objectGUID',
    preset: 'active-directory',
    filters: {
      // SAM_NORMAL_USER_ACCOUNT: without contacts, computers, managed service accounts (…369) and trusts (…370), all of
      // which `objectClass=user` or `objectCategory=person` let in. The attribute is indexed (MS-ADTS §3.1.1.4.5).
      // isCriticalSystemObject marks what came with the domain: Administrator, Guest, krbtgt, Domain Users, …
      user: '(&(sAMAccountType=805306368)(!(isCriticalSystemObject=TRUE)))',
      group: '(&(objectClass=group)(!(isCriticalSystemObject=TRUE)))',
    },
  },
  openldap: { idAttribute: 'entryUUID', preset: 'openldap', filters: standardFilters },
  '389ds': { idAttribute: 'nsUniqueId', preset: 'openldap', filters: filtersOf389 },
  // RFC 4530: what a server of unknown make most likely has.
  generic: { idAttribute: 'entryUUID', preset: 'openldap', filters: standardFilters },
};

import type { ResourceType } from '../../core/model/entry.ts';
import type { DirectoryFacts } from '../../ports/directory-source.ts';
import type { LdapKind, LdapSourceOptions } from './options.ts';
import type { RootDse } from './root-dse.ts';

/** How a kind of directory names its entries, and what counts as a person or a group where no filter is given. */
export interface KindRules {
  readonly idAttribute: string;
  readonly preset: DirectoryFacts['preset'];
  readonly filters: Readonly<Record<ResourceType, string>>;
}

/** groupOfMembers is RFC 2307bis; a class that the server does not know matches nothing. */
const standardFilters = {
  user: '(objectClass=inetOrgPerson)',
  group: '(|(objectClass=groupOfNames)(objectClass=groupOfUniqueNames)(objectClass=groupOfMembers))',
} as const;

export const kindRules: Readonly<Record<LdapKind, KindRules>> = {
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
  '389ds': { idAttribute: 'nsUniqueId', preset: 'openldap', filters: standardFilters },
  // RFC 4530: what a server of unknown make most likely has.
  generic: { idAttribute: 'entryUUID', preset: 'openldap', filters: standardFilters },
};

/** LDAP_CAP_ACTIVE_DIRECTORY_OID (MS-ADTS §3.1.1.3.4.3.1); Samba announces it too. */
const activeDirectoryOid = '1.2.840.113556.1.4.800';

/** The configured kind, or what the rootDSE tells. */
export function detectKind(configured: LdapSourceOptions['kind'], rootDse: RootDse): LdapKind {
  if (configured !== 'auto') return configured;
  if (rootDse.get('supportedcapabilities')?.includes(activeDirectoryOid) === true) return 'active-directory';
  if (rootDse.get('vendorname')?.some((vendor) => /\b389\b/.test(vendor)) === true) return '389ds';
  if (rootDse.get('objectclass')?.includes('OpenLDAProotDSE') === true) return 'openldap';
  return 'generic';
}

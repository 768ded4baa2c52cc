import type { LdapKind, LdapSourceOptions } from '../shared/options.ts';
import type { RootDse } from './root-dse.ts';

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

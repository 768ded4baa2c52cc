import * as z from 'zod';
import { defaultReadingLimits } from '../../core/directory/reading-limits.ts';
import {
  ldapAttributeName,
  choice,
  positiveInteger,
  dn,
  domainName,
  duration,
  filter,
  flag,
  forms,
  secret,
  siteName,
  text,
} from './values.ts';

const searchScope = z.strictObject({
  bases: z
    .exactOptional(z.array(dn).min(1))
    .describe(
      'DNs; each is searched with its whole subtree. Required for a server; in an LDIF file, everything without it.',
    ),
  filter: z
    .exactOptional(filter)
    .describe('LDAP filter (RFC 4515). Without it: what counts as a user or group in this kind of directory.'),
});

const discoverSection = z
  .union([
    domainName,
    z.strictObject({
      domain: domainName.describe('The domain, like corp.example.'),
      site: siteName.describe('Name of the Active Directory site that dir2scim runs in.'),
    }),
  ])
  .register(forms, { form: 'a domain like corp.example, or { domain, site }', quotable: true });

export const directorySchema = z.strictObject({
  kind: choice(['auto', 'active-directory', 'openldap', '389ds', 'generic', 'ldif'])
    .default('auto')
    .describe(
      'What the directory is; `auto` asks its rootDSE. `ldif` is a file in place of a server, taken for what most of its entries look like; beside `path`, a kind of server says what the file was exported from.',
    ),
  idAttribute: z
    .exactOptional(ldapAttributeName)
    .describe(
      'The attribute that is the source id, where it is not the one of its kind (objectGUID, entryUUID, nsUniqueId). Its values are UUIDs that never change, and that every entry has.',
    ),
  changes: choice(['auto', 'dirsync', 'usn', 'syncrepl', 'timestamp', 'full'])
    .default('auto')
    .describe(
      'How changes are found. `auto`: the best that the server can do for this account; `full`: by reading everything each time. An LDIF file is read as a whole when it changed.',
    ),
  urls: z
    .exactOptional(z.array(text).min(1))
    .describe('`ldap://` or `ldaps://` addresses, tried in order. Required unless there is a `path` or `discover`.'),
  discover: z
    .exactOptional(discoverSection)
    .describe(
      'The domain whose servers DNS names by SRV records, in place of `urls`: domain controllers, nearest site first. They are only ever spoken to over TLS.',
    ),
  bind: z
    .exactOptional(
      z.strictObject({
        dn: z
          .exactOptional(text)
          .describe('Who reads the directory: a DN, or in Active Directory also user@domain. With `password`.'),
        password: z.exactOptional(secret).describe('The password: `{ file }` or `{ env }`. With `dn`.'),
        external: flag
          .default(false)
          .describe(
            'In place of both: the server knows dir2scim by `tls.cert` (SASL EXTERNAL). Needs `ldaps://` or StartTLS.',
          ),
      }),
    )
    .describe('Who reads the directory. Without it the directory is read anonymously.'),
  startTls: flag.default(false).describe('Upgrade `ldap://` connections with StartTLS before anything is sent.'),
  tls: z
    .strictObject({
      ca: z
        .exactOptional(text)
        .describe('File with PEM certificates to trust besides the usual ones; relative to the configuration file.'),
      onlyCa: flag
        .default(false)
        .describe(
          'Trust nobody but the certificates in `ca`: neither those that come with Node nor those of the system.',
        ),
      cert: z
        .exactOptional(text)
        .describe(
          'File with the PEM certificate that dir2scim shows of itself, intermediate ones after it. Read for each connection.',
        ),
      key: z.exactOptional(text).describe('File with the private key of `cert`, in PEM form, without a passphrase.'),
      serverName: z
        .exactOptional(text)
        .describe('Name that the certificate must carry, in place of the host in the URL.'),
    })
    .prefault({})
    .describe('How the server is recognised, and how it recognises us.'),
  referrals: z
    .strictObject({
      follow: z
        .array(text)
        .default([])
        .describe(
          'Servers to follow references to, as `host` or `host:port`: with the same account, never with less protection. Everything is then read each time, because nothing tells what changes there.',
        ),
    })
    .prefault({})
    .describe(
      'What happens to references to other servers below a base. One that is not followed makes the reading fail, because it is not complete.',
    ),
  users: z
    .exactOptional(searchScope)
    .describe('Where users are. Without it no user is read from a server; an LDIF file is searched as a whole.'),
  groups: z
    .exactOptional(searchScope)
    .describe('Where groups are. Without it no group is read from a server; an LDIF file is searched as a whole.'),
  limits: z
    .strictObject({
      maximumEntries: positiveInteger
        .default(defaultReadingLimits.maximumEntries)
        .describe('Entries in one reading at most: one that brings more ends with an error.'),
      readTimeout: duration
        .prefault('10m')
        .describe(
          'How long a server may go on while next to nothing comes (fewer than 1,000 answers and less than 1 MB). A large directory may take as long as it needs.',
        ),
    })
    .prefault({})
    .describe('What a reading may take at most, so that a broken or hostile directory ends.'),
  sees: z
    .array(text)
    .default([])
    .describe(
      'Other directories whose entries the DNs (and foreign security principals) in this one may mean: members, managers and groups of the scope. Without it, a name means somebody of the directory in which it stands.',
    ),
  path: z
    .exactOptional(text)
    .describe('The LDIF file, relative to the configuration file. In place of `urls`; required for kind `ldif`.'),
  allowCleartext: flag
    .default(false)
    .describe(
      'Allow the password to travel over plain `ldap://` to a host that is not loopback. Anyone on the way can read it.',
    ),
});

import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, runWithInput, startProcess, waitForPort, type RunningProcess } from './process.ts';
import type { Certificates } from './tls.ts';
import { createCertificates } from './tls.ts';

export interface SlapdOptions {
  /** Entries to start with, below `suffix` (which exists), as LDIF. */
  readonly ldif?: string;
  /** Everything to start with: what `dump` gave. */
  readonly dump?: string;
  readonly tls?: boolean;
  /** Further names of hosts in its certificate. */
  readonly names?: readonly string[];
  /** Lines for the database section of slapd.conf, after the access rules: limits, overlays. */
  readonly database?: readonly string[];
  /** Lines before the database section: schemas, modules. */
  readonly global?: readonly string[];
  /** Access rules in place of "who has bound may read". */
  readonly access?: readonly string[];
}

/** A running OpenLDAP server with one small database. */
export interface Slapd {
  readonly url: string;
  /** Only with `tls`; the certificate is for 127.0.0.1 and ldap.example.org. */
  readonly secureUrl: string;
  readonly port: number;
  readonly certificates: Certificates | undefined;
  readonly suffix: string;
  /** An account that may read everything, and is subject to limits. */
  readonly reader: { readonly dn: string; readonly password: string };
  /** Applies LDIF change records as the database's owner. */
  change(ldif: string): Promise<void>;
  /** What ldapsearch prints, as the owner; one value per line. */
  search(...args: string[]): Promise<string>;
  /** Ends it in an orderly way and starts it again: what it kept in memory only is forgotten. */
  restart(): Promise<void>;
  /** A backup: the whole database as slapcat writes it. */
  dump(): Promise<string>;
  /** Sets it back to a backup, with slapadd, and starts it again. */
  restore(dump: string): Promise<void>;
  /** Ends it at once, as a power cut would. */
  kill(): Promise<void>;
  /** Ends it and removes its folder. */
  dispose(): Promise<void>;
  /** For measurements. */
  readonly pid: number;
}

export const slapdSuffix = 'dc=example,dc=org';
const owner = { dn: `cn=owner,${slapdSuffix}`, password: 'owner-secret' };
const reader = { dn: `cn=reader,${slapdSuffix}`, password: 'reader-secret' };

const baseEntries = `dn: ${slapdSuffix}
objectClass: organization
objectClass: dcObject
o: Example
dc: example

dn: ${reader.dn}
objectClass: organizationalRole
objectClass: simpleSecurityObject
cn: reader
userPassword: ${reader.password}
`;

/** Starts slapd in a temporary folder on free ports of 127.0.0.1. Takes about 0.2 s. */
export async function startSlapd(options: SlapdOptions = {}): Promise<Slapd> {
  const folder = await mkdtemp(join(tmpdir(), 'dir2scim-slapd-'));
  try {
    return await startIn(folder, options);
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

async function startIn(folder: string, options: SlapdOptions): Promise<Slapd> {
  await mkdir(join(folder, 'db'));
  const certificates =
    options.tls === true
      ? await createCertificates(folder, { dns: ['ldap.example.org', ...(options.names ?? [])], ip: ['127.0.0.1'] })
      : undefined;
  const configuration = join(folder, 'slapd.conf');
  await writeFile(configuration, slapdConf(folder, options, certificates));
  const load = (ldif: string): Promise<unknown> =>
    runWithInput('/usr/sbin/slapadd', ['-q', '-w', '-f', configuration, '-b', slapdSuffix], ldif);
  await load(options.dump ?? `${baseEntries}\n${options.ldif ?? ''}`);
  const [port, securePort] = [await freePort(), await freePort()];
  const url = `ldap://127.0.0.1:${port}`;
  const secureUrl = `ldaps://127.0.0.1:${securePort}`;
  const listeners = certificates === undefined ? url : `${url} ${secureUrl}`;
  // With -d, slapd stays in the foreground and so remains our child.
  const start = async (): Promise<RunningProcess> => {
    const started = await startProcess('/usr/sbin/slapd', ['-d', '0', '-f', configuration, '-h', listeners]);
    await waitForPort('127.0.0.1', port, started);
    return started;
  };
  let server = await start();
  const asOwner = ['-x', '-H', url, '-D', owner.dn, '-w', owner.password];
  return {
    url,
    secureUrl,
    port,
    certificates,
    suffix: slapdSuffix,
    reader,
    get pid() {
      return server.pid;
    },
    change: async (ldif) => {
      await runWithInput('ldapmodify', asOwner, ldif);
    },
    search: (...args) => runWithInput('ldapsearch', [...asOwner, '-LLL', '-o', 'ldif-wrap=no', ...args], ''),
    restart: async () => {
      await server.stop('SIGTERM');
      server = await start();
    },
    dump: () => runWithInput('/usr/sbin/slapcat', ['-f', configuration, '-b', slapdSuffix], ''),
    restore: async (dump) => {
      await server.stop('SIGTERM');
      await rm(join(folder, 'db'), { recursive: true });
      await mkdir(join(folder, 'db'));
      await load(dump);
      server = await start();
    },
    kill: () => server.stop('SIGKILL'),
    dispose: async () => {
      await server.stop('SIGKILL');
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function slapdConf(folder: string, options: SlapdOptions, certificates: Certificates | undefined): string {
  const access = options.access ?? ['access to attrs=userPassword by anonymous auth', 'access to * by users read'];
  return [
    ...['core', 'cosine', 'inetorgperson'].map((schema) => `include /etc/ldap/schema/${schema}.schema`),
    'modulepath /usr/lib/ldap',
    'moduleload back_mdb',
    ...(options.global ?? []),
    ...(certificates === undefined
      ? []
      : [
          `TLSCACertificateFile ${certificates.caFile}`,
          `TLSCertificateFile ${certificates.certificateFile}`,
          `TLSCertificateKeyFile ${certificates.keyFile}`,
        ]),
    'database mdb',
    `suffix "${slapdSuffix}"`,
    `rootdn "${owner.dn}"`,
    `rootpw ${owner.password}`,
    `directory ${join(folder, 'db')}`,
    'maxsize 1073741824',
    'dbnosync',
    'index objectClass,cn,uid,member eq',
    ...access,
    ...(options.database ?? [`limits dn.exact="${reader.dn}" size=unlimited time=unlimited`]),
    '',
  ].join('\n');
}

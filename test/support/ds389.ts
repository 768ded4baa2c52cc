import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFile, cp, mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePort, runWithInput, startProcess, waitForPort, type RunningProcess } from './process.ts';
import { createCertificates, type Certificates } from './tls.ts';

const run = promisify(execFile);

export interface Ds389Options {
  /** Entries to start with, below `ds389Suffix` (which exists), as LDIF. */
  readonly ldif?: string;
  /** Without it the changelog does not note whom a change is about, so that content synchronization names nobody. */
  readonly changelogIds?: boolean;
  /** Imports the entries before the start: a hundred thousand take seconds in place of half an hour. */
  readonly offline?: boolean;
  /** With LDAPS; who shows a certificate of the same authority is whoever has its cn. */
  readonly tls?: boolean;
}

/** A running 389 Directory Server with content synchronization, retro changelog, USN, memberOf and referential integrity. */
export interface Ds389 {
  readonly url: string;
  readonly suffix: string;
  /** An ordinary account that may read everything, without limits. */
  readonly reader: { readonly dn: string; readonly password: string };
  /** Another one like it. */
  readonly other: { readonly dn: string; readonly password: string };
  /** Applies LDIF change records as the directory manager. */
  change(ldif: string): Promise<void>;
  /** What ldapsearch prints, as the directory manager; one value per line. */
  search(...args: string[]): Promise<string>;
  /** Stops it in an orderly way and starts it again. */
  restart(): Promise<void>;
  /** Stops it in an orderly way. */
  stop(): Promise<void>;
  start(): Promise<void>;
  /** While it is stopped: a copy of its databases. Gives back what puts the copy in their place. */
  snapshot(): Promise<() => Promise<void>>;
  readonly port: number;
  /** With `tls`. */
  readonly secureUrl: string;
  readonly certificates: Certificates | undefined;
  /** Ends it and removes its folder. */
  dispose(): Promise<void>;
}

export const ds389Suffix = 'dc=example,dc=org';
const manager = { dn: 'cn=Directory Manager', password: 'manager-secret' };
const reader = { dn: `cn=reader,${ds389Suffix}`, password: 'reader-secret' };
const other = { dn: `cn=other,${ds389Suffix}`, password: 'other-secret' };

const templates = '/usr/share/dirsrv/data';
const plugins = [
  'Content Synchronization',
  'Retro Changelog Plugin',
  'USN',
  'MemberOf Plugin',
  'referential integrity postoperation',
];

const account = ({ dn, password }: { readonly dn: string; readonly password: string }): string => `dn: ${dn}
changetype: add
objectClass: organizationalRole
objectClass: simpleSecurityObject
objectClass: extensibleObject
cn: ${dn.split(/[=,]/)[1] ?? ''}
userPassword: ${password}
nsSizeLimit: -1
nsTimeLimit: -1
nsLookThroughLimit: -1
nsPagedSizeLimit: -1
nsPagedLookThroughLimit: -1
nsIDListScanLimit: -1

`;

const baseEntries = `dn: ${ds389Suffix}
changetype: add
objectClass: dcObject
objectClass: organization
o: Example
dc: example
aci: (targetattr="*")(version 3.0; acl "all accounts read"; allow (read,search,compare) userdn="ldap:///all";)

${account(reader)}${account(other)}`;

/**
 * Starts 389 Directory Server in a temporary folder on a free port of 127.0.0.1. The instance is made of the templates
 * that come with the package, without `dscreate`: that writes to the system's folders, and takes ten times as long.
 */
export async function startDs389(options: Ds389Options = {}): Promise<Ds389> {
  const folder = await mkdtemp(join(tmpdir(), 'dir2scim-ds389-'));
  let server: RunningProcess | undefined;
  try {
    const port = await freePort();
    await makeInstance(folder, port, options.changelogIds ?? true);
    const secure = options.tls === true ? await addTls(folder) : undefined;
    if (options.offline === true) await importEntries(folder, options.ldif ?? '');
    server = await start(folder, port);
    return await fill(folder, port, server, options, secure);
  } catch (error) {
    await server?.stop('SIGKILL');
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

async function importEntries(folder: string, ldif: string): Promise<void> {
  const file = join(folder, 'ldif/entries.ldif');
  await writeFile(file, baseEntries.replace(/^changetype: add\n/gm, '') + ldif, { mode: 0o600 });
  await runWithInput('/usr/sbin/ns-slapd', ['ldif2db', '-D', join(folder, 'config'), '-n', 'userroot', '-i', file], '');
}

async function start(folder: string, port: number): Promise<RunningProcess> {
  const server = await startProcess('/usr/sbin/ns-slapd', [
    '-D',
    join(folder, 'config'),
    '-i',
    join(folder, 'run/pid'),
    '-d',
    '0',
  ]);
  await waitForPort('127.0.0.1', port, server);
  return server;
}

async function fill(
  folder: string,
  port: number,
  first: RunningProcess,
  { ldif = '', offline = false }: Ds389Options,
  secure: Secure | undefined,
): Promise<Ds389> {
  let server = first;
  const url = `ldap://127.0.0.1:${port}`;
  const asManager = ['-x', '-H', url, '-D', manager.dn, '-w', manager.password];
  const change = async (records: string): Promise<void> => {
    await runWithInput('ldapmodify', asManager, records);
  };
  if (!offline) await change(baseEntries + ldif.replace(/^(dn::? .*)$/gm, '$1\nchangetype: add'));
  return {
    url,
    suffix: ds389Suffix,
    reader,
    other,
    change,
    search: (...args) => runWithInput('ldapsearch', [...asManager, '-LLL', '-o', 'ldif-wrap=no', ...args], ''),
    restart: async () => {
      await server.stop('SIGTERM');
      server = await start(folder, port);
    },
    stop: () => server.stop('SIGTERM'),
    start: async () => void (server = await start(folder, port)),
    snapshot: async () => {
      const copy = await mkdtemp(join(folder, 'bak', 'copy-'));
      // With the logs beside them, of which it would make up what is missing.
      const parts = ['db', 'home'];
      for (const part of parts) await cp(join(folder, part), join(copy, part), { recursive: true });
      return async () => {
        for (const part of parts) {
          await rm(join(folder, part), { recursive: true });
          await cp(join(copy, part), join(folder, part), { recursive: true });
        }
      };
    },
    port,
    secureUrl: `ldaps://127.0.0.1:${secure?.port ?? 0}`,
    certificates: secure?.certificates,
    dispose: async () => {
      await server.stop('SIGKILL');
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function makeInstance(folder: string, port: number, changelogIds: boolean): Promise<void> {
  const folders = [
    '',
    'config',
    'config/schema',
    'db',
    'db/userroot',
    'home',
    'lock',
    'tmp',
    'ldif',
    'bak',
    'run',
    'log',
  ];
  for (const name of folders) {
    await mkdir(join(folder, name), { recursive: true });
  }
  const values: Readonly<Record<string, string>> = {
    schema_dir: `${folder}/config/schema`,
    lock_dir: `${folder}/lock`,
    tmp_dir: `${folder}/tmp`,
    cert_dir: `${folder}/config`,
    ldif_dir: `${folder}/ldif`,
    bak_dir: `${folder}/bak`,
    run_dir: `${folder}/run`,
    inst_dir: folder,
    log_dir: `${folder}/log`,
    config_dir: `${folder}/config`,
    db_dir: `${folder}/db`,
    db_home_dir: `${folder}/home`,
    db_lib: 'bdb',
    fqdn: 'localhost.localdomain',
    ds_port: String(port),
    // It would give up its rights, and then could not enter a temporary folder that is root's alone.
    ds_user: 'root',
    ds_suffix: ds389Suffix,
    ds_bename: 'userroot',
    rootdn: manager.dn,
    ds_passwd: hashed(manager.password),
    ldapi_enabled: 'off',
    ldapi: `${folder}/run/socket`,
    ldapi_autobind: 'off',
  };
  const parts = await Promise.all(
    ['template-dse.ldif', 'template-suffix-db.ldif'].map((name) => readFile(join(templates, name), 'utf8')),
  );
  const configuration = parts
    .join('\n\n')
    .replace(/^#.*\n/gm, '')
    .replace(/\n{3,}/g, '\n\n')
    .replace(/%(\w+)%/g, (_, name: string) => values[name] ?? '')
    .replace(/^dn: cn=Retro Changelog Plugin,.*$/m, (line) =>
      changelogIds ? `${line}\nnsslapd-attribute: nsuniqueid:targetUniqueId` : line,
    )
    .replace(/^dn: cn=config$/m, (line) => `${line}\nnsslapd-listenhost: 127.0.0.1\nnsslapd-sizelimit: -1`);
  await writeFile(join(folder, 'config/dse.ldif'), plugins.reduce(enable, configuration), { mode: 0o600 });
  for (const name of await readdir('/etc/dirsrv/config')) {
    await copyFile(join('/etc/dirsrv/config', name), join(folder, 'config', name));
  }
  await writeFile(join(folder, 'config/schema/99user.ldif'), 'dn: cn=schema\n', { mode: 0o600 });
}

interface Secure {
  readonly port: number;
  readonly certificates: Certificates;
}

/**
 * Red Hat Directory Server, "Using certificate-based client authentication": a database of NSS with the authority and
 * the certificate of the server, and certmap.conf, which finds who a certificate means.
 */
async function addTls(folder: string): Promise<Secure> {
  const home = join(folder, 'tls');
  await mkdir(home);
  const certificates = await createCertificates(home, { dns: ['localhost'], ip: ['127.0.0.1'] });
  const both = ['-inkey', certificates.keyFile, '-in', certificates.certificateFile, '-out', join(home, 'server.p12')];
  await run('openssl', ['pkcs12', '-export', ...both, '-name', 'Server-Cert', '-passout', 'pass:']);
  const database = ['-d', `sql:${join(folder, 'config')}`];
  await run('certutil', ['-N', '--empty-password', ...database]);
  await run('certutil', ['-A', '-n', 'Test CA', '-t', 'CT,,', '-i', certificates.caFile, ...database]);
  await run('pk12util', ['-i', join(home, 'server.p12'), '-W', '', ...database]);
  await writeFile(
    join(folder, 'config/certmap.conf'),
    'certmap default default\ndefault:DNComps\ndefault:FilterComps cn\ndefault:verifycert off\n',
  );
  const port = await freePort();
  const configuration = join(folder, 'config/dse.ldif');
  const text = await readFile(configuration, 'utf8');
  await writeFile(
    configuration,
    text.replace(
      /^dn: cn=config$/m,
      (line) => `${line}\nnsslapd-security: on\nnsslapd-secureport: ${port}\nnsslapd-securelistenhost: 127.0.0.1`,
    ),
  );
  return { port, certificates };
}

/** The server takes no password in clear here. */
function hashed(password: string): string {
  const salt = 'saltsalt';
  return `{SSHA}${Buffer.concat([
    createHash('sha1')
      .update(password + salt)
      .digest(),
    Buffer.from(salt),
  ]).toString('base64')}`;
}

/** Switches a plug-in on, in the text of dse.ldif. */
function enable(configuration: string, plugin: string): string {
  const at = configuration.indexOf(`dn: cn=${plugin},cn=plugins,cn=config`);
  if (at < 0) throw new Error(`the template of 389 Directory Server has no ${plugin}`);
  return configuration.slice(0, at) + configuration.slice(at).replace(/^(nsslapd-pluginenabled): off$/im, '$1: on');
}

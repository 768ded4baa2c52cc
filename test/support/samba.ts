import { execFile } from 'node:child_process';
import { createHash, randomInt } from 'node:crypto';
import { access, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { runWithInput, startProcess, waitForPort } from './process.ts';
import { createCertificates, type Certificates } from './tls.ts';

const run = promisify(execFile);

export interface SambaOptions {
  /**
   * Entries to start with, as LDIF, below `sambaSuffix`. Loading them is slow; the result is kept in the temporary
   * folder of the machine, under a hash of this text.
   */
  readonly ldif?: string;
}

/** A running Samba domain controller: Active Directory as far as LDAP shows it. */
export interface Samba {
  readonly url: string;
  readonly secureUrl: string;
  readonly certificates: Certificates;
  readonly suffix: string;
  readonly administrator: { readonly dn: string; readonly password: string };
  /** Applies LDIF change records as the administrator. */
  change(ldif: string): Promise<void>;
  /** What ldapsearch prints, as the administrator. */
  search(...args: string[]): Promise<string>;
  /** Reads the database itself, with ldbsearch: shows GUIDs and SIDs as Windows tools do. */
  inspectDatabase(...args: string[]): Promise<string>;
  /** Adds an access rule to an entry, in SDDL (MS-DTYP §2.5.1.1): `(D;;RP;;;AU)`. */
  addRule(dn: string, sddl: string): Promise<void>;
  dispose(): Promise<void>;
}

export const sambaSuffix = 'DC=lab,DC=example,DC=org';
const administrator = { dn: `CN=Administrator,CN=Users,${sambaSuffix}`, password: 'Passw0rd.Lab' };

/** Stands for the folder in smb.conf of the snapshot; the rest of a provisioned domain holds no paths. */
const placeholder = '@FOLDER@';

/** How the domain is made. */
const provision = [
  'domain',
  'provision',
  '--realm=LAB.EXAMPLE.ORG',
  '--domain=LAB',
  '--server-role=dc',
  '--host-name=dc1',
  '--host-ip=127.0.0.1',
  '--dns-backend=NONE',
  '--backend-store=tdb',
  `--adminpass=${administrator.password}`,
  '--option=server services=ldap',
  '--option=vfs objects=',
];

/**
 * Starts a Samba domain controller in a temporary folder, on an own address of 127.0.0.0/8: its ports 389 and 636 are
 * fixed, so this needs root. The first start on a machine provisions the domain (5–30 s); later ones take about 1 s.
 */
export async function startSamba(options: SambaOptions = {}): Promise<Samba> {
  const snapshot = await prepareSnapshot(options.ldif);
  const folder = await mkdtemp(join(tmpdir(), 'dir2scim-samba-'));
  try {
    await run('tar', ['-xzf', snapshot, '-C', folder]);
    return await startIn(folder);
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

async function startIn(folder: string): Promise<Samba> {
  const address = `127.${randomInt(1, 255)}.${randomInt(256)}.${randomInt(2, 255)}`;
  const certificates = await createCertificates(folder, { dns: ['dc1.lab.example.org'], ip: [address] });
  const configuration = join(folder, 'etc/smb.conf');
  const provisioned = (await readFile(configuration, 'utf8')).replaceAll(placeholder, folder);
  await writeFile(
    configuration,
    provisioned.replace('[global]', `[global]\n${settings(folder, address, certificates)}`),
  );
  await mkdir(join(folder, 'run'));
  await mkdir(join(folder, 'log'));
  const server = await startProcess('/usr/sbin/samba', [
    '--foreground',
    '--no-process-group',
    '--model=single',
    `--configfile=${configuration}`,
  ]);
  await waitForPort(address, 636, server);
  const url = `ldap://${address}`;
  const asAdministrator = ['-x', '-H', url, '-D', administrator.dn, '-w', administrator.password];
  return {
    url,
    secureUrl: `ldaps://${address}`,
    certificates,
    suffix: sambaSuffix,
    administrator,
    change: async (ldif) => {
      await runWithInput('ldapmodify', asAdministrator, ldif);
    },
    search: (...args) => runWithInput('ldapsearch', [...asAdministrator, '-LLL', '-o', 'ldif-wrap=no', ...args], ''),
    inspectDatabase: (...args) => runWithInput('ldbsearch', ['-H', join(folder, 'private/sam.ldb'), ...args], ''),
    addRule: async (dn, sddl) => {
      await run('samba-tool', [
        'dsacl',
        'set',
        '-H',
        join(folder, 'private/sam.ldb'),
        `--configfile=${configuration}`,
        `--objectdn=${dn}`,
        `--sddl=${sddl}`,
      ]);
    },
    dispose: async () => {
      await server.stop('SIGKILL');
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function settings(folder: string, address: string, certificates: Certificates): string {
  return [
    `interfaces = ${address}/8`,
    'bind interfaces only = yes',
    // Without it, a simple bind without TLS is refused with strongerAuthRequired (8).
    'ldap server require strong auth = no',
    `pid directory = ${folder}/run`,
    `log file = ${folder}/log/log.%m`,
    `posix:eadb = ${folder}/eadb.tdb`,
    `tls cafile = ${certificates.caFile}`,
    `tls certfile = ${certificates.certificateFile}`,
    `tls keyfile = ${certificates.keyFile}`,
  ].join('\n');
}

/** The file with a provisioned domain (and the entries), made when it is not there yet. */
async function prepareSnapshot(ldif = ''): Promise<string> {
  const { stdout: version } = await run('/usr/sbin/samba', ['--version']);
  const key = createHash('sha256')
    .update([version, ...provision, ldif].join('\0'))
    .digest('hex')
    .slice(0, 16);
  const snapshot = join(tmpdir(), `dir2scim-samba-${key}.tar.gz`);
  if (await exists(snapshot)) return snapshot;
  const folder = await mkdtemp(join(tmpdir(), 'dir2scim-provision-'));
  try {
    await writeFile(join(folder, 'seed.conf'), '[global]\n'); // or samba-tool takes over the machine's own shares
    await run('samba-tool', [
      ...provision,
      `--configfile=${folder}/seed.conf`,
      `--targetdir=${folder}`,
      `--option=posix:eadb=${folder}/eadb.tdb`,
    ]);
    if (ldif !== '') await runWithInput('ldbadd', ['--nosync', '-H', `${folder}/private/sam.ldb`], ldif);
    const configuration = join(folder, 'etc/smb.conf');
    await writeFile(configuration, (await readFile(configuration, 'utf8')).replaceAll(folder, placeholder));
    // Two test files may do this at the same time; the rename makes that harmless.
    const part = `${snapshot}.${process.pid}`;
    await run('tar', ['-czf', part, '-C', folder, '.']);
    await rename(part, snapshot);
    return snapshot;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function exists(file: string): Promise<boolean> {
  try {
    await access(file);
    return true;
  } catch {
    return false;
  }
}

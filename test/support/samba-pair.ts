import { execFile } from 'node:child_process';
import { createHash, randomInt } from 'node:crypto';
import { access, cp, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { runWithInput, startProcess, waitForPort, type RunningProcess } from './process.ts';

const run = promisify(execFile);

export const pairSuffix = 'DC=lab,DC=example,DC=org';
export const pairAdministrator = { dn: `CN=Administrator,CN=Users,${pairSuffix}`, password: 'Passw0rd.Lab' };

/** One of two domain controllers of the same domain. */
export interface PairedServer {
  readonly url: string;
  /** Applies LDIF change records as the administrator. */
  change(ldif: string): Promise<void>;
  /** What ldapsearch prints, as the administrator. */
  search(...args: string[]): Promise<string>;
  stop(): Promise<void>;
  start(): Promise<void>;
  /** Takes a snapshot of the stopped server's database; the result sets the stopped server back to it. */
  snapshot(): Promise<() => Promise<void>>;
}

/** Two Samba domain controllers that replicate when they are told to, and not otherwise. */
export interface SambaPair {
  readonly first: PairedServer;
  readonly second: PairedServer;
  /** Brings the changes of the one to the other. Both have to run. */
  replicate(from: 'first' | 'second'): Promise<void>;
  dispose(): Promise<void>;
}

const names = { first: 'dc1', second: 'dc2' } as const;
type Which = keyof typeof names;

/** Stand for folder and addresses in the snapshot. */
const placeholders = { folder: '@FOLDER@', first: '@FIRST@', second: '@SECOND@' } as const;

interface Place {
  readonly folder: string;
  readonly addresses: Readonly<Record<Which, string>>;
}

/** Replication needs RPC and Kerberos; without `drepl` nothing replicates by itself. */
const common = [
  '--dns-backend=NONE',
  '--option=bind interfaces only=yes',
  '--option=server services=rpc, ldap, cldap, kdc',
  '--option=vfs objects=',
];

/**
 * Starts two domain controllers in a temporary folder. Their ports are fixed and they look for each other by name, so
 * this needs root: each runs with an own view of /etc/hosts. The first start on a machine makes the domain (20 s).
 */
export async function startSambaPair(): Promise<SambaPair> {
  const snapshot = await prepareSnapshot();
  const place = await makePlace('dir2scim-pair-');
  const servers: PairedServer[] = [];
  const dispose = async (): Promise<void> => {
    for (const server of servers) await server.stop();
    await rm(place.folder, { recursive: true, force: true });
  };
  try {
    await run('tar', ['-xzf', snapshot, '-C', place.folder]);
    const prepare = async (which: Which): Promise<PairedServer> => {
      await replaceInConfiguration(place, which, 'fill');
      const server = createServer(place, which);
      servers.push(server);
      await server.start();
      return server;
    };
    const first = await prepare('first');
    const second = await prepare('second');
    const replicate = async (from: Which): Promise<void> => {
      const to = from === 'first' ? 'second' : 'first';
      await inNamespace(place, [
        'samba-tool',
        'drs',
        'replicate',
        `${names[to]}.lab.example.org`,
        `${names[from]}.lab.example.org`,
        pairSuffix,
        '--local',
        '-U',
        `LAB\\administrator%${pairAdministrator.password}`,
        `--configfile=${configurationOf(place, to)}`,
      ]);
    };
    return { first, second, replicate, dispose };
  } catch (error) {
    await dispose();
    throw error;
  }
}

function createServer(place: Place, which: Which): PairedServer {
  const address = place.addresses[which];
  const url = `ldap://${address}`;
  const asAdministrator = ['-x', '-H', url, '-D', pairAdministrator.dn, '-w', pairAdministrator.password];
  const database = join(place.folder, names[which], 'private');
  let server: RunningProcess | undefined;
  return {
    url,
    change: async (ldif) => {
      await runWithInput('ldapmodify', asAdministrator, ldif);
    },
    search: (...args) => runWithInput('ldapsearch', [...asAdministrator, '-LLL', '-o', 'ldif-wrap=no', ...args], ''),
    stop: async () => {
      await server?.stop('SIGKILL');
    },
    start: async () => {
      const [command = '', ...args] = namespaced(place, [
        '/usr/sbin/samba',
        '--foreground',
        '--no-process-group',
        '--model=single',
        `--configfile=${configurationOf(place, which)}`,
      ]);
      server = await startProcess(command, args, environment(place));
      await waitForPort(address, 389, server);
    },
    snapshot: async () => {
      const copy = await mkdtemp(join(place.folder, 'snapshot-'));
      await cp(database, copy, {
        recursive: true,
        filter: (file) => !file.includes('ldap_priv') && !file.includes('ldapi'),
      });
      return async () => {
        await rm(database, { recursive: true });
        await cp(copy, database, { recursive: true });
      };
    },
  };
}

/** The file with two joined domain controllers, made when it is not there yet. */
async function prepareSnapshot(): Promise<string> {
  const { stdout: version } = await run('/usr/sbin/samba', ['--version']);
  const key = createHash('sha256')
    .update([version, ...common].join('\0'))
    .digest('hex')
    .slice(0, 16);
  const snapshot = join(tmpdir(), `dir2scim-pair-${key}.tar.gz`);
  if (await exists(snapshot)) return snapshot;
  const place = await makePlace('dir2scim-pairing-');
  const { folder, addresses } = place;
  const own = (which: Which): string[] => [
    `--configfile=${folder}/seed.conf`,
    `--targetdir=${folder}/${names[which]}`,
    `--option=interfaces=${addresses[which]}/8`,
    `--option=posix:eadb=${folder}/${names[which]}/eadb.tdb`,
    ...common,
  ];
  const first = createServer(place, 'first');
  try {
    await writeFile(join(folder, 'seed.conf'), '[global]\n'); // or samba-tool takes over the machine's own shares
    await inNamespace(place, [
      'samba-tool',
      'domain',
      'provision',
      '--realm=LAB.EXAMPLE.ORG',
      '--domain=LAB',
      '--server-role=dc',
      '--host-name=dc1',
      `--host-ip=${addresses.first}`,
      `--adminpass=${pairAdministrator.password}`,
      ...own('first'),
    ]);
    await addSettings(place, 'first');
    await first.start();
    await inNamespace(place, [
      'samba-tool',
      'domain',
      'join',
      'lab.example.org',
      'DC',
      '-U',
      `LAB\\administrator%${pairAdministrator.password}`,
      '--option=workgroup=LAB',
      '--option=realm=LAB.EXAMPLE.ORG',
      '--option=netbios name=dc2',
      '--server=dc1.lab.example.org',
      ...own('second'),
    ]);
    await first.stop();
    await addSettings(place, 'second');
    for (const which of ['first', 'second'] as const) await replaceInConfiguration(place, which, 'clear');
    // Two test files may do this at the same time; the rename makes that harmless.
    const part = `${snapshot}.${process.pid}`;
    await run('tar', ['-czf', part, '-C', folder, 'dc1', 'dc2']);
    await rename(part, snapshot);
    return snapshot;
  } finally {
    await first.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

async function makePlace(prefix: string): Promise<Place> {
  const folder = await mkdtemp(join(tmpdir(), prefix));
  const net = `127.${randomInt(1, 255)}.${randomInt(256)}`;
  const addresses = { first: `${net}.20`, second: `${net}.21` };
  const hosts = (['first', 'second'] as const).map(
    (which) => `${addresses[which]} ${names[which]}.lab.example.org ${names[which]}`,
  );
  await writeFile(join(folder, 'hosts'), `127.0.0.1 localhost\n${hosts.join('\n')}\n`);
  await writeFile(join(folder, 'resolv.conf'), `nameserver ${addresses.first}\n`);
  await writeFile(
    join(folder, 'krb5.conf'),
    '[libdefaults]\n default_realm = LAB.EXAMPLE.ORG\n dns_lookup_kdc = false\n dns_lookup_realm = false\n' +
      `[realms]\n LAB.EXAMPLE.ORG = {\n  kdc = ${addresses.first}\n }\n`,
  );
  return { folder, addresses };
}

/** Runs it with an own /etc/hosts and /etc/resolv.conf, which end with it. */
function namespaced({ folder }: Place, command: readonly string[]): string[] {
  const mounts = 'mount --bind "$0/hosts" /etc/hosts && mount --bind "$0/resolv.conf" /etc/resolv.conf && exec "$@"';
  return ['unshare', '--mount', 'sh', '-c', mounts, folder, ...command];
}

async function inNamespace(place: Place, command: readonly string[]): Promise<void> {
  const [program = '', ...args] = namespaced(place, command);
  await run(program, args, { env: { ...process.env, ...environment(place) } });
}

function environment({ folder }: Place): NodeJS.ProcessEnv {
  return { KRB5_CONFIG: join(folder, 'krb5.conf'), KRB5CCNAME: `FILE:${join(folder, 'tickets')}` };
}

function configurationOf({ folder }: Place, which: Which): string {
  return join(folder, names[which], 'etc/smb.conf');
}

async function addSettings(place: Place, which: Which): Promise<void> {
  const folder = join(place.folder, names[which]);
  await mkdir(join(folder, 'run'), { recursive: true });
  await mkdir(join(folder, 'log'), { recursive: true });
  const settings = [
    'ldap server require strong auth = no',
    `log file = ${folder}/log/log.%m`,
    `pid directory = ${folder}/run`,
    `ncalrpc dir = ${folder}/ncalrpc`,
    `winbindd socket directory = ${folder}/winbindd`,
    `ntp signd socket directory = ${folder}/ntp`,
    'rpc server dynamic port range = 20000-20050',
  ];
  const configuration = configurationOf(place, which);
  const text = await readFile(configuration, 'utf8');
  await writeFile(configuration, text.replace('[global]', `[global]\n${settings.join('\n')}`));
}

/** Fills the placeholders in smb.conf, or puts them in place of folder and addresses. */
async function replaceInConfiguration(
  { folder, addresses }: Place,
  which: Which,
  how: 'fill' | 'clear',
): Promise<void> {
  const configuration = join(folder, names[which], 'etc/smb.conf');
  let text = await readFile(configuration, 'utf8');
  const pairs = [
    [placeholders.folder, folder],
    [placeholders.first, addresses.first],
    [placeholders.second, addresses.second],
  ] as const;
  for (const [placeholder, value] of pairs) {
    text = how === 'fill' ? text.replaceAll(placeholder, value) : text.replaceAll(value, placeholder);
  }
  await writeFile(configuration, text);
}

async function exists(file: string): Promise<boolean> {
  try {
    await access(file);
    return true;
  } catch {
    return false;
  }
}

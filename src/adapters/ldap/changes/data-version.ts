import { csnsIn } from '../../../core/directory/counters.ts';
import { dnKey, isWithin } from '../../../core/directory/dn.ts';
import type { Counters, DataVersion } from '../../../core/model/data-version.ts';
import type { Entry } from '../../../core/model/entry.ts';
import type { OpenDirectory } from '../connect/open-directory.ts';
import type { ChangeStrategy, Cursor } from './change-strategy.ts';
import { readBase } from '../read/read-base.ts';
import { cookiesIn } from './syncrepl.ts';
import { positionIn } from './usn-position.ts';
import { domainOf } from './usn-domain.ts';

/** A feed and where it stands. */
interface FeedPosition {
  readonly strategy: Pick<ChangeStrategy, 'name'>;
  readonly cursor: Cursor;
}

/**
 * Of which data a complete reading is that begins now:
 *
 *   server           | counters                                                                      | tells all
 *   -----------------+-------------------------------------------------------------------------------+----------------
 *   OpenLDAP         | contextCSN by server id: from the cookie of syncrepl, or as the root of the   | with syncrepl
 *                    | database shows it (without the syncprov overlay it never moves)               |
 *   Active Directory | highestCommittedUSN of this database (invocationId), and how far it has taken | yes
 *                    | in the changes of others (replUpToDateVector, MS-DRSR §5.166), where shown    |
 *   389              | lastusn (else lastchangenumber) of this server; the highest change of each    | with lastusn
 *                    | replica (RUV), where shown                                                    |
 *   others           | none: the stamps of the entries are all there is                              | no
 */
export async function readVersion(directory: OpenDirectory, feed: FeedPosition | undefined): Promise<DataVersion> {
  const told = feed === undefined ? undefined : versionAt(directory, feed);
  const { server } = directory.session;
  switch (directory.kind) {
    case 'active-directory': {
      const others = await readUpToDateVector(directory);
      return {
        server,
        has: { ...others, ...told?.has },
        shows: { ...others, ...told?.shows },
        tellsAll: told !== undefined,
      };
    }
    case 'openldap': {
      if (told !== undefined) return told;
      const counters = await readContextCsn(directory);
      return { server, has: counters, shows: counters, tellsAll: false };
    }
    case '389ds': {
      const replicas = await readReplicas(directory);
      const counters = { ...replicas, ...(await readCounts(directory)) };
      const tellsAll = Object.keys(counters).some((name) => name.includes(' lastusn'));
      return { server, has: counters, shows: counters, tellsAll, isLocal: Object.keys(replicas).length === 0 };
    }
    case 'generic':
      return { server, has: {}, shows: {}, tellsAll: false };
  }
}

/** What a cursor tells without asking anybody; undefined where it tells nothing. */
export function versionAt(directory: OpenDirectory, { strategy, cursor }: FeedPosition): DataVersion | undefined {
  const { server } = directory.session;
  if (strategy.name === 'usn' || strategy.name === 'dirsync') {
    const { server: database, usn } = positionIn(cursor);
    const own = { [`usn ${database}`]: usn };
    // How far others have taken in its changes is compared with what it has itself.
    return { server, has: { ...own, [`replicated ${database}`]: usn }, shows: own, tellsAll: true };
  }
  if (strategy.name === 'syncrepl' && directory.kind === 'openldap') {
    const counters: Record<string, string> = {};
    for (const [base, cookie] of Object.entries(cookiesIn(cursor)))
      Object.assign(counters, csnsIn(contextOf(directory, base), cookie));
    return { server, has: counters, shows: counters, tellsAll: true };
  }
  return undefined;
}

/**
 * Adds to what is shown the highest change number among the entries that were visited: of another domain controller it
 * can be asked whether it has taken in that much. The highest number of all may be that of a change that no other
 * controller ever gets.
 */
export function withNewest(version: DataVersion | undefined, entries: NewestUsn): DataVersion | undefined {
  const database = Object.keys(version?.shows ?? {})
    .find((name) => name.startsWith('usn '))
    ?.slice('usn '.length);
  if (version === undefined || database === undefined || entries.usn === 0n) return version;
  return { ...version, shows: { ...version.shows, [`replicated ${database}`]: String(entries.usn) } };
}

/** Keeps the highest change number (Active Directory) of the entries that it is shown. */
export class NewestUsn {
  usn = 0n;

  note({ stamp }: Entry): void {
    const number = /^usnchanged=(\d+)$/.exec(stamp ?? '')?.[1];
    if (number !== undefined && BigInt(number) > this.usn) this.usn = BigInt(number);
  }
}

function contextOf({ rootDse }: OpenDirectory, base: string): string {
  return rootDse.get('namingcontexts')?.find((context) => isWithin(dnKey(base), dnKey(context))) ?? base;
}

function contexts(directory: OpenDirectory): string[] {
  const { users, groups } = directory.options;
  return [...new Set([...(users?.bases ?? []), ...(groups?.bases ?? [])].map((base) => contextOf(directory, base)))];
}

async function readContextCsn(directory: OpenDirectory): Promise<Counters> {
  const counters: Record<string, string> = {};
  for (const context of contexts(directory)) {
    const values = (await readBase(directory, context, ['contextCSN'])).get('contextcsn') ?? [];
    Object.assign(counters, csnsIn(context, values.map(String).join(' ')));
  }
  return counters;
}

/**
 * The count of this one server, for the databases that are read (`lastusn;userroot`, USN plug-in). That of the changelog
 * falls with each restart. Without the plug-in: the number of the last change (`lastchangenumber`, retro changelog).
 */
async function readCounts(directory: OpenDirectory): Promise<Counters> {
  const { server } = directory.session;
  const shown = await readBase(directory, '', ['lastusn', 'lastchangenumber', 'nsBackendSuffix']);
  const own = new Set(contexts(directory).map(dnKey));
  const others = new Set([
    'changelog',
    ...(shown.get('nsbackendsuffix') ?? []).flatMap((value) => {
      const [, name = '', suffix = ''] = /^([^:]+):(.*)$/.exec(String(value)) ?? [];
      return own.has(dnKey(suffix)) ? [] : [name.toLowerCase()];
    }),
  ]);
  const counts = [...shown].flatMap(([name, [value]]): [string, string][] => {
    const [, backend] = /^lastusn(?:;(.+))?$/.exec(name) ?? [];
    return value === undefined || !name.startsWith('lastusn') || others.has(backend?.toLowerCase() ?? '')
      ? []
      : [[`${server} ${name}`, String(value)]];
  });
  const last = shown.get('lastchangenumber')?.[0];
  return Object.fromEntries(
    counts.length > 0 || last === undefined ? counts : [[`${server} lastchangenumber`, String(last)]],
  );
}

/**
 * The entry in which 389 Directory Server keeps how far each replica has come (nsds50ruv). It is found below the suffix and
 * not at it, and is a tombstone, which few accounts are shown; others go by when entries changed last.
 */
const replicaUpdateVector = '(&(nsuniqueid=ffffffff-ffffffff-ffffffff-ffffffff)(objectclass=nstombstone))';

async function readReplicas(directory: OpenDirectory): Promise<Counters> {
  const counters: Record<string, string> = {};
  for (const context of contexts(directory)) {
    const values =
      (await readBase(directory, context, ['nsds50ruv'], replicaUpdateVector, 'sub')).get('nsds50ruv') ?? [];
    for (const value of values) {
      // A replica that has taken in nothing yet of another one names it without a number.
      const [, replica, highest = ''] =
        /^\{replica (\d+)[^}]*\}(?: [0-9a-f]{20} ([0-9a-f]{20}))?/.exec(String(value)) ?? [];
      if (replica !== undefined) counters[`ruv ${dnKey(context)} ${replica}`] = highest;
    }
  }
  return counters;
}

/** Sizes in bytes of the header and of one cursor, in versions 1 and 2 (MS-DRSR §5.165, §5.166). */
const layouts: Readonly<Record<number, { readonly cursor: number }>> = { 1: { cursor: 24 }, 2: { cursor: 32 } };
const headerSize = 16;

/** How far a domain controller has taken in the changes of the others, by their databases. Empty where it is not shown. */
async function readUpToDateVector(directory: OpenDirectory): Promise<Counters> {
  const [value] =
    (await readBase(directory, domainOf(directory), ['replUpToDateVector'])).get('repluptodatevector') ?? [];
  if (value === undefined) return {};
  return decodeUpToDateVector(typeof value === 'string' ? Buffer.from(value) : Buffer.from(value));
}

/** UPTODATE_VECTOR: version, reserved, number of cursors, reserved; then invocationId, USN and, in version 2, a time each. */
function decodeUpToDateVector(bytes: Buffer): Counters {
  const counters: Record<string, string> = {};
  if (bytes.length < headerSize) return counters;
  const layout = layouts[bytes.readUInt32LE(0)];
  if (layout === undefined) return counters;
  const count = bytes.readUInt32LE(8);
  for (let index = 0; index < count; index += 1) {
    const at = headerSize + index * layout.cursor;
    if (at + 24 > bytes.length) break;
    counters[`replicated ${bytes.toString('hex', at, at + 16)}`] = String(bytes.readBigUInt64LE(at + 16));
  }
  return counters;
}

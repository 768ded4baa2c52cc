import type { FileHandle } from 'node:fs/promises';
import { basename } from 'node:path';
import { typeName, underAskedNames, type TypeNames } from '../../core/directory/attribute-types.ts';
import { checkIdentity } from '../../core/directory/identity.ts';
import { kindRules, type ServerKind } from '../../core/directory/kinds.ts';
import { defaultReadingLimits, type ReadingLimits } from '../../core/directory/reading-limits.ts';
import { requiredOfGroups } from '../../core/directory/object-classes.ts';
import type { DirectoryIdentity } from '../../core/model/directory-identity.ts';
import type { Entry, ResourceType } from '../../core/model/entry.ts';
import type { DirectoryFacts, DirectorySource, ReadRequest, ReadOutcome } from '../../ports/directory-source.ts';
import type { FileHints } from './file-kind.ts';
import { invalid, throwIfInterrupted } from './invalid.ts';
import { contentMark, withFile } from './open-file.ts';
import { openToAll } from './open-to-all.ts';
import { readRecords } from './read-records.ts';
import type { LdifRecord } from './record.ts';
import { NamelessRecords, recordId } from './record-id.ts';
import { checkScope, createClassifier, type LdifScope, defaultFilter, type LdifScopes } from './search.ts';
import { scanFile } from './scan-file.ts';
import { attributesIn, parseFilter } from '../../core/directory/filter.ts';
import { inWords } from '../../core/wording/count.ts';

export interface LdifSourceOptions {
  /** Name of the directory in the configuration. */
  readonly name: string;
  readonly path: string;
  readonly users?: LdifScope | undefined;
  readonly groups?: LdifScope | undefined;
  /** What kind of server the file was exported from; without it, what most of its records look like. */
  readonly exportedFrom?: ServerKind | undefined;
  /** Which attribute is the source id; without it objectGUID, nsUniqueId or entryUUID, whichever most of the records have. */
  readonly idAttribute?: string | undefined;
  /** How long the file must have been left alone before it is read. Half a second when it is not given. */
  readonly settleMilliseconds?: number | undefined;
  /** What a reading may take; `defaultReadingLimits` when it is not given. */
  readonly limits?: ReadingLimits | undefined;
}

/**
 * An LDIF file (RFC 2849, content records) as a directory. Each reading opens the file anew. One that is as it was when
 * it was read last is not read again; any other is gone through twice, one record in memory at a time: to see that the
 * whole file can be trusted, and for its entries.
 *
 * Errors: D2S_LDIF_INVALID (with the line), D2S_ENTRY_WITHOUT_ID, D2S_DIRECTORY_CHANGED, D2S_DIRECTORY_UNREACHABLE (the file cannot be
 * opened), D2S_INTERRUPTED, D2S_FILTER_INVALID (at creation), and whatever `visit` throws.
 */
export function createLdifSource(options: LdifSourceOptions): DirectorySource {
  const { name, path, exportedFrom, idAttribute, settleMilliseconds = 500 } = options;
  const scopes = { user: options.users ?? {}, group: options.groups ?? {} };
  for (const scope of Object.values(scopes)) checkScope(scope);
  const { maximumEntries } = options.limits ?? defaultReadingLimits;
  const source: LdifFile = { name, path, scopes, asked: { kind: exportedFrom, idAttribute }, maximumEntries };
  return {
    name,
    inspect: (signal) => withFile(path, settleMilliseconds, signal, (file) => inspectFile(file, source, signal)),
    read: (request) => withFile(path, settleMilliseconds, request.signal, (file) => readFile(file, source, request)),
  };
}

/** Which file is read, and how. */
interface LdifFile {
  readonly name: string;
  readonly path: string;
  readonly scopes: Readonly<Record<ResourceType, LdifScope>>;
  /** What the configuration says about the server it was exported from. */
  readonly asked: Omit<FileHints, 'expected'>;
  readonly maximumEntries: number;
}

async function inspectFile(file: FileHandle, source: LdifFile, signal: AbortSignal): Promise<DirectoryFacts> {
  const { path, scopes } = source;
  const { identity, records } = await scanFile(file, path, source.asked, signal);
  const classify = createClassifier(scopes, identity.kind);
  const counts = { user: 0, group: 0 };
  const names = new Set<string>();
  for await (const record of readRecords(file, path, signal)) {
    const type = classify(record);
    if (type !== undefined) counts[type] += 1;
    for (const name of record.attributes.keys()) names.add(name);
  }
  return {
    kind: 'ldif',
    idAttribute: identity.idAttribute,
    identity,
    preset: kindRules[identity.kind].preset,
    server: path,
    attributeNames: [...names],
    openToAll: await openToAll(path),
    warnings: describeEmptiness(counts, names, scopes, identity.kind),
    details: [
      `entries: ${records}`,
      `exported from: ${identity.kind}`,
      `users: ${counts.user}`,
      `groups: ${counts.group}`,
    ],
  };
}

async function readFile(file: FileHandle, source: LdifFile, request: ReadRequest): Promise<ReadOutcome> {
  const { name, path, asked } = source;
  const { expected, since, signal } = request;
  const mark = await contentMark(file);
  if (mark !== undefined && mark === since?.watermark) return { kind: 'delta', watermark: mark, gone: [] };
  const { identity, counters } = await scanFile(file, path, { ...asked, expected }, signal);
  checkIdentity(name, expected, identity);
  await visitEntries(file, source, identity, request);
  // slapd may have gone on since it wrote contextCSN: it does so now and then.
  return {
    kind: 'complete',
    identity,
    watermark: mark,
    settled: true,
    version: { server: basename(path), has: counters, shows: counters, tellsAll: false },
    openToAll: await openToAll(path),
  };
}

async function visitEntries(
  file: FileHandle,
  { name, path, scopes, maximumEntries }: LdifFile,
  { kind, idAttribute }: DirectoryIdentity,
  { attributes, visit, signal }: ReadRequest,
): Promise<void> {
  const classify = createClassifier(scopes, kind);
  // Active Directory has one name for each attribute, and there `street` and `streetAddress` are two.
  const typeNames: TypeNames = kind === 'active-directory' ? (spelled) => spelled : typeName;
  const nameless = new NamelessRecords();
  let entries = 0;
  for await (const record of readRecords(file, path, signal)) {
    entries += 1;
    if (entries > maximumEntries)
      throw invalid(
        path,
        record.line,
        `more than ${maximumEntries} entries`,
        'look where the file comes from; where the directory is so large, raise limits.maximumEntries',
      );
    const type = classify(record);
    if (type === undefined) continue;
    const id = recordId(record, idAttribute);
    if (id === undefined) nameless.add(record);
    else
      await visit(
        withHidden(toEntry(record, { id, directory: name, type }, attributes[type], typeNames), record, kind),
      );
    throwIfInterrupted(signal, path);
  }
  nameless.check(idAttribute, path);
}

/** An export of OpenLDAP that shows a group without members was made by an account that may not read them. */
function withHidden(entry: Entry, { attributes }: LdifRecord, kind: ServerKind): Entry {
  if (kind !== 'openldap' || entry.type !== 'group') return entry;
  const hidden = [...requiredOfGroups((attributes.get('objectclass') ?? []).map(String))].filter(
    (name) => !entry.attributes.has(name),
  );
  return hidden.length === 0 ? entry : { ...entry, hidden: new Set(hidden) };
}

function toEntry(
  record: LdifRecord,
  who: Pick<Entry, 'id' | 'directory' | 'type'>,
  asked: ReadonlySet<string>,
  typeNames: TypeNames,
): Entry {
  return {
    ...who,
    dn: record.dn,
    attributes: underAskedNames(record.attributes, asked, typeNames),
    stamp: stampOf(record),
  };
}

/** When the entry changed last, where the file has it. */
function stampOf({ attributes }: LdifRecord): string | undefined {
  const name = ['entrycsn', 'modifytimestamp'].find((one) => attributes.has(one));
  return name === undefined ? undefined : `${name}=${String(attributes.get(name)?.[0])}`;
}

/**
 * Why nobody in a file counts as a user or a group: more often a mistake than not. Many files have no groups, and nobody
 * wants any.
 *
 * @param names of the attributes that any record has, in lower case
 */
function describeEmptiness(
  counts: Readonly<Record<ResourceType, number>>,
  names: ReadonlySet<string>,
  scopes: LdifScopes,
  kind: ServerKind,
): string[] {
  return (['user', 'group'] as const).flatMap((type): string[] => {
    const { filter, bases } = scopes[type] ?? {};
    if (counts[type] > 0 || (type === 'group' && filter === undefined && bases === undefined)) return [];
    const where = bases === undefined ? 'in the file' : `below ${inWords(bases, 'or')}`;
    if (filter === undefined)
      return [
        `${type}s${bases === undefined ? '' : '.bases'}: the filter for this kind of directory finds nobody ${where}: ${defaultFilter(type, kind)}`,
      ];
    const missing = [...new Set(attributesIn(parseFilter(filter)))].filter((name) => !names.has(name));
    return [
      `${type}s.filter: finds nobody ${where}${missing.length === 0 ? '' : `; no record has ${inWords(missing, 'or')}`}`,
    ];
  });
}

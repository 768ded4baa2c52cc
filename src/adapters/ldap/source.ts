import { PresenceFilter, SearchRequest } from 'ldapts';
import { parseFilter } from '../../core/directory/filter.ts';
import { checkIdentity } from '../../core/directory/identity.ts';
import { BridgeError } from '../../core/model/errors.ts';
import type { Entry, SourceId } from '../../core/model/entry.ts';
import type { AbsenceReason } from '../../core/model/reading.ts';
import type { Absent, DirectorySource, ReadRequest, ReadOutcome } from '../../ports/directory-source.ts';
import { chooseStrategy, type StrategyChoice } from './changes/choose.ts';
import { NewestUsn, readVersion, withNewest } from './changes/data-version.ts';
import { lookUpAbsent } from './changes/look-up.ts';
import { readChanges } from './changes/read-changes.ts';
import { hashScope } from './changes/scope-hash.ts';
import { visitMissing } from './changes/visit-missing.ts';
import { printWatermark } from './changes/watermark.ts';
import { changesText, describe } from './describe.ts';
import { monotonic } from './shared/monotonic.ts';
import { nameError } from './name-error.ts';
import { openDirectory, timed } from './connect/open.ts';
import type { OpenDirectory } from './connect/open-directory.ts';
import type { LdapSourceOptions } from './shared/options.ts';
import { readRootDse } from './connect/root-dse.ts';
import { searchScopes } from './read/scoped-search.ts';
import { createServerChoice, type ServerChoice } from './connect/server-choice.ts';
import { isWatchable, watchDirectory } from './watch.ts';
import { dnKey, isWithin } from '../../core/directory/dn.ts';
import type { DirectoryIdentity } from '../../core/model/directory-identity.ts';
import { contextsWithBases } from './connect/contexts.ts';
import { readSourceId } from './read/entry-id.ts';

/**
 * A directory server as a source. Each call opens a session of its own (connect, TLS, bind, rootDSE), reads all pages
 * of all bases with it, users before groups, and closes it. Nothing is retried and nothing reconnects: a connection
 * that breaks ends the reading with an error.
 *
 * Errors: D2S_DIRECTORY_UNREACHABLE, _TLS, _AUTH, _BASE_MISSING, _CHANGED, _READ_INCOMPLETE, D2S_ENTRY_WITHOUT_ID,
 * D2S_CLEARTEXT_REFUSED (by a reference), D2S_INTERRUPTED, D2S_FILTER_INVALID (at creation), and whatever the password
 * function or `visit` throws.
 */
export function createLdapSource(options: LdapSourceOptions): DirectorySource {
  for (const { filter } of [options.users, options.groups].filter((scope) => scope !== undefined)) {
    if (filter !== undefined) parseFilter(filter);
  }
  const choice = createServerChoice(options);
  return {
    name: options.name,
    inspect: (signal) =>
      withDirectory(options, choice, signal, async (directory) => {
        const chosen = await chooseStrategy(directory, nothing);
        return describe(directory, chosen, await readIdentity(directory));
      }),
    read: (request) =>
      withDirectory(options, choice, request.signal, async (directory): Promise<ReadOutcome> => {
        // Where it lies is for a complete reading to say; a feed notices another server by itself.
        checkIdentity(options.name, request.expected, { kind: directory.kind, idAttribute: directory.idAttribute });
        const newest = new NewestUsn();
        const visit = (entry: Entry): void | Promise<void> => {
          newest.note(entry);
          return request.visit(entry);
        };
        const verdict = await readEither(directory, { ...request, visit });
        return { ...verdict, version: withNewest(verdict.version, newest) };
      }),
    lookUp: (absent, signal) => lookUp(options, choice, absent, signal),
    ...(isWatchable(options)
      ? { watch: (onChange: () => void, signal: AbortSignal) => watchDirectory(options, choice, onChange, signal) }
      : {}),
  };
}

/** What the maps ask for is not known to `check`'s question. */
const nothing: ReadRequest['attributes'] = { user: new Set(), group: new Set() };

async function readEither(directory: OpenDirectory, request: ReadRequest): Promise<ReadOutcome> {
  if (request.since === undefined) return readCompletely(directory, request, undefined);
  const changes = await readChanges(directory, request, request.since);
  return changes.kind === 'delta' ? changes : readCompletely(directory, request, changes.because);
}

async function lookUp(
  options: LdapSourceOptions,
  choice: ServerChoice,
  absent: readonly Absent[],
  signal: AbortSignal,
): Promise<ReadonlyMap<SourceId, AbsenceReason>> {
  // With references this server does not know everybody.
  if (options.referrals !== undefined) return allMissing(absent);
  return withDirectory(options, choice, signal, async (directory) => {
    const absenceReasons = (await lookUpAbsent(directory, absent)) ?? allMissing(absent);
    options.onAbsent?.(absenceReasons);
    return absenceReasons;
  });
}

function allMissing(absent: readonly Absent[]): ReadonlyMap<SourceId, AbsenceReason> {
  return new Map(absent.map(({ id }) => [id, 'missing']));
}

/** Reads everything. Where changes stand is noted before, so that what changes meanwhile is read again next time. */
async function readCompletely(
  directory: OpenDirectory,
  request: ReadRequest,
  because: string | undefined,
): Promise<ReadOutcome> {
  const { attributes } = request;
  const identity = await readIdentity(directory);
  checkIdentity(directory.options.name, request.expected, identity);
  const chosen = await chooseStrategy(directory, attributes);
  const changes = changesText(chosen);
  const comparedAt = monotonic(directory.options);
  const version = await readVersion(directory, chosen.feed);
  const seen = await searchScopes(directory, request);
  const absenceReasons = await visitMissing(directory, request, seen);
  if (chosen.feed === undefined) return { kind: 'complete', identity, because, changes, absenceReasons, version };
  const { strategy, cursor } = chosen.feed;
  const settled = await isSettled(directory, chosen.feed);
  const scope = hashScope(directory, attributes);
  const { server } = directory.session;
  const watermark = printWatermark({
    strategy: strategy.name,
    cursor,
    server,
    scope,
    comparedAt,
    fresh: true,
    again: [],
  });
  return { kind: 'complete', identity, settled, watermark, because, changes, absenceReasons, version };
}

/** Whether the feed knows of nothing that happened since its cursor. `timestamp` knows only on servers that count. */
async function isSettled(
  directory: OpenDirectory,
  { strategy, cursor }: NonNullable<StrategyChoice['feed']>,
): Promise<boolean | undefined> {
  const { session, kind } = directory;
  if (strategy.name === 'timestamp' && kind !== '389ds') return undefined;
  const now = kind === 'active-directory' ? { ...directory, rootDse: await readRootDse(session) } : directory;
  const feed = await strategy.poll(now, cursor);
  // An answer that could not be read may be the last one of a connection that broke.
  if (feed.kind === 'lost') await readRootDse(session);
  return feed.kind === 'unchanged';
}

async function withDirectory<T>(
  options: LdapSourceOptions,
  choice: ServerChoice,
  signal: AbortSignal,
  use: (directory: OpenDirectory) => Promise<T>,
): Promise<T> {
  try {
    const directory = await openDirectory(options, choice, signal);
    return await useDirectory(directory, choice, use);
  } catch (error) {
    throw signal.aborted ? error : nameError(error, options);
  }
}

async function useDirectory<T>(
  directory: OpenDirectory,
  choice: ServerChoice,
  use: (directory: OpenDirectory) => Promise<T>,
): Promise<T> {
  const { session } = directory;
  try {
    const result = await use(directory);
    session.close();
    return result;
  } catch (error) {
    if (isBroken(error)) choice.broke(session.server);
    session.destroy();
    throw error;
  }
}

/** Whether the reading failed because of the server: then the others have a try first, should they do better. */
function isBroken(error: unknown): boolean {
  return error instanceof BridgeError && error.code === 'D2S_DIRECTORY_READ_INCOMPLETE';
}

/** What the ids of this directory depend on, as its server tells it without another request. */
function identityOf(directory: OpenDirectory): DirectoryIdentity {
  const { kind, idAttribute } = directory;
  const contexts = outermost(contextsWithBases(directory)).sort();
  return { kind, idAttribute, ...(contexts.length === 0 ? {} : { contexts }) };
}

/** What the ids of this directory depend on, with the objectGUID of each domain: a laboratory may bear the name of the real one. */
async function readIdentity(directory: OpenDirectory): Promise<DirectoryIdentity> {
  const identity = identityOf(directory);
  if (identity.kind !== 'active-directory') return identity;
  const ids = new Set<string>();
  for (const context of identity.contexts ?? []) {
    const id = await readGuid(directory, context);
    if (id !== undefined) ids.add(id);
  }
  return ids.size === 0 ? identity : { ...identity, contextIds: [...ids].sort() };
}

/** Of one domain object. Undefined when it is not shown. */
async function readGuid({ session, options }: OpenDirectory, baseDN: string): Promise<string | undefined> {
  const request = new SearchRequest({
    messageId: 0,
    baseDN,
    scope: 'base',
    filter: new PresenceFilter({ attribute: 'objectClass' }),
    attributes: ['objectGUID'],
    timeLimit: 0,
  });
  let id: string | undefined;
  await timed(options, 'search', () =>
    session.request(request, (message) => {
      if (message.kind === 'entry') id = readSourceId(message.attributes, 'objectGUID');
    }),
  );
  return id;
}

/** Of contexts that lie within each other (`DC=corp` and `CN=Configuration,DC=corp`), those around. */
function outermost(contexts: readonly string[]): string[] {
  const isInside = (one: string): boolean =>
    contexts.some((other) => dnKey(other) !== dnKey(one) && isWithin(dnKey(one), dnKey(other)));
  return contexts.filter((one) => !isInside(one));
}
